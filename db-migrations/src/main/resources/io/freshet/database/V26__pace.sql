-- How long a run was at work, beside how long it lasted: what is expected when rests on that (docs/architecture.md).
ALTER TABLE run ADD COLUMN busy_millis bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN run.busy_millis IS 'How long its waves took, without the time in which its lane had nothing to do; of runs from before that was kept, 0.';
