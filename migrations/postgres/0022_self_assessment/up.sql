-- Whether learners assess their own work as well, and how they do. It makes no mark.
ALTER TABLE activities ADD COLUMN self_assessment BOOLEAN NOT NULL DEFAULT FALSE;
CREATE TABLE self_assessments (
    submission_id TEXT NOT NULL PRIMARY KEY REFERENCES submissions (id),
    rubric_version_id TEXT NOT NULL REFERENCES rubric_versions (id),
    body TEXT NOT NULL,
    total BIGINT,
    sent_at BIGINT,
    updated_at BIGINT NOT NULL
);
