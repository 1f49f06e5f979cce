ALTER TABLE activities DROP COLUMN pool_minutes;
ALTER TABLE activities DROP COLUMN trainer_blind;
