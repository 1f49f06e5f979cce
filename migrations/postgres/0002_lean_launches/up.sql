-- Every launch writes a nonce and a session. What expired is removed once in a while, from tables that
-- hold a day at most: reading them whole then is cheaper than an index entry more for each launch.
DROP INDEX sessions_by_expiry;
DROP INDEX used_nonces_by_expiry;
