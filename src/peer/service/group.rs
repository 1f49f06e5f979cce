//! What the trainer sees: the group by steps, and one learner.

use std::collections::HashMap;

use super::super::model::{
    Mark, Override, Review, ReviewState, Reviewing, Submission, SubmissionState, mark, reviewing,
};
use super::super::rubric::Rubric;
use super::super::{PeerError, store};
use super::{for_staff, for_trainer, work};
use crate::activity::model::{Activity, GradeTag};
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::cohort;
use crate::cohort::model::Learner;
use crate::grades;
use crate::grades::model::{GradeState, Source};
use crate::grades::service::{Cause, Decision, Released};
use crate::ids::{ActivityId, PersonId};
use crate::launch::Scope;
use crate::platform::model::Person;
use crate::store::columns::Points;
use crate::store::{Conn, StoreError};

/// What a learner has to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Begin to write.
    Start,
    /// Hand in the draft.
    HandIn,
    /// Missed the deadline for handing in.
    MissedHandIn,
    /// Write more reviews.
    Review,
    /// Missed the deadline for reviews.
    MissedReviews,
    /// Wait for reviews of others.
    Wait,
    /// Nothing; the trainer can release.
    Ready,
    /// Nothing any more.
    Done,
}

/// One learner in the group.
#[derive(Clone, Debug)]
pub struct Row {
    /// The learner.
    pub learner: Learner,
    /// The work, once begun.
    pub submission: Option<Submission>,
    /// Reviews sent.
    pub given: usize,
    /// Reviews received.
    pub received: usize,
    /// The mark as it stands.
    pub mark: Mark,
    /// The released grade.
    pub released: Option<Released>,
    /// The grade for reviewing as it stands, where the activity has one and the learner handed in.
    pub reviewing: Option<Reviewing>,
    /// The released grade for reviewing.
    pub released_reviewing: Option<Released>,
    /// What comes next.
    pub next: Next,
}

impl Row {
    /// The learner's released grades, each with its kind.
    pub fn grades(&self) -> impl Iterator<Item = (GradeTag, &Released)> {
        let overall = self.released.iter().map(|r| (GradeTag::Overall, r));
        overall.chain(self.released_reviewing.iter().map(|r| (GradeTag::Reviewing, r)))
    }

    /// Where they are on their way.
    pub fn grade_states(&self) -> impl Iterator<Item = &GradeState> {
        self.grades().filter_map(|(_, released)| released.state.as_ref())
    }
}

/// The whole group.
pub struct Group {
    /// The activity.
    pub activity: Activity,
    /// The learners, in the order they joined.
    pub rows: Vec<Row>,
    /// Reviews that are being written now.
    pub reviews_open: usize,
}

/// The group of an activity.
///
/// # Errors
/// `NotFound`, or [`PeerError::Role`] for anybody but staff.
pub fn load(conn: &mut Conn, scope: &Scope, id: &ActivityId, now: UtcTime) -> Result<Group, PeerError> {
    let activity = for_staff(conn, scope, id)?;
    let learners = cohort::store::list_learners(conn, scope, &activity.cohort_id)?;
    let submissions = store::list_submissions(conn, id)?;
    let reviews = store::list_reviews(conn, id)?;
    let overrides = store::list_overrides(conn, id)?;
    let mut released = grades::service::list_released(conn, scope, id, GradeTag::Overall)?;
    let mut released_reviewing = grades::service::list_released(conn, scope, id, GradeTag::Reviewing)?;
    let reviews_open = reviews.iter().filter(|r| r.holds(now)).count();
    let asks = Asks::of(&activity, &submissions);
    let rows = learners
        .into_iter()
        .map(|learner| {
            let submission = submissions.iter().find(|s| s.person_id == learner.person.id).cloned();
            let parts = Parts::of(&learner.person.id, submission.as_ref(), &reviews);
            let decision = overrides.iter().find(|o| o.person_id == learner.person.id);
            Row {
                mark: mark(&parts.totals, decision),
                next: next_step(&activity, submission.as_ref(), &parts, now),
                released: released.remove(&learner.person.id),
                reviewing: asks.reviewing(submission.as_ref(), parts.given),
                released_reviewing: released_reviewing.remove(&learner.person.id),
                given: parts.given,
                received: parts.totals.len(),
                submission,
                learner,
            }
        })
        .collect();
    Ok(Group { activity, rows, reviews_open })
}

