-- A queue that grows too large is folded into one walk (rule 39), and files that are rewritten are counted (rule 42).

ALTER TABLE work_item ADD COLUMN folded boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN work_item.folded IS 'DIR and TREE: asks for looks instead of items that were folded into it, and so tells nothing new of what people have decided about paths below.';

ALTER TYPE hold_reason ADD VALUE 'CHANGES_OVER_LIMIT';

ALTER TABLE deletion_tally ADD COLUMN rewritten bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN deletion_tally.rewritten IS 'How many files that the target held were given another content, under a policy that limits that.';
