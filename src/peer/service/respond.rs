//! After the release: how authors received their reviews, and appeals against marks.

use super::super::model::{Appeal, AppealState, Reaction, Report, ReportState, Response, Review, ReviewState};
use super::super::{PeerError, store};
use super::review::MAX_REPORT;
use super::teams::{self, own_work};
use super::{for_learner, for_trainer, tell_trainers};
use crate::activity::model::{Activity, GradeTag};
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::grades;
use crate::ids::{ActivityId, AppealId, PersonId, ReportId, ReviewId};
use crate::launch::Scope;
use crate::news;
use crate::news::model::Kind;
use crate::store::{Conn, StoreError, dialect};

/// The longest reply, and answer to it, in characters.
pub const MAX_REPLY: usize = 2_000;
/// The longest appeal, and the trainer's answer to it, in characters.
pub const MAX_APPEAL: usize = 4_000;
/// A trainer answers an appeal within so many days.
pub const APPEAL_DAYS: i64 = 7;

/// A text that says something and is not too long.
pub(super) fn accept(text: &str, most: usize) -> Result<String, PeerError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(PeerError::Refused("nothing-written"));
    }
    if text.chars().count() > most {
        return Err(PeerError::Refused("response-too-long"));
    }
    Ok(text.to_owned())
}

/// A sent review of a released activity; `is_mine` says whose it has to be.
fn released_review(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    review: &ReviewId,
    is_mine: impl FnOnce(&mut Conn, &Activity, &Review) -> Result<bool, PeerError>,
) -> Result<(Review, Response), PeerError> {
    let activity = for_learner(conn, scope, id)?;
    // Two clicks at once are one after the other.
    dialect::lock_for_transaction(conn, &format!("response {review}"))?;
    let found = store::list_reviews(conn, id)?.into_iter().find(|r| r.id == *review && r.state == ReviewState::Sent);
    let found = found.ok_or(StoreError::NotFound)?;
    if activity.released_at.is_none() || !is_mine(conn, &activity, &found)? {
        return Err(StoreError::NotFound.into());
    }
    let response = store::list_responses(conn, id)?.remove(review).unwrap_or_default();
    Ok((found, response))
}

/// What an author says about a review.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// How helpful it was, as typed: 1 to 5, or nothing.
    pub helpful: String,
    /// What is good about it.
    pub reactions: Vec<Reaction>,
    /// A reply, or nothing.
    pub reply: String,
}

/// What an author says about a review of their work. The rating can be changed; a reply is sent once.
///
/// # Errors
/// `NotFound` for a review of somebody else's work or before the release; refused for a rating that is none, a
/// second reply, or when nothing was said at all.
pub fn rate(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    review: &ReviewId,
    said: &Said,
    now: UtcTime,
) -> Result<(), PeerError> {
    let Said { helpful, reactions, reply } = said;
    let (found, mut response) = released_review(conn, scope, id, review, |c, activity, found| {
        let own = own_work(c, activity, &scope.person)?;
        Ok(own.is_some_and(|work| work.id == found.submission_id))
    })?;
    if !helpful.is_empty() {
        let helpful = helpful.parse().ok().filter(|n| (1..=5).contains(n));
        response.helpful = Some(helpful.ok_or(PeerError::Refused("helpful-range"))?);
    }
    response.reactions = Reaction::ALL.iter().copied().filter(|r| reactions.contains(r)).collect();
    if !reply.trim().is_empty() && response.reply.as_deref() != Some(reply.trim()) {
        if response.reply.is_some() {
            return Err(PeerError::Refused("replied-already"));
        }
        response.reply = Some(accept(reply, MAX_REPLY)?);
        response.replied_at = Some(now);
    }
    if response.helpful.is_none() && response.reply.is_none() && response.reactions.is_empty() {
        return Err(PeerError::Refused("nothing-written"));
    }
    if response.replied_at == Some(now) {
        news::service::tell(conn, &found.reviewer_id, id, Kind::Reply, review.as_str(), now)?;
    }
    Ok(store::put_response(conn, review, &response)?)
}

/// What a reviewer answers to the author's reply, once.
///
/// # Errors
/// `NotFound` for somebody else's review, before the release, or where nobody replied; refused for a second answer.
pub fn answer(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    review: &ReviewId,
    text: &str,
    now: UtcTime,
) -> Result<(), PeerError> {
    let (found, mut response) =
        released_review(conn, scope, id, review, |_, _, found| Ok(found.reviewer_id == scope.person))?;
    if response.reply.is_none() {
        return Err(StoreError::NotFound.into());
    }
    if response.answer.as_deref() == Some(text.trim()) {
        return Ok(());
    }
    if response.answer.is_some() {
        return Err(PeerError::Refused("replied-already"));
    }
    response.answer = Some(accept(text, MAX_REPLY)?);
    response.answered_at = Some(now);
    let activity = for_learner(conn, scope, id)?;
    let work = store::get_submission(conn, id, &found.submission_id)?;
    for author in teams::load(conn, &activity)?.authors(&work) {
        news::service::tell(conn, &author, id, Kind::Answer, review.as_str(), now)?;
    }
    Ok(store::put_response(conn, review, &response)?)
}

