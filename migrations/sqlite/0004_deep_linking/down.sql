ALTER TABLE activities DROP COLUMN score_maximum;
ALTER TABLE activities DROP COLUMN copied_from;
ALTER TABLE courses DROP COLUMN history;
ALTER TABLE links DROP COLUMN opens_again;
ALTER TABLE links DROP COLUMN named_activity;
DROP TABLE deep_linkings;
CREATE TABLE old_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    mode TEXT NOT NULL CHECK (mode IN ('cookie', 'bearer')),
    csrf_token TEXT NOT NULL,
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    link_id TEXT NOT NULL REFERENCES links (id),
    role TEXT NOT NULL CHECK (role IN ('learner', 'trainer', 'assistant', 'observer')),
    locale TEXT NOT NULL,
    frame_origins TEXT NOT NULL,
    return_url TEXT,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
INSERT INTO old_sessions
SELECT id, token_hash, mode, csrf_token, registration_id, person_id, course_id, link_id, role, locale,
       frame_origins, return_url, created_at, last_seen_at, expires_at, ended_at
FROM sessions WHERE link_id IS NOT NULL;
DROP TABLE sessions;
ALTER TABLE old_sessions RENAME TO sessions;
