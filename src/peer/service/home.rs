//! What a learner's own page shows.

use std::collections::HashMap;

use super::super::marks::{Counted, Made, Marks};
use super::super::model::{
    Appeal, Consent, Extension, Late, Mark, Override, Report, Response, Review, ReviewBody, ReviewState, Submission,
    WorkFile, mean,
};
use super::super::reviewing::Reviewing;
use super::super::rubric::Rubric;
use super::super::{PeerError, store};
use super::practice::Practising;
use super::queue::Queue;
use super::reviewing_grade::{Asks, Measures};
use super::self_assessment::Beside;
use super::teams::{self, Team};
use super::{author_name, exemplars, extension, marks_input, numbers, reviewer_name, standing_marks};
use crate::activity;
use crate::activity::model::{Activity, GradeTag};
use crate::clock::UtcTime;
use crate::crypto;
use crate::grades;
use crate::ids::{ActivityId, ReviewId};
use crate::launch::Scope;
use crate::platform;
use crate::store::Conn;
use crate::store::columns::{Points, Role};

/// What a learner's page shows.
pub struct Home {
    /// The activity.
    pub activity: Activity,
    /// More time that the asker was given; the activity's dates have it.
    pub extension: Option<Extension>,
    /// By what works are assessed, and what it was before, oldest first.
    pub rubric: (Rubric, Vec<(UtcTime, Rubric)>),
    /// Who set it up.
    pub trainer: String,
    /// The own work, once begun.
    pub submission: Option<Submission>,
    /// Those with whom the asker hands in.
    pub team: Option<Team>,
    /// Its files.
    pub files: Vec<WorkFile>,
    /// Reviews sent.
    pub given: usize,
    /// How far the asker is with practising.
    pub practising: Practising,
    /// Whether the own work was assessed, where that is wanted.
    pub assessed: Option<bool>,
    /// The own view beside the peers', after the release.
    pub beside: Option<Beside>,
    /// The review that is open now.
    pub open_review: Option<Review>,
    /// Whether there is a work to review now; after enough reviews, whether one is short of some, or the trainer asks
    /// for one.
    pub waiting: Waiting,
    /// Reviews received.
    pub received: usize,
    /// Whether a reviewer has opened the own work, so that it can no longer be changed.
    pub work_opened: bool,
    /// Whether somebody may take part here: not the LMS's test person, not an observer.
    pub takes_part: bool,
    /// The released result.
    pub result: Option<LearnerResult>,
    /// The reviews that the asker gave; empty before the release.
    pub given_reviews: Vec<Given>,
    /// The reviews that the asker sent and may still change, each with the number under which they know the work and its
    /// author's name, where reviewers see it.
    pub sent_reviews: Vec<(ReviewId, i32, Option<String>)>,
    /// Whether the trainer would like to show the own work, and what the asker said to that.
    pub consent: Option<Consent>,
    /// The numbers of the works of others that are shown.
    pub exemplars: Vec<i32>,
    /// The asker's appeal.
    pub appeal: Option<Appeal>,
    /// The released grade for reviewing, with the reviews it counts.
    pub reviewing: Option<(grades::service::Released, Reviewing)>,
}

/// Whether there is a work to review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// There is none.
    Nothing,
    /// The queue has one.
    Queued,
    /// The trainer asks for this one.
    Asked,
}

/// A released result and how it was made.
pub struct LearnerResult {
    /// The released grade.
    pub released: grades::service::Released,
    /// The mark and its parts.
    pub mark: Mark,
    /// How the marks of the release were made.
    pub marks: Marks,
    /// The marks of single criteria, by their titles.
    pub criteria: Vec<(String, Made)>,
    /// The reviews received.
    pub reviews: Vec<Received>,
    /// Why the trainer took reviews out, for each one.
    pub excluded: Vec<String>,
    /// The reviewing, where it counts in the grade.
    pub reviewing: Option<Reviewing>,
}

/// A review as the author of the work sees it. It has no field that says who wrote it, or when (reliability-security.md T61).
pub struct SeenReview {
    /// Our id, which is random.
    pub id: ReviewId,
    /// What was chosen and written.
    pub body: ReviewBody,
    /// The rubric total on 0–100.
    pub total: Option<Points>,
}

/// A review of the own work.
pub struct Received {
    /// The review.
    pub review: SeenReview,
    /// Its rubric.
    pub rubric: Rubric,
    /// In open reviews, its reviewer's name.
    pub name: Option<String>,
    /// How it counted; None where all count the same.
    pub counted: Option<Counted>,
    /// How its author received it.
    pub response: Response,
    /// What its author reported about it.
    pub report: Option<Report>,
}

