-- A learner who need not review, with the reason of the row.
ALTER TABLE extensions ADD COLUMN exempt BOOLEAN NOT NULL DEFAULT FALSE;
