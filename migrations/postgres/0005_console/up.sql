-- Who may use the console: named by the command line, proven by an authenticator app (RFC 6238) whose
-- secret is sealed with the key file. A code counts once: last_step only rises.
CREATE TABLE administrators (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    sealed_secret TEXT NOT NULL,
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- One-time addresses that begin a sign-in. Only the hash of the secret is kept.
CREATE TABLE admin_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- Whether it sets up an authenticator app, also in place of an earlier one.
    enrols BOOLEAN NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

-- Browsers in which a link was used: there a code is enough for some weeks.
CREATE TABLE admin_browsers (
    token_hash TEXT NOT NULL PRIMARY KEY,
    administrator_id TEXT NOT NULL REFERENCES administrators (id),
    expires_at BIGINT NOT NULL
);

CREATE TABLE admin_sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    csrf_token TEXT NOT NULL,
    administrator_id TEXT NOT NULL REFERENCES administrators (id),
    -- When a code was last given: what is dangerous asks for a new one after a while.
    confirmed_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Wrong codes, by administrator and by client address (hashed).
CREATE TABLE admin_tries (
    who TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    since BIGINT NOT NULL
);

-- Launches that were refused lately: the reason and the reference that the page showed, nothing else.
CREATE TABLE refused_launches (
    id TEXT NOT NULL PRIMARY KEY,
    registration_id TEXT REFERENCES registrations (id),
    reason TEXT NOT NULL,
    reference TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX refused_launches_by_registration ON refused_launches (registration_id, at);
