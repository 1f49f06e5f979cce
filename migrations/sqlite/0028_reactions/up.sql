-- What authors find good about a review: 'clear', 'concrete', 'encouraging', 'new', separated by commas.
ALTER TABLE review_responses ADD COLUMN reactions TEXT NOT NULL DEFAULT '';
