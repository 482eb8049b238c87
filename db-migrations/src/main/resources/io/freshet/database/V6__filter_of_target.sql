-- Rules that changed are noticed by the owner of the lease, and every path is evaluated again (rule 45).
ALTER TABLE target_state ADD COLUMN filter text;
COMMENT ON COLUMN target_state.filter IS 'The fingerprint of the filter rules under which the target was looked at last.';
