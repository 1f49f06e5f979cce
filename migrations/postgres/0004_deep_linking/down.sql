ALTER TABLE activities DROP COLUMN score_maximum;
ALTER TABLE activities DROP COLUMN copied_from;
ALTER TABLE courses DROP COLUMN history;
ALTER TABLE links DROP COLUMN opens_again;
ALTER TABLE links DROP COLUMN named_activity;
DROP TABLE deep_linkings;
DELETE FROM sessions WHERE link_id IS NULL;
ALTER TABLE sessions ALTER COLUMN link_id SET NOT NULL;
