-- When this database was last copied, and whether it came from a copy: grades then wait until somebody lets them go.
CREATE TABLE upkeep (
    name TEXT PRIMARY KEY CHECK (name IN ('backup', 'restore')),
    at BIGINT NOT NULL,
    -- Of a restore: when the backup was made, and since when grades go again.
    made_at BIGINT,
    ended_at BIGINT
);