/// What the grade for reviewing is measured by.
pub(super) struct Asks {
    /// Whether the activity has that grade.
    graded: bool,
    wanted: usize,
    works: usize,
}

impl Asks {
    /// Of an activity with these works.
    pub(super) fn of(activity: &Activity, submissions: &[Submission]) -> Self {
        Self {
            graded: activity.reviewing_column.is_some(),
            wanted: usize::try_from(activity.reviews_per_learner).unwrap_or(0),
            works: submissions.iter().filter(|s| s.state == SubmissionState::HandedIn).count(),
        }
    }

    /// The grade of somebody who gave so many reviews; whoever has not handed in cannot review.
    pub(super) fn reviewing(&self, own_work: Option<&Submission>, given: usize) -> Option<Reviewing> {
        let takes_part = own_work.is_some_and(|s| s.state == SubmissionState::HandedIn);
        let others = self.works.saturating_sub(1);
        (self.graded && takes_part).then(|| reviewing(given, self.wanted, others)).flatten()
    }
}

struct Parts {
    given: usize,
    totals: Vec<Points>,
}

impl Parts {
    fn of(person: &PersonId, submission: Option<&Submission>, reviews: &[Review]) -> Self {
        let sent = || reviews.iter().filter(|r| r.state == ReviewState::Sent);
        Self {
            given: sent().filter(|r| r.reviewer_id == *person).count(),
            totals: sent()
                .filter(|r| submission.is_some_and(|s| s.id == r.submission_id))
                .filter_map(|r| r.total)
                .collect(),
        }
    }
}

fn next_step(activity: &Activity, submission: Option<&Submission>, parts: &Parts, now: UtcTime) -> Next {
    let wanted = usize::try_from(activity.reviews_per_learner).unwrap_or(0);
    if activity.released_at.is_some() {
        return Next::Done;
    }
    match submission {
        None if activity.takes_works(now) => Next::Start,
        Some(s) if s.state == SubmissionState::Draft && activity.takes_works(now) => Next::HandIn,
        Some(s) if s.state == SubmissionState::Draft => Next::MissedHandIn,
        None => Next::MissedHandIn,
        Some(_) if parts.given < wanted && activity.takes_reviews(now) => Next::Review,
        Some(_) if parts.given < wanted => Next::MissedReviews,
        Some(_) if parts.totals.len() < wanted && activity.takes_reviews(now) => Next::Wait,
        Some(_) => Next::Ready,
    }
}

/// One learner, for staff.
pub struct Sheet {
    /// The activity.
    pub activity: Activity,
    /// The learner's row.
    pub row: Row,
    /// Reviews received, each with its rubric and its reviewer.
    pub received: Vec<(Review, Rubric, Option<Person>)>,
    /// Reviews given, each with the author of the work.
    pub given: Vec<(Review, Option<Person>)>,
}

/// One learner of the group.
///
/// # Errors
/// `NotFound`, also for a person who is no learner of this activity's cohort.
pub fn sheet(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    person: &PersonId,
    now: UtcTime,
) -> Result<Sheet, PeerError> {
    let Group { activity, rows, .. } = load(conn, scope, id, now)?;
    let people: HashMap<PersonId, Person> =
        rows.iter().map(|r| (r.learner.person.id.clone(), r.learner.person.clone())).collect();
    let row = rows.into_iter().find(|r| r.learner.person.id == *person).ok_or(StoreError::NotFound)?;
    let submissions = store::list_submissions(conn, id)?;
    let (mut received, mut given) = (Vec::new(), Vec::new());
    for review in store::list_reviews(conn, id)? {
        if row.submission.as_ref().is_some_and(|s| s.id == review.submission_id) {
            let rubric = store::get_rubric(conn, &review.rubric_version_id)?;
            let reviewer = people.get(&review.reviewer_id).cloned();
            received.push((review, rubric, reviewer));
        } else if review.reviewer_id == *person {
            let author = work::author_of(&submissions, &review.submission_id);
            given.push((review, author.and_then(|a| people.get(&a).cloned())));
        }
    }
    Ok(Sheet { activity, row, received, given })
}

