-- Approvals that expire or lapse, and approvals that take two persons (rule 43).

ALTER TYPE hold_state ADD VALUE 'LAPSED';

ALTER TABLE hold
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN note text,
    ADD COLUMN first_approval_by text,
    ADD COLUMN first_approval_at timestamptz,
    ADD COLUMN first_approval_reason text,
    ADD COLUMN first_approval_version text;

CREATE INDEX hold_approval_may_end ON hold (target_id) WHERE state = 'APPROVED' AND ended_at IS NULL;

COMMENT ON TABLE hold IS 'What waits for a person. Writer: the owner of the lease opens, resolves, and ends what was approved and not done in time; people decide. A state is left once.';
COMMENT ON COLUMN hold.expires_at IS 'From when on an approval permits nothing more; null where it stands until its object is gone.';
COMMENT ON COLUMN hold.ended_at IS 'When an approval was found to have expired or lapsed; it permits nothing since, and what of it was not done is in an open hold.';
COMMENT ON COLUMN hold.note IS 'What came before, where a hold is about what was approved already.';
COMMENT ON COLUMN hold.first_approval_by IS 'Who approved first, where two persons have to; the hold stays open.';
COMMENT ON COLUMN hold.first_approval_version IS 'The version that was approved first: a second approval of another one does not complete it.';
