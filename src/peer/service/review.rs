//! Getting a work to review, reviewing it, sending the review.

use std::collections::HashSet;

use super::super::allocate::{self, Candidate};
use super::super::model::{Review, ReviewBody, ReviewState, Submission, SubmissionState};
use super::super::rubric::{Missing, Rubric};
use super::super::{PeerError, store};
use super::for_learner;
use crate::activity::model::{Activity, Anonymity};
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::cohort;
use crate::ids::{ActivityId, PersonId, ReviewId, SubmissionId};
use crate::launch::Scope;
use crate::platform;
use crate::store::{Conn, StoreError, dialect};

/// The work this person would get now, or None.
pub(super) fn next_work(
    conn: &mut Conn,
    activity: &Activity,
    reviewer: &PersonId,
    now: UtcTime,
) -> Result<Option<SubmissionId>, PeerError> {
    let submissions = store::list_submissions(conn, &activity.id)?;
    let reviews = store::list_reviews(conn, &activity.id)?;
    let people = submissions.iter().map(|s| s.person_id.clone()).collect();
    let test_users: Vec<PersonId> =
        platform::store::list_people(conn, people)?.into_iter().filter(|p| p.test_user).map(|p| p.id).collect();
    // The works of those who left the course wait for nobody.
    let present: HashSet<PersonId> = cohort::store::list_active(conn, &activity.cohort_id)?.into_iter().collect();
    let wanted = usize::try_from(activity.reviews_per_learner).unwrap_or(0);
    let candidates: Vec<Candidate> = submissions
        .into_iter()
        .filter(|s| s.state == SubmissionState::HandedIn && !test_users.contains(&s.person_id))
        .filter(|s| present.contains(&s.person_id))
        .map(|s| Candidate {
            load: reviews
                .iter()
                .filter(|r| r.submission_id == s.id && (r.state == ReviewState::Sent || r.holds(now)))
                .count(),
            had_by_reviewer: reviews.iter().any(|r| r.submission_id == s.id && r.reviewer_id == *reviewer),
            author_owes: wanted.saturating_sub(
                reviews.iter().filter(|r| r.reviewer_id == s.person_id && r.state == ReviewState::Sent).count(),
            ),
            handed_in_at: s.handed_in_at.unwrap_or(now),
            author: s.person_id,
            submission: s.id,
        })
        .collect();
    Ok(allocate::next(reviewer, &candidates))
}

/// Gives the asker the work to review next: the one that is open, or one that they had before and that
/// went back to the queue, or a new one. A double click gets the same one twice.
///
/// # Errors
/// Refused before handing in, after enough reviews, after the deadline, and when there is no work.
pub fn start_next(conn: &mut Conn, scope: &Scope, id: &ActivityId, now: UtcTime) -> Result<ReviewId, PeerError> {
    let activity = for_learner(conn, scope, id)?;
    if platform::store::get_person(conn, &scope.person)?.test_user {
        return Err(PeerError::Refused("test-user"));
    }
    if !activity.takes_reviews(now) {
        return Err(PeerError::Refused("review-deadline-passed"));
    }
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    let own_work = store::find_submission(conn, id, &scope.person)?;
    if own_work.is_none_or(|s| s.state != SubmissionState::HandedIn) {
        return Err(PeerError::Refused("review-hand-in-first"));
    }
    let mine: Vec<Review> =
        store::list_reviews(conn, id)?.into_iter().filter(|r| r.reviewer_id == scope.person).collect();
    if let Some(open) = mine.iter().find(|r| r.holds(now)) {
        return Ok(open.id.clone());
    }
    let sent = mine.iter().filter(|r| r.state == ReviewState::Sent).count();
    if sent >= usize::try_from(activity.reviews_per_learner).unwrap_or(0) {
        return Err(PeerError::Refused("review-enough"));
    }
    if let Some(lapsed) = mine.into_iter().find(|r| r.state != ReviewState::Sent) {
        let again = Review { state: ReviewState::Open, leased_until: now.plus_seconds(allocate::LEASE), ..lapsed };
        store::update_review(conn, &again, now)?;
        return Ok(again.id);
    }
    let submission_id =
        next_work(conn, &activity, &scope.person, now)?.ok_or(PeerError::Refused("review-none-waiting"))?;
    let review = Review {
        id: ReviewId::new(),
        activity_id: id.clone(),
        submission_id,
        reviewer_id: scope.person.clone(),
        rubric_version_id: activity.rubric_version_id.clone(),
        state: ReviewState::Open,
        leased_until: now.plus_seconds(allocate::LEASE),
        body: ReviewBody::default(),
        total: None,
        sent_at: None,
    };
    store::create_review(conn, &review, now)?;
    Ok(review.id)
}

