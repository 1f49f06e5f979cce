-- Times are UTC microseconds since 1970-01-01 (BIGINT). Marks and points are 1/10000 (BIGINT).
-- Identifiers are UUIDv7 as text unless the column comes from an LMS.

CREATE TABLE registrations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    authorization_endpoint TEXT NOT NULL,
    token_endpoint TEXT NOT NULL,
    jwks_uri TEXT NOT NULL,
    token_audience TEXT,
    family TEXT NOT NULL CHECK (family IN ('moodle', 'canvas', 'generic')),
    deployment_policy TEXT NOT NULL CHECK (deployment_policy IN ('auto', 'approve')),
    enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (issuer, client_id, jwks_uri)
);
CREATE INDEX registrations_by_client ON registrations (issuer, client_id);

CREATE TABLE deployments (
    id TEXT NOT NULL PRIMARY KEY,
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    deployment_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('approved', 'pending', 'disabled')),
    created_at BIGINT NOT NULL,
    UNIQUE (registration_id, deployment_id)
);

-- A course is one LTI context of one deployment. A launch without a context gets a course of its
-- own for each resource link (contextless = true, context_id = the resource link id).
CREATE TABLE courses (
    id TEXT NOT NULL PRIMARY KEY,
    deployment_id TEXT NOT NULL REFERENCES deployments (id),
    context_id TEXT NOT NULL,
    contextless BOOLEAN NOT NULL,
    title TEXT NOT NULL,
    label TEXT NOT NULL,
    line_items_url TEXT,
    memberships_url TEXT,
    ags_scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (deployment_id, contextless, context_id)
);

CREATE TABLE links (
    id TEXT NOT NULL PRIMARY KEY,
    course_id TEXT NOT NULL REFERENCES courses (id),
    resource_link_id TEXT NOT NULL,
    title TEXT NOT NULL,
    line_item_url TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (course_id, resource_link_id)
);

CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    sub TEXT NOT NULL,
    name TEXT,
    given_name TEXT,
    family_name TEXT,
    email TEXT,
    test_user BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (registration_id, sub)
);

CREATE TABLE cohorts (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('course', 'managed')),
    created_at BIGINT NOT NULL
);

