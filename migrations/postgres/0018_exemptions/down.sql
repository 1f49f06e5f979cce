ALTER TABLE extensions DROP COLUMN exempt;
