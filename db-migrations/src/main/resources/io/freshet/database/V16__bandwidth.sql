-- How much may be sent per second: by the configuration, and by people instead of it, while runs are under way.
ALTER TABLE source ADD COLUMN bytes_per_second bigint CHECK (bytes_per_second > 0);
ALTER TABLE target ADD COLUMN bytes_per_second bigint CHECK (bytes_per_second > 0);
COMMENT ON COLUMN source.bytes_per_second IS 'What the configuration lets all targets together be sent per second. Null: no limit.';
COMMENT ON COLUMN target.bytes_per_second IS 'What the configuration lets the target be sent per second. Null: no limit.';

CREATE TABLE target_bandwidth (
    target_id int PRIMARY KEY REFERENCES target ON DELETE CASCADE,
    bytes_per_second bigint CHECK (bytes_per_second > 0),
    set_at timestamptz NOT NULL DEFAULT now(),
    set_by text NOT NULL,
    reason text NOT NULL DEFAULT ''
);
COMMENT ON TABLE target_bandwidth IS 'What a person lets a target be sent per second, whatever the configuration says. Null: no limit. Writer: people.';

CREATE TABLE source_bandwidth (
    source_id int PRIMARY KEY REFERENCES source ON DELETE CASCADE,
    bytes_per_second bigint CHECK (bytes_per_second > 0),
    set_at timestamptz NOT NULL DEFAULT now(),
    set_by text NOT NULL,
    reason text NOT NULL DEFAULT ''
);
COMMENT ON TABLE source_bandwidth IS 'What a person lets all targets of a source together be sent per second, whatever the configuration says. Null: no limit. Writer: people.';
