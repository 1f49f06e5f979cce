DROP TABLE reports;
ALTER TABLE submissions DROP COLUMN withheld_at;
ALTER TABLE submissions DROP COLUMN withheld_by;
ALTER TABLE submissions DROP COLUMN withheld_reason;
ALTER TABLE reviews DROP COLUMN excluded_at;
ALTER TABLE reviews DROP COLUMN excluded_by;
ALTER TABLE reviews DROP COLUMN excluded_reason;
ALTER TABLE reviews DROP COLUMN declined;
