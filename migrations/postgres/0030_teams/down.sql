DROP INDEX submissions_team;
ALTER TABLE submissions DROP COLUMN team;
UPDATE activities SET group_rule = 'across' WHERE group_rule = 'teams';