/// A review that the asker gave, after the release.
pub struct Given {
    /// The review.
    pub review: Review,
    /// The number under which the asker knows the work.
    pub number: i32,
    /// The author's name, where reviewers see it.
    pub name: Option<String>,
    /// How many points more than the mean of the others it gave; None where there are no others.
    pub difference: Option<Points>,
    /// How many points more than the trainer it gave, where it was about the control work.
    pub control: Option<Points>,
    /// How its author received it.
    pub response: Response,
}

/// The learner's page. Observers see it too, without a work of their own.
///
/// # Errors
/// `NotFound`.
pub fn load(conn: &mut Conn, scope: &Scope, id: &ActivityId, now: UtcTime) -> Result<Home, PeerError> {
    let activity = activity::store::get(conn, scope, id)?;
    let teams = teams::load(conn, &activity)?;
    let extensions = extension::of_authors(conn, id, &scope.person, &teams)?;
    let activity = extension::for_author(&activity, &scope.person, &extensions, &teams);
    let extension = extensions.into_iter().find(|e| e.person_id == scope.person);
    let person = platform::store::get_person(conn, &scope.person)?;
    let trainer = platform::store::get_person(conn, &activity.created_by)?.known_name().unwrap_or_default();
    let submissions = store::list_submissions(conn, id)?;
    let submission = teams.work_of(&submissions, &scope.person).cloned();
    let reviews = store::list_reviews(conn, id)?;
    let own = |r: &&Review| r.reviewer_id == scope.person;
    let given = reviews.iter().filter(own).filter(|r| r.state == ReviewState::Sent).count();
    let open_review = reviews.iter().filter(own).find(|r| r.holds(now)).cloned();
    let about_me = |r: &&Review| submission.as_ref().is_some_and(|s| s.id == r.submission_id);
    let received = reviews.iter().filter(about_me).filter(|r| r.counts()).count();
    let work_opened = reviews.iter().any(|r| about_me(&r) && (r.state == ReviewState::Sent || r.holds(now)));
    let queue = Queue::load(conn, &activity, (&submissions, &reviews), now)?;
    let waiting = match queue.next(&activity, &scope.person) {
        Some(found) if found.is_asked => Waiting::Asked,
        Some(_) => Waiting::Queued,
        None => Waiting::Nothing,
    };
    let takes_part = scope.role == Role::Learner && !person.test_user;
    let practising = Practising::load(conn, scope, &activity, &reviews, now)?;
    let mut assessed = None;
    let mut beside = None;
    if let Some(work) = submission.as_ref().filter(|s| activity.rules.self_assessment && s.is_handed_in()) {
        assessed = Some(store::find_self_assessment(conn, &work.id)?.is_some_and(|own| own.sent_at.is_some()));
        if activity.released_at.is_some() {
            beside = Beside::load(conn, work, &reviews)?;
        }
    }
    let (mut result, mut reviewing, mut given_reviews) = (None, None, Vec::new());
    if activity.released_at.is_some() {
        let mut responses = store::list_responses(conn, id)?;
        let overrides = store::list_overrides(conn, id)?;
        let input = marks_input(conn, &activity, (&submissions, &teams), &reviews, &overrides)?;
        let marks = standing_marks(conn, id, &input)?;
        let measures =
            Measures { reviews: &reviews, marks: &marks, decisions: &overrides, references: &input.references };
        let asks = Asks::load(conn, &activity, (&submissions, &teams), &measures)?;
        given_reviews = received_by_authors(conn, scope, &activity, (&submissions, &reviews), &mut responses)?;
        for given in &mut given_reviews {
            let reference = input.references.iter().find(|j| j.work == given.review.submission_id).map(|j| j.mark);
            given.control = given.review.total.zip(reference).map(|(own, mark)| Points(own.0 - mark.0));
        }
        let mut released = grades::service::own_released(conn, scope, id)?;
        if let Some(of_work) = released.remove(&GradeTag::Overall) {
            let about = (submission.as_ref(), reviews.as_slice());
            let counting = asks
                .reviewing(&scope.person, submission.as_ref(), given)
                .filter(|_| activity.rules.reviewing_weight > 0);
            let explained = explain(conn, scope, &activity, (of_work, marks, &overrides), about, &mut responses)?;
            result = Some(LearnerResult { reviewing: counting, ..explained });
        }
        if let Some(of_reviewing) = released.remove(&GradeTag::Reviewing) {
            reviewing = Some(of_reviewing).zip(asks.reviewing(&scope.person, submission.as_ref(), given));
        }
    }
    let numbers = numbers(&reviews, &scope.person);
    let number_of = |work: &Submission| numbers.get(&work.id).copied().unwrap_or_default();
    let mut sent_reviews = Vec::new();
    if activity.takes_reviews(now) {
        for review in reviews.iter().filter(own).filter(|r| r.state == ReviewState::Sent) {
            let Some(work) = submissions.iter().find(|s| s.id == review.submission_id) else { continue };
            sent_reviews.push((review.id.clone(), number_of(work), author_name(conn, &activity, work)?));
        }
    }
    let files = match &submission {
        Some(work) => store::list_files_of(conn, &work.id)?,
        None => Vec::new(),
    };
    let rubric = store::get_rubric(conn, &activity.rubric_version_id)?;
    let consents = exemplars::consents(conn, &activity)?;
    let others = submissions.iter().filter(|w| !teams.is_author(w, &scope.person) && exemplars::is_shown(w, &consents));
    let mut exemplars: Vec<i32> = others.map(|w| w.number).collect();
    exemplars.sort_unstable();
    let consent = submission.as_ref().and_then(|work| consents.get(&work.id)).copied();
    Ok(Home {
        team: teams::team_of(conn, &activity, &scope.person)?,
        consent,
        exemplars,
        rubric: (rubric, store::list_rubrics(conn, id)?),
        extension,
        files,
        sent_reviews,
        takes_part,
        practising,
        assessed,
        beside,
        activity,
        trainer,
        submission,
        given,
        open_review,
        waiting,
        received,
        work_opened,
        appeal: store::find_appeal(conn, id, &scope.person)?,
        given_reviews,
        result,
        reviewing,
    })
}

