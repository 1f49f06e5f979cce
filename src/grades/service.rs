//! The only function that writes a grade, and what pages ask about grades.

use std::collections::HashMap;

use super::model::{GradeState, LineItem, OutboxState, Outgoing, Revision, Source};
use super::store;
use crate::activity;
use crate::activity::model::TAG;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::crypto;
use crate::ids::{ActivityId, CourseId, LineItemId, OutboxId, PersonId};
use crate::launch::Scope;
use crate::lti::score::next_timestamp;
use crate::platform;
use crate::store::columns::Points;
use crate::store::{Conn, StoreResult, dialect};

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
    /// Whether to send the same grade again as a new revision.
    pub again: bool,
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
    if same && !decision.again {
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
    if let Some(known) = known {
        let in_flight = known.state == OutboxState::InFlight;
        let raised = Outgoing {
            desired_rev: rev,
            desired_points: decision.points,
            desired_maximum: Points::FULL,
            desired_ts,
            submitted_at: decision.submitted_at,
            // A try under way keeps its lease; it finds the newer wish when it ends.
            state: if in_flight { OutboxState::InFlight } else { OutboxState::Pending },
            ambiguous: in_flight && known.ambiguous,
            ..known
        };
        return store::raise_outgoing(conn, &raised, now);
    }
    let new = Outgoing {
        id: OutboxId::new(),
        registration_id: person.registration_id.clone(),
        line_item_id: line_item.id,
        person_id: person.id,
        lms_sub: person.sub,
        desired_rev: rev,
        desired_points: decision.points,
        desired_maximum: Points::FULL,
        desired_ts,
        submitted_at: decision.submitted_at,
        delivered_rev: 0,
        state: OutboxState::Pending,
        attempt: 0,
        ambiguous: false,
        next_attempt_at: now,
        last_class: None,
        last_status: None,
    };
    store::create_outgoing(conn, &new, now)
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

/// Sends again what is not in the LMS: makes waiting and refused rows due at once. For a row in
/// conflict this is the decision "ours": a new revision with a new timestamp. Returns how many.
///
/// # Errors
/// `NotFound` when the activity is not placed in the asker's course.
pub fn resend(conn: &mut Conn, scope: &Scope, activity: &ActivityId, now: UtcTime) -> StoreResult<usize> {
    activity::store::get(conn, scope, activity)?;
    let rows = store::list_outgoing(conn, activity)?;
    let mut sent = 0;
    for row in rows.iter().filter(|r| r.state == OutboxState::Conflict) {
        if let Some(newest) = store::find_newest(conn, activity, &row.person_id)? {
            let course_id = store::get_line_item(conn, &row.line_item_id)?.course_id;
            let decision = Decision {
                activity_id: activity.clone(),
                person_id: row.person_id.clone(),
                course_id,
                points: newest.points,
                source: newest.source,
                reason: newest.reason,
                decided_by: scope.person.clone(),
                submitted_at: row.submitted_at,
                again: true,
            };
            decide(conn, &decision, now)?;
            sent += 1;
        }
    }
    let waiting = rows
        .into_iter()
        .filter(|r| matches!(r.state, OutboxState::Pending | OutboxState::Parked))
        .map(|r| r.id)
        .collect();
    Ok(sent + store::rearm(conn, waiting, now)?)
}
