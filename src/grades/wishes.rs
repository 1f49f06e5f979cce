//! What is asked for with grades that were decided before: by people, and by the tool itself.

use std::collections::BTreeSet;

use super::model::{LineItem, OutboxState, Outgoing, Tried};
use super::service::{Cause, Decision, decide};
use super::store;
use crate::activity;
use crate::activity::model::GradeTag;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::ids::{ActivityId, PersonId, RegistrationId};
use crate::launch::Scope;
use crate::store::{Conn, StoreResult};

/// The same decision as the newest one of a row, as a new revision with a new timestamp.
fn repeat(conn: &mut Conn, row: &Outgoing, by: Option<&PersonId>, cause: Cause, now: UtcTime) -> StoreResult<bool> {
    let LineItem { activity_id, course_id, tag, .. } = store::get_line_item(conn, &row.line_item_id)?;
    let Some(newest) = store::find_newest(conn, &activity_id, &row.person_id, tag)? else {
        return Ok(false);
    };
    let decision = Decision {
        activity_id,
        person_id: row.person_id.clone(),
        course_id,
        tag,
        points: newest.points,
        source: newest.source,
        reason: newest.reason,
        decided_by: by.unwrap_or(&newest.decided_by).clone(),
        submitted_at: row.submitted_at,
        cause,
        pause: 0,
    };
    Ok(decide(conn, &decision, now)?.is_some())
}

/// Sends a grade once more that the LMS took and has no longer.
///
/// # Errors
/// When the database fails.
pub fn resend_lost(conn: &mut Conn, row: &Outgoing, now: UtcTime) -> StoreResult<bool> {
    let same = store::find_outgoing_for_update(conn, &row.line_item_id, &row.lms_sub)?;
    // It may have gone on since it was read.
    let Some(row) = same.filter(|s| s.state == OutboxState::Delivered && s.desired_ts == row.desired_ts) else {
        return Ok(false);
    };
    repeat(conn, &row, None, Cause::Lost, now)
}

/// Asks the LMS of a registration again at once, whatever its circuit says.
///
/// # Errors
/// When the database fails.
pub fn ask_again(conn: &mut Conn, registration: &RegistrationId, actor: &Actor, now: UtcTime) -> StoreResult<()> {
    store::probe_now(conn, registration, now)?;
    audit::record(conn, now, actor, "grade.ask_again", registration.as_str(), &serde_json::json!({}))
}

/// What a person wants to happen to grades that are not in the LMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Try again now; for a learner who is named, also over another grade in the LMS.
    Send,
    /// Leave what the LMS has, and send nothing more.
    Stop,
    /// Make the lost column again.
    NewColumn,
    /// Read back what the LMS has.
    Check,
}

/// The last tries of an activity's grades, at most ten each, the newest first.
///
/// # Errors
/// `NotFound` when the activity is not placed in the asker's course.
pub fn list_tries(conn: &mut Conn, scope: &Scope, activity: &ActivityId) -> StoreResult<Vec<Tried>> {
    activity::store::get(conn, scope, activity)?;
    store::list_tries(conn, activity)
}

/// The most grades in one wish.
pub const MOST: usize = 5000;

/// Does what a trainer wishes with some learners' grades, each of one kind, or with all of an activity. Returns how many.
///
/// # Errors
/// `NotFound` when the activity is not placed in the asker's course.
pub fn wish(
    conn: &mut Conn,
    scope: &Scope,
    activity: &ActivityId,
    wish: Wish,
    of: Option<&[(PersonId, GradeTag)]>,
    now: UtcTime,
) -> StoreResult<usize> {
    activity::store::get(conn, scope, activity)?;
    store::hold(conn, activity, None)?;
    let mut rows: Vec<Outgoing> = Vec::new();
    for tag in GradeTag::ALL {
        let chosen = |row: &Outgoing| of.is_none_or(|these| these.contains(&(row.person_id.clone(), *tag)));
        rows.extend(store::list_outgoing(conn, activity, *tag)?.into_iter().filter(chosen));
    }
    rows.truncate(MOST);
    let done = match wish {
        Wish::Check => store::check_now(conn, activity, now)?,
        Wish::Stop => {
            let mut kept = 0;
            for row in &rows {
                kept += store::stop(conn, &row.id, now)?;
            }
            kept
        }
        // What stands in the LMS is overwritten only for those who were named.
        Wish::Send if of.is_none() => send_now(conn, scope, rows.into_iter().filter(waits).collect(), now)?,
        Wish::Send => send_now(conn, scope, rows, now)?,
        Wish::NewColumn => {
            for item in rows.iter().map(|r| &r.line_item_id).collect::<BTreeSet<_>>() {
                store::permit_new_column(conn, item, now)?;
            }
            send_now(conn, scope, rows.into_iter().filter(waits).collect(), now)?
        }
    };
    let detail = serde_json::json!({"wish": format!("{wish:?}"), "grades": done, "of": of});
    audit::record(conn, now, &Actor::Person(scope.person.clone()), "grade.wish", activity.as_str(), &detail)?;
    Ok(done)
}

/// Whether a grade goes out as soon as it may.
fn waits(row: &Outgoing) -> bool {
    matches!(row.state, OutboxState::Pending | OutboxState::Parked | OutboxState::InFlight) && !row.is_kept()
}

fn send_now(conn: &mut Conn, scope: &Scope, rows: Vec<Outgoing>, now: UtcTime) -> StoreResult<usize> {
    let mut sent = 0;
    for row in rows.iter().filter(|r| r.state == OutboxState::Conflict || r.is_kept()) {
        sent += usize::from(repeat(conn, row, Some(&scope.person), Cause::Ours, now)?);
    }
    for registration in rows.iter().map(|r| &r.registration_id).collect::<BTreeSet<_>>() {
        store::probe_now(conn, registration, now)?;
    }
    let waiting = rows.into_iter().filter(waits).map(|r| r.id).collect();
    Ok(sent + store::rearm(conn, waiting, now)?)
}