/// What a reviewer sees: the work without its author, unless the activity is open.
pub struct Reviewing {
    /// The activity.
    pub activity: Activity,
    /// The review.
    pub review: Review,
    /// Its rubric.
    pub rubric: Rubric,
    /// The work's text.
    pub html: String,
    /// The number in "Participant 07".
    pub number: i32,
    /// The author's name, only in open reviews.
    pub author: Option<String>,
    /// Which of the asker's reviews this is, from 1.
    pub position: usize,
}

/// The asker's own review. Somebody else's does not exist.
///
/// # Errors
/// `NotFound`.
pub fn load(conn: &mut Conn, scope: &Scope, id: &ActivityId, review: &ReviewId) -> Result<Reviewing, PeerError> {
    let activity = for_learner(conn, scope, id)?;
    let review = store::get_own_review(conn, id, &scope.person, review)?;
    let Submission { handed_in_html, number, person_id, .. } = store::get_submission(conn, id, &review.submission_id)?;
    let rubric = store::get_rubric(conn, &review.rubric_version_id)?;
    let author = match activity.anonymity {
        Anonymity::Open => platform::store::get_person(conn, &person_id)?.known_name(),
        Anonymity::DoubleBlind => None,
    };
    let sent_before = store::list_reviews(conn, id)?
        .iter()
        .filter(|r| r.reviewer_id == scope.person && r.state == ReviewState::Sent && r.id != review.id)
        .count();
    Ok(Reviewing {
        activity,
        review,
        rubric,
        html: handed_in_html.unwrap_or_default(),
        number,
        author,
        position: sent_before + 1,
    })
}

/// Saves a review that is being written, and keeps the work for its reviewer a day longer.
///
/// # Errors
/// Refused once it was sent, or when the lease ran out and enough others have the work now.
pub fn save(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    review: &ReviewId,
    body: ReviewBody,
    now: UtcTime,
) -> Result<(), PeerError> {
    for_learner(conn, scope, id)?;
    let known = store::get_own_review(conn, id, &scope.person, review)?;
    if known.state == ReviewState::Sent {
        return Err(PeerError::Refused("review-sent"));
    }
    let rubric = store::get_rubric(conn, &known.rubric_version_id)?;
    let saved = Review {
        body: rubric.fit(body),
        state: ReviewState::Open,
        leased_until: now.plus_seconds(allocate::LEASE),
        ..known
    };
    store::update_review(conn, &saved, now)?;
    Ok(())
}

/// Sends a review. What was written is stored also when sending is refused; that is why a refusal is
/// the inner result.
///
/// # Errors
/// When the database fails, or the review is not the asker's.
pub fn send(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    review: &ReviewId,
    body: ReviewBody,
    now: UtcTime,
) -> Result<Result<(), Missing>, PeerError> {
    let activity = for_learner(conn, scope, id)?;
    let known = store::get_own_review(conn, id, &scope.person, review)?;
    if known.state == ReviewState::Sent {
        // A double click: the first one has done it.
        return Ok(Ok(()));
    }
    save(conn, scope, id, review, body, now)?;
    let saved = store::get_own_review(conn, id, &scope.person, review)?;
    let rubric = store::get_rubric(conn, &saved.rubric_version_id)?;
    let missing = rubric.missing(&saved.body);
    if !missing.is_empty() {
        return Ok(Err(missing));
    }
    if !activity.takes_reviews(now) {
        return Err(PeerError::Refused("review-deadline-passed"));
    }
    let total = rubric.total(&saved.body).ok_or_else(|| StoreError::Damaged("a rubric without a total".to_owned()))?;
    let sent = Review { state: ReviewState::Sent, total: Some(total), sent_at: Some(now), ..saved };
    store::update_review(conn, &sent, now)?;
    let actor = Actor::Person(scope.person.clone());
    audit::record(conn, now, &actor, "review.send", sent.id.as_str(), &serde_json::json!({"total": total}))?;
    Ok(Ok(()))
}

/// Gives a work back to the queue. What was written stays for when the reviewer gets it again.
///
/// # Errors
/// `NotFound`.
pub fn give_back(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    review: &ReviewId,
    now: UtcTime,
) -> Result<(), PeerError> {
    for_learner(conn, scope, id)?;
    let known = store::get_own_review(conn, id, &scope.person, review)?;
    if known.state == ReviewState::Open {
        store::update_review(conn, &Review { state: ReviewState::Lapsed, leased_until: now, ..known }, now)?;
    }
    Ok(())
}
