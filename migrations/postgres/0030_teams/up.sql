-- Works that a team hands in together.
ALTER TABLE activities DROP CONSTRAINT activities_group_rule_check;
ALTER TABLE activities ADD CONSTRAINT activities_group_rule_check
    CHECK (group_rule IN ('any', 'within', 'across', 'teams'));
ALTER TABLE submissions ADD COLUMN team TEXT;
CREATE UNIQUE INDEX submissions_team ON submissions (activity_id, team) WHERE team IS NOT NULL;
