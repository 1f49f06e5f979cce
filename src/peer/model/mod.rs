//! Works, reviews, marks.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::marks::Made;
use crate::activity::model::Activity;
use crate::clock::UtcTime;
use crate::files::Kind;
use crate::ids::{ActivityId, AppealId, CourseId, FileId, PersonId, ReportId, ReviewId, RubricVersionId, SubmissionId};
use crate::store::columns::{Points, text_enum};

text_enum! {
    /// How far a work is.
    SubmissionState {
        /// Only its author sees it.
        Draft => "draft",
        /// Peers may review it.
        HandedIn => "handed_in",
    }
}

text_enum! {
    /// How far a review is.
    ReviewState {
        /// Leased to its reviewer.
        Open => "open",
        /// The lease ran out or was given back; its text is kept.
        Lapsed => "lapsed",
        /// Sent; it counts.
        Sent => "sent",
    }
}

/// A learner's work.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Our id.
    pub id: SubmissionId,
    /// The activity.
    pub activity_id: ActivityId,
    /// The author; of a team's work, one of them.
    pub person_id: PersonId,
    /// The course that the author came from.
    pub course_id: CourseId,
    /// A number for those who see the work without its author and do not review it: staff, and readers of works that are
    /// shown. It says nothing about the author. Reviewers know the work by numbers of their own.
    pub number: i32,
    /// How far it is.
    pub state: SubmissionState,
    /// What is being written, sanitised.
    pub draft_html: String,
    /// Counts the saves, so that a late one covers no newer one.
    pub draft_revision: i32,
    /// What was handed in.
    pub handed_in_html: Option<String>,
    /// When it was handed in.
    pub handed_in_at: Option<UtcTime>,
    /// Why the trainer took it out of reviewing, if so; the author reads it.
    pub withheld_reason: Option<String>,
    /// The team whose work it is; None for a learner's own.
    pub team: Option<String>,
    /// Whether it is a trainer's, which shows how reviewers mark (see [`Example`](super::practice::Example)).
    pub control: bool,
}

impl Submission {
    /// Whether peers may review it.
    #[must_use]
    pub fn is_handed_in(&self) -> bool {
        self.state == SubmissionState::HandedIn
    }
}

/// A file of a work.
#[derive(Clone, Debug)]
pub struct WorkFile {
    /// Our id.
    pub id: FileId,
    /// The work.
    pub submission_id: SubmissionId,
    /// The name that its author gave it; peers see it in open reviews only.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its length in bytes.
    pub size: i64,
    /// Its SHA-256.
    pub hash: String,
    /// The length of the copy that does not say whose it is.
    pub clean_size: i64,
    /// The SHA-256 of that copy.
    pub clean_hash: String,
    /// Whether there are parts in it that could not be looked into.
    pub unseen_parts: bool,
    /// When it came.
    pub created_at: UtcTime,
}

/// What a reviewer chose and wrote, by criterion id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewBody {
    /// The chosen level of each criterion, counted from 0.
    #[serde(default)]
    pub levels: BTreeMap<String, usize>,
    /// The comment on each criterion.
    #[serde(default)]
    pub comments: BTreeMap<String, String>,
    /// A comment on the whole.
    #[serde(default)]
    pub overall: String,
}

/// One allocation of a work to a reviewer, from the lease to the sent review.
#[derive(Clone, Debug)]
pub struct Review {
    /// Our id.
    pub id: ReviewId,
    /// The activity.
    pub activity_id: ActivityId,
    /// The work.
    pub submission_id: SubmissionId,
    /// The reviewer.
    pub reviewer_id: PersonId,
    /// The rubric it uses.
    pub rubric_version_id: RubricVersionId,
    /// How far it is.
    pub state: ReviewState,
    /// When this reviewer opened the work first.
    pub opened_at: UtcTime,
    /// Until when the work is kept for this reviewer.
    pub leased_until: UtcTime,
    /// What was chosen and written.
    pub body: ReviewBody,
    /// The rubric total on 0–100, once sent.
    pub total: Option<Points>,
    /// When it was sent.
    pub sent_at: Option<UtcTime>,
    /// Why its reviewer does not review this work, if so.
    pub declined: Option<Declined>,
    /// Why the trainer took it out of the marks, if so; author and reviewer read it.
    pub excluded_reason: Option<String>,
}

text_enum! {
    /// Why somebody does not review a work that they got.
    Declined {
        /// They know its author, or have another interest in it.
        Conflict => "conflict",
        /// Something is wrong with it.
        Problem => "problem",
        /// The trainer took the work out of reviewing.
        Withheld => "withheld",
    }
}

/// How an author assesses the own work. It makes no mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfAssessment {
    /// The work.
    pub submission_id: SubmissionId,
    /// The rubric it uses.
    pub rubric_version_id: RubricVersionId,
    /// What was chosen and written.
    pub body: ReviewBody,
    /// The rubric total on 0–100, once sent.
    pub total: Option<Points>,
    /// When it was sent last.
    pub sent_at: Option<UtcTime>,
}

text_enum! {
    /// What an author says to showing their work to the group.
    Consent {
        /// Nothing yet.
        Asked => "asked",
        /// Yes.
        Given => "given",
        /// No.
        Refused => "refused",
    }
}

text_enum! {
    /// What a trainer decided about somebody and a work.
    PairRule {
        /// They do not get it.
        Never => "never",
        /// They get it before any other.
        Asked => "asked",
    }
}

/// What a trainer decided about who reviews whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Who reviews.
    pub reviewer_id: PersonId,
    /// Whose work.
    pub author_id: PersonId,
    /// What was decided.
    pub rule: PairRule,
}

