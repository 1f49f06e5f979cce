-- Files of works: what was sent, and the copy that does not say whose it is. Their bytes are kept by their hash.
CREATE TABLE files (
    id TEXT NOT NULL PRIMARY KEY,
    submission_id TEXT NOT NULL REFERENCES submissions (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    size BIGINT NOT NULL,
    hash TEXT NOT NULL,
    clean_size BIGINT NOT NULL,
    clean_hash TEXT NOT NULL,
    unseen_parts BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX files_submission ON files (submission_id);
