-- A large deletion waits for walks that may still find where what it deletes was moved to (rule 41).
ALTER TABLE work_item ADD COLUMN postponed_at timestamptz, ADD COLUMN postponed_because text;
COMMENT ON COLUMN work_item.postponed_at IS 'Since when the item waits although nothing failed, by the clock of the owner of the lease. Null: it does not.';
COMMENT ON COLUMN work_item.postponed_because IS 'What it waits for, in words.';

-- Finds the renames that will carry away something from below a directory before that is deleted.
CREATE INDEX work_item_moved_from_subtree ON work_item (target_id, left(moved_from COLLATE "C", 512)) WHERE moved_from IS NOT NULL;
