//! What a trainer takes out: a work out of reviewing, a review out of the marks. Both can be put back.

use super::super::model::{Declined, Report, ReportState, Review, ReviewState, Submission};
use super::super::{PeerError, store};
use super::teams::{self, own_work};
use super::{for_trainer, respond};
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::cohort;
use crate::ids::{ActivityId, PersonId, ReviewId};
use crate::launch::Scope;
use crate::store::{Conn, StoreError, dialect};

/// The longest reason, in characters.
pub const MAX_REASON: usize = 1_000;

/// What becomes of what was reported, or of what the trainer saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes out.
    Out,
    /// It comes back.
    Back,
    /// It stays as it is: the reports are answered.
    Fine,
}

impl Verdict {
    /// The value that a form sends.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "out" => Some(Self::Out),
            "back" => Some(Self::Back),
            "fine" => Some(Self::Fine),
            _ => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::Back => "back",
            Self::Fine => "fine",
        }
    }
}

/// Answers the open reports that are about this.
fn settle(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    verdict: Verdict,
    is_about: impl Fn(&Report) -> bool,
    now: UtcTime,
) -> Result<(), PeerError> {
    let state = if verdict == Verdict::Out { ReportState::Upheld } else { ReportState::Rejected };
    let open = store::list_reports(conn, id)?.into_iter().filter(|r| r.state == ReportState::Open && is_about(r));
    for report in open {
        store::decide_report(conn, &report.id, state, &scope.person, now)?;
    }
    Ok(())
}

/// Takes a learner's work out of reviewing, so that nobody gets it any more, or puts it back. Whoever has it open now
/// gets another. Reviews that were sent stay.
///
/// # Errors
/// `NotFound` without a work that was handed in; refused without a reason.
pub fn work(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    person: &PersonId,
    (verdict, reason): (Verdict, &str),
    now: UtcTime,
) -> Result<(), PeerError> {
    let activity = for_trainer(conn, scope, id)?;
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    let work = own_work(conn, &activity, person)?.filter(Submission::is_handed_in);
    let work = work.ok_or(StoreError::NotFound)?;
    match verdict {
        Verdict::Out => {
            let reason = respond::accept(reason, MAX_REASON)?;
            store::withhold(conn, &work.id, Some(&reason), &scope.person, now)?;
            let is_under_way = |r: &Review| r.submission_id == work.id && r.state != ReviewState::Sent;
            for review in store::list_reviews(conn, id)?.into_iter().filter(is_under_way) {
                let why = review.declined.unwrap_or(Declined::Withheld);
                let gone = Review { state: ReviewState::Lapsed, leased_until: now, declined: Some(why), ..review };
                store::update_review(conn, &gone, now)?;
            }
        }
        Verdict::Back => {
            store::withhold(conn, &work.id, None, &scope.person, now)?;
            let was_withheld = |r: &Review| r.submission_id == work.id && r.declined == Some(Declined::Withheld);
            for review in store::list_reviews(conn, id)?.into_iter().filter(was_withheld) {
                store::update_review(conn, &Review { declined: None, ..review }, now)?;
            }
        }
        Verdict::Fine => {}
    }
    settle(conn, scope, id, verdict, |r| r.submission_id == work.id && r.review_id.is_none(), now)?;
    let (actor, detail) = (Actor::Person(scope.person.clone()), serde_json::json!({"verdict": verdict.as_str()}));
    Ok(audit::record(conn, now, &actor, "work.moderate", work.id.as_str(), &detail)?)
}

/// Takes a sent review out of the marks and from its author's page, or puts it back. Released marks stay until the next
/// release. Returns the author of the reviewed work.
///
/// # Errors
/// `NotFound` for a review that was not sent; refused without a reason.
pub fn review(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    review: &ReviewId,
    (verdict, reason): (Verdict, &str),
    now: UtcTime,
) -> Result<(), PeerError> {
    for_trainer(conn, scope, id)?;
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    let found = store::list_reviews(conn, id)?.into_iter().find(|r| r.id == *review && r.state == ReviewState::Sent);
    let found = found.ok_or(StoreError::NotFound)?;
    match verdict {
        Verdict::Out => {
            let reason = respond::accept(reason, MAX_REASON)?;
            store::exclude(conn, &found.id, Some(&reason), &scope.person, now)?;
        }
        Verdict::Back => store::exclude(conn, &found.id, None, &scope.person, now)?,
        Verdict::Fine => {}
    }
    settle(conn, scope, id, verdict, |r| r.review_id.as_ref() == Some(&found.id), now)?;
    let (actor, detail) = (Actor::Person(scope.person.clone()), serde_json::json!({"verdict": verdict.as_str()}));
    Ok(audit::record(conn, now, &actor, "review.moderate", found.id.as_str(), &detail)?)
}

/// Whose work a review is about; of a team, somebody who is still in the course.
///
/// # Errors
/// `NotFound`.
pub fn author_of(conn: &mut Conn, scope: &Scope, id: &ActivityId, review: &ReviewId) -> Result<PersonId, PeerError> {
    let activity = for_trainer(conn, scope, id)?;
    let found = store::list_reviews(conn, id)?.into_iter().find(|r| r.id == *review).ok_or(StoreError::NotFound)?;
    let work = store::get_submission(conn, id, &found.submission_id)?;
    let present = cohort::store::list_active(conn, &activity.cohort_id)?;
    let mut authors = teams::load(conn, &activity)?.authors(&work).into_iter();
    Ok(authors.find(|who| present.contains(who)).unwrap_or(work.person_id))
}
