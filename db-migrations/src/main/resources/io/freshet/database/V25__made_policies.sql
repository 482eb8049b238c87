-- Policies that people make while Freshet runs, beside those of the configuration.
ALTER TABLE policy_version ADD COLUMN made_by text;
COMMENT ON TABLE policy_version IS 'Every policy as it was once: what it says, by the keys of the configuration. Append-only. Writer: the configuration at a start, people at any time, when it says something else than the newest version.';
COMMENT ON COLUMN policy_version.made_by IS 'Who said so. Null: the configuration.';

CREATE TABLE made_policy (
    name text COLLATE "C" PRIMARY KEY,
    version int NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (name, version) REFERENCES policy_version
);
COMMENT ON TABLE made_policy IS 'The policies that people made and that are there now; what each says is the version that it names. One of the configuration with the same name goes before. Writer: web-ui.';
