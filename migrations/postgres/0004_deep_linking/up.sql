-- A session that answers a deep linking request opened no link: link_id may be NULL.
ALTER TABLE sessions ALTER COLUMN link_id DROP NOT NULL;

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
