-- Works that a trainer would like to show to the group, and what their authors say to that.
CREATE TABLE exemplars (
    submission_id TEXT NOT NULL PRIMARY KEY REFERENCES submissions (id),
    activity_id TEXT NOT NULL REFERENCES activities (id),
    consent TEXT NOT NULL CHECK (consent IN ('asked', 'given', 'refused')),
    asked_by TEXT NOT NULL REFERENCES people (id),
    changed_at BIGINT NOT NULL
);
CREATE INDEX exemplars_by_activity ON exemplars (activity_id);
