-- What is free of the database's disk, and what stands still while that is too little (rule 39).

CREATE TABLE database_space (
    node text,
    looked_at timestamptz,
    total bigint NOT NULL DEFAULT 0,
    free bigint NOT NULL DEFAULT 0,
    min_free bigint NOT NULL DEFAULT 0,
    shortage text NOT NULL DEFAULT 'NONE' CHECK (shortage IN ('NONE', 'DETAIL', 'BULK'))
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX database_space_is_one ON database_space ((true));
INSERT INTO database_space DEFAULT VALUES;
COMMENT ON TABLE database_space IS 'How much of the database''s disk is free. Writer: whichever node delivers and sees the disk.';
COMMENT ON COLUMN database_space.shortage IS 'DETAIL: deliveries are counted and not listed one by one. BULK: nor does anything go by the bulk lanes.';

ALTER TABLE run ADD COLUMN unlisted bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN run.unlisted IS 'How many deliveries are counted here and have no row in delivery: the database''s disk was short of space.';
