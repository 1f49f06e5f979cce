//! What the trainer sees: the group by steps, and one learner.

use std::collections::HashSet;

use super::super::attention::{self, Why, Work};
use super::super::marks::{Input, Marks};
use super::super::model::{
    Appeal, Extension, Late, Mark, ReportState, Review, ReviewState, Submission, SubmissionState,
};
use super::super::reliability::Reliability;
use super::super::reviewing::{Reviewing, overall};
use super::super::{PeerError, store};
use super::reviewing_grade::{Asks, Measures};
use super::{extension, for_staff, marks_input, standing_marks, teams, with_criteria};
use crate::activity::model::{Activity, GradeTag};
use crate::clock::UtcTime;
use crate::cohort;
use crate::cohort::model::Learner;
use crate::grades;
use crate::grades::model::GradeState;
use crate::grades::service::Released;
use crate::ids::{ActivityId, PersonId, SubmissionId};
use crate::launch::Scope;
use crate::store::Conn;
use crate::store::columns::Points;

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
    /// Wait until reviews begin for everybody.
    Later,
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
    /// The work, once begun; the team's, where the learner is in one.
    pub submission: Option<Submission>,
    /// The team.
    pub team: Option<String>,
    /// Whether this row is the only one, or the first one, with this work.
    pub is_first: bool,
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
    /// The grade of the work as it stands: the mark, and the reviewing as far as it counts in it.
    pub grade: Option<Points>,
    /// The released grade for reviewing.
    pub released_reviewing: Option<Released>,
    /// More time that the learner was given.
    pub extension: Option<Extension>,
    /// The learner's appeal against the released mark.
    pub appeal: Option<Appeal>,
    /// How many open reports there are about the work and its reviews.
    pub reports: usize,
    /// What comes next.
    pub next: Next,
}

impl Row {
    /// Whether the work was handed in.
    #[must_use]
    pub fn is_handed_in(&self) -> bool {
        self.submission.as_ref().is_some_and(Submission::is_handed_in)
    }

    /// Whether this is the learner's own work.
    pub(super) fn is_own(&self, work: &SubmissionId) -> bool {
        self.submission.as_ref().is_some_and(|own| own.id == *work)
    }

    /// Whether the learner need not review.
    #[must_use]
    pub fn is_exempt(&self) -> bool {
        self.extension.as_ref().is_some_and(|e| e.exempt)
    }

    /// Whether the trainer took the work out of reviewing.
    #[must_use]
    pub fn is_withheld(&self) -> bool {
        self.submission.as_ref().is_some_and(|s| s.withheld_reason.is_some())
    }

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
    /// How the marks are made, before the trainer's decisions about single ones.
    pub marks: Marks,
    /// What they would be made from now; with what was given to single criteria only before a release.
    pub input: Input,
    /// Reports about the control work that nobody has looked at.
    pub control_reports: usize,
    /// All works, also of those who left.
    pub submissions: Vec<Submission>,
    /// All reviews, also the ones under way.
    pub reviews: Vec<Review>,
}

/// The group of an activity. Marks that were released stay as they are.
///
/// # Errors
/// `NotFound`, or [`PeerError::Role`] for anybody but staff.
pub fn load(conn: &mut Conn, scope: &Scope, id: &ActivityId, now: UtcTime) -> Result<Group, PeerError> {
    load_with(conn, scope, id, now, false)
}

