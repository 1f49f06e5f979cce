-- A session that answers a deep linking request opened no link: link_id may be NULL.
CREATE TABLE new_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    mode TEXT NOT NULL CHECK (mode IN ('cookie', 'bearer')),
    csrf_token TEXT NOT NULL,
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    link_id TEXT REFERENCES links (id),
    role TEXT NOT NULL CHECK (role IN ('learner', 'trainer', 'assistant', 'observer')),
    locale TEXT NOT NULL,
    frame_origins TEXT NOT NULL,
    return_url TEXT,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
INSERT INTO new_sessions
SELECT id, token_hash, mode, csrf_token, registration_id, person_id, course_id, link_id, role, locale,
       frame_origins, return_url, created_at, last_seen_at, expires_at, ended_at
FROM sessions;
DROP TABLE sessions;
ALTER TABLE new_sessions RENAME TO sessions;

-- What an LMS asked a session to choose; answered once.
CREATE TABLE deep_linkings (
    session_id TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id),
    settings TEXT NOT NULL,
    answered_at BIGINT
);

-- What the launches of a link say about the activity behind it: the id in its custom parameters, and
-- whether it shall open the same activity as another link of the course.
ALTER TABLE links ADD COLUMN named_activity TEXT;
ALTER TABLE links ADD COLUMN opens_again BOOLEAN NOT NULL DEFAULT FALSE;
-- The LMS's ids of the courses that this one was copied from, nearest first, as the LMS sends them.
ALTER TABLE courses ADD COLUMN history TEXT NOT NULL DEFAULT '';

-- The activity whose settings a copied one began with.
ALTER TABLE activities ADD COLUMN copied_from TEXT REFERENCES activities (id);
-- What a full mark counts in the LMS, for columns that we make.
ALTER TABLE activities ADD COLUMN score_maximum INTEGER NOT NULL DEFAULT 100 CHECK (score_maximum BETWEEN 1 AND 1000);
