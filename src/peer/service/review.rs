//! Getting a work to review, reviewing it, sending the review.

use super::super::allocate;
use super::super::model::{Declined, Report, ReportState, Review, ReviewBody, ReviewState, Submission, WorkFile};
use super::super::rubric::{Missing, Rubric};
use super::super::{PeerError, store};
use super::practice::Practising;
use super::queue::{self, Queue};
use super::{author_name, for_learner, numbers, teams, tell_trainers};
use crate::activity::model::Activity;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::ids::{ActivityId, ReportId, ReviewId};
use crate::launch::Scope;
use crate::news::model::Kind;
use crate::platform;
use crate::store::{Conn, StoreError, dialect};

/// Gives the asker the work to review next: the one that is open, or one that they had before and that
/// went back to the queue, or a new one. A double click gets the same one twice.
///
/// # Errors
/// Refused before handing in, after the deadline, and when there is no work: for those who have sent enough reviews,
/// when no work is short of some.
pub fn start_next(conn: &mut Conn, scope: &Scope, id: &ActivityId, now: UtcTime) -> Result<ReviewId, PeerError> {
    // What the activity is like counts once the lock is ours: it may be released at this moment.
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    let activity = for_learner(conn, scope, id)?;
    if platform::store::get_person(conn, &scope.person)?.test_user {
        return Err(PeerError::Refused("test-user"));
    }
    if !activity.rules.reviews_begun(now) {
        return Err(PeerError::Refused("review-not-begun"));
    }
    if activity.reviews_over(now) {
        return Err(PeerError::Refused("review-deadline-passed"));
    }
    let submissions = store::list_submissions(conn, id)?;
    let teams = teams::load(conn, &activity)?;
    if !teams.work_of(&submissions, &scope.person).is_some_and(Submission::is_handed_in) {
        return Err(PeerError::Refused("review-hand-in-first"));
    }
    let reviews = store::list_reviews(conn, id)?;
    let mine: Vec<Review> = reviews.iter().filter(|r| r.reviewer_id == scope.person).cloned().collect();
    if Practising::load(conn, scope, &activity, &mine, now)?.comes_first {
        return Err(PeerError::Refused("review-practise-first"));
    }
    if let Some(open) = mine.iter().find(|r| r.holds(now)) {
        return Ok(open.id.clone());
    }
    if let Some(lapsed) = mine.into_iter().find(|r| r.state != ReviewState::Sent && r.declined.is_none()) {
        let again = Review { state: ReviewState::Open, leased_until: now.plus_seconds(allocate::LEASE), ..lapsed };
        store::update_review(conn, &again, now)?;
        return Ok(again.id);
    }
    queue::begin(conn, id, now)?;
    let queue = Queue::load(conn, &activity, (&submissions, &reviews), now)?;
    let found = queue.next(&activity, &scope.person).ok_or(PeerError::Refused("review-none-waiting"))?;
    let review = Review {
        id: ReviewId::new(),
        activity_id: id.clone(),
        submission_id: found.work,
        reviewer_id: scope.person.clone(),
        rubric_version_id: activity.rubric_version_id.clone(),
        state: ReviewState::Open,
        opened_at: now,
        leased_until: now.plus_seconds(allocate::LEASE),
        body: ReviewBody::default(),
        total: None,
        sent_at: None,
        declined: None,
        excluded_reason: None,
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
    /// Its files, of which the reviewer gets the clean copies.
    pub files: Vec<WorkFile>,
    /// The number under which the asker knows it.
    pub number: i32,
    /// The author's name, where reviewers see it.
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
    let work = store::get_submission(conn, id, &review.submission_id)?;
    let author = author_name(conn, &activity, &work)?;
    // Who declined a work has no more to do with it.
    let is_shown = review.declined.is_none();
    let files = if is_shown { store::list_files_of(conn, &review.submission_id)? } else { Vec::new() };
    let rubric = store::get_rubric(conn, &review.rubric_version_id)?;
    let reviews = store::list_reviews(conn, id)?;
    let sent_before = reviews
        .iter()
        .filter(|r| r.reviewer_id == scope.person && r.state == ReviewState::Sent && r.id != review.id)
        .count();
    Ok(Reviewing {
        activity,
        review,
        rubric,
        html: work.handed_in_html.filter(|_| is_shown).unwrap_or_default(),
        files,
        number: numbers(&reviews, &scope.person).get(&work.id).copied().unwrap_or_default(),
        author,
        position: sent_before + 1,
    })
}

/// A review that its reviewer may still write.
fn unsent(known: &Review) -> Result<(), PeerError> {
    match known {
        Review { state: ReviewState::Sent, .. } => Err(PeerError::Refused("review-sent")),
        Review { declined: Some(_), .. } => Err(PeerError::Refused("review-declined")),
        _ => Ok(()),
    }
}

/// Saves a review that is being written, and keeps the work for its reviewer a day longer.
///
/// # Errors
/// Refused once it was sent or the work was declined.
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
    unsent(&known)?;
    let rubric = store::get_rubric(conn, &known.rubric_version_id)?;
    Ok(store::update_review(conn, &written(known, rubric.fit(body), now), now)?)
}

