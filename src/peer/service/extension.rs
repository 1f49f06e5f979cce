//! More time for one learner, or less to do.

use super::super::model::Extension;
use super::super::teams::Teams;
use super::super::{PeerError, store};
use super::for_trainer;
use crate::activity::model::Activity;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::cohort;
use crate::ids::{ActivityId, PersonId};
use crate::launch::Scope;
use crate::news;
use crate::news::model::Kind;
use crate::store::{Conn, StoreError};

/// The longest reason, in characters.
pub const MAX_REASON: usize = 1_000;

/// What a trainer gives a learner; without anything it takes back what was given before.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Until when the work may be handed in.
    pub work_until: Option<UtcTime>,
    /// Until when reviews may be sent.
    pub review_until: Option<UtcTime>,
    /// Whether they need not review.
    pub exempt: bool,
    /// Why; the learner reads it.
    pub reason: String,
}

/// Gives a learner more time or fewer reviews to write, or takes it back.
///
/// # Errors
/// `NotFound` for somebody who is no learner of this activity; refused without a reason, for a date that is not later
/// than everybody's, where everybody's has no end, and after the release.
pub fn extend(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    person: &PersonId,
    wish: &Wish,
    now: UtcTime,
) -> Result<(), PeerError> {
    let activity = for_trainer(conn, scope, id)?;
    let learners = cohort::store::list_learners(conn, scope, &activity.cohort_id)?;
    if !learners.iter().any(|l| l.person.id == *person) {
        return Err(StoreError::NotFound.into());
    }
    if activity.released_at.is_some() {
        return Err(PeerError::Refused("released"));
    }
    let reason = wish.reason.trim();
    for (due, until) in
        [(activity.rules.work_due_at, wish.work_until), (activity.rules.review_due_at, wish.review_until)]
    {
        match (due, until) {
            (None, Some(_)) => return Err(PeerError::Refused("extension-no-end")),
            (Some(due), Some(until)) if until <= due => return Err(PeerError::Refused("extension-earlier")),
            _ => {}
        }
    }
    let gives = wish.work_until.is_some() || wish.review_until.is_some() || wish.exempt;
    if gives && reason.is_empty() {
        return Err(PeerError::Refused("extension-no-reason"));
    }
    if reason.chars().count() > MAX_REASON {
        return Err(PeerError::Refused("mark-reason-too-long"));
    }
    let before = store::find_extension(conn, id, person)?;
    let after = gives.then(|| Extension {
        person_id: person.clone(),
        work_until: wish.work_until,
        review_until: wish.review_until,
        exempt: wish.exempt,
        reason: reason.to_owned(),
    });
    if before == after {
        return Ok(());
    }
    store::put_extension(conn, id, person, after.as_ref(), &scope.person, now)?;
    news::service::tell(conn, person, id, Kind::DatesChanged, &now.unix_seconds().to_string(), now)?;
    let dates =
        |e: &Option<Extension>| e.as_ref().map(|e| (e.work_until.map(|t| t.0), e.review_until.map(|t| t.0), e.exempt));
    let detail = serde_json::json!({"person": person, "before": dates(&before), "after": dates(&after)});
    let actor = Actor::Person(scope.person.clone());
    Ok(audit::record(conn, now, &actor, "extension.decide", id.as_str(), &detail)?)
}

/// What somebody and those who hand in with them were given. Whoever hands in alone needs no others'.
pub(super) fn of_authors(
    conn: &mut Conn,
    id: &ActivityId,
    person: &PersonId,
    teams: &Teams,
) -> Result<Vec<Extension>, PeerError> {
    if teams.name_of(person).is_some() {
        return Ok(store::list_extensions(conn, id)?);
    }
    Ok(store::find_extension(conn, id, person)?.into_iter().collect())
}

/// An activity as it is for a learner who may be in a team: more time that one of them has for the work, all have.
#[must_use]
pub fn for_author(activity: &Activity, person: &PersonId, extensions: &[Extension], teams: &Teams) -> Activity {
    let of = |who: &PersonId| for_person(activity.clone(), extensions.iter().find(|e| e.person_id == *who));
    let latest = teams.members(person).iter().map(|who| of(who).rules.work_due_at).max();
    let mut own = of(person);
    own.rules.work_due_at = latest.unwrap_or(own.rules.work_due_at);
    own
}

/// An activity as it is for a learner: with the dates that were moved for them, and with no reviews for those who need
/// not review. An extension that the activity's own dates have overtaken takes nothing away.
#[must_use]
fn for_person(mut activity: Activity, extension: Option<&Extension>) -> Activity {
    let later = |due: Option<UtcTime>, until: Option<UtcTime>| due.map(|due| until.map_or(due, |until| due.max(until)));
    let rules = &mut activity.rules;
    rules.work_due_at = later(rules.work_due_at, extension.and_then(|e| e.work_until));
    rules.review_due_at = later(rules.review_due_at, extension.and_then(|e| e.review_until));
    if extension.is_some_and(|e| e.exempt) {
        rules.reviews_per_learner = 0;
    }
    activity
}