/// Reports a review of the own work to the trainer, once. It changes nothing by itself.
///
/// # Errors
/// `NotFound` for a review of somebody else's work or before the release; refused without words, or a second time.
pub fn report(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    review: &ReviewId,
    text: &str,
    now: UtcTime,
) -> Result<(), PeerError> {
    let mut work = None;
    released_review(conn, scope, id, review, |c, activity, found| {
        let own = own_work(c, activity, &scope.person)?;
        work = own.map(|own| own.id);
        Ok(work.as_ref() == Some(&found.submission_id))
    })?;
    let text = accept(text, MAX_REPORT)?;
    if let Some(known) = store::list_reports(conn, id)?.into_iter().find(|r| r.review_id.as_ref() == Some(review)) {
        // A double click.
        return if known.text == text { Ok(()) } else { Err(PeerError::Refused("reported-already")) };
    }
    let new = Report {
        id: ReportId::new(),
        activity_id: id.clone(),
        submission_id: work.ok_or(StoreError::NotFound)?,
        review_id: Some(review.clone()),
        reporter_id: scope.person.clone(),
        text,
        state: ReportState::Open,
        created_at: now,
    };
    let actor = Actor::Person(scope.person.clone());
    audit::record(conn, now, &actor, "review.report", review.as_str(), &serde_json::json!({}))?;
    tell_trainers(conn, id, Kind::Report, new.id.as_str(), now)?;
    Ok(store::create_report(conn, new)?)
}

/// Asks the trainer to look at the own mark again; once.
///
/// # Errors
/// `NotFound` where the asker has no released mark; refused without a text, or for a second appeal.
pub fn appeal(conn: &mut Conn, scope: &Scope, id: &ActivityId, text: &str, now: UtcTime) -> Result<(), PeerError> {
    for_learner(conn, scope, id)?;
    dialect::lock_for_transaction(conn, &format!("appeal {id} {}", scope.person))?;
    if !grades::service::own_released(conn, scope, id)?.contains_key(&GradeTag::Overall) {
        return Err(StoreError::NotFound.into());
    }
    let text = accept(text, MAX_APPEAL)?;
    if let Some(known) = store::find_appeal(conn, id, &scope.person)? {
        // A double click.
        return if known.text == text { Ok(()) } else { Err(PeerError::Refused("appealed-already")) };
    }
    let new = Appeal {
        id: AppealId::new(),
        activity_id: id.clone(),
        person_id: scope.person.clone(),
        text,
        state: AppealState::Open,
        created_at: now,
        due_at: now.plus_seconds(APPEAL_DAYS * 24 * 3600),
        answer: None,
        decided_by: None,
        decided_at: None,
    };
    store::create_appeal(conn, &new)?;
    tell_trainers(conn, id, Kind::Appeal, new.id.as_str(), now)?;
    let actor = Actor::Person(scope.person.clone());
    Ok(audit::record(conn, now, &actor, "appeal.open", new.id.as_str(), &serde_json::json!({"activity": id}))?)
}

/// A trainer's answer to an appeal. The mark itself is decided on the learner's sheet.
///
/// # Errors
/// `NotFound` where nobody appealed; refused without an answer, or when it was answered meanwhile.
pub fn decide_appeal(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    person: &PersonId,
    (accepted, text): (bool, &str),
    now: UtcTime,
) -> Result<(), PeerError> {
    for_trainer(conn, scope, id)?;
    dialect::lock_for_transaction(conn, &format!("appeal {id} {person}"))?;
    let mut appeal = store::find_appeal(conn, id, person)?.ok_or(StoreError::NotFound)?;
    if appeal.state != AppealState::Open {
        return Err(PeerError::Refused("changed-meanwhile"));
    }
    appeal.answer = Some(accept(text, MAX_APPEAL)?);
    appeal.state = if accepted { AppealState::Accepted } else { AppealState::Rejected };
    (appeal.decided_by, appeal.decided_at) = (Some(scope.person.clone()), Some(now));
    store::update_appeal(conn, &appeal)?;
    news::service::tell(conn, person, id, Kind::AppealAnswered, appeal.id.as_str(), now)?;
    let actor = Actor::Person(scope.person.clone());
    let detail = serde_json::json!({"activity": id, "state": appeal.state.as_str()});
    Ok(audit::record(conn, now, &actor, "appeal.decide", appeal.id.as_str(), &detail)?)
}
