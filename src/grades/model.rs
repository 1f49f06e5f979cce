//! Grade revisions, line items, outbox rows.

use crate::activity::model::GradeTag;
use crate::clock::UtcTime;
use crate::crypto;
use crate::ids::{ActivityId, CourseId, LineItemId, LinkId, OutboxId, PersonId, RegistrationId};
use crate::platform::model::Person;
use crate::store::columns::{Points, text_enum};

text_enum! {
    /// Where a mark comes from.
    Source {
        /// The reviews.
        Peers => "peers",
        /// A trainer's decision.
        Trainer => "trainer",
    }
}

text_enum! {
    /// Whether a revision gives a grade or takes it back.
    RevisionState {
        /// It gives one.
        Graded => "graded",
        /// It takes it back.
        Withdrawn => "withdrawn",
    }
}

text_enum! {
    /// Where a grade is on its way to the LMS.
    OutboxState {
        /// Waits for its next try.
        Pending => "pending",
        /// A process is sending it.
        InFlight => "in_flight",
        /// The LMS took it.
        Delivered => "delivered",
        /// The LMS does not take it; tried again once a day, and when somebody asks.
        Parked => "parked",
        /// The LMS has another grade; a person decides.
        Conflict => "conflict",
    }
}

/// A decision about a learner's grade; never changed.
#[derive(Clone, Debug)]
pub struct Revision {
    /// The activity.
    pub activity_id: ActivityId,
    /// The learner.
    pub person_id: PersonId,
    /// Which of the activity's grades.
    pub tag: GradeTag,
    /// 1, 2, 3… over all grades of the learner in the activity.
    pub rev: i32,
    /// The points.
    pub points: Points,
    /// What they are out of.
    pub maximum: Points,
    /// Where the mark comes from.
    pub source: Source,
    /// Why, where a trainer decided.
    pub reason: String,
    /// Who decided.
    pub decided_by: PersonId,
    /// When.
    pub decided_at: UtcTime,
    /// The hash of the row.
    pub hash: String,
}

impl Revision {
    /// The hash of this revision after the one before it: a revision that somebody changed, added or took out
    /// later breaks the chain.
    #[must_use]
    pub fn chained_to(&self, before: &str) -> String {
        let Self { activity_id, person_id, tag, rev, points, source, reason, decided_by, decided_at, .. } = self;
        let mut text = format!(
            "{before}\n{activity_id}\n{person_id}\n{rev}\n{}\n{source}\n{reason}\n{decided_by}\n{}",
            points.0, decided_at.0
        );
        // The first revisions knew one kind of grade only.
        if *tag != GradeTag::Overall {
            text = format!("{text}\n{tag}");
        }
        crypto::sha256_text(&text)
    }
}

/// One column: an activity in a course.
#[derive(Clone, Debug)]
pub struct LineItem {
    /// Our id.
    pub id: LineItemId,
    /// The activity.
    pub activity_id: ActivityId,
    /// The course.
    pub course_id: CourseId,
    /// Which of the activity's grades.
    pub tag: GradeTag,
    /// The link the column belongs to.
    pub link_id: LinkId,
    /// Its address in the LMS, once known.
    pub url: Option<String>,
    /// What a full score is in the LMS, once known.
    pub score_maximum: Option<Points>,
    /// When the LMS described it last.
    pub described_at: Option<UtcTime>,
    /// Since when the LMS no longer has it, unless a trainer said to make it again.
    pub lost_at: Option<UtcTime>,
}