/// The group of an activity; `anew` with the marks that a release would make now.
pub(super) fn load_with(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    now: UtcTime,
    anew: bool,
) -> Result<Group, PeerError> {
    let activity = for_staff(conn, scope, id)?;
    let learners = cohort::store::list_learners(conn, scope, &activity.cohort_id)?;
    let submissions = store::list_submissions(conn, id)?;
    let reviews = store::list_reviews(conn, id)?;
    let overrides = store::list_overrides(conn, id)?;
    let mut released = grades::service::list_released(conn, scope, id)?;
    let reviews_open = reviews.iter().filter(|r| r.holds(now)).count();
    let mut appeals = store::list_appeals(conn, id)?;
    let extensions = store::list_extensions(conn, id)?;
    let mut reports = store::list_reports(conn, id)?;
    reports.retain(|r| r.state == ReportState::Open);
    let teams = teams::load(conn, &activity)?;
    let input = marks_input(conn, &activity, (&submissions, &teams), &reviews, &overrides)?;
    let input = if anew { with_criteria(conn, &activity, input, &reviews)? } else { input };
    let marks = if anew { input.run() } else { standing_marks(conn, id, &input)? };
    let measures = Measures { reviews: &reviews, marks: &marks, decisions: &overrides, references: &input.references };
    let asks = Asks::load(conn, &activity, (&submissions, &teams), &measures)?;
    let mut seen: HashSet<SubmissionId> = HashSet::new();
    let rows = learners
        .into_iter()
        .map(|learner| {
            let submission = teams.work_of(&submissions, &learner.person.id).cloned();
            let parts = Parts::of(&learner.person.id, submission.as_ref(), &reviews);
            let own = extension::for_author(&activity, &learner.person.id, &extensions, &teams);
            let extension = extensions.iter().find(|e| e.person_id == learner.person.id).cloned();
            let is_exempt = extension.as_ref().is_some_and(|e| e.exempt);
            let decision = overrides.iter().find(|o| o.person_id == learner.person.id);
            let late = submission.as_ref().and_then(|work| Late::of(&own, work));
            let mark = Mark::of(submission.as_ref().and_then(|s| marks.works.get(&s.id)), decision, late);
            let reviewing =
                if is_exempt { None } else { asks.reviewing(&learner.person.id, submission.as_ref(), parts.given) };
            Row {
                grade: mark.value.map(|mark| overall(mark, reviewing.as_ref(), activity.rules.reviewing_weight)),
                mark,
                next: next_step(&activity, &own, submission.as_ref(), &parts, now),
                extension,
                released: released.remove(&(learner.person.id.clone(), GradeTag::Overall)),
                reviewing,
                released_reviewing: released.remove(&(learner.person.id.clone(), GradeTag::Reviewing)),
                appeal: appeals.iter().position(|a| a.person_id == learner.person.id).map(|i| appeals.swap_remove(i)),
                reports: reports
                    .iter()
                    .filter(|r| submission.as_ref().is_some_and(|s| s.id == r.submission_id))
                    .count(),
                team: teams.name_of(&learner.person.id).map(str::to_owned),
                is_first: submission.as_ref().is_none_or(|s| seen.insert(s.id.clone())),
                given: parts.given,
                received: parts.received,
                submission,
                learner,
            }
        })
        .collect();
    let mut rows: Vec<Row> = rows;
    if !activity.shows_staff_names() {
        for row in &mut rows {
            hide_name(&mut row.learner, row.submission.as_ref());
        }
        // Nor does the order in which they joined tell who they are.
        rows.sort_by_key(|row| row.submission.as_ref().filter(|s| s.is_handed_in()).map_or(i32::MAX, |s| s.number));
    }
    let is_control = |id: &SubmissionId| submissions.iter().any(|s| s.control && s.id == *id);
    let control_reports = reports.iter().filter(|r| is_control(&r.submission_id)).count();
    Ok(Group { activity, rows, reviews_open, marks, input, control_reports, submissions, reviews })
}

impl Group {
    /// The learners whose works are worth a look of the trainer before the release, by their place among the rows.
    #[must_use]
    pub fn worth_a_look(&self, now: UtcTime) -> Vec<(usize, Why)> {
        // The work of a team is one work.
        let is_work = |at: &usize| self.rows[*at].is_handed_in() && self.rows[*at].is_first;
        let places: Vec<usize> = (0..self.rows.len()).filter(is_work).collect();
        let work = |at: &usize| {
            let row = &self.rows[*at];
            let about = |r: &&Review| row.is_own(&r.submission_id) && r.counts();
            Work {
                totals: self.reviews.iter().filter(about).filter_map(|r| r.total).collect(),
                margin: row.mark.made.as_ref().and_then(|made| made.margin),
                settled: row.mark.decision.is_some() || row.is_withheld(),
            }
        };
        let works: Vec<Work> = places.iter().map(work).collect();
        let share = usize::try_from(self.activity.rules.check_percent).unwrap_or(0);
        let found = attention::worth_a_look(&works, self.activity.reviews_over(now), share);
        found.into_iter().map(|(at, why)| (places[at], why)).collect()
    }

    /// The control work.
    fn control(&self) -> Option<&SubmissionId> {
        self.submissions.iter().find(|s| s.control).map(|s| &s.id)
    }