/// What a trainer decides about a mark.
#[derive(Clone, Debug)]
pub struct MarkDecision {
    /// The mark; None lets the peers' mark count again.
    pub mark: Option<Points>,
    /// Why; the learner reads it after the release.
    pub reason: String,
    /// The number of the decision that the page showed, so that two trainers do not overwrite each
    /// other unseen.
    pub seen: i32,
}

/// The number of the newest decision about a learner; 0 without one.
///
/// # Errors
/// When the database fails.
pub fn decision_number(conn: &mut Conn, scope: &Scope, id: &ActivityId, person: &PersonId) -> Result<i32, PeerError> {
    for_staff(conn, scope, id)?;
    let overrides = store::list_overrides(conn, id)?;
    Ok(overrides.iter().find(|o| o.person_id == *person).map_or(0, |o| o.number))
}

/// Stores a decision about a mark. After the release the grade follows at once.
///
/// # Errors
/// Refused without a reason, outside 0–100, or when another trainer decided meanwhile.
pub fn decide_mark(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    person: &PersonId,
    decision: &MarkDecision,
    now: UtcTime,
) -> Result<(), PeerError> {
    let activity = for_trainer(conn, scope, id)?;
    if decision.mark.is_some() && decision.reason.trim().is_empty() {
        return Err(PeerError::Refused("mark-no-reason"));
    }
    if decision.reason.chars().count() > 1_000 {
        return Err(PeerError::Refused("mark-reason-too-long"));
    }
    if decision.mark.is_some_and(|m| m < Points(0) || m > Points::FULL) {
        return Err(PeerError::Refused("mark-range"));
    }
    let before = sheet(conn, scope, id, person, now)?;
    if decision_number(conn, scope, id, person)? != decision.seen {
        return Err(PeerError::Refused("changed-meanwhile"));
    }
    let stored = Override {
        person_id: person.clone(),
        number: decision.seen + 1,
        mark: decision.mark,
        reason: decision.reason.trim().to_owned(),
    };
    store::create_override(conn, id, &stored, &scope.person, now)?;
    audit::record(
        conn,
        now,
        &Actor::Person(scope.person.clone()),
        "mark.decide",
        id.as_str(),
        &serde_json::json!({
            "person": person, "before": before.row.mark.value, "after": decision.mark,
        }),
    )?;
    if activity.released_at.is_some() {
        let row = sheet(conn, scope, id, person, now)?.row;
        if let Some(grade) = grade_of(&row, scope, id, SLIP) {
            grades::service::decide(conn, &grade, now)?;
        }
    }
    Ok(())
}

/// A changed mark goes out after so many seconds: a slip of the pen is mended by then.
const SLIP: i64 = 3;

/// The grade that a row's mark makes, which goes out after a pause in seconds; None without a mark.
pub(super) fn grade_of(row: &Row, scope: &Scope, id: &ActivityId, pause: i64) -> Option<Decision> {
    let points = row.mark.value?;
    Some(Decision {
        activity_id: id.clone(),
        person_id: row.learner.person.id.clone(),
        course_id: row.learner.course_id.clone(),
        tag: GradeTag::Overall,
        points,
        source: if row.mark.reason.is_some() { Source::Trainer } else { Source::Peers },
        reason: row.mark.reason.clone().unwrap_or_default(),
        decided_by: scope.person.clone(),
        submitted_at: row.submission.as_ref().and_then(|s| s.handed_in_at),
        cause: Cause::Decision,
        pause,
    })
}

/// The grade for reviewing that a row makes; None where there is none.
pub(super) fn reviewing_grade_of(row: &Row, scope: &Scope, id: &ActivityId) -> Option<Decision> {
    Some(Decision {
        activity_id: id.clone(),
        person_id: row.learner.person.id.clone(),
        course_id: row.learner.course_id.clone(),
        tag: GradeTag::Reviewing,
        points: row.reviewing?.value,
        source: Source::Peers,
        reason: String::new(),
        decided_by: scope.person.clone(),
        submitted_at: None,
        cause: Cause::Decision,
        pause: 0,
    })
}
