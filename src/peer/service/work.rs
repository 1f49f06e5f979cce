//! A learner's work, from the first line to handing in, and the learner's own page.

use super::super::model::{Mark, Review, ReviewState, Reviewing, Submission, SubmissionState, mark};
use super::super::rubric::Rubric;
use super::super::{PeerError, store};
use super::for_learner;
use super::group::Asks;
use crate::activity;
use crate::activity::model::{Activity, Anonymity, GradeTag};
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::crypto;
use crate::grades;
use crate::ids::{ActivityId, PersonId, SubmissionId};
use crate::launch::Scope;
use crate::platform;
use crate::store::columns::Role;
use crate::store::{Conn, StoreError, dialect};
use crate::web::html::{CleanHtml, MAX_RICH_TEXT};

/// What a learner's page shows.
pub struct Home {
    /// The activity.
    pub activity: Activity,
    /// Who set it up.
    pub trainer: String,
    /// The own work, once begun.
    pub submission: Option<Submission>,
    /// Reviews sent.
    pub given: usize,
    /// The review that is open now.
    pub open_review: Option<Review>,
    /// Whether there is a work to review now.
    pub work_waiting: bool,
    /// Reviews received.
    pub received: usize,
    /// Whether a reviewer has opened the own work, so that it can no longer be changed.
    pub work_opened: bool,
    /// Whether somebody may take part here: not the LMS's test person, not an observer.
    pub takes_part: bool,
    /// The released result.
    pub result: Option<LearnerResult>,
    /// The released grade for reviewing, with the reviews it counts.
    pub reviewing: Option<(grades::service::Released, Reviewing)>,
}

/// A released result and how it was made.
pub struct LearnerResult {
    /// The released grade.
    pub released: grades::service::Released,
    /// The mark and its parts.
    pub mark: Mark,
    /// The reviews received, each with its rubric and, in open reviews, its reviewer's name.
    pub reviews: Vec<(Review, Rubric, Option<String>)>,
}

/// The learner's page. Observers see it too, without a work of their own.
///
/// # Errors
/// `NotFound`.
pub fn home(conn: &mut Conn, scope: &Scope, id: &ActivityId, now: UtcTime) -> Result<Home, PeerError> {
    let activity = activity::store::get(conn, scope, id)?;
    let person = platform::store::get_person(conn, &scope.person)?;
    let trainer = platform::store::get_person(conn, &activity.created_by)?.known_name().unwrap_or_default();
    let submission = store::find_submission(conn, id, &scope.person)?;
    let reviews = store::list_reviews(conn, id)?;
    let own = |r: &&Review| r.reviewer_id == scope.person;
    let given = reviews.iter().filter(own).filter(|r| r.state == ReviewState::Sent).count();
    let open_review = reviews.iter().filter(own).find(|r| r.holds(now)).cloned();
    let about_me = |r: &&Review| submission.as_ref().is_some_and(|s| s.id == r.submission_id);
    let received = reviews.iter().filter(about_me).filter(|r| r.state == ReviewState::Sent).count();
    let work_opened = reviews.iter().any(|r| about_me(&r) && (r.state == ReviewState::Sent || r.holds(now)));
    let work_waiting = super::review::next_work(conn, &activity, &scope.person, now)?.is_some();
    let result = match activity.released_at {
        Some(_) => result(conn, scope, &activity, submission.as_ref(), &reviews)?,
        None => None,
    };
    let reviewing = grades::service::own_released(conn, scope, id, GradeTag::Reviewing)?;
    let asks = Asks::of(&activity, &store::list_submissions(conn, id)?);
    let reviewing = reviewing.zip(asks.reviewing(submission.as_ref(), given));
    Ok(Home {
        takes_part: scope.role == Role::Learner && !person.test_user,
        activity,
        trainer,
        submission,
        given,
        open_review,
        work_waiting,
        received,
        work_opened,
        result,
        reviewing,
    })
}

