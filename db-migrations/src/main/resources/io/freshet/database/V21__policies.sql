-- Policies as runs used them, and the firings of those with a schedule.
CREATE TABLE policy_version (
    name text COLLATE "C" NOT NULL,
    version int NOT NULL CHECK (version > 0),
    definition json NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, version)
);
COMMENT ON TABLE policy_version IS 'Every policy as it was once: what it says, by the keys of the configuration. Append-only. Writer: the configuration, when it says something else than the newest version.';

ALTER TABLE run ADD COLUMN policy_version int;
COMMENT ON COLUMN run.policy IS 'The name of its policy; for runs from before versions were kept, all that the policy said.';
COMMENT ON COLUMN run.policy_version IS 'The version of the policy that the run used. Null: from before versions were kept.';

CREATE TABLE target_schedule (
    target_id int PRIMARY KEY REFERENCES target ON DELETE CASCADE,
    cron text NOT NULL,
    time_zone text NOT NULL,
    misfire text NOT NULL CHECK (misfire IN ('RUN_ONCE', 'SKIP')),
    since timestamptz NOT NULL
);
COMMENT ON TABLE target_schedule IS 'When runs to a target begin. Writer: the configuration.';
COMMENT ON COLUMN target_schedule.since IS 'Since when it has this expression and zone; no firing before it counts as missed.';

CREATE TYPE firing_state AS ENUM ('OPEN', 'ENDED', 'SKIPPED');
CREATE TABLE firing (
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    due_at timestamptz NOT NULL,
    state firing_state NOT NULL,
    missed boolean NOT NULL,
    up_to bigint NOT NULL,
    fired_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    PRIMARY KEY (target_id, due_at)
);
CREATE INDEX firing_is_open ON firing (target_id) WHERE state = 'OPEN';
COMMENT ON TABLE firing IS 'Each firing once, whichever process carried it out. Writer: the schedule adds, the owner of the target''s lease ends; kept for a year.';
COMMENT ON COLUMN firing.missed IS 'Nobody was there when it was due.';
COMMENT ON COLUMN firing.up_to IS 'The journal''s head when it fired: it ends when everything up to there was delivered.';

ALTER TABLE deletion_tally ADD COLUMN run_number bigint;
COMMENT ON COLUMN deletion_tally.run_number IS 'The run in which they vanished. Null: from before that was kept.';