/// The row that wants one learner's grade in one column.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Our id.
    pub id: OutboxId,
    /// The registration.
    pub registration_id: RegistrationId,
    /// The column.
    pub line_item_id: LineItemId,
    /// The learner.
    pub person_id: PersonId,
    /// The learner's id in the LMS.
    pub lms_sub: String,
    /// The newest revision.
    pub desired_rev: i32,
    /// Its points.
    pub desired_points: Points,
    /// What they are out of.
    pub desired_maximum: Points,
    /// Its timestamp: the same for all tries.
    pub desired_ts: UtcTime,
    /// When the learner handed in.
    pub submitted_at: Option<UtcTime>,
    /// The revision that the LMS has.
    pub delivered_rev: i32,
    /// Where it is.
    pub state: OutboxState,
    /// How many tries this revision has had.
    pub attempt: i32,
    /// Whether an earlier try may have arrived unseen.
    pub ambiguous: bool,
    /// When the next try is due.
    pub next_attempt_at: UtcTime,
    /// What the last try came to.
    pub last_class: Option<String>,
    /// The HTTP status of the last try.
    pub last_status: Option<i32>,
    /// Since when tries have failed.
    pub first_failed_at: Option<UtcTime>,
    /// The newest revision that was read back from the LMS.
    pub confirmed_rev: i32,
    /// The points that the LMS took last.
    pub sent_points: Option<Points>,
    /// When the LMS's own value was read last.
    pub checked_at: Option<UtcTime>,
    /// What the LMS had instead of ours, out of `desired_maximum`.
    pub seen_points: Option<Points>,
    /// When that was changed there, where the LMS says so, else when it was read.
    pub seen_at: Option<UtcTime>,
    /// How often it was sent again by itself because the LMS had lost it.
    pub resends: i32,
    /// How often in a row the LMS failed over this very grade.
    pub refusals: i32,
}

/// Where a released grade is, for people (reliability-security.md §2.8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GradeState {
    /// The LMS has it: it was read back and is equal.
    Confirmed {
        /// When.
        at: UtcTime,
    },
    /// The LMS took it; it has not been read back yet, or cannot be.
    Sent,
    /// It waits for its first try.
    Waiting,
    /// Nothing is sent since the database was restored, until an administrator allows it.
    Paused,
    /// A try failed; the next one is due.
    Retrying {
        /// What the last try came to.
        class: String,
        /// Since when.
        since: UtcTime,
        /// When the next try is due.
        next_at: UtcTime,
    },
    /// The LMS does not take it.
    Failed {
        /// Why.
        class: String,
    },
    /// The LMS has another grade, and a person has to choose.
    Conflict {
        /// What the LMS has, out of 100, where it could be read.
        theirs: Option<Points>,
        /// Since when, where known.
        at: Option<UtcTime>,
    },
    /// A trainer chose to leave the LMS's own grade.
    Kept {
        /// What the LMS had then.
        theirs: Option<Points>,
    },
}

impl GradeState {
    /// Whether the LMS has the grade.
    #[must_use]
    pub const fn is_in_lms(&self) -> bool {
        matches!(self, Self::Confirmed { .. } | Self::Sent)
    }

    /// Whether nothing moves until a person does something.
    #[must_use]
    pub const fn needs_somebody(&self) -> bool {
        matches!(self, Self::Conflict { .. } | Self::Failed { .. })
    }
}

/// The class of a row whose trainer left the LMS's own grade.
pub const KEPT: &str = "kept";
/// The class of a row whose LMS offers no service for it.
pub const NO_SERVICE: &str = "no_service";
/// The class of a row whose registration is switched off.
pub const DISABLED: &str = "registration_disabled";
/// The class of a row that is tried no more by itself.
pub const GAVE_UP: &str = "gave_up";

impl Outgoing {
    /// A row that wants nothing yet.
    #[must_use]
    pub fn new(person: &Person, line_item: &LineItemId, desired_ts: UtcTime) -> Self {
        Self {
            id: OutboxId::new(),
            registration_id: person.registration_id.clone(),
            line_item_id: line_item.clone(),
            person_id: person.id.clone(),
            lms_sub: person.sub.clone(),
            desired_rev: 0,
            desired_points: Points(0),
            desired_maximum: Points::FULL,
            desired_ts,
            submitted_at: None,
            delivered_rev: 0,
            state: OutboxState::Pending,
            attempt: 0,
            ambiguous: false,
            next_attempt_at: desired_ts,
            last_class: None,
            last_status: None,
            first_failed_at: None,
            confirmed_rev: 0,
            sent_points: None,
            checked_at: None,
            seen_points: None,
            seen_at: None,
            resends: 0,
            refusals: 0,
        }
    }