/// A review with what was written last, kept for its reviewer a day longer.
fn written(known: Review, body: ReviewBody, now: UtcTime) -> Review {
    Review { body, state: ReviewState::Open, leased_until: now.plus_seconds(allocate::LEASE), ..known }
}

/// What somebody wants to send.
pub struct Sending {
    /// What was chosen and written.
    pub body: ReviewBody,
    /// Whether it goes although its comments are short.
    pub anyway: bool,
}

/// Sends a review, or sends it again with changes: until the deadline, and not after the release. What was written is
/// stored also when sending is refused, unless a review was sent before, which then stays as it is; that is why a refusal
/// is the inner result.
///
/// # Errors
/// When the database fails, the review is not the asker's, or its time is over.
pub fn send(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    review: &ReviewId,
    mut sending: Sending,
    now: UtcTime,
) -> Result<Result<(), Missing>, PeerError> {
    // A release looks at all reviews and then at none: what the activity is like counts once the lock is ours.
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    let activity = for_learner(conn, scope, id)?;
    let known = store::get_own_review(conn, id, &scope.person, review)?;
    let rubric = store::get_rubric(conn, &known.rubric_version_id)?;
    sending.body = rubric.fit(sending.body);
    let again = known.state == ReviewState::Sent;
    if again && known.body == sending.body {
        // A double click: the first one has done it.
        return Ok(Ok(()));
    }
    if !again {
        unsent(&known)?;
    }
    let missing = rubric.missing(&sending.body);
    let is_thin = missing.is_empty() && !sending.anyway && rubric.is_thin(&sending.body);
    let missing = Missing { is_thin: is_thin && activity.takes_reviews(now), ..missing };
    if !missing.is_empty() {
        if !again {
            store::update_review(conn, &written(known, sending.body, now), now)?;
        }
        return Ok(Err(missing));
    }
    if !activity.takes_reviews(now) {
        return Err(PeerError::Refused(if again { "review-sent" } else { "review-deadline-passed" }));
    }
    let total =
        rubric.total(&sending.body).ok_or_else(|| StoreError::Damaged("a rubric without a total".to_owned()))?;
    let sent = Review { state: ReviewState::Sent, body: sending.body, total: Some(total), sent_at: Some(now), ..known };
    store::update_review(conn, &sent, now)?;
    let (actor, action) = (Actor::Person(scope.person.clone()), if again { "review.change" } else { "review.send" });
    audit::record(conn, now, &actor, action, sent.id.as_str(), &serde_json::json!({"total": total}))?;
    Ok(Ok(()))
}

/// The longest report, in characters.
pub const MAX_REPORT: usize = 2_000;

/// Gives a work to somebody else for good: its reviewer knows the author (`Conflict`), or something is wrong with it
/// (`Problem`), which the trainer is told.
///
/// # Errors
/// `NotFound`; refused once the review was sent, or for a problem without words.
pub fn decline(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    review: &ReviewId,
    (why, text): (Declined, &str),
    now: UtcTime,
) -> Result<(), PeerError> {
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    for_learner(conn, scope, id)?;
    let known = store::get_own_review(conn, id, &scope.person, review)?;
    if known.declined.is_some() {
        return Ok(());
    }
    unsent(&known)?;
    if why == Declined::Problem {
        let text = super::respond::accept(text, MAX_REPORT)?;
        let report = Report {
            id: ReportId::new(),
            activity_id: id.clone(),
            submission_id: known.submission_id.clone(),
            review_id: None,
            reporter_id: scope.person.clone(),
            text,
            state: ReportState::Open,
            created_at: now,
        };
        tell_trainers(conn, id, Kind::Report, report.id.as_str(), now)?;
        store::create_report(conn, report)?;
    }
    let (actor, detail) = (Actor::Person(scope.person.clone()), serde_json::json!({"why": why.as_str()}));
    audit::record(conn, now, &actor, "review.decline", known.id.as_str(), &detail)?;
    let declined = Review { state: ReviewState::Lapsed, leased_until: now, declined: Some(why), ..known };
    Ok(store::update_review(conn, &declined, now)?)
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
