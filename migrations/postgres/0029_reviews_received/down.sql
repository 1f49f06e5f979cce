ALTER TABLE activities DROP COLUMN reviews_received;
