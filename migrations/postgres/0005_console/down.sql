DROP TABLE refused_launches;
DROP TABLE admin_tries;
DROP TABLE admin_sessions;
DROP TABLE admin_browsers;
DROP TABLE admin_links;
DROP TABLE administrators;
