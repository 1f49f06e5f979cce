CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE TABLE rowid_nonces (
    nonce_hash TEXT NOT NULL PRIMARY KEY,
    keep_until BIGINT NOT NULL
);
INSERT INTO rowid_nonces SELECT nonce_hash, keep_until FROM used_nonces;
DROP TABLE used_nonces;
ALTER TABLE rowid_nonces RENAME TO used_nonces;
CREATE INDEX used_nonces_by_expiry ON used_nonces (keep_until);
