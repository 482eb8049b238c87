-- How a source is watched, its limits and what escapes it, for the System page and `freshet status --verbose`.
ALTER TABLE watcher_status
    ADD COLUMN limits text NOT NULL DEFAULT '',
    ADD COLUMN overflows bigint NOT NULL DEFAULT 0,
    ADD COLUMN rescanning boolean NOT NULL DEFAULT false,
    ADD COLUMN waiting_paths bigint NOT NULL DEFAULT 0,
    ADD COLUMN waiting_bytes bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN watcher_status.limits IS 'What this way of watching needs, and where it ends.';
COMMENT ON COLUMN watcher_status.waiting_paths IS 'Noticed and not in the journal yet.';

CREATE TABLE unwatched_subtree (
    source_id int NOT NULL REFERENCES watcher_status ON DELETE CASCADE,
    path text COLLATE "C" NOT NULL,
    reason text NOT NULL
);
CREATE INDEX ON unwatched_subtree (source_id);
COMMENT ON TABLE unwatched_subtree IS 'Subtrees from which no events come and which are scanned instead. Writer: the source''s watcher.';
