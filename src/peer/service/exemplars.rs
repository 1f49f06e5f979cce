//! Works that a trainer shows to the group after the release, where their authors agree.

use std::collections::HashMap;

use super::super::model::{Consent, Submission, WorkFile};
use super::super::{PeerError, store};
use super::teams::{self, own_work};
use super::{for_learner, for_trainer};
use crate::activity;
use crate::activity::model::Activity;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::ids::{ActivityId, PersonId, SubmissionId};
use crate::launch::Scope;
use crate::news;
use crate::news::model::Kind;
use crate::store::{Conn, StoreError, dialect};

/// What a trainer wants with somebody's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Show it, if its author agrees.
    Show,
    /// Show it no more.
    Hide,
}

/// The trainer asks an author whether their work may be shown, or gives that up. A double click asks once.
///
/// # Errors
/// `NotFound` without a work that was handed in; refused before the release, for a work that was taken out, and after
/// the author has said no.
pub fn wish(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    person: &PersonId,
    wish: Wish,
    now: UtcTime,
) -> Result<(), PeerError> {
    dialect::lock_for_transaction(conn, &format!("exemplars {id}"))?;
    let activity = for_trainer(conn, scope, id)?;
    let work = own_work(conn, &activity, person)?.filter(Submission::is_handed_in);
    let work = work.ok_or(StoreError::NotFound)?;
    if activity.released_at.is_none() {
        return Err(PeerError::Refused("exemplar-not-released"));
    }
    if work.withheld_reason.is_some() {
        return Err(PeerError::Refused("exemplar-withheld"));
    }
    let known = store::list_exemplars(conn, id)?.remove(&work.id);
    match (wish, known) {
        (Wish::Show, None) => {
            store::create_exemplar(conn, (id, &work.id), &scope.person, now)?;
            for author in teams::load(conn, &activity)?.authors(&work) {
                news::service::tell(conn, &author, id, Kind::ExemplarAsked, &now.unix_seconds().to_string(), now)?;
            }
        }
        (Wish::Show, Some(Consent::Refused)) => return Err(PeerError::Refused("exemplar-refused")),
        // What an author has refused stays refused: nobody is asked again and again.
        (Wish::Hide, Some(Consent::Asked | Consent::Given)) => store::delete_exemplar(conn, &work.id)?,
        _ => return Ok(()),
    }
    let detail = serde_json::json!({"person": person, "show": wish == Wish::Show});
    Ok(audit::record(conn, now, &Actor::Person(scope.person.clone()), "exemplar.wish", id.as_str(), &detail)?)
}

/// What the author says to that. They may change their mind whenever they like.
///
/// # Errors
/// `NotFound` where nobody asked.
pub fn answer(conn: &mut Conn, scope: &Scope, id: &ActivityId, agrees: bool, now: UtcTime) -> Result<(), PeerError> {
    dialect::lock_for_transaction(conn, &format!("exemplars {id}"))?;
    let activity = for_learner(conn, scope, id)?;
    let work = own_work(conn, &activity, &scope.person)?.ok_or(StoreError::NotFound)?;
    if !store::list_exemplars(conn, id)?.contains_key(&work.id) {
        return Err(StoreError::NotFound.into());
    }
    let consent = if agrees { Consent::Given } else { Consent::Refused };
    store::set_consent(conn, &work.id, consent, now)?;
    let detail = serde_json::json!({"consent": consent});
    Ok(audit::record(conn, now, &Actor::Person(scope.person.clone()), "exemplar.answer", id.as_str(), &detail)?)
}

/// What authors say to showing their works; nobody is asked before the release.
pub(super) fn consents(conn: &mut Conn, activity: &Activity) -> Result<HashMap<SubmissionId, Consent>, PeerError> {
    Ok(if activity.released_at.is_some() { store::list_exemplars(conn, &activity.id)? } else { HashMap::new() })
}

/// Whether a work is shown.
pub(super) fn is_shown(work: &Submission, consents: &HashMap<SubmissionId, Consent>) -> bool {
    consents.get(&work.id) == Some(&Consent::Given) && work.is_handed_in() && work.withheld_reason.is_none()
}

/// A work that is shown, without its author.
pub struct Exemplar {
    /// The activity.
    pub activity: Activity,
    /// The number of the work.
    pub number: i32,
    /// Its text.
    pub html: String,
    /// Its files, of which there are the clean copies.
    pub files: Vec<WorkFile>,
}

/// A work that is shown, for everybody in the activity.
///
/// # Errors
/// `NotFound` before the release, and for a work that is not shown.
pub fn load(conn: &mut Conn, scope: &Scope, id: &ActivityId, number: i32) -> Result<Exemplar, PeerError> {
    let activity = activity::store::get(conn, scope, id)?;
    let consents = consents(conn, &activity)?;
    let is_meant = |w: &Submission| w.number == number && is_shown(w, &consents);
    let work = store::list_submissions(conn, id)?.into_iter().find(is_meant).ok_or(StoreError::NotFound)?;
    let files = store::list_files_of(conn, &work.id)?;
    Ok(Exemplar { activity, number, html: work.handed_in_html.unwrap_or_default(), files })
}
