DROP TABLE notices;
DROP TABLE notice_services;
ALTER TABLE rosters DROP COLUMN whole_at;
ALTER TABLE rosters DROP COLUMN differences_url;
