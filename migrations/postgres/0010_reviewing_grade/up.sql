-- The name of a second column in the LMS for the grade of reviewing, where the trainer wants one.
ALTER TABLE activities ADD COLUMN reviewing_column TEXT;

-- Which of an activity's grades a revision is about. The numbers and the chain of a learner run over all of them.
ALTER TABLE grade_revisions ADD COLUMN tag TEXT NOT NULL DEFAULT 'overall' CHECK (tag IN ('overall', 'reviewing'));
