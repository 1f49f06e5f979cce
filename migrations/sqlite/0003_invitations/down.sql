DROP TABLE invitations;
ALTER TABLE registrations DROP COLUMN granted_scopes;
