-- Works that the trainer marked and that reviewers get like any other, without knowing.
ALTER TABLE submissions ADD COLUMN control BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE examples ADD COLUMN submission_id TEXT REFERENCES submissions (id);
