//! The only function that writes a grade, and what pages ask about grades.

use std::collections::HashMap;

use super::model::{GradeState, LineItem, OutboxState, Outgoing, Revision, Source, Tried};
use super::store;
use crate::activity;
use crate::activity::model::TAG;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::crypto;
use crate::ids::{ActivityId, CourseId, LineItemId, PersonId, RegistrationId};
use crate::launch::Scope;
use crate::lti::score::{SCOPE_SCORE, next_timestamp};
use crate::platform;
use crate::platform::model::Family;
use crate::store::columns::Points;
use crate::store::{Conn, StoreResult, dialect};

/// Why a grade goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It was decided; the same as before is sent once only.
    Decision,
    /// A person chose it over the LMS's own grade.
    Ours,
    /// The LMS had lost it.
    Lost,
}

/// A grade that was decided.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The activity.
    pub activity_id: ActivityId,
    /// The learner.
    pub person_id: PersonId,
    /// The course that the learner came from: the grade goes back there and nowhere else.
    pub course_id: CourseId,
    /// The points out of 100.
    pub points: Points,
    /// Where the mark comes from.
    pub source: Source,
    /// Why, where a trainer decided.
    pub reason: String,
    /// Who decided.
    pub decided_by: PersonId,
    /// When the learner handed in.
    pub submitted_at: Option<UtcTime>,
    /// Why the grade goes out.
    pub cause: Cause,
    /// How long it waits before it goes, in seconds: a slip of the pen that is mended at once is one score.
    pub pause: i64,
}

/// Writes a grade: revision, outbox row and audit line, in the caller's transaction. A grade that says
/// what the newest revision says already writes nothing. Returns the revision's number.
///
/// # Errors
/// When the database fails; the caller's transaction then keeps nothing.
pub fn decide(conn: &mut Conn, decision: &Decision, now: UtcTime) -> StoreResult<Option<i32>> {
    let (activity, person) = (&decision.activity_id, &decision.person_id);
    dialect::lock_for_transaction(conn, &format!("grade {activity} {person}"))?;
    let last = store::find_newest(conn, activity, person)?;
    let same = last
        .as_ref()
        .is_some_and(|l| l.points == decision.points && l.source == decision.source && l.reason == decision.reason);
    if same && decision.cause == Cause::Decision {
        return Ok(None);
    }
    let (rev, prev_hash) = last.map_or((1, String::new()), |l| (l.rev + 1, l.hash));
    let mut revision = Revision {
        activity_id: activity.clone(),
        person_id: person.clone(),
        rev,
        points: decision.points,
        maximum: Points::FULL,
        source: decision.source,
        reason: decision.reason.clone(),
        decided_by: decision.decided_by.clone(),
        decided_at: now,
        hash: String::new(),
    };
    revision.hash = crypto::sha256_text(&format!(
        "{prev_hash}\n{activity}\n{person}\n{rev}\n{}\n{}\n{}\n{}\n{}",
        revision.points.0, revision.source, revision.reason, revision.decided_by, now.0
    ));
    store::create_revision(conn, &revision, &prev_hash)?;
    enqueue(conn, decision, rev, now)?;
    audit::record(
        conn,
        now,
        &Actor::Person(decision.decided_by.clone()),
        "grade.decide",
        activity.as_str(),
        &serde_json::json!({
            "person": person, "rev": rev, "points": decision.points, "source": decision.source,
        }),
    )?;
    Ok(Some(rev))
}

/// A timestamp so far ahead of the clock, in seconds, is not sent before its time: the LMS would take it
/// and then refuse every later one until then.
const AHEAD: i64 = 60;

