-- What a run hashed on the target after it had sent it, and found right.
ALTER TABLE run ADD COLUMN verified bigint NOT NULL DEFAULT 0;
