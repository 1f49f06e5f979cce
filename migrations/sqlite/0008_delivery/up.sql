-- What the LMS has: the last revision that was read back, the points that it took last, what it showed
-- instead, and when it is asked again. A row whose desired_rev is 0 says "handed in" and holds no grade.
ALTER TABLE ags_outbox ADD COLUMN confirmed_rev INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ags_outbox ADD COLUMN sent_points BIGINT;
ALTER TABLE ags_outbox ADD COLUMN checked_at BIGINT;
ALTER TABLE ags_outbox ADD COLUMN check_at BIGINT;
ALTER TABLE ags_outbox ADD COLUMN seen_points BIGINT;
ALTER TABLE ags_outbox ADD COLUMN seen_at BIGINT;
-- Grades that were lost in the LMS and sent once more by themselves.
ALTER TABLE ags_outbox ADD COLUMN resends INTEGER NOT NULL DEFAULT 0;
-- How often in a row the LMS failed over this very grade.
ALTER TABLE ags_outbox ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
UPDATE ags_outbox SET sent_points = desired_points, check_at = updated_at WHERE state = 'delivered';
DROP INDEX ags_outbox_due;
CREATE INDEX ags_outbox_due ON ags_outbox (state, registration_id, next_attempt_at);
CREATE INDEX ags_outbox_check ON ags_outbox (check_at) WHERE check_at IS NOT NULL;
CREATE INDEX ags_outbox_held ON ags_outbox (lease_token) WHERE lease_token IS NOT NULL;

-- A column that the LMS no longer has is looked for, and made again only when a trainer says so.
ALTER TABLE line_items ADD COLUMN lost_at BIGINT;
ALTER TABLE line_items ADD COLUMN described_at BIGINT;

-- How an LMS's services do: one row per registration, made when it is first needed.
CREATE TABLE registration_health (
    registration_id TEXT NOT NULL PRIMARY KEY REFERENCES registrations (id),
    circuit TEXT NOT NULL CHECK (circuit IN ('closed', 'open', 'half', 'auth', 'tls', 'blocked', 'moved')),
    since BIGINT NOT NULL,
    next_probe_at BIGINT NOT NULL,
    pause_seconds BIGINT NOT NULL,
    successes INTEGER NOT NULL,
    last_class TEXT,
    last_status INTEGER,
    last_text TEXT,
    clock_skew_ms BIGINT,
    drain_owner TEXT,
    drain_until BIGINT,
    updated_at BIGINT NOT NULL
);
