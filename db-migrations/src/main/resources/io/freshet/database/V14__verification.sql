-- Comparisons of what a target holds with its manifest, and what it holds that we never put there (rules 18 and 27).

ALTER TYPE run_cause ADD VALUE 'VERIFY';
ALTER TYPE hold_reason ADD VALUE 'EXTRAS';

ALTER TABLE manifest ADD COLUMN verified_at timestamptz;
COMMENT ON COLUMN manifest.verified_at IS 'When the target was last asked for the hash of its content and had the right one. Null: not since it was delivered.';

ALTER TABLE run
    ADD COLUMN differing bigint NOT NULL DEFAULT 0,
    ADD COLUMN extra bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN run.differing IS 'Paths that a verification in this run found on the target otherwise than the manifest says.';
COMMENT ON COLUMN run.extra IS 'Paths that a verification in this run found on the target and that we never put there.';

CREATE TYPE verification_reason AS ENUM ('REQUEST', 'POLICY', 'ADOPTION');

CREATE TABLE verification (
    verification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    path text COLLATE "C" NOT NULL,
    deep boolean NOT NULL,
    reason verification_reason NOT NULL,
    requested_by text,
    opened_at timestamptz NOT NULL DEFAULT now(),
    begun_at timestamptz,
    position text COLLATE "C",
    entries bigint NOT NULL DEFAULT 0,
    verified bigint NOT NULL DEFAULT 0,
    missing bigint NOT NULL DEFAULT 0,
    differing bigint NOT NULL DEFAULT 0,
    extra bigint NOT NULL DEFAULT 0,
    passed_over bigint NOT NULL DEFAULT 0,
    finished_at timestamptz
) WITH (fillfactor = 50);
CREATE INDEX verification_open ON verification (target_id, verification_id) WHERE finished_at IS NULL;
CREATE INDEX verification_latest ON verification (target_id, verification_id DESC);
COMMENT ON TABLE verification IS 'A comparison of what a target holds at and below a path with its manifest. Written by people or by policy; worked on by the owner of the target''s lease, in the bulk lane.';
COMMENT ON COLUMN verification.deep IS 'Whether the target hashes every file.';
COMMENT ON COLUMN verification.position IS 'The last directory that was compared; parents before children, siblings in byte order.';
COMMENT ON COLUMN verification.passed_over IS 'What was being delivered, or could not be read, and was left to the next comparison.';

CREATE TABLE extra (
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    path_key uuid NOT NULL GENERATED ALWAYS AS (path_key(path)) STORED,
    path text COLLATE "C" NOT NULL,
    type "char" NOT NULL,
    size bigint NOT NULL,
    mtime_nanos bigint NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now(),
    verification_id bigint NOT NULL,
    refusal text,
    PRIMARY KEY (target_id, path_key)
);
CREATE INDEX extra_subtree ON extra (target_id, left(path COLLATE "C", 512));
COMMENT ON TABLE extra IS 'What a target holds and we never put there, as the verification last saw it that is named. Writer: the owner of the target''s lease.';
COMMENT ON COLUMN extra.refusal IS 'Why it was not deleted although it may be; tried again after the next verification.';

CREATE VIEW v_extra AS
SELECT s.name AS source, t.name AS target, e.path, e.type, e.size, e.mtime_nanos, e.found_at, e.refusal
FROM extra e JOIN target t USING (target_id) JOIN source s USING (source_id);
COMMENT ON VIEW v_extra IS 'What each target holds and we never put there, as of its last verification.';

CREATE OR REPLACE VIEW v_path_status AS
SELECT s.name AS source, t.name AS target,
       CASE WHEN d.path = '' THEN m.name WHEN m.name = '' THEN d.path ELSE d.path || '/' || m.name END AS path,
       m.type, m.size, m.mode, m.uid, m.gid, m.mtime_nanos, m.supported, m.evidence, encode(m.content_hash, 'hex') AS sha256,
       m.run_number AS run, m.delivered_at, m.verified_at
FROM manifest m JOIN manifest_dir d USING (target_id, dir_id) JOIN target t USING (target_id) JOIN source s USING (source_id);
COMMENT ON VIEW v_path_status IS 'What each target holds, path by path, since when and from which run; verified_at: when the target last hashed it right.';
