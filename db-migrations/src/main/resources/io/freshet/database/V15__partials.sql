-- What a target may have got so far of large files: named by the version of the source object, so that a later try, also of
-- another owner of the lease, goes on from there. A row is written before the first byte is sent, and goes with the delivery.
CREATE TABLE partial (
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    partial_key uuid NOT NULL,
    path_key uuid NOT NULL GENERATED ALWAYS AS (path_key(path)) STORED,
    path text COLLATE "C" NOT NULL,
    outdated boolean NOT NULL DEFAULT false,
    PRIMARY KEY (target_id, partial_key)
);
COMMENT ON TABLE partial IS 'Parts of large files in a target''s staging area. Needed as long as an item waits for the path; the others are removed there, then here. Writer: the owner of the lease.';
COMMENT ON COLUMN partial.outdated IS 'Another version of the path was begun since.';
