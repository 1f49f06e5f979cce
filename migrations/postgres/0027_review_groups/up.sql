-- Groups of learners, and whether reviews stay within them or go across.
ALTER TABLE activities ADD COLUMN group_rule TEXT NOT NULL DEFAULT 'any' CHECK (group_rule IN ('any', 'within', 'across'));
CREATE TABLE review_groups (
    activity_id TEXT NOT NULL REFERENCES activities (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    PRIMARY KEY (activity_id, person_id)
);
