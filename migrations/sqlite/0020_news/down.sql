DROP TABLE mail_recipients;
DROP TABLE news;
ALTER TABLE people DROP COLUMN lang;
