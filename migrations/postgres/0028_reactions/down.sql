ALTER TABLE review_responses DROP COLUMN reactions;
