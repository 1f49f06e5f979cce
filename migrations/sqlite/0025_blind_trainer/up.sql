-- Whether trainers see no names of authors before the release, and how many minutes a work waits before it is reviewed.
ALTER TABLE activities ADD COLUMN trainer_blind BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE activities ADD COLUMN pool_minutes INTEGER NOT NULL DEFAULT 0 CHECK (pool_minutes BETWEEN 0 AND 1440);
