ALTER TABLE grade_revisions DROP COLUMN tag;
ALTER TABLE activities DROP COLUMN reviewing_column;
