DROP TABLE aggregation_runs;
ALTER TABLE mark_overrides DROP COLUMN judges;
ALTER TABLE activities DROP COLUMN mark_method;