CREATE TABLE bindings (
    id TEXT NOT NULL PRIMARY KEY,
    cohort_id TEXT NOT NULL REFERENCES cohorts (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    created_at BIGINT NOT NULL,
    UNIQUE (cohort_id, course_id)
);
CREATE INDEX bindings_by_course ON bindings (course_id);

CREATE TABLE memberships (
    id TEXT NOT NULL PRIMARY KEY,
    cohort_id TEXT NOT NULL REFERENCES cohorts (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    binding_id TEXT NOT NULL REFERENCES bindings (id),
    role TEXT NOT NULL CHECK (role IN ('learner', 'trainer', 'assistant', 'observer')),
    active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (cohort_id, person_id, binding_id)
);
CREATE INDEX memberships_by_person ON memberships (person_id);

CREATE TABLE activities (
    id TEXT NOT NULL PRIMARY KEY,
    cohort_id TEXT NOT NULL REFERENCES cohorts (id),
    title TEXT NOT NULL,
    brief_html TEXT NOT NULL,
    rubric_version_id TEXT NOT NULL,
    work_due_at BIGINT,
    review_due_at BIGINT,
    reviews_per_learner INTEGER NOT NULL CHECK (reviews_per_learner BETWEEN 1 AND 6),
    anonymity TEXT NOT NULL CHECK (anonymity IN ('double_blind', 'open')),
    released_at BIGINT,
    revision INTEGER NOT NULL,
    created_by TEXT NOT NULL REFERENCES people (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX activities_by_cohort ON activities (cohort_id);

CREATE TABLE rubric_versions (
    id TEXT NOT NULL PRIMARY KEY,
    activity_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (activity_id, version)
);

CREATE TABLE placements (
    id TEXT NOT NULL PRIMARY KEY,
    activity_id TEXT NOT NULL REFERENCES activities (id),
    link_id TEXT NOT NULL UNIQUE REFERENCES links (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX placements_by_activity ON placements (activity_id);

CREATE TABLE line_items (
    id TEXT NOT NULL PRIMARY KEY,
    activity_id TEXT NOT NULL REFERENCES activities (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    tag TEXT NOT NULL,
    link_id TEXT NOT NULL REFERENCES links (id),
    url TEXT,
    score_maximum BIGINT,
    created_by_us BOOLEAN NOT NULL,
    lease_token TEXT,
    lease_until BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (activity_id, course_id, tag)
);

CREATE TABLE submissions (
    id TEXT NOT NULL PRIMARY KEY,
    activity_id TEXT NOT NULL REFERENCES activities (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    number INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'handed_in')),
    draft_html TEXT NOT NULL,
    draft_revision INTEGER NOT NULL,
    handed_in_html TEXT,
    handed_in_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (activity_id, person_id),
    UNIQUE (activity_id, number)
);

-- One row per allocation: who reviews which work, from the lease to the sent review.
CREATE TABLE reviews (
    id TEXT NOT NULL PRIMARY KEY,
    activity_id TEXT NOT NULL REFERENCES activities (id),
    submission_id TEXT NOT NULL REFERENCES submissions (id),
    reviewer_id TEXT NOT NULL REFERENCES people (id),
    rubric_version_id TEXT NOT NULL REFERENCES rubric_versions (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'lapsed', 'sent')),
    leased_until BIGINT NOT NULL,
    body TEXT NOT NULL,
    total BIGINT,
    opened_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    sent_at BIGINT,
    UNIQUE (submission_id, reviewer_id)
);
CREATE INDEX reviews_by_activity ON reviews (activity_id);
CREATE INDEX reviews_by_reviewer ON reviews (reviewer_id, activity_id);

-- What a trainer decided instead of the peers' mark; the newest row per learner counts.
CREATE TABLE mark_overrides (
    id TEXT NOT NULL PRIMARY KEY,
    activity_id TEXT NOT NULL REFERENCES activities (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    number INTEGER NOT NULL,
    mark BIGINT CHECK (mark BETWEEN 0 AND 1000000),
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL REFERENCES people (id),
    decided_at BIGINT NOT NULL,
    UNIQUE (activity_id, person_id, number)
);

CREATE TABLE grade_revisions (
    id TEXT NOT NULL PRIMARY KEY,
    activity_id TEXT NOT NULL REFERENCES activities (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    rev INTEGER NOT NULL,
    points BIGINT NOT NULL,
    maximum BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('graded', 'withdrawn')),
    source TEXT NOT NULL CHECK (source IN ('peers', 'trainer')),
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL REFERENCES people (id),
    decided_at BIGINT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (activity_id, person_id, rev)
);

-- Desired state: one row per (line item, learner). A newer grade only raises desired_rev.
CREATE TABLE ags_outbox (
    id TEXT NOT NULL PRIMARY KEY,
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    line_item_id TEXT NOT NULL REFERENCES line_items (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    lms_sub TEXT NOT NULL,
    desired_rev INTEGER NOT NULL,
    desired_points BIGINT NOT NULL,
    desired_maximum BIGINT NOT NULL,
    desired_ts BIGINT NOT NULL,
    submitted_at BIGINT,
    delivered_rev INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'in_flight', 'delivered', 'parked', 'conflict')),
    attempt INTEGER NOT NULL,
    ambiguous BOOLEAN NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    first_failed_at BIGINT,
    lease_owner TEXT,
    lease_token TEXT,
    lease_until BIGINT,
    last_class TEXT,
    last_status INTEGER,
    last_text TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (line_item_id, lms_sub)
);
CREATE INDEX ags_outbox_due ON ags_outbox (state, next_attempt_at);

CREATE TABLE ags_attempts (
    id TEXT NOT NULL PRIMARY KEY,
    outbox_id TEXT NOT NULL REFERENCES ags_outbox (id),
    rev INTEGER NOT NULL,
    ts BIGINT NOT NULL,
    no INTEGER NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    status INTEGER,
    class TEXT,
    latency_ms BIGINT,
    answer_excerpt TEXT
);
CREATE INDEX ags_attempts_by_outbox ON ags_attempts (outbox_id, no);

CREATE TABLE sessions (
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
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE used_nonces (
    nonce_hash TEXT NOT NULL PRIMARY KEY,
    keep_until BIGINT NOT NULL
);
CREATE INDEX used_nonces_by_expiry ON used_nonces (keep_until);

-- The tool's LTI signing keys. The private key is sealed with the key file and never leaves as text.
CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    sealed_private_key TEXT NOT NULL,
    modulus TEXT NOT NULL,
    exponent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    sign_from BIGINT NOT NULL,
    publish_until BIGINT
);

CREATE TABLE audit_log (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);

CREATE TABLE audit_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '');

-- Append-only tables refuse changes in the database itself.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER grade_revisions_no_change BEFORE UPDATE OR DELETE ON grade_revisions
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE ON audit_log
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rubric_versions_no_update BEFORE UPDATE ON rubric_versions
FOR EACH ROW EXECUTE FUNCTION refuse_change();