fn result(
    conn: &mut Conn,
    scope: &Scope,
    activity: &Activity,
    submission: Option<&Submission>,
    reviews: &[Review],
) -> Result<Option<LearnerResult>, PeerError> {
    let Some(released) = grades::service::own_released(conn, scope, &activity.id, GradeTag::Overall)? else {
        return Ok(None);
    };
    let about_me: Vec<Review> = reviews
        .iter()
        .filter(|r| submission.is_some_and(|s| s.id == r.submission_id) && r.state == ReviewState::Sent)
        .cloned()
        .collect();
    let totals: Vec<_> = about_me.iter().filter_map(|r| r.total).collect();
    let overrides = store::list_overrides(conn, &activity.id)?;
    let decision = overrides.iter().find(|o| o.person_id == scope.person);
    let mut with_rubrics = Vec::with_capacity(about_me.len());
    for review in about_me {
        let rubric = store::get_rubric(conn, &review.rubric_version_id)?;
        let name = match activity.anonymity {
            Anonymity::Open => platform::store::get_person(conn, &review.reviewer_id)?.known_name(),
            Anonymity::DoubleBlind => None,
        };
        with_rubrics.push((review, rubric, name));
    }
    Ok(Some(LearnerResult { released, mark: mark(&totals, decision), reviews: with_rubrics }))
}

/// The own work for the editor.
///
/// # Errors
/// `NotFound`, or [`PeerError::Role`] for anybody but a learner.
pub fn open_editor(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
) -> Result<(Activity, Option<Submission>), PeerError> {
    let activity = for_learner(conn, scope, id)?;
    let submission = store::find_submission(conn, id, &scope.person)?;
    Ok((activity, submission))
}

/// A text that is within its limit, sanitised.
fn accept_text(html: &str) -> Result<CleanHtml, PeerError> {
    if html.len() > MAX_RICH_TEXT {
        return Err(PeerError::Refused("work-too-long"));
    }
    let clean = CleanHtml::sanitise(html);
    if clean.as_str().len() > MAX_RICH_TEXT {
        return Err(PeerError::Refused("work-too-long"));
    }
    Ok(clean)
}

/// Saves what is being written. Kept also after the deadline: no text is ever refused for being late,
/// only handing it in is. `revision` is the one the page knows; the new one is returned.
///
/// # Errors
/// Refused when the text is too long, when it was handed in already, or when a newer text was saved
/// from another window.
pub fn save_draft(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    html: &str,
    revision: i32,
    now: UtcTime,
) -> Result<i32, PeerError> {
    for_learner(conn, scope, id)?;
    let text = accept_text(html)?;
    dialect::lock_for_transaction(conn, &format!("work {id} {}", scope.person))?;
    match store::find_submission(conn, id, &scope.person)? {
        None => {
            let submission = new_submission(conn, scope, id, text)?;
            store::create_submission(conn, &submission, now)?;
            Ok(submission.draft_revision)
        }
        Some(known) if known.state == SubmissionState::HandedIn => Err(PeerError::Refused("work-handed-in")),
        Some(known) if known.draft_revision != revision && known.draft_html != text.as_str() => {
            Err(PeerError::Refused("work-newer-elsewhere"))
        }
        Some(known) if known.draft_html == text.as_str() => Ok(known.draft_revision),
        Some(mut known) => {
            text.as_str().clone_into(&mut known.draft_html);
            known.draft_revision += 1;
            store::update_submission(conn, &known, now)?;
            Ok(known.draft_revision)
        }
    }
}

fn new_submission(conn: &mut Conn, scope: &Scope, id: &ActivityId, text: CleanHtml) -> Result<Submission, PeerError> {
    let taken: Vec<i32> = store::list_submissions(conn, id)?.iter().map(|s| s.number).collect();
    Ok(Submission {
        id: SubmissionId::new(),
        activity_id: id.clone(),
        person_id: scope.person.clone(),
        course_id: scope.course.clone(),
        number: free_number(&taken)?,
        state: SubmissionState::Draft,
        draft_html: text.as_str().to_owned(),
        draft_revision: 1,
        handed_in_html: None,
        handed_in_at: None,
    })
}

