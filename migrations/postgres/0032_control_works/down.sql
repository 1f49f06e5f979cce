ALTER TABLE examples DROP COLUMN submission_id;
ALTER TABLE submissions DROP COLUMN control;
