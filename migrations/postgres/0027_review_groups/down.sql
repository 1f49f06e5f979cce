DROP TABLE review_groups;
ALTER TABLE activities DROP COLUMN group_rule;
