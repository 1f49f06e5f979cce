-- Works that a team hands in together. A column's check cannot be changed here, so the column is made anew.
ALTER TABLE activities ADD COLUMN reviews_go TEXT NOT NULL DEFAULT 'any'
    CHECK (reviews_go IN ('any', 'within', 'across', 'teams'));
UPDATE activities SET reviews_go = group_rule;
ALTER TABLE activities DROP COLUMN group_rule;
ALTER TABLE activities RENAME COLUMN reviews_go TO group_rule;
ALTER TABLE submissions ADD COLUMN team TEXT;
CREATE UNIQUE INDEX submissions_team ON submissions (activity_id, team) WHERE team IS NOT NULL;