/// A released mark with the reviews that it was made from.
fn explain(
    conn: &mut Conn,
    scope: &Scope,
    activity: &Activity,
    (released, marks, overrides): (grades::service::Released, Marks, &[Override]),
    (submission, reviews): (Option<&Submission>, &[Review]),
    responses: &mut HashMap<ReviewId, Response>,
) -> Result<LearnerResult, PeerError> {
    let about_me: Vec<Review> =
        reviews.iter().filter(|r| submission.is_some_and(|s| s.id == r.submission_id) && r.counts()).cloned().collect();
    let excluded = reviews.iter().filter(|r| submission.is_some_and(|s| s.id == r.submission_id));
    let excluded = excluded.filter_map(|r| r.excluded_reason.clone()).collect();
    let mut reports = store::list_reports(conn, &activity.id)?;
    let decision = overrides.iter().find(|o| o.person_id == scope.person);
    let mut received = Vec::with_capacity(about_me.len());
    for review in about_me {
        let rubric = store::get_rubric(conn, &review.rubric_version_id)?;
        let name = reviewer_name(conn, activity, &review.reviewer_id)?;
        let response = responses.remove(&review.id).unwrap_or_default();
        let report = reports.iter().position(|r| r.review_id.as_ref() == Some(&review.id));
        let report = report.map(|at| reports.swap_remove(at));
        let counted = marks.counted(&review);
        let Review { id, body, total, .. } = review;
        received.push(Received { counted, review: SeenReview { id, body, total }, rubric, name, response, report });
    }
    // The order in which works were opened could tell who reviewed them.
    received.sort_by_cached_key(|received| crypto::sha256_text(received.review.id.as_str()));
    let late = submission.and_then(|work| Late::of(activity, work));
    let mark = Mark::of(submission.and_then(|s| marks.works.get(&s.id)), decision, late);
    let criteria = submission.map(|work| marks.criteria_of(&work.id)).unwrap_or_default();
    Ok(LearnerResult { released, mark, marks, criteria, reviews: received, excluded, reviewing: None })
}

/// The asker's own reviews: how they compare with the others, and how they were received.
fn received_by_authors(
    conn: &mut Conn,
    scope: &Scope,
    activity: &Activity,
    (submissions, reviews): (&[Submission], &[Review]),
    responses: &mut HashMap<ReviewId, Response>,
) -> Result<Vec<Given>, PeerError> {
    let sent = || reviews.iter().filter(|r| r.state == ReviewState::Sent);
    let numbers = numbers(reviews, &scope.person);
    let mut given = Vec::new();
    for review in sent().filter(|r| r.reviewer_id == scope.person) {
        let Some(work) = submissions.iter().find(|s| s.id == review.submission_id) else { continue };
        let others = sent().filter(|r| r.submission_id == work.id && r.id != review.id && r.counts());
        let others = others.filter_map(|r| r.total);
        let others = mean(&others.collect::<Vec<_>>());
        given.push(Given {
            number: numbers.get(&work.id).copied().unwrap_or_default(),
            name: author_name(conn, activity, work)?,
            difference: review.total.zip(others).map(|(own, others)| Points(own.0 - others.0)),
            control: None,
            response: responses.remove(&review.id).unwrap_or_default(),
            review: review.clone(),
        });
    }
    Ok(given)
}
