-- What a requester may send, what a token may do, and sessions that end with the password they began with.

ALTER TABLE account ADD COLUMN password_version int NOT NULL DEFAULT 0;
COMMENT ON COLUMN account.password_version IS 'Goes up with every password; a session that began with an earlier one is over.';

CREATE TABLE account_grant (
    grant_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text COLLATE "C" NOT NULL REFERENCES account ON DELETE CASCADE,
    source_id int NOT NULL REFERENCES source ON DELETE CASCADE,
    path text COLLATE "C" NOT NULL
);
CREATE INDEX account_grant_of ON account_grant (account);
COMMENT ON TABLE account_grant IS 'Folders that a requester may have sent now; the empty path is the whole source. Writer: web-ui.';

ALTER TABLE api_token
    ADD COLUMN role text NOT NULL DEFAULT 'ADMIN' CHECK (role IN ('VIEWER', 'REQUESTER', 'OPERATOR', 'ADMIN')),
    ADD COLUMN last_used_at timestamptz;
CREATE UNIQUE INDEX api_token_label ON api_token (account, label);
COMMENT ON COLUMN api_token.role IS 'The most that the token may do, whatever its account may.';