/// A number that nobody has and that does not tell who began first.
fn free_number(taken: &[i32]) -> Result<i32, StoreError> {
    let count = i32::try_from(taken.len()).unwrap_or(i32::MAX / 4);
    let range = u32::try_from((count * 3).max(99)).unwrap_or(99);
    for _ in 0..10_000 {
        let random = crypto::random_bytes::<4>().map_err(|e| StoreError::Unavailable(e.to_string()))?;
        let number = i32::try_from(u32::from_le_bytes(random) % range).unwrap_or(0) + 1;
        if !taken.contains(&number) {
            return Ok(number);
        }
    }
    Err(StoreError::Unavailable("no free number for a work".to_owned()))
}

/// Hands the work in. The text is stored as the draft first, so a refusal loses none of it; that is
/// why a refusal is the inner result: the caller's transaction keeps the text.
///
/// # Errors
/// When the database fails, or the text is too long to keep.
pub fn hand_in(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    html: &str,
    revision: i32,
    now: UtcTime,
) -> Result<Result<(), PeerError>, PeerError> {
    let activity = for_learner(conn, scope, id)?;
    let text = accept_text(html)?;
    if let Err(refused) = save_draft(conn, scope, id, html, revision, now) {
        return match refused {
            PeerError::Refused(_) => Ok(Err(refused)),
            other => Err(other),
        };
    }
    if text.words() == 0 {
        return Ok(Err(PeerError::Refused("work-empty")));
    }
    if !activity.takes_works(now) {
        return Ok(Err(PeerError::Refused("work-deadline-passed")));
    }
    let mut submission = store::find_submission(conn, id, &scope.person)?.ok_or(StoreError::NotFound)?;
    submission.state = SubmissionState::HandedIn;
    submission.handed_in_html = Some(text.as_str().to_owned());
    submission.handed_in_at = Some(now);
    store::update_submission(conn, &submission, now)?;
    let actor = Actor::Person(scope.person.clone());
    audit::record(conn, now, &actor, "work.hand_in", submission.id.as_str(), &serde_json::json!({}))?;
    grades::service::announce(conn, id, &scope.person, &submission.course_id, now, now)?;
    Ok(Ok(()))
}

/// Takes a handed-in work back for changes, while no reviewer has opened it and it could be handed in
/// again.
///
/// # Errors
/// Refused after the deadline, or once a reviewer has opened it.
pub fn take_back(conn: &mut Conn, scope: &Scope, id: &ActivityId, now: UtcTime) -> Result<(), PeerError> {
    let activity = for_learner(conn, scope, id)?;
    // The same lock as the queue's: a reviewer may be opening it at this moment.
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    let mut submission = store::find_submission(conn, id, &scope.person)?.ok_or(StoreError::NotFound)?;
    if submission.state == SubmissionState::Draft {
        return Ok(());
    }
    if !activity.takes_works(now) {
        return Err(PeerError::Refused("work-deadline-passed"));
    }
    let reviews = store::list_reviews(conn, id)?;
    if reviews.iter().any(|r| r.submission_id == submission.id) {
        return Err(PeerError::Refused("work-opened"));
    }
    submission.state = SubmissionState::Draft;
    submission.handed_in_html = None;
    submission.handed_in_at = None;
    store::update_submission(conn, &submission, now)?;
    let actor = Actor::Person(scope.person.clone());
    audit::record(conn, now, &actor, "work.take_back", submission.id.as_str(), &serde_json::json!({}))?;
    Ok(())
}

/// The author of a work is never in what a reviewer gets; this is for staff.
pub(super) fn author_of(submissions: &[Submission], id: &SubmissionId) -> Option<PersonId> {
    submissions.iter().find(|s| s.id == *id).map(|s| s.person_id.clone())
}

#[cfg(test)]
mod tests {
    use super::free_number;

    #[test]
    fn numbers_are_free_and_small() {
        let mut taken = Vec::new();
        for _ in 0..200 {
            let number = free_number(&taken).unwrap();
            assert!(!taken.contains(&number) && (1..=600).contains(&number));
            taken.push(number);
        }
    }
}
