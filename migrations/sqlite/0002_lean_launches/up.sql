-- Every launch writes a nonce and a session. What expired is removed once in a while, from tables that
-- hold a day at most: reading them whole then is cheaper than an index page more for each launch.
DROP INDEX sessions_by_expiry;
CREATE TABLE lean_nonces (
    nonce_hash TEXT NOT NULL PRIMARY KEY,
    keep_until BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO lean_nonces SELECT nonce_hash, keep_until FROM used_nonces;
DROP TABLE used_nonces;
ALTER TABLE lean_nonces RENAME TO used_nonces;
