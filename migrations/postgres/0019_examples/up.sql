-- Works that a trainer marked, on which learners practise before they review others'.
CREATE TABLE examples (
    id TEXT NOT NULL PRIMARY KEY,
    activity_id TEXT NOT NULL REFERENCES activities (id),
    rubric_version_id TEXT NOT NULL REFERENCES rubric_versions (id),
    html TEXT NOT NULL,
    reference TEXT NOT NULL,
    total BIGINT NOT NULL,
    tolerance INTEGER NOT NULL CHECK (tolerance BETWEEN 1 AND 50),
    created_by TEXT NOT NULL REFERENCES people (id),
    created_at BIGINT NOT NULL,
    withdrawn_at BIGINT
);
CREATE INDEX examples_by_activity ON examples (activity_id);

-- How learners marked them: one try each, from the draft to the answer.
CREATE TABLE practices (
    example_id TEXT NOT NULL REFERENCES examples (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    body TEXT NOT NULL,
    total BIGINT,
    sent_at BIGINT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (example_id, person_id)
);
