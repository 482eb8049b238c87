-- Finds the other names of a file: hard links are delivered as such, and a change through one name concerns them all.
-- An update that keeps the identity, as most do, need not touch it (docs/adr/0008-hard-links.md).
CREATE INDEX manifest_identity ON manifest (target_id, file_system, inode);