    /// Whether a trainer chose to leave the LMS's own grade.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.state == OutboxState::Parked && self.last_class.as_deref() == Some(KEPT)
    }

    /// Whether the row holds a grade; otherwise it only tells the LMS that work was handed in.
    #[must_use]
    pub const fn is_grade(&self) -> bool {
        self.desired_rev > 0
    }

    /// Where this grade is. `is_paused` is whether nothing may be sent now.
    #[must_use]
    pub fn grade_state(&self, is_paused: bool) -> GradeState {
        match self.state {
            OutboxState::Pending | OutboxState::InFlight if is_paused => GradeState::Paused,
            OutboxState::Delivered => match self.checked_at {
                Some(at) if self.confirmed_rev == self.desired_rev => GradeState::Confirmed { at },
                _ => GradeState::Sent,
            },
            OutboxState::Conflict => GradeState::Conflict { theirs: self.seen_points, at: self.seen_at },
            OutboxState::Parked => match self.last_class.as_deref() {
                Some(KEPT) => GradeState::Kept { theirs: self.seen_points },
                class => GradeState::Failed { class: class.unwrap_or_default().to_owned() },
            },
            OutboxState::Pending | OutboxState::InFlight => match &self.last_class {
                Some(class) => GradeState::Retrying {
                    class: class.clone(),
                    since: self.first_failed_at.unwrap_or(self.desired_ts),
                    next_at: self.next_attempt_at,
                },
                None => GradeState::Waiting,
            },
        }
    }
}

/// One try to send somebody's grade.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The learner.
    pub person_id: PersonId,
    /// Which of the activity's grades.
    pub tag: GradeTag,
    /// When it began.
    pub at: UtcTime,
    /// What it came to; None while it is under way, or when the process that made it is gone.
    pub class: Option<String>,
}

text_enum! {
    /// Whether grades are sent to a registration's LMS now.
    Circuit {
        /// They are.
        Closed => "closed",
        /// The LMS fails; it is asked from time to time.
        Open => "open",
        /// It answered again; one more good answer closes the circuit.
        Half => "half",
        /// It does not take our token or key.
        Auth => "auth",
        /// Its certificate is not valid.
        Tls => "tls",
        /// Its address is one that we may not talk to.
        Blocked => "blocked",
        /// It sends us elsewhere.
        Moved => "moved",
    }
}

/// How a registration's LMS does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The registration.
    pub registration_id: RegistrationId,
    /// Whether grades are sent.
    pub circuit: Circuit,
    /// Since when the circuit is as it is.
    pub since: UtcTime,
    /// When the LMS is asked again, unless the circuit is closed.
    pub next_probe_at: UtcTime,
    /// The last pause, in seconds.
    pub pause_seconds: i64,
    /// Good answers since the last probe.
    pub successes: i32,
    /// What the last failure was.
    pub last_class: Option<String>,
    /// Its HTTP status.
    pub last_status: Option<i32>,
    /// The start of the answer.
    pub last_text: Option<String>,
    /// How far the LMS's clock is ahead of ours, in milliseconds.
    pub clock_skew_ms: Option<i64>,
}

impl Health {
    /// Of a registration of which nothing is known yet.
    #[must_use]
    pub const fn new(registration_id: RegistrationId, now: UtcTime) -> Self {
        Self {
            registration_id,
            circuit: Circuit::Closed,
            since: now,
            next_probe_at: now,
            pause_seconds: 0,
            successes: 0,
            last_class: None,
            last_status: None,
            last_text: None,
            clock_skew_ms: None,
        }
    }
}
