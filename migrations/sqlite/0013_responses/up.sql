-- How an author received a review: rated, with one reply, and one answer of the reviewer to that.
CREATE TABLE review_responses (
    review_id TEXT NOT NULL PRIMARY KEY REFERENCES reviews (id),
    helpful INTEGER CHECK (helpful BETWEEN 1 AND 5),
    reply TEXT,
    replied_at BIGINT,
    answer TEXT,
    answered_at BIGINT
);

-- A learner who disagrees with a mark asks the trainer once, who answers by a date.
CREATE TABLE appeals (
    id TEXT NOT NULL PRIMARY KEY,
    activity_id TEXT NOT NULL REFERENCES activities (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'rejected')),
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    answer TEXT,
    decided_by TEXT REFERENCES people (id),
    decided_at BIGINT,
    UNIQUE (activity_id, person_id)
);
