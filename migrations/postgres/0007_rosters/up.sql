-- How the LMS's roster of a course was read last, for each binding of a cohort.
CREATE TABLE rosters (
    binding_id TEXT NOT NULL PRIMARY KEY REFERENCES bindings (id),
    -- fresh: applied; failed: could not be read; held: read, and so many would leave that a person is asked.
    state TEXT NOT NULL CHECK (state IN ('fresh', 'failed', 'held')),
    -- How many learners would leave.
    leaving INTEGER NOT NULL,
    -- Whether a trainer said that they have left.
    confirmed BOOLEAN NOT NULL,
    -- When it was last applied.
    read_at BIGINT,
    due_at BIGINT NOT NULL,
    lease_until BIGINT
);
