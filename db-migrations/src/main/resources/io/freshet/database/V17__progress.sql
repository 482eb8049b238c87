-- What runs are sending just now, and how fast: a picture for people, of no worth after a crash and so not logged.
CREATE UNLOGGED TABLE lane_progress (
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    lane lane NOT NULL,
    run_number bigint NOT NULL,
    bytes bigint NOT NULL,
    files bigint NOT NULL,
    bytes_per_second bigint NOT NULL,
    files_per_second double precision NOT NULL,
    paths text[] COLLATE "C" NOT NULL,
    sizes bigint[] NOT NULL,
    done bigint[] NOT NULL,
    rates bigint[] NOT NULL,
    moved_at timestamptz NOT NULL,
    PRIMARY KEY (target_id, lane)
) WITH (fillfactor = 50);
COMMENT ON TABLE lane_progress IS 'What a lane is sending, written once a second and only while something moves. Writer: the owner of the lease.';
COMMENT ON COLUMN lane_progress.files IS 'Files, links, renames and deletions that the run has done.';
COMMENT ON COLUMN lane_progress.paths IS 'Large files under way; their sizes, how much of each is done, and bytes per second stand in the same order.';