    /// Works that have not enough reviews, those with the fewest first, and among them those that wait longest.
    #[must_use]
    pub fn short_of_reviews(&self) -> Vec<usize> {
        let enough = self.activity.rules.enough();
        let is_short = |row: &Row| row.is_first && row.is_handed_in() && !row.is_withheld() && row.received < enough;
        let mut places: Vec<usize> = (0..self.rows.len()).filter(|at| is_short(&self.rows[*at])).collect();
        places.sort_by_key(|at| {
            let row = &self.rows[*at];
            (row.received, row.submission.as_ref().and_then(|s| s.handed_in_at))
        });
        places
    }

    /// How many reviews will be missing when the time for reviews is over.
    #[must_use]
    pub fn shortage(&self, now: UtcTime) -> usize {
        let wanted = self.activity.rules.wanted();
        let in_queue = self.rows.iter().filter(|r| r.is_first && r.is_handed_in() && !r.is_withheld());
        let free = in_queue.map(|r| self.activity.rules.enough().saturating_sub(r.received)).sum();
        let reviewing = || self.rows.iter().filter(|r| matches!(r.next, Next::Review | Next::Later));
        // One of everybody's reviews may be that of the control work.
        let control = self.control();
        let has_had = |r: &Row| {
            self.reviews.iter().any(|v| v.reviewer_id == r.learner.person.id && control == Some(&v.submission_id))
        };
        let to_come = reviewing().map(|r| wanted - r.given - usize::from(control.is_some() && !has_had(r))).sum();
        let has_begun = |r: &&Row| r.given > 0 || self.reviews.iter().any(|v| v.reviewer_id == r.learner.person.id);
        let is_close = self.activity.rules.review_due_at.is_some_and(|due| due.seconds_since(now) < CLOSE);
        attention::shortage(free, to_come, reviewing().filter(has_begun).count(), reviewing().count(), is_close)
    }
}

/// So many seconds before the end it shows who will not begin any more.
const CLOSE: i64 = 48 * 3600;

/// How far the reviewers of a group agree; None while there is too little to say.
///
/// # Errors
/// When the database fails.
pub fn reliability(conn: &mut Conn, group: &Group) -> Result<Option<Reliability>, PeerError> {
    let rubric = store::get_rubric(conn, &group.activity.rubric_version_id)?;
    let mut reviews = group.reviews.clone();
    reviews.retain(|r| Some(&r.submission_id) != group.control());
    Ok(Reliability::of(&group.input.reviews, &reviews, &rubric))
}

/// Leaves the name of a work's author out; who has handed nothing in can be called by name.
pub(super) fn hide_name(learner: &mut Learner, work: Option<&Submission>) {
    if let Some(work) = work.filter(|work| work.is_handed_in()) {
        learner.person = learner.person.clone().nameless(work.number);
    }
}

struct Parts {
    given: usize,
    received: usize,
}

impl Parts {
    fn of(person: &PersonId, submission: Option<&Submission>, reviews: &[Review]) -> Self {
        let sent = || reviews.iter().filter(|r| r.state == ReviewState::Sent);
        Self {
            given: sent().filter(|r| r.reviewer_id == *person).count(),
            received: sent()
                .filter(|r| r.counts())
                .filter(|r| submission.is_some_and(|s| s.id == r.submission_id))
                .count(),
        }
    }
}

fn next_step(
    activity: &Activity,
    own: &Activity,
    submission: Option<&Submission>,
    parts: &Parts,
    now: UtcTime,
) -> Next {
    let (enough, owed) = (activity.rules.enough(), own.rules.wanted());
    if activity.released_at.is_some() {
        return Next::Done;
    }
    match submission {
        None if own.takes_works(now) => Next::Start,
        Some(s) if s.state == SubmissionState::Draft && own.takes_works(now) => Next::HandIn,
        Some(s) if s.state == SubmissionState::Draft => Next::MissedHandIn,
        None => Next::MissedHandIn,
        Some(_) if parts.given < owed && own.takes_reviews(now) => Next::Review,
        Some(_) if parts.given < owed && !own.reviews_over(now) => Next::Later,
        Some(_) if parts.given < owed => Next::MissedReviews,
        Some(_) if parts.received < enough && !activity.reviews_over(now) => Next::Wait,
        Some(_) => Next::Ready,
    }
}