fn enqueue(conn: &mut Conn, decision: &Decision, rev: i32, now: UtcTime) -> StoreResult<()> {
    let person = platform::store::get_person(conn, &decision.person_id)?;
    if person.test_user {
        return Ok(());
    }
    let Some(line_item) = ensure_line_item(conn, &decision.activity_id, &decision.course_id, now)? else {
        return Ok(());
    };
    let known = store::find_outgoing_for_update(conn, &line_item.id, &person.sub)?;
    let desired_ts = next_timestamp(now, known.as_ref().map(|k| k.desired_ts));
    let is_ahead = desired_ts.seconds_since(now) > AHEAD;
    let next_attempt_at = if is_ahead { desired_ts } else { now.plus_seconds(decision.pause) };
    let last_class = is_ahead.then(|| "clock".to_owned());
    if is_ahead {
        tracing::warn!(event = "ags.clock", activity = %decision.activity_id, "a grade's timestamp is ahead of the clock");
    }
    if let Some(known) = known {
        let in_flight = known.state == OutboxState::InFlight;
        // Where a person has to choose between two grades, a third one is no choice.
        let is_disputed = known.state == OutboxState::Conflict || known.is_kept();
        let raised = Outgoing {
            desired_rev: rev,
            desired_points: decision.points,
            desired_maximum: Points::FULL,
            desired_ts,
            submitted_at: decision.submitted_at,
            state: match decision.cause {
                // A try under way keeps its lease; it finds the newer wish when it ends.
                _ if in_flight => OutboxState::InFlight,
                Cause::Decision if is_disputed => OutboxState::Conflict,
                _ => OutboxState::Pending,
            },
            ambiguous: in_flight && known.ambiguous,
            next_attempt_at,
            last_class: if decision.cause == Cause::Decision && is_disputed {
                known.last_class.clone()
            } else {
                last_class
            },
            // What the person saw there is what may be overwritten.
            sent_points: if decision.cause == Cause::Ours {
                known.seen_points.or(known.sent_points)
            } else {
                known.sent_points
            },
            resends: if decision.cause == Cause::Lost { known.resends + 1 } else { 0 },
            ..known
        };
        return store::raise_outgoing(conn, &raised, now);
    }
    let new = Outgoing {
        desired_rev: rev,
        desired_points: decision.points,
        submitted_at: decision.submitted_at,
        next_attempt_at,
        last_class,
        ..Outgoing::new(&person, &line_item.id, desired_ts)
    };
    store::create_outgoing(conn, &new, now)
}

/// Tells the LMS that work was handed in, where that shows something and cannot erase a grade: in Canvas,
/// before there is any grade (reliability-security.md §2.4). Part of the caller's transaction.
///
/// # Errors
/// When the database fails.
pub fn announce(
    conn: &mut Conn,
    activity: &ActivityId,
    person: &PersonId,
    course: &CourseId,
    handed_in_at: UtcTime,
    now: UtcTime,
) -> StoreResult<()> {
    let person = platform::store::get_person(conn, person)?;
    let home = platform::store::get_home(conn, course)?;
    let is_canvas = home.registration.family == Family::Canvas;
    let takes_scores = home.course.ags_scopes.split(' ').any(|s| s == SCOPE_SCORE);
    if !is_canvas || !takes_scores || person.test_user || store::find_newest(conn, activity, &person.id)?.is_some() {
        return Ok(());
    }
    let Some(line_item) = ensure_line_item(conn, activity, course, now)? else {
        return Ok(());
    };
    let known = store::find_outgoing_for_update(conn, &line_item.id, &person.sub)?;
    let desired_ts = next_timestamp(now, known.as_ref().map(|k| k.desired_ts));
    let Some(known) = known else {
        let new = Outgoing {
            submitted_at: Some(handed_in_at),
            next_attempt_at: now,
            ..Outgoing::new(&person, &line_item.id, desired_ts)
        };
        return store::create_outgoing(conn, &new, now);
    };
    let in_flight = known.state == OutboxState::InFlight;
    let raised = Outgoing {
        desired_ts,
        submitted_at: Some(handed_in_at),
        state: if in_flight { OutboxState::InFlight } else { OutboxState::Pending },
        ambiguous: false,
        next_attempt_at: now,
        last_class: None,
        ..known
    };
    store::raise_outgoing(conn, &raised, now)
}

