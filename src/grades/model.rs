//! Grade revisions, line items, outbox rows.

use crate::clock::UtcTime;
use crate::ids::{ActivityId, CourseId, LineItemId, LinkId, OutboxId, PersonId, RegistrationId};
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
    /// 1, 2, 3…
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

/// One column: an activity in a course.
#[derive(Clone, Debug)]
pub struct LineItem {
    /// Our id.
    pub id: LineItemId,
    /// The activity.
    pub activity_id: ActivityId,
    /// The course.
    pub course_id: CourseId,
    /// The kind of grade.
    pub tag: String,
    /// The link the column belongs to.
    pub link_id: LinkId,
    /// Its address in the LMS, once known.
    pub url: Option<String>,
    /// What a full score is in the LMS, once known.
    pub score_maximum: Option<Points>,
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
}

/// Where a released grade is, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GradeState {
    /// The LMS took it.
    Sent,
    /// It waits for its first try.
    Waiting,
    /// A try failed; the next one is due.
    Retrying {
        /// What the last try came to.
        class: String,
        /// When the next try is due.
        next_at: UtcTime,
    },
    /// The LMS does not take it.
    Failed {
        /// Why.
        class: String,
    },
    /// The LMS has another grade.
    Conflict,
}

impl Outgoing {
    /// Where this grade is.
    #[must_use]
    pub fn grade_state(&self) -> GradeState {
        match self.state {
            OutboxState::Delivered => GradeState::Sent,
            OutboxState::Conflict => GradeState::Conflict,
            OutboxState::Parked => GradeState::Failed { class: self.last_class.clone().unwrap_or_default() },
            OutboxState::Pending | OutboxState::InFlight => match &self.last_class {
                Some(class) => GradeState::Retrying { class: class.clone(), next_at: self.next_attempt_at },
                None => GradeState::Waiting,
            },
        }
    }
}
