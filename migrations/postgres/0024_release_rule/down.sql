ALTER TABLE activities DROP COLUMN release_at;
ALTER TABLE activities DROP COLUMN reviewing_weight;