text_enum! {
    /// How far a report is.
    ReportState {
        /// The trainer has not looked yet.
        Open => "open",
        /// The trainer took out what was reported.
        Upheld => "upheld",
        /// The trainer left it as it is.
        Rejected => "rejected",
    }
}

/// What a learner reported to the trainer.
#[derive(Clone, Debug)]
pub struct Report {
    /// Our id.
    pub id: ReportId,
    /// The activity.
    pub activity_id: ActivityId,
    /// The work that is reported, or was reviewed.
    pub submission_id: SubmissionId,
    /// The review of it that is reported; None where it is the work itself.
    pub review_id: Option<ReviewId>,
    /// Who reported it; only the trainer sees that.
    pub reporter_id: PersonId,
    /// What is wrong with it.
    pub text: String,
    /// How far it is.
    pub state: ReportState,
    /// When it was made.
    pub created_at: UtcTime,
}

impl Review {
    /// Whether marks are made of it.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.state == ReviewState::Sent && self.excluded_reason.is_none()
    }

    /// Whether the work is kept for this reviewer now.
    #[must_use]
    pub fn holds(&self, now: UtcTime) -> bool {
        self.state == ReviewState::Open && now < self.leased_until
    }
}

/// More time for one learner, or less to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The learner.
    pub person_id: PersonId,
    /// Until when the work may be handed in.
    pub work_until: Option<UtcTime>,
    /// Until when reviews may be sent.
    pub review_until: Option<UtcTime>,
    /// Whether they need not review.
    pub exempt: bool,
    /// Why; the learner reads it.
    pub reason: String,
}

text_enum! {
    /// What an author finds good about a review.
    Reaction {
        /// It is easy to understand.
        Clear => "clear",
        /// It says what to do.
        Concrete => "concrete",
        /// It encourages.
        Encouraging => "encouraging",
        /// It shows something that the author had not seen.
        New => "new",
    }
}

/// How an author received a review, and what the reviewer answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// How helpful it was, 1 to 5.
    pub helpful: Option<i32>,
    /// What is good about it.
    pub reactions: Vec<Reaction>,
    /// The author's reply.
    pub reply: Option<String>,
    /// When.
    pub replied_at: Option<UtcTime>,
    /// The reviewer's answer to it.
    pub answer: Option<String>,
    /// When.
    pub answered_at: Option<UtcTime>,
}

text_enum! {
    /// How far an appeal is.
    AppealState {
        /// The trainer has not answered yet.
        Open => "open",
        /// The trainer agreed.
        Accepted => "accepted",
        /// The mark stays.
        Rejected => "rejected",
    }
}

/// A learner's appeal against a mark.
#[derive(Clone, Debug)]
pub struct Appeal {
    /// Our id.
    pub id: AppealId,
    /// The activity.
    pub activity_id: ActivityId,
    /// Who appealed.
    pub person_id: PersonId,
    /// Why.
    pub text: String,
    /// How far it is.
    pub state: AppealState,
    /// When it was made.
    pub created_at: UtcTime,
    /// Until when the trainer answers.
    pub due_at: UtcTime,
    /// What the trainer answered.
    pub answer: Option<String>,
    /// Who answered.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<UtcTime>,
}

/// A trainer's decision about a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The learner.
    pub person_id: PersonId,
    /// Counts the decisions about this learner.
    pub number: i32,
    /// The mark on 0–100; None takes the decision back, so that the peers' mark counts again.
    pub mark: Option<Points>,
    /// Why; the learner reads it.
    pub reason: String,
    /// Whether it judges the work, and so tells how its reviewers mark; otherwise it is an exception.
    pub judges: bool,
}

/// A work that was handed in after its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// By how many days; a day that has begun counts.
    pub days: i64,
    /// What its mark loses, on 0–100.
    pub points: Points,
}

impl Late {
    /// Of a work in an activity with its author's own dates; None in time.
    #[must_use]
    pub fn of(own: &Activity, work: &Submission) -> Option<Self> {
        let days = own.rules.days_late(work.handed_in_at?);
        let points = Points(Points::whole(i64::from(own.rules.late_penalty)).0 * days);
        (days > 0).then_some(Self { days, points })
    }
}

/// A learner's mark and how it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The mark that counts, on 0–100.
    pub value: Option<Points>,
    /// What the reviews made, if there are any.
    pub made: Option<Made>,
    /// What the trainer decided, if it counts.
    pub decision: Option<Override>,
    /// How late the work was, if so; the trainer's decisions are not lowered for it.
    pub late: Option<Late>,
}

impl Mark {
    /// Of what the reviews made, less what a late work loses, and the trainer's decision, which wins.
    #[must_use]
    pub fn of(made: Option<&Made>, decision: Option<&Override>, late: Option<Late>) -> Self {
        let decision = decision.filter(|d| d.mark.is_some()).cloned();
        let lost = late.map_or(0, |late| late.points.0);
        let of_peers = made.map(|m| Points((m.mark.0 - lost).max(0)));
        let value = decision.as_ref().and_then(|d| d.mark).or(of_peers);
        Self { value, made: made.cloned(), decision, late }
    }

    /// How late the work was, where that lowered the mark.
    #[must_use]
    pub fn lowered(&self) -> Option<Late> {
        self.late.filter(|late| late.points.0 > 0 && self.decision.is_none() && self.made.is_some())
    }

    /// The trainer's reason, if the trainer decided.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.decision.as_ref().map(|d| d.reason.as_str())
    }
}

/// The mean of rubric totals on 0–100, rounded half up to 1/10000; None without any.
#[must_use]
pub fn mean(totals: &[Points]) -> Option<Points> {
    let count = i64::try_from(totals.len()).ok().filter(|n| *n > 0)?;
    let sum: i64 = totals.iter().map(|p| p.0).sum();
    Some(Points((2 * sum + count).div_euclid(2 * count)))
}
