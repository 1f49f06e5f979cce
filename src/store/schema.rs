//! The tables, as both engines have them. Kept in step with `migrations/` by a test.
#![expect(missing_docs, reason = "the macro makes items that cannot carry comments; migrations/ explains the columns")]

diesel::table! {
    registrations (id) {
        id -> Text,
        name -> Text,
        issuer -> Text,
        client_id -> Text,
        authorization_endpoint -> Text,
        token_endpoint -> Text,
        jwks_uri -> Text,
        token_audience -> Nullable<Text>,
        family -> Text,
        deployment_policy -> Text,
        enabled -> Bool,
        created_at -> BigInt,
        updated_at -> BigInt,
        granted_scopes -> Nullable<Text>,
    }
}

diesel::table! {
    invitations (id) {
        id -> Text,
        token_hash -> Text,
        name -> Text,
        updates_id -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        claimed_until -> Nullable<BigInt>,
        used_at -> Nullable<BigInt>,
        registration_id -> Nullable<Text>,
    }
}

diesel::table! {
    deployments (id) {
        id -> Text,
        registration_id -> Text,
        deployment_id -> Text,
        state -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    courses (id) {
        id -> Text,
        deployment_id -> Text,
        context_id -> Text,
        contextless -> Bool,
        title -> Text,
        label -> Text,
        line_items_url -> Nullable<Text>,
        memberships_url -> Nullable<Text>,
        ags_scopes -> Text,
        history -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    links (id) {
        id -> Text,
        course_id -> Text,
        resource_link_id -> Text,
        title -> Text,
        line_item_url -> Nullable<Text>,
        named_activity -> Nullable<Text>,
        opens_again -> Bool,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    people (id) {
        id -> Text,
        registration_id -> Text,
        sub -> Text,
        name -> Nullable<Text>,
        given_name -> Nullable<Text>,
        family_name -> Nullable<Text>,
        email -> Nullable<Text>,
        test_user -> Bool,
        lang -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    cohorts (id) {
        id -> Text,
        name -> Text,
        kind -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    bindings (id) {
        id -> Text,
        cohort_id -> Text,
        course_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    memberships (id) {
        id -> Text,
        cohort_id -> Text,
        person_id -> Text,
        binding_id -> Text,
        role -> Text,
        active -> Bool,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    rosters (binding_id) {
        binding_id -> Text,
        state -> Text,
        leaving -> Integer,
        confirmed -> Bool,
        read_at -> Nullable<BigInt>,
        due_at -> BigInt,
        lease_until -> Nullable<BigInt>,
        differences_url -> Nullable<Text>,
        whole_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    notice_services (deployment_id) {
        deployment_id -> Text,
        url -> Text,
        types -> Text,
        subscribed_at -> Nullable<BigInt>,
        due_at -> BigInt,
        failed -> Bool,
        heard_at -> Nullable<BigInt>,
        lease_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    notices (registration_id, notice_id) {
        registration_id -> Text,
        notice_id -> Text,
        kind -> Text,
        deployment_id -> Text,
        context_id -> Text,
        origins -> Text,
        received_at -> BigInt,
        handled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    activities (id) {
        id -> Text,
        cohort_id -> Text,
        title -> Text,
        brief_html -> Text,
        rubric_version_id -> Text,
        work_due_at -> Nullable<BigInt>,
        review_due_at -> Nullable<BigInt>,
        reviews_per_learner -> Integer,
        anonymity -> Text,
        released_at -> Nullable<BigInt>,
        revision -> Integer,
        created_by -> Text,
        copied_from -> Nullable<Text>,
        score_maximum -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
        reviewing_column -> Nullable<Text>,
        mark_method -> Text,
        reviewing_method -> Text,
        self_assessment -> Bool,
        review_from_at -> Nullable<BigInt>,
        planned_at -> Nullable<BigInt>,
        late_days -> Integer,
        late_penalty -> Integer,
        check_percent -> Integer,
        reviewing_weight -> Integer,
        release_at -> Nullable<BigInt>,
        trainer_blind -> Bool,
        pool_minutes -> Integer,
        group_rule -> Text,
        reviews_received -> Integer,
    }
}

diesel::table! {
    rubric_versions (id) {
        id -> Text,
        activity_id -> Text,
        version -> Integer,
        body -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    placements (id) {
        id -> Text,
        activity_id -> Text,
        link_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    line_items (id) {
        id -> Text,
        activity_id -> Text,
        course_id -> Text,
        tag -> Text,
        link_id -> Text,
        url -> Nullable<Text>,
        score_maximum -> Nullable<BigInt>,
        created_by_us -> Bool,
        lease_token -> Nullable<Text>,
        lease_until -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        lost_at -> Nullable<BigInt>,
        described_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    submissions (id) {
        id -> Text,
        activity_id -> Text,
        person_id -> Text,
        course_id -> Text,
        number -> Integer,
        state -> Text,
        draft_html -> Text,
        draft_revision -> Integer,
        handed_in_html -> Nullable<Text>,
        handed_in_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        withheld_reason -> Nullable<Text>,
        withheld_by -> Nullable<Text>,
        withheld_at -> Nullable<BigInt>,
        team -> Nullable<Text>,
        control -> Bool,
    }
}

diesel::table! {
    reviews (id) {
        id -> Text,
        activity_id -> Text,
        submission_id -> Text,
        reviewer_id -> Text,
        rubric_version_id -> Text,
        state -> Text,
        leased_until -> BigInt,
        body -> Text,
        total -> Nullable<BigInt>,
        opened_at -> BigInt,
        updated_at -> BigInt,
        sent_at -> Nullable<BigInt>,
        declined -> Nullable<Text>,
        excluded_reason -> Nullable<Text>,
        excluded_by -> Nullable<Text>,
        excluded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    mark_overrides (id) {
        id -> Text,
        activity_id -> Text,
        person_id -> Text,
        number -> Integer,
        mark -> Nullable<BigInt>,
        reason -> Text,
        decided_by -> Text,
        decided_at -> BigInt,
        judges -> Bool,
    }
}

diesel::table! {
    files (id) {
        id -> Text,
        submission_id -> Text,
        name -> Text,
        kind -> Text,
        size -> BigInt,
        hash -> Text,
        clean_size -> BigInt,
        clean_hash -> Text,
        unseen_parts -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    reports (id) {
        id -> Text,
        activity_id -> Text,
        submission_id -> Text,
        review_id -> Nullable<Text>,
        reporter_id -> Text,
        text -> Text,
        state -> Text,
        created_at -> BigInt,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    examples (id) {
        id -> Text,
        activity_id -> Text,
        rubric_version_id -> Text,
        html -> Text,
        reference -> Text,
        total -> BigInt,
        tolerance -> Integer,
        created_by -> Text,
        created_at -> BigInt,
        withdrawn_at -> Nullable<BigInt>,
        submission_id -> Nullable<Text>,
    }
}

diesel::table! {
    practices (example_id, person_id) {
        example_id -> Text,
        person_id -> Text,
        body -> Text,
        total -> Nullable<BigInt>,
        sent_at -> Nullable<BigInt>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    news (id) {
        id -> Text,
        person_id -> Text,
        activity_id -> Text,
        kind -> Text,
        about -> Text,
        created_at -> BigInt,
        seen_at -> Nullable<BigInt>,
        mailed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    mail_recipients (person_id) {
        person_id -> Text,
        token -> Text,
        muted -> Text,
        mailed_at -> Nullable<BigInt>,
        not_before -> Nullable<BigInt>,
        tries -> Integer,
    }
}

diesel::table! {
    review_pairs (activity_id, reviewer_id, author_id) {
        activity_id -> Text,
        reviewer_id -> Text,
        author_id -> Text,
        rule -> Text,
        decided_by -> Text,
        decided_at -> BigInt,
    }
}

diesel::table! {
    exemplars (submission_id) {
        submission_id -> Text,
        activity_id -> Text,
        consent -> Text,
        asked_by -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    counted_dates (activity_id) {
        activity_id -> Text,
        review_from -> Nullable<Integer>,
        review_due -> Nullable<Integer>,
        release -> Nullable<Integer>,
    }
}

diesel::table! {
    review_groups (activity_id, person_id) {
        activity_id -> Text,
        person_id -> Text,
        name -> Text,
    }
}

diesel::table! {
    review_companies (activity_id, person_id) {
        activity_id -> Text,
        person_id -> Text,
        name -> Text,
    }
}

diesel::table! {
    company_rules (activity_id) {
        activity_id -> Text,
        rule -> Text,
    }
}

diesel::table! {
    planned_reviews (activity_id, reviewer_id, author_id) {
        activity_id -> Text,
        reviewer_id -> Text,
        author_id -> Text,
    }
}

diesel::table! {
    self_assessments (submission_id) {
        submission_id -> Text,
        rubric_version_id -> Text,
        body -> Text,
        total -> Nullable<BigInt>,
        sent_at -> Nullable<BigInt>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    extensions (activity_id, person_id) {
        activity_id -> Text,
        person_id -> Text,
        work_until -> Nullable<BigInt>,
        review_until -> Nullable<BigInt>,
        reason -> Text,
        decided_by -> Text,
        decided_at -> BigInt,
        exempt -> Bool,
    }
}

diesel::table! {
    review_responses (review_id) {
        review_id -> Text,
        helpful -> Nullable<Integer>,
        reply -> Nullable<Text>,
        replied_at -> Nullable<BigInt>,
        answer -> Nullable<Text>,
        answered_at -> Nullable<BigInt>,
        reactions -> Text,
    }
}

diesel::table! {
    appeals (id) {
        id -> Text,
        activity_id -> Text,
        person_id -> Text,
        text -> Text,
        state -> Text,
        created_at -> BigInt,
        due_at -> BigInt,
        answer -> Nullable<Text>,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    aggregation_runs (id) {
        id -> Text,
        activity_id -> Text,
        version -> Text,
        input_hash -> Text,
        input -> Text,
        outcome -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    grade_revisions (id) {
        id -> Text,
        activity_id -> Text,
        person_id -> Text,
        rev -> Integer,
        points -> BigInt,
        maximum -> BigInt,
        state -> Text,
        source -> Text,
        reason -> Text,
        decided_by -> Text,
        decided_at -> BigInt,
        prev_hash -> Text,
        hash -> Text,
        tag -> Text,
    }
}

diesel::table! {
    ags_outbox (id) {
        id -> Text,
        registration_id -> Text,
        line_item_id -> Text,
        person_id -> Text,
        lms_sub -> Text,
        desired_rev -> Integer,
        desired_points -> BigInt,
        desired_maximum -> BigInt,
        desired_ts -> BigInt,
        submitted_at -> Nullable<BigInt>,
        delivered_rev -> Integer,
        state -> Text,
        attempt -> Integer,
        ambiguous -> Bool,
        next_attempt_at -> BigInt,
        first_failed_at -> Nullable<BigInt>,
        lease_owner -> Nullable<Text>,
        lease_token -> Nullable<Text>,
        lease_until -> Nullable<BigInt>,
        last_class -> Nullable<Text>,
        last_status -> Nullable<Integer>,
        last_text -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        confirmed_rev -> Integer,
        sent_points -> Nullable<BigInt>,
        checked_at -> Nullable<BigInt>,
        check_at -> Nullable<BigInt>,
        seen_points -> Nullable<BigInt>,
        seen_at -> Nullable<BigInt>,
        resends -> Integer,
        refusals -> Integer,
    }
}

diesel::table! {
    ags_attempts (id) {
        id -> Text,
        outbox_id -> Text,
        rev -> Integer,
        ts -> BigInt,
        no -> Integer,
        started_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        status -> Nullable<Integer>,
        class -> Nullable<Text>,
        latency_ms -> Nullable<BigInt>,
        answer_excerpt -> Nullable<Text>,
    }
}

diesel::table! {
    registration_health (registration_id) {
        registration_id -> Text,
        circuit -> Text,
        since -> BigInt,
        next_probe_at -> BigInt,
        pause_seconds -> BigInt,
        successes -> Integer,
        last_class -> Nullable<Text>,
        last_status -> Nullable<Integer>,
        last_text -> Nullable<Text>,
        clock_skew_ms -> Nullable<BigInt>,
        drain_owner -> Nullable<Text>,
        drain_until -> Nullable<BigInt>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        token_hash -> Text,
        mode -> Text,
        csrf_token -> Text,
        registration_id -> Text,
        person_id -> Text,
        course_id -> Text,
        link_id -> Nullable<Text>,
        role -> Text,
        locale -> Text,
        frame_origins -> Text,
        return_url -> Nullable<Text>,
        review_of -> Nullable<Text>,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    deep_linkings (session_id) {
        session_id -> Text,
        settings -> Text,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    administrators (id) {
        id -> Text,
        name -> Text,
        sealed_secret -> Text,
        last_step -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    admin_links (token_hash) {
        token_hash -> Text,
        name -> Text,
        enrols -> Bool,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    admin_browsers (token_hash) {
        token_hash -> Text,
        administrator_id -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    admin_sessions (token_hash) {
        token_hash -> Text,
        csrf_token -> Text,
        administrator_id -> Text,
        confirmed_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    admin_tries (who) {
        who -> Text,
        failures -> Integer,
        since -> BigInt,
    }
}

diesel::table! {
    refused_launches (id) {
        id -> Text,
        registration_id -> Nullable<Text>,
        reason -> Text,
        reference -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    used_nonces (nonce_hash) {
        nonce_hash -> Text,
        keep_until -> BigInt,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        sealed_private_key -> Text,
        modulus -> Text,
        exponent -> Text,
        created_at -> BigInt,
        sign_from -> BigInt,
        publish_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit_log (seq) {
        seq -> BigInt,
        at -> BigInt,
        actor -> Text,
        action -> Text,
        subject -> Text,
        detail -> Text,
        prev_hash -> Text,
        hash -> Text,
    }
}

diesel::table! {
    audit_head (id) {
        id -> Integer,
        seq -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    upkeep (name) {
        name -> Text,
        at -> BigInt,
        made_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    registrations,
    invitations,
    deployments,
    courses,
    links,
    people,
    cohorts,
    bindings,
    memberships,
    rosters,
    notice_services,
    notices,
    activities,
    rubric_versions,
    placements,
    line_items,
    submissions,
    files,
    reviews,
    reports,
    examples,
    practices,
    news,
    mail_recipients,
    review_pairs,
    counted_dates,
    review_groups,
    review_companies,
    company_rules,
    planned_reviews,
    exemplars,
    self_assessments,
    extensions,
    review_responses,
    appeals,
    mark_overrides,
    aggregation_runs,
    grade_revisions,
    ags_outbox,
    ags_attempts,
    registration_health,
    sessions,
    deep_linkings,
    administrators,
    admin_links,
    admin_browsers,
    admin_sessions,
    admin_tries,
    refused_launches,
    used_nonces,
    signing_keys,
    audit_log,
    audit_head,
    upkeep,
);

/// Every table of the current schema; start-up checks that each one is there.
pub const TABLES: &[&str] = &[
    "registrations",
    "invitations",
    "deployments",
    "courses",
    "links",
    "people",
    "cohorts",
    "bindings",
    "memberships",
    "rosters",
    "notice_services",
    "notices",
    "activities",
    "rubric_versions",
    "placements",
    "line_items",
    "submissions",
    "files",
    "reviews",
    "reports",
    "examples",
    "practices",
    "news",
    "mail_recipients",
    "review_pairs",
    "counted_dates",
    "review_groups",
    "review_companies",
    "company_rules",
    "planned_reviews",
    "exemplars",
    "self_assessments",
    "extensions",
    "review_responses",
    "appeals",
    "mark_overrides",
    "aggregation_runs",
    "grade_revisions",
    "ags_outbox",
    "ags_attempts",
    "registration_health",
    "sessions",
    "deep_linkings",
    "administrators",
    "admin_links",
    "admin_browsers",
    "admin_sessions",
    "admin_tries",
    "refused_launches",
    "used_nonces",
    "signing_keys",
    "audit_log",
    "audit_head",
    "upkeep",
];
