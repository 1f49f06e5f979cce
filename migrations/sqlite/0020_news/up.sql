-- The language that the LMS speaks to somebody in ('en', 'fr'): mails are written in it.
ALTER TABLE people ADD COLUMN lang TEXT;

-- What somebody should hear about an activity, once each. 'about' tells two of a kind apart.
CREATE TABLE news (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    activity_id TEXT NOT NULL REFERENCES activities (id),
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT,
    mailed_at BIGINT,
    UNIQUE (person_id, activity_id, kind, about)
);
CREATE INDEX news_by_time ON news (created_at);

-- Who gets mail: what about not (muted: topics, separated by commas), the way to end it without a session, the last
-- one, and until when nobody else sends one or it is not tried again.
CREATE TABLE mail_recipients (
    person_id TEXT NOT NULL PRIMARY KEY REFERENCES people (id),
    token TEXT NOT NULL UNIQUE,
    muted TEXT NOT NULL,
    mailed_at BIGINT,
    not_before BIGINT,
    tries INTEGER NOT NULL
);
