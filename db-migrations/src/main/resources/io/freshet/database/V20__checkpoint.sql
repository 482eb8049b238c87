-- Labels on sequence numbers, and for each target when everything up to there had arrived (rules 20 to 23).
CREATE TABLE checkpoint (
    checkpoint_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id int NOT NULL REFERENCES source ON DELETE CASCADE,
    label text COLLATE "C" NOT NULL,
    path text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    reason text NOT NULL DEFAULT '',
    UNIQUE (source_id, label)
);
COMMENT ON TABLE checkpoint IS 'A label on a sequence number and a folder: everything that had happened when it was asked for is journaled up to it. Never changed. Writer: web-ui, for people.';
COMMENT ON COLUMN checkpoint.path IS 'The folder or file that it is about; empty for the whole source.';

CREATE TABLE checkpoint_target (
    checkpoint_id bigint NOT NULL REFERENCES checkpoint ON DELETE CASCADE,
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    completed_at timestamptz,
    entries bigint,
    unsupported bigint,
    digest bytea,
    PRIMARY KEY (checkpoint_id, target_id),
    CHECK ((completed_at IS NULL) = (entries IS NULL) AND (completed_at IS NULL) = (unsupported IS NULL)),
    CHECK (completed_at IS NOT NULL OR digest IS NULL)
);
CREATE INDEX checkpoint_target_open ON checkpoint_target (target_id, checkpoint_id) WHERE completed_at IS NULL;
COMMENT ON TABLE checkpoint_target IS 'The targets that a checkpoint is about, those there were when it was created. Made with it; completed, once and for good, by the owner of the target''s lease.';
COMMENT ON COLUMN checkpoint_target.completed_at IS 'When it was found that every change up to the checkpoint had arrived, at that state or newer. Null: not yet.';
COMMENT ON COLUMN checkpoint_target.entries IS 'How many entries of the folder the target held at that moment.';
COMMENT ON COLUMN checkpoint_target.unsupported IS 'How many the source had that the target cannot hold.';
COMMENT ON COLUMN checkpoint_target.digest IS 'SHA-256 over those entries (docs/checkpoints.md). Null: there were too many.';
