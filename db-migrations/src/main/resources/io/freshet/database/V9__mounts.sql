-- What was mounted below a source when a target was filled from it (rule 10): one that is gone leaves an empty, readable directory.
CREATE TABLE target_mount (
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    path text COLLATE "C" NOT NULL,
    path_key uuid NOT NULL GENERATED ALWAYS AS (path_key(path)) STORED,
    file_system bigint NOT NULL,
    inode bigint NOT NULL,
    PRIMARY KEY (target_id, path_key)
);
COMMENT ON TABLE target_mount IS 'The mount points below the source, and what was mounted there, as of the target''s last look. Writer: the owner of the target''s lease.';
