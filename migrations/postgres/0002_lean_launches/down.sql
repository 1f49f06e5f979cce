CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX used_nonces_by_expiry ON used_nonces (keep_until);
