DROP TABLE self_assessments;
ALTER TABLE activities DROP COLUMN self_assessment;
