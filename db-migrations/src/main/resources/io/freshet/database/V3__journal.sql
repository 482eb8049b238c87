-- The journal, each target's work queue and manifest, and the record of runs (docs/design, section 4).
--
-- Conventions: every path and name is text COLLATE "C" in its text form (UTF-8, \xHH for other bytes); no whole path is a
-- btree key: point look-ups go through path_key(path), subtrees through in_subtree(path, ancestor) and an index on
-- left(path COLLATE "C", 512), written so that the
-- planner recognises it. Each row has one writer, named in the comment on its table.

CREATE FUNCTION path_key(path text) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN encode(substring(sha256(convert_to(path, 'UTF8')) FOR 16), 'hex')::uuid;
COMMENT ON FUNCTION path_key IS 'The key of a path: the first 16 bytes of its SHA-256. Immutable because the database is UTF8, which start-up checks.';

CREATE FUNCTION in_subtree(path text, ancestor text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN left(path COLLATE "C", 512) >= left(ancestor, 512)
        AND left(path COLLATE "C", 512) <= CASE WHEN ancestor = '' THEN chr(1114111) ELSE left(ancestor || '0', 512) END
        AND (ancestor = ''
            OR path COLLATE "C" = ancestor
            OR (path COLLATE "C" >= ancestor || '/' AND path COLLATE "C" < ancestor || '0'));
COMMENT ON FUNCTION in_subtree IS 'Whether a path is the ancestor or below it; the only way in which subtrees are compared. 0 is the character after /.';

CREATE FUNCTION is_ancestor(ancestor text, path text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ancestor = '' OR ancestor = path OR starts_with(path, ancestor || '/');
COMMENT ON FUNCTION is_ancestor IS 'Whether a path is the ancestor or below it, to be used where the ancestor is the column.';

CREATE TYPE change_kind AS ENUM ('PATH', 'DIR', 'TREE');
CREATE TYPE detector AS ENUM ('FANOTIFY', 'INOTIFY', 'SCAN', 'START', 'OVERFLOW', 'REQUEST');
CREATE TYPE lane AS ENUM ('EXPRESS', 'BULK');
CREATE TYPE evidence AS ENUM ('ADOPTED', 'SENT', 'VERIFIED');
CREATE TYPE outcome AS ENUM ('TRANSFERRED', 'TRANSFERRED_UNSTABLE', 'RENAMED', 'LINKED', 'DELETED', 'METADATA', 'ADOPTED',
    'HELD', 'FAILED', 'UNSUPPORTED');
CREATE TYPE run_state AS ENUM ('RUNNING', 'COMPLETED', 'COMPLETED_WITH_FAILURES', 'FAILED', 'STOPPED');
CREATE TYPE run_cause AS ENUM ('CHANGES', 'SCHEDULE', 'REQUEST', 'RERUN');
CREATE TYPE hold_reason AS ENUM ('SOURCE_MISSING', 'SOURCE_EMPTY', 'SOURCE_REPLACED', 'MOUNT_MISSING', 'TARGET_REPLACED',
    'TARGET_FOREIGN', 'DELETIONS_OVER_LIMIT', 'HOST_KEY_CHANGED', 'DRIFT');
CREATE TYPE hold_state AS ENUM ('OPEN', 'APPROVED', 'REJECTED', 'RESOLVED');

CREATE TABLE installation (
    installation_id uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX installation_is_one ON installation ((true));
INSERT INTO installation DEFAULT VALUES;
COMMENT ON TABLE installation IS 'Who we are to our targets: the marker on each names this id.';

-- Sources and the journal of changes ---------------------------------------------------------------------------------

CREATE TABLE source (
    source_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    root_path text COLLATE "C" NOT NULL,
    head bigint NOT NULL DEFAULT (1::bigint << 40),
    writer_epoch bigint NOT NULL DEFAULT 0,
    observed_at timestamptz
) WITH (fillfactor = 50);
COMMENT ON TABLE source IS 'A tree that is replicated. Definition: the configuration. head, writer_epoch, observed_at: the source''s one watcher.';
COMMENT ON COLUMN source.head IS 'The last sequence number given out: journal epoch << 40 | count. Never reused.';
COMMENT ON COLUMN source.observed_at IS 'Everything that happened before this moment is in the journal.';

CREATE TABLE watcher_status (
    source_id int PRIMARY KEY REFERENCES source ON DELETE CASCADE,
    node text NOT NULL,
    tier text NOT NULL,
    tier_reason text NOT NULL,
    state text NOT NULL,
    detail text,
    events bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE watcher_status IS 'How a source is watched. Writer: its watcher.';

CREATE TABLE change (
    source_id int NOT NULL,
    seq bigint NOT NULL,
    path text COLLATE "C" NOT NULL,
    kind change_kind NOT NULL,
    moved_from text COLLATE "C",
    writing boolean NOT NULL,
    detector detector NOT NULL,
    observed_at timestamptz NOT NULL,
    PRIMARY KEY (source_id, seq)
) PARTITION BY LIST (source_id);
COMMENT ON TABLE change IS 'The journal: look at this path. Append-only, in sequence order, dropped by partition behind every cursor. Writer: the source''s watcher.';

CREATE FUNCTION create_change_partitions(source int, seq bigint) RETURNS void
    LANGUAGE plpgsql AS
$$
DECLARE
    of_source text := format('change_%s', source);
    number bigint := seq >> 20;
BEGIN
    IF to_regclass(of_source) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF change FOR VALUES IN (%s) PARTITION BY RANGE (seq)', of_source, source);
        EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', of_source || '_default', of_source);
    END IF;
    FOR wanted IN number .. number + 1 LOOP
        IF to_regclass(of_source || '_' || wanted) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)',
                of_source || '_' || wanted, of_source, wanted << 20, (wanted + 1) << 20);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION create_change_partitions IS 'Makes the partition that holds seq and the next one; 2^20 changes each.';

-- Targets ------------------------------------------------------------------------------------------------------------

CREATE TABLE target (
    target_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id int NOT NULL REFERENCES source,
    name text COLLATE "C" NOT NULL UNIQUE,
    url text NOT NULL,
    policy text NOT NULL DEFAULT 'continuous',
    active boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE target IS 'A place that gets a copy of a source. Writer: the configuration. Inactive: no longer configured, kept for its history.';

CREATE TABLE target_state (
    target_id int PRIMARY KEY REFERENCES target ON DELETE CASCADE,
    cursor bigint NOT NULL,
    source_identity text,
    marker uuid,
    adopting boolean NOT NULL DEFAULT false,
    manifest_rows bigint NOT NULL DEFAULT 0,
    capabilities text[] NOT NULL DEFAULT '{}',
    capabilities_at timestamptz,
    failing_since timestamptz,
    failing_attempts int NOT NULL DEFAULT 0,
    failing_code text,
    failing_message text,
    next_attempt_at timestamptz,
    last_delivery_at timestamptz,
    last_run bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
COMMENT ON TABLE target_state IS 'How far a target is. Writer: the owner of its lease.';
COMMENT ON COLUMN target_state.cursor IS 'Every change up to here is in the work queue or done.';
COMMENT ON COLUMN target_state.source_identity IS 'The identity of the source root that the manifest was made from.';
COMMENT ON COLUMN target_state.marker IS 'The nonce in the marker on the target; null before the first run.';
COMMENT ON COLUMN target_state.adopting IS 'Whether the target held things that we did not put there when we first came.';
COMMENT ON COLUMN target_state.failing_code IS 'Why the target as a whole cannot be served just now; null when it can.';

CREATE TABLE lease (
    target_id int PRIMARY KEY REFERENCES target ON DELETE CASCADE,
    node text NOT NULL,
    epoch bigint NOT NULL,
    nonce text NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE lease IS 'Which process may change a target, its queue and its manifest. The epoch goes up with every new owner. Writer: who holds or takes it.';

CREATE TABLE target_pause (
    target_id int PRIMARY KEY REFERENCES target ON DELETE CASCADE,
    paused_at timestamptz NOT NULL DEFAULT now(),
    paused_by text NOT NULL,
    reason text NOT NULL DEFAULT ''
);
COMMENT ON TABLE target_pause IS 'A target that a person stopped; changes queue up. Writer: people.';

-- Work queue ---------------------------------------------------------------------------------------------------------

CREATE TABLE work_item (
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    path_key uuid NOT NULL GENERATED ALWAYS AS (path_key(path)) STORED,
    path text COLLATE "C" NOT NULL,
    kind change_kind NOT NULL,
    moved_from text COLLATE "C",
    first_seq bigint NOT NULL,
    seq bigint NOT NULL,
    first_dirty_at timestamptz NOT NULL,
    lane lane NOT NULL,
    ready_at timestamptz NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    failed_run bigint,
    failed_phase text,
    error_code text,
    error text,
    walk_position text COLLATE "C",
    PRIMARY KEY (target_id, path_key),
    CHECK (first_seq <= seq)
) WITH (fillfactor = 70);
CREATE INDEX work_item_new ON work_item (target_id, lane, first_seq) WHERE attempts = 0;
CREATE INDEX work_item_retry ON work_item (target_id, lane, ready_at) WHERE attempts > 0;
CREATE INDEX work_item_subtree ON work_item (target_id, left(path COLLATE "C", 512));
CREATE INDEX work_item_moved_from ON work_item (target_id, path_key(moved_from)) WHERE moved_from IS NOT NULL;
CREATE INDEX work_item_wide ON work_item (target_id) WHERE kind <> 'PATH';
COMMENT ON TABLE work_item IS 'What a target still has to look at, one row per path. Leaves only by an acknowledged delivery or a recorded decision. Writer: the owner of the target''s lease.';
COMMENT ON COLUMN work_item.first_seq IS 'The oldest change that is not delivered yet; checkpoints, wait and lag use it.';
COMMENT ON COLUMN work_item.seq IS 'The newest change known; an acknowledgement of an older one leaves the row.';
COMMENT ON COLUMN work_item.ready_at IS 'Not before this: settling, or the next try after a failure.';
COMMENT ON COLUMN work_item.walk_position IS 'DIR and TREE: the last directory whose entries have been queued.';

CREATE TABLE expedite (
    expedite_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    path text COLLATE "C" NOT NULL,
    requested_by text NOT NULL,
    reason text NOT NULL DEFAULT '',
    requested_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    applied_at timestamptz
);
CREATE INDEX expedite_of_target ON expedite (target_id, expires_at);
COMMENT ON TABLE expedite IS 'Send now: items at or below this path go first until it expires. Writer: people; applied_at, when failed items in it were made ready: the owner of the lease.';

CREATE TABLE intent (
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    path_key uuid NOT NULL GENERATED ALWAYS AS (path_key(path)) STORED,
    path text COLLATE "C" NOT NULL,
    operation text NOT NULL,
    moved_from text COLLATE "C",
    type "char",
    size bigint,
    mtime_nanos bigint,
    run_number bigint NOT NULL,
    epoch bigint NOT NULL,
    PRIMARY KEY (target_id, path_key)
);
COMMENT ON TABLE intent IS 'What is about to change on a target: written before, deleted with the acknowledgement, settled by a look after a crash. Writer: the owner of the lease.';

-- Manifest -----------------------------------------------------------------------------------------------------------

CREATE SEQUENCE directory_id AS bigint CACHE 100;

CREATE TABLE manifest_dir (
    dir_id bigint NOT NULL DEFAULT nextval('directory_id'),
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    path_key uuid NOT NULL GENERATED ALWAYS AS (path_key(path)) STORED,
    path text COLLATE "C" NOT NULL,
    PRIMARY KEY (target_id, dir_id)
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX manifest_dir_path ON manifest_dir (target_id, path_key);
CREATE INDEX manifest_dir_subtree ON manifest_dir (target_id, left(path COLLATE "C", 512));
COMMENT ON TABLE manifest_dir IS 'The directories a target holds. A rename of a directory changes rows here only. Writer: the owner of the lease.';

CREATE TABLE manifest (
    target_id int NOT NULL,
    dir_id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    type "char" NOT NULL,
    supported boolean NOT NULL DEFAULT true,
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
    content_hash bytea,
    evidence evidence NOT NULL,
    run_number bigint NOT NULL,
    delivered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (target_id, dir_id, name)
) PARTITION BY LIST (target_id) ;
COMMENT ON TABLE manifest IS 'What a target holds, as we delivered it: entries by directory and name; the root is the entry '''' of the root directory. Writer: the owner of the lease.';
COMMENT ON COLUMN manifest.supported IS 'False: the source has it, the target cannot, and that was said.';

CREATE FUNCTION create_manifest_partition(target int) RETURNS void
    LANGUAGE plpgsql AS
$$
BEGIN
    IF to_regclass(format('manifest_%s', target)) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF manifest FOR VALUES IN (%s) WITH (fillfactor = 90)',
            format('manifest_%s', target), target);
    END IF;
END
$$;

-- Runs and deliveries ------------------------------------------------------------------------------------------------

CREATE TABLE run (
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    run_number bigint NOT NULL,
    lane lane NOT NULL,
    state run_state NOT NULL,
    cause run_cause NOT NULL,
    requested_by text,
    parent_run bigint,
    policy text NOT NULL,
    node text NOT NULL,
    epoch bigint NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    transferred bigint NOT NULL DEFAULT 0,
    renamed bigint NOT NULL DEFAULT 0,
    deleted bigint NOT NULL DEFAULT 0,
    metadata bigint NOT NULL DEFAULT 0,
    adopted bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    excluded bigint NOT NULL DEFAULT 0,
    unsupported bigint NOT NULL DEFAULT 0,
    held bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    bytes bigint NOT NULL DEFAULT 0,
    error_code text,
    error text,
    PRIMARY KEY (target_id, run_number)
) WITH (fillfactor = 50);
CREATE INDEX run_by_start ON run (started_at);
CREATE INDEX run_under_way ON run (target_id, run_number) WHERE state = 'RUNNING';
COMMENT ON TABLE run IS 'One burst of work on a target, one Spring Batch job instance. Writer: the owner of the target''s lease.';

CREATE TABLE run_request (
    request_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    run_number bigint NOT NULL,
    action text NOT NULL CHECK (action IN ('RERUN_FAILED', 'RESTART', 'STOP')),
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    answered_at timestamptz,
    answer text
);
CREATE UNIQUE INDEX run_request_is_open_once ON run_request (target_id, run_number, action) WHERE answered_at IS NULL;
COMMENT ON TABLE run_request IS 'What people ask of a run. Writer: people; the answer: the owner of the lease.';

CREATE TABLE delivery (
    delivered_at timestamptz NOT NULL DEFAULT now(),
    target_id int NOT NULL,
    run_number bigint NOT NULL,
    path_key uuid NOT NULL GENERATED ALWAYS AS (path_key(path)) STORED,
    path text COLLATE "C" NOT NULL,
    outcome outcome NOT NULL,
    moved_from text COLLATE "C",
    seq bigint NOT NULL,
    first_dirty_at timestamptz NOT NULL,
    bytes bigint NOT NULL DEFAULT 0,
    content_hash bytea,
    reason text,
    error_code text
) PARTITION BY RANGE (delivered_at);
CREATE INDEX delivery_of_path ON delivery (target_id, path_key, delivered_at DESC);
CREATE INDEX delivery_of_run ON delivery (target_id, run_number, outcome, delivered_at, path_key); -- a report's order: pages by key
CREATE TABLE delivery_default PARTITION OF delivery DEFAULT;
COMMENT ON TABLE delivery IS 'The audit trail: what happened to a path on a target, in which run. Append-only, a partition a month. Writer: the owner of the lease.';

CREATE FUNCTION create_delivery_partitions(month_of timestamptz) RETURNS void
    LANGUAGE plpgsql AS
$$
DECLARE
    first_day timestamptz := date_trunc('month', month_of AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    next_month timestamptz;
    partition text;
BEGIN
    FOR ahead IN 0 .. 3 LOOP
        next_month := ((first_day AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
        partition := 'delivery_' || to_char(first_day AT TIME ZONE 'UTC', 'YYYY_MM');
        IF to_regclass(partition) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE TABLE %I PARTITION OF delivery FOR VALUES FROM (%L) TO (%L)',
                    partition, first_day, next_month);
            EXCEPTION WHEN check_violation THEN
                NULL; -- the default partition already holds rows of this month and keeps it
            END;
        END IF;
        first_day := next_month;
    END LOOP;
END
$$;
COMMENT ON FUNCTION create_delivery_partitions IS 'Makes the partitions of a month and of the three after it.';
SELECT create_delivery_partitions(now());

-- Holds --------------------------------------------------------------------------------------------------------------

CREATE TABLE hold (
    hold_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    reason hold_reason NOT NULL,
    detail text NOT NULL,
    subject text,
    state hold_state NOT NULL DEFAULT 'OPEN',
    opened_at timestamptz NOT NULL DEFAULT now(),
    opened_run bigint,
    decided_at timestamptz,
    decided_by text,
    decision_reason text
);
CREATE UNIQUE INDEX hold_is_open_once ON hold (target_id, reason) WHERE state = 'OPEN';
COMMENT ON TABLE hold IS 'What waits for a person. Writer: the owner of the lease opens and resolves, people decide; each moves the state once.';
COMMENT ON COLUMN hold.subject IS 'What an approval accepts besides the listed paths, for example the identity of a replaced source root.';

CREATE TABLE hold_path (
    hold_id bigint NOT NULL REFERENCES hold ON DELETE CASCADE,
    target_id int NOT NULL,
    path_key uuid NOT NULL GENERATED ALWAYS AS (path_key(path)) STORED,
    path text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    manifest_rows bigint NOT NULL,
    PRIMARY KEY (hold_id, path_key)
);
CREATE INDEX hold_path_of_target ON hold_path (target_id, path_key);
COMMENT ON TABLE hold_path IS 'What a hold covers: a path as of a sequence number, and how many manifest rows would vanish. Writer: the owner of the lease.';

CREATE TABLE deletion_tally (
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT now(),
    manifest_rows bigint NOT NULL
);
CREATE INDEX deletion_tally_of_target ON deletion_tally (target_id, at);
COMMENT ON TABLE deletion_tally IS 'How many manifest rows vanished when, for the limit over a rolling day. Writer: the owner of the lease.';

-- People -------------------------------------------------------------------------------------------------------------

CREATE TABLE account (
    name text COLLATE "C" PRIMARY KEY,
    password_hash text,
    role text NOT NULL CHECK (role IN ('VIEWER', 'REQUESTER', 'OPERATOR', 'ADMIN')),
    one_time boolean NOT NULL DEFAULT false,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_login_at timestamptz
);
COMMENT ON TABLE account IS 'Who may sign in. one_time: the password dies at the first sign-in or at expires_at. Writer: web-ui.';

CREATE TABLE api_token (
    token_hash bytea PRIMARY KEY,
    account text COLLATE "C" NOT NULL REFERENCES account ON DELETE CASCADE,
    label text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz
);
COMMENT ON TABLE api_token IS 'API tokens by the SHA-256 of their 256 random bits. Writer: web-ui.';

CREATE TABLE audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    origin text NOT NULL,
    action text NOT NULL,
    target_id int,
    object text NOT NULL,
    reason text NOT NULL DEFAULT ''
);
COMMENT ON TABLE audit IS 'Who did what from where, and why. Append-only. Writer: web-ui.';

CREATE TABLE barrier (
    barrier_id uuid PRIMARY KEY,
    source_id int NOT NULL REFERENCES source ON DELETE CASCADE,
    requested_at timestamptz NOT NULL DEFAULT now(),
    seq bigint,
    failure text
);
COMMENT ON TABLE barrier IS 'A question to the watcher: up to which sequence number is everything before this moment journaled? Asked by anyone, answered by the watcher, deleted by who asked.';

-- Documented views ---------------------------------------------------------------------------------------------------

CREATE VIEW v_delivery AS
SELECT s.name AS source, t.name AS target, d.path, d.outcome, d.delivered_at, d.run_number AS run, d.first_dirty_at,
       d.delivered_at - d.first_dirty_at AS took, d.bytes, encode(d.content_hash, 'hex') AS sha256, d.moved_from, d.reason,
       d.error_code
FROM delivery d JOIN target t USING (target_id) JOIN source s USING (source_id);
COMMENT ON VIEW v_delivery IS 'When did path P reach target T, and in which run: one row per path, target and run.';

CREATE VIEW v_target_status AS
SELECT s.name AS source, t.name AS target, s.observed_at,
       (SELECT count(*) FROM work_item w WHERE w.target_id = t.target_id) AS pending,
       s.head - ts.cursor AS unplanned,
       (SELECT min(w.first_dirty_at) FROM work_item w WHERE w.target_id = t.target_id) AS oldest_pending_since,
       (SELECT count(*) FROM work_item w WHERE w.target_id = t.target_id AND w.attempts > 0) AS failed,
       (SELECT count(*) FROM hold h WHERE h.target_id = t.target_id AND h.state = 'OPEN') AS open_holds,
       p.paused_at, ts.failing_code, ts.failing_message, ts.last_delivery_at, ts.manifest_rows
FROM target t JOIN source s USING (source_id) JOIN target_state ts USING (target_id) LEFT JOIN target_pause p USING (target_id)
WHERE t.active;
COMMENT ON VIEW v_target_status IS 'How far each target is; current as of observed_at.';

CREATE VIEW v_path_status AS
SELECT s.name AS source, t.name AS target,
       CASE WHEN d.path = '' THEN m.name WHEN m.name = '' THEN d.path ELSE d.path || '/' || m.name END AS path,
       m.type, m.size, m.mode, m.uid, m.gid, m.mtime_nanos, m.supported, m.evidence, encode(m.content_hash, 'hex') AS sha256,
       m.run_number AS run, m.delivered_at
FROM manifest m JOIN manifest_dir d USING (target_id, dir_id) JOIN target t USING (target_id) JOIN source s USING (source_id);
COMMENT ON VIEW v_path_status IS 'What each target holds, path by path, since when and from which run.';
