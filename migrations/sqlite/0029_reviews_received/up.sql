-- How many reviews a work has enough with; 0 means as many as each learner gives.
ALTER TABLE activities ADD COLUMN reviews_received INTEGER NOT NULL DEFAULT 0 CHECK (reviews_received BETWEEN 0 AND 6);
