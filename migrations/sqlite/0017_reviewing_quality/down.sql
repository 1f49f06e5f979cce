ALTER TABLE activities DROP COLUMN reviewing_method;
