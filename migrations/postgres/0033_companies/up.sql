-- The companies of an activity's learners, and whether reviews stay within them or go across.
CREATE TABLE company_rules (
    activity_id TEXT NOT NULL PRIMARY KEY REFERENCES activities (id),
    rule TEXT NOT NULL CHECK (rule IN ('within', 'across'))
);
CREATE TABLE review_companies (
    activity_id TEXT NOT NULL REFERENCES activities (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    PRIMARY KEY (activity_id, person_id)
);
