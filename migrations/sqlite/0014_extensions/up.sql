-- More time for one learner; the audit log keeps what was before.
CREATE TABLE extensions (
    activity_id TEXT NOT NULL REFERENCES activities (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    work_until BIGINT,
    review_until BIGINT,
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL REFERENCES people (id),
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (activity_id, person_id)
);
