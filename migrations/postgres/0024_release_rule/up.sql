-- What the grade for reviewing counts in the grade of the work, in per cent, and when marks are released by themselves.
ALTER TABLE activities ADD COLUMN reviewing_weight INTEGER NOT NULL DEFAULT 0 CHECK (reviewing_weight BETWEEN 0 AND 50);
ALTER TABLE activities ADD COLUMN release_at BIGINT;
