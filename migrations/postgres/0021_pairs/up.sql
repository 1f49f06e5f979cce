-- What a trainer decided about who reviews whom: 'never', or 'asked', which comes before the queue.
CREATE TABLE review_pairs (
    activity_id TEXT NOT NULL REFERENCES activities (id),
    reviewer_id TEXT NOT NULL REFERENCES people (id),
    author_id TEXT NOT NULL REFERENCES people (id),
    rule TEXT NOT NULL CHECK (rule IN ('never', 'asked')),
    decided_by TEXT NOT NULL REFERENCES people (id),
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (activity_id, reviewer_id, author_id)
);
