ALTER TABLE sessions DROP COLUMN review_of;
