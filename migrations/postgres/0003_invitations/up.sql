-- What the LMS granted when it registered the tool, separated by blanks; NULL when nobody asked.
ALTER TABLE registrations ADD COLUMN granted_scopes TEXT;

-- One-time addresses for Dynamic Registration. Only the hash of the secret is kept.
CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- The registration that it updates; NULL when it makes a new one.
    updates_id TEXT REFERENCES registrations (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- While one request talks to the LMS, no other may: until then.
    claimed_until BIGINT,
    used_at BIGINT,
    -- The registration that came of it.
    registration_id TEXT REFERENCES registrations (id)
);
