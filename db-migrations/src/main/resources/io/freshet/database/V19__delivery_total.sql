-- How deliveries ended, counted for as long as there is a database: the audit trail is trimmed, and counters must not go down.
CREATE TABLE delivery_total (
    target_id int NOT NULL REFERENCES target ON DELETE CASCADE,
    lane lane NOT NULL,
    outcome outcome NOT NULL,
    error_code text NOT NULL,
    paths bigint NOT NULL,
    bytes bigint NOT NULL,
    PRIMARY KEY (target_id, lane, outcome, error_code)
) WITH (fillfactor = 50);
COMMENT ON TABLE delivery_total IS 'How many rows of the audit trail were ever written, and their bytes, in the transaction that wrote them. Writer: the owner of the lease.';
COMMENT ON COLUMN delivery_total.error_code IS 'Empty where nothing went wrong.';
