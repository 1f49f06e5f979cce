-- A work that a reviewer cannot review ('conflict': knows the author, 'problem': something is wrong with it,
-- 'withheld': the trainer took it out) goes to somebody else; and a trainer may take a single review out of the marks.
ALTER TABLE reviews ADD COLUMN declined TEXT;
ALTER TABLE reviews ADD COLUMN excluded_reason TEXT;
ALTER TABLE reviews ADD COLUMN excluded_by TEXT REFERENCES people (id);
ALTER TABLE reviews ADD COLUMN excluded_at BIGINT;

-- A work that the trainer took out of reviewing.
ALTER TABLE submissions ADD COLUMN withheld_reason TEXT;
ALTER TABLE submissions ADD COLUMN withheld_by TEXT REFERENCES people (id);
ALTER TABLE submissions ADD COLUMN withheld_at BIGINT;

-- What learners report to their trainer: a work, or a review of their own work. It changes nothing by itself.
CREATE TABLE reports (
    id TEXT NOT NULL PRIMARY KEY,
    activity_id TEXT NOT NULL REFERENCES activities (id),
    submission_id TEXT NOT NULL REFERENCES submissions (id),
    review_id TEXT REFERENCES reviews (id),
    reporter_id TEXT NOT NULL REFERENCES people (id),
    text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'upheld', 'rejected')),
    created_at BIGINT NOT NULL,
    decided_by TEXT REFERENCES people (id),
    decided_at BIGINT
);
CREATE INDEX reports_by_activity ON reports (activity_id);
