-- A database or a target that went back to an earlier state is noticed (rule 5).

ALTER TABLE target_state
    ADD COLUMN generation uuid,
    ADD COLUMN pending_generation uuid,
    ADD COLUMN generation_at timestamptz,
    ADD COLUMN database_identity text;

COMMENT ON COLUMN target_state.generation IS 'What the marker on the target says beside its nonce, renewed again and again: another one there means that the target or this database was restored.';
COMMENT ON COLUMN target_state.pending_generation IS 'What is being written into the marker; after a crash either may be there.';
COMMENT ON COLUMN target_state.database_identity IS 'System identifier and timeline of the database in which the manifest was made.';
