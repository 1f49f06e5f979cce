-- What the grade for reviewing is made of: the share of the reviews that were sent, or also how good they are.
ALTER TABLE activities ADD COLUMN reviewing_method TEXT NOT NULL DEFAULT 'share' CHECK (reviewing_method IN ('share', 'quality'));