/// The column of an activity in a course, made where there is none. None where the activity has no
/// link in that course, so that no grade could go there.
fn ensure_line_item(
    conn: &mut Conn,
    activity: &ActivityId,
    course: &CourseId,
    now: UtcTime,
) -> StoreResult<Option<LineItem>> {
    if let Some(known) = store::find_line_item(conn, activity, course, TAG)? {
        return Ok(Some(known));
    }
    let Some(link) = activity::store::find_link(conn, activity, course)? else {
        return Ok(None);
    };
    dialect::lock_for_transaction(conn, &format!("line item {activity} {course}"))?;
    if let Some(known) = store::find_line_item(conn, activity, course, TAG)? {
        return Ok(Some(known));
    }
    let new = LineItem {
        id: LineItemId::new(),
        activity_id: activity.clone(),
        course_id: course.clone(),
        tag: TAG.to_owned(),
        link_id: link.id,
        url: None,
        score_maximum: None,
        described_at: None,
        lost_at: None,
    };
    store::create_line_item(conn, &new, now)?;
    Ok(Some(new))
}

/// What is known about a learner's released grade.
#[derive(Clone, Debug)]
pub struct Released {
    /// The newest revision.
    pub revision: Revision,
    /// Where it is on its way to the LMS; None where it goes nowhere.
    pub state: Option<GradeState>,
}

/// The newest released grade of every learner, for staff of a course in which the activity is placed.
///
/// # Errors
/// `NotFound` when the activity is not placed in the asker's course.
pub fn list_released(
    conn: &mut Conn,
    scope: &Scope,
    activity: &ActivityId,
) -> StoreResult<HashMap<PersonId, Released>> {
    activity::store::get(conn, scope, activity)?;
    let mut states: HashMap<PersonId, GradeState> =
        store::list_outgoing(conn, activity)?.into_iter().map(|o| (o.person_id.clone(), o.grade_state())).collect();
    let mut newest: HashMap<PersonId, Revision> = HashMap::new();
    for revision in store::list_revisions(conn, activity)? {
        newest.insert(revision.person_id.clone(), revision);
    }
    Ok(newest
        .into_iter()
        .map(|(person, revision)| {
            let state = states.remove(&person);
            (person, Released { revision, state })
        })
        .collect())
}

/// The asker's own released grade.
///
/// # Errors
/// `NotFound` when the activity is not placed in the asker's course.
pub fn own_released(conn: &mut Conn, scope: &Scope, activity: &ActivityId) -> StoreResult<Option<Released>> {
    Ok(list_released(conn, scope, activity)?.remove(&scope.person))
}

/// The same decision as the newest one of a row, as a new revision with a new timestamp.
fn repeat(conn: &mut Conn, row: &Outgoing, by: Option<&PersonId>, cause: Cause, now: UtcTime) -> StoreResult<bool> {
    let LineItem { activity_id, course_id, .. } = store::get_line_item(conn, &row.line_item_id)?;
    let Some(newest) = store::find_newest(conn, &activity_id, &row.person_id)? else {
        return Ok(false);
    };
    let decision = Decision {
        activity_id,
        person_id: row.person_id.clone(),
        course_id,
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

/// Does what a trainer wishes with some learners' grades, or with all of an activity. Returns how many.
///
/// # Errors
/// `NotFound` when the activity is not placed in the asker's course.
pub fn wish(
    conn: &mut Conn,
    scope: &Scope,
    activity: &ActivityId,
    wish: Wish,
    of: Option<&[PersonId]>,
    now: UtcTime,
) -> StoreResult<usize> {
    activity::store::get(conn, scope, activity)?;
    let chosen = |row: &Outgoing| of.is_none_or(|people| people.contains(&row.person_id));
    let rows: Vec<Outgoing> = store::list_outgoing(conn, activity)?.into_iter().filter(chosen).take(MOST).collect();
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
            let mut items: Vec<&LineItemId> = rows.iter().map(|r| &r.line_item_id).collect();
            items.dedup();
            for item in items {
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
    let mut registrations: Vec<&RegistrationId> = rows.iter().map(|r| &r.registration_id).collect();
    registrations.dedup();
    for registration in registrations {
        store::probe_now(conn, registration, now)?;
    }
    let waiting = rows.into_iter().filter(waits).map(|r| r.id).collect();
    Ok(sent + store::rearm(conn, waiting, now)?)
}
