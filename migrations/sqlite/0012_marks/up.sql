-- How reviews become marks. Activities that are there already keep the mean.
ALTER TABLE activities ADD COLUMN mark_method TEXT NOT NULL DEFAULT 'mean' CHECK (mark_method IN ('robust', 'mean', 'median'));

-- Whether a trainer's mark judges the work, and so tells how its reviewers mark; otherwise it is an exception.
ALTER TABLE mark_overrides ADD COLUMN judges BOOLEAN NOT NULL DEFAULT FALSE;

-- How the marks of a release were made: what went in, by which version, and what came out. Never changed.
CREATE TABLE aggregation_runs (
    id TEXT NOT NULL PRIMARY KEY,
    activity_id TEXT NOT NULL REFERENCES activities (id),
    version TEXT NOT NULL,
    input_hash TEXT NOT NULL,
    input TEXT NOT NULL,
    outcome TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX aggregation_runs_of_activity ON aggregation_runs (activity_id, created_at);

CREATE TRIGGER aggregation_runs_no_update BEFORE UPDATE ON aggregation_runs
BEGIN SELECT RAISE(ABORT, 'aggregation_runs is append-only'); END;
