-- The hashes of the blocks of large files that targets hold, by the hash of the whole: of the next version only the blocks
-- that differ travel. They belong to the content, not to a target or path. Once any target was given another version, or
-- lost the file, a map is kept for those that are behind, and then goes; without it a file is sent whole.
CREATE TABLE block_map (
    content_hash bytea PRIMARY KEY,
    block_size integer NOT NULL,
    hashes bytea NOT NULL,
    replaced_at timestamptz
);
-- Hashes do not compress.
ALTER TABLE block_map ALTER COLUMN hashes SET STORAGE EXTERNAL;
