-- Where the LMS tells what changed in a roster since it was read, and when it was read as a whole last.
ALTER TABLE rosters ADD COLUMN differences_url TEXT;
ALTER TABLE rosters ADD COLUMN whole_at BIGINT;

-- Platform notifications (lti-pns): where a deployment takes subscriptions, what was subscribed where, and when.
CREATE TABLE notice_services (
    deployment_id TEXT NOT NULL PRIMARY KEY REFERENCES deployments (id),
    url TEXT NOT NULL,
    -- The notice types that the LMS offers, separated by spaces.
    types TEXT NOT NULL,
    subscribed_at BIGINT,
    due_at BIGINT NOT NULL,
    failed BOOLEAN NOT NULL,
    -- When a notice came last.
    heard_at BIGINT,
    lease_until BIGINT
);

-- Notices that were taken, so that each is acted on once.
CREATE TABLE notices (
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    notice_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Of LtiContextCopyNotice: the new course, and those it was copied from, separated by spaces.
    deployment_id TEXT NOT NULL REFERENCES deployments (id),
    context_id TEXT NOT NULL,
    origins TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    handled_at BIGINT,
    PRIMARY KEY (registration_id, notice_id)
);
CREATE INDEX notices_open ON notices (handled_at, received_at);
