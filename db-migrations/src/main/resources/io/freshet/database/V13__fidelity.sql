-- What makes a device node what it is, and what stands for the extended attributes that a target was given.
ALTER TABLE manifest
    ADD COLUMN device bigint NOT NULL DEFAULT 0,
    ADD COLUMN extended bytea;
COMMENT ON COLUMN manifest.device IS 'The number of a device node, major << 32 | minor; 0 for all else.';
COMMENT ON COLUMN manifest.extended IS 'A digest of the extended attributes and ACLs that were delivered. Null: the target is not to have them.';
