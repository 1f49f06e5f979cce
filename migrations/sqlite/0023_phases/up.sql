-- When reviews begin, at once where there is no date, and when that was planned; late works; the share of works that are
-- worth a check.
ALTER TABLE activities ADD COLUMN review_from_at BIGINT;
ALTER TABLE activities ADD COLUMN planned_at BIGINT;
ALTER TABLE activities ADD COLUMN late_days INTEGER NOT NULL DEFAULT 0 CHECK (late_days BETWEEN 0 AND 30);
ALTER TABLE activities ADD COLUMN late_penalty INTEGER NOT NULL DEFAULT 0 CHECK (late_penalty BETWEEN 0 AND 100);
ALTER TABLE activities ADD COLUMN check_percent INTEGER NOT NULL DEFAULT 10 CHECK (check_percent BETWEEN 0 AND 50);
-- Reviewers may know authors who do not know them. A column's check cannot be changed here, so the column is made anew.
ALTER TABLE activities ADD COLUMN names TEXT NOT NULL DEFAULT 'double_blind'
    CHECK (names IN ('double_blind', 'single_blind', 'open'));
UPDATE activities SET names = anonymity;
ALTER TABLE activities DROP COLUMN anonymity;
ALTER TABLE activities RENAME COLUMN names TO anonymity;
-- Who was meant to review whom when reviews began; the queue fills what remains open.
CREATE TABLE planned_reviews (
    activity_id TEXT NOT NULL REFERENCES activities (id),
    reviewer_id TEXT NOT NULL REFERENCES people (id),
    author_id TEXT NOT NULL REFERENCES people (id),
    PRIMARY KEY (activity_id, reviewer_id, author_id)
);
