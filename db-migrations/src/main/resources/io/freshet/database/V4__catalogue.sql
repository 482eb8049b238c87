-- What each source was seen to hold, and the rescans that compare it with what is there (docs/design, section 3).

ALTER TABLE change ADD COLUMN since_seq bigint;
COMMENT ON COLUMN change.since_seq IS 'A change that a rescan found: it may have happened any time before this number, at which the rescan was opened. Null: at seq.';

CREATE TABLE catalogue_dir (
    dir_id bigint NOT NULL,
    source_id int NOT NULL REFERENCES source ON DELETE CASCADE,
    path_key uuid NOT NULL GENERATED ALWAYS AS (path_key(path)) STORED,
    path text COLLATE "C" NOT NULL,
    digest uuid,
    PRIMARY KEY (source_id, dir_id)
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX catalogue_dir_path ON catalogue_dir (source_id, path_key);
CREATE INDEX catalogue_dir_subtree ON catalogue_dir (source_id, left(path COLLATE "C", 512));
COMMENT ON TABLE catalogue_dir IS 'The directories of a source that were listed once. A rename of a directory changes rows here only. Writer: the rescan of the source''s watcher, of the current epoch.';
COMMENT ON COLUMN catalogue_dir.path IS 'Below the root. Starting with a slash: where it was before something else took its place; to be forgotten.';
COMMENT ON COLUMN catalogue_dir.digest IS 'Of everything that the listing told; equal listings need no further comparison. Null: compare one by one.';

CREATE TABLE catalogue (
    source_id int NOT NULL,
    dir_id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    type "char" NOT NULL,
    mode int NOT NULL,
    uid int NOT NULL,
    gid int NOT NULL,
    size bigint NOT NULL,
    mtime_nanos bigint NOT NULL,
    ctime_nanos bigint NOT NULL,
    file_system bigint NOT NULL,
    inode bigint NOT NULL,
    birth_nanos bigint NOT NULL,
    link_target text,
    racy boolean NOT NULL,
    gone boolean NOT NULL,
    PRIMARY KEY (source_id, dir_id, name)
) PARTITION BY LIST (source_id);
CREATE INDEX catalogue_identity ON catalogue (source_id, inode, birth_nanos);
CREATE INDEX catalogue_gone ON catalogue (source_id, dir_id, name) WHERE gone;
COMMENT ON TABLE catalogue IS 'What a source was seen to hold: every target was asked to look at each entry after it was in this state. The root is the entry '''' of the root directory. Changed only in the transaction that journals the difference. Writer: the rescan of the source''s watcher, of the current epoch.';
COMMENT ON COLUMN catalogue.racy IS 'Changed so shortly before the look that a later change may have left the same times: journaled by the next rescan in any case.';
COMMENT ON COLUMN catalogue.gone IS 'Was not found by the rescan under way; journaled at its end, unless it turns up elsewhere.';

CREATE FUNCTION create_catalogue_partition(source int) RETURNS void
    LANGUAGE plpgsql AS
$$
BEGIN
    IF to_regclass(format('catalogue_%s', source)) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF catalogue FOR VALUES IN (%s) WITH (fillfactor = 90)',
            format('catalogue_%s', source), source);
    END IF;
END
$$;
COMMENT ON FUNCTION create_catalogue_partition IS 'Makes the partition of a source, so that a source is forgotten by DROP TABLE.';

CREATE TYPE rescan_reason AS ENUM ('START', 'OVERFLOW', 'SCAN', 'REQUEST', 'SCHEDULE');

CREATE TABLE rescan (
    rescan_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id int NOT NULL REFERENCES source ON DELETE CASCADE,
    path text COLLATE "C" NOT NULL,
    reason rescan_reason NOT NULL,
    since_seq bigint NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now(),
    begun_at timestamptz,
    walk_position text COLLATE "C",
    covered text COLLATE "C",
    directories bigint NOT NULL DEFAULT 0,
    entries bigint NOT NULL DEFAULT 0,
    changes bigint NOT NULL DEFAULT 0,
    unreadable bigint NOT NULL DEFAULT 0,
    detail text,
    finished_at timestamptz
) WITH (fillfactor = 50);
CREATE INDEX rescan_open ON rescan (source_id, rescan_id) WHERE finished_at IS NULL;
CREATE INDEX rescan_latest ON rescan (source_id, rescan_id DESC);
COMMENT ON TABLE rescan IS 'A comparison of a source, or a part of it, with its catalogue. Writer: the source''s watcher, of the current epoch.';
COMMENT ON COLUMN rescan.since_seq IS 'Its own number in the journal: everything that was noticed before it is journaled below.';
COMMENT ON COLUMN rescan.begun_at IS 'Null: nothing was looked at yet, so that whatever happened until now will be found.';
COMMENT ON COLUMN rescan.walk_position IS 'The last directory that was compared; parents before children, siblings in byte order.';
COMMENT ON COLUMN rescan.covered IS 'A new directory whose TREE covers what is at and below it; journaled once more when the walk leaves it.';
COMMENT ON COLUMN rescan.detail IS 'What could not be read, and what to do about it.';

CREATE TABLE rescan_request (
    request_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    source_id int NOT NULL REFERENCES source ON DELETE CASCADE,
    path text COLLATE "C" NOT NULL,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE rescan_request IS 'A wish that a path be compared with the catalogue and with every target''s manifest. Written by people, deleted by the source''s watcher once it is in the journal.';

CREATE OR REPLACE VIEW v_target_status AS
SELECT s.name AS source, t.name AS target, s.observed_at,
       (SELECT count(*) FROM work_item w WHERE w.target_id = t.target_id) AS pending,
       s.head - ts.cursor AS unplanned,
       (SELECT min(w.first_dirty_at) FROM work_item w WHERE w.target_id = t.target_id) AS oldest_pending_since,
       (SELECT count(*) FROM work_item w WHERE w.target_id = t.target_id AND w.attempts > 0) AS failed,
       (SELECT count(*) FROM hold h WHERE h.target_id = t.target_id AND h.state = 'OPEN') AS open_holds,
       p.paused_at, ts.failing_code, ts.failing_message, ts.last_delivery_at, ts.manifest_rows,
       (SELECT min(r.opened_at) FROM rescan r
        WHERE r.source_id = s.source_id AND r.finished_at IS NULL AND r.reason <> 'SCHEDULE') AS rescanning_since
FROM target t JOIN source s USING (source_id) JOIN target_state ts USING (target_id) LEFT JOIN target_pause p USING (target_id)
WHERE t.active;
COMMENT ON VIEW v_target_status IS 'How far each target is; current as of observed_at. rescanning_since: the source is being compared as a whole or in part, and more may be found.';
