//! The only function that writes a grade, and what pages ask about grades.

use std::collections::HashMap;

use super::model::{GradeState, LineItem, OutboxState, Outgoing, Revision, Source};
use super::store;
use crate::activity;
use crate::activity::model::GradeTag;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::ids::{ActivityId, CourseId, LineItemId, PersonId};
use crate::launch::Scope;
use crate::lti::score::{SCOPE_SCORE, next_timestamp};
use crate::platform;
use crate::platform::model::{Family, Person};
use crate::store::columns::Points;
use crate::store::{Conn, StoreResult, dialect, upkeep};

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
    /// Which of the activity's grades.
    pub tag: GradeTag,
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
    // The row first, and the numbering of revisions after it: whoever writes many holds all their rows already.
    store::hold(conn, activity, Some(person))?;
    dialect::lock_for_transaction(conn, &format!("grade {activity} {person}"))?;
    let newest = store::find_newest(conn, activity, person, decision.tag)?;
    let same = newest
        .as_ref()
        .is_some_and(|l| l.points == decision.points && l.source == decision.source && l.reason == decision.reason);
    if same && decision.cause == Cause::Decision {
        return Ok(None);
    }
    let last = store::find_last(conn, activity, person)?;
    let (rev, prev_hash) = last.map_or((1, String::new()), |(rev, hash)| (rev + 1, hash));
    let mut revision = Revision {
        activity_id: activity.clone(),
        person_id: person.clone(),
        tag: decision.tag,
        rev,
        points: decision.points,
        maximum: Points::FULL,
        source: decision.source,
        reason: decision.reason.clone(),
        decided_by: decision.decided_by.clone(),
        decided_at: now,
        hash: String::new(),
    };
    revision.hash = revision.chained_to(&prev_hash);
    store::create_revision(conn, &revision, &prev_hash)?;
    let learner = platform::store::get_person(conn, person)?;
    let Decision { tag, points, submitted_at, cause, pause, .. } = *decision;
    let wanted = Wanted { tag, rev, points, submitted_at, cause, pause };
    put(conn, (activity, &decision.course_id), &learner, &wanted, now)?;
    audit::record(
        conn,
        now,
        &Actor::Person(decision.decided_by.clone()),
        "grade.decide",
        activity.as_str(),
        &serde_json::json!({
            "person": person, "grade": decision.tag, "rev": rev, "points": decision.points, "source": decision.source,
        }),
    )?;
    Ok(Some(rev))
}

/// A timestamp so far ahead of the clock, in seconds, is not sent before its time: the LMS would take it
/// and then refuse every later one until then.
const AHEAD: i64 = 60;

/// What a row is to say.
struct Wanted {
    tag: GradeTag,
    /// The revision; 0 where there is no grade yet.
    rev: i32,
    points: Points,
    submitted_at: Option<UtcTime>,
    cause: Cause,
    /// How long it waits before it goes, in seconds.
    pause: i64,
}

/// Writes what the LMS is to hear of a person's work, over whatever it was to hear before.
fn put(
    conn: &mut Conn,
    (activity, course): (&ActivityId, &CourseId),
    person: &Person,
    wanted: &Wanted,
    now: UtcTime,
) -> StoreResult<()> {
    if person.test_user {
        return Ok(());
    }
    let Some(line_item) = ensure_line_item(conn, activity, course, wanted.tag, now)? else {
        return Ok(());
    };
    let known = store::find_outgoing_for_update(conn, &line_item.id, &person.sub)?;
    let desired_ts = next_timestamp(now, known.as_ref().map(|k| k.desired_ts));
    let is_ahead = desired_ts.seconds_since(now) > AHEAD;
    if is_ahead {
        tracing::warn!(event = "ags.clock", %activity, "a grade's timestamp is ahead of the clock");
    }
    let is_new = known.is_none();
    let known = known.unwrap_or_else(|| Outgoing::new(person, &line_item.id, desired_ts));
    let in_flight = known.state == OutboxState::InFlight;
    // Where a person has to choose between two grades, a third one is no choice.
    let is_disputed = wanted.cause == Cause::Decision && (known.state == OutboxState::Conflict || known.is_kept());
    let row = Outgoing {
        desired_rev: wanted.rev,
        desired_points: wanted.points,
        desired_maximum: Points::FULL,
        desired_ts,
        submitted_at: wanted.submitted_at,
        // A try under way keeps its lease; it finds the newer wish when it ends.
        state: if in_flight {
            OutboxState::InFlight
        } else if is_disputed {
            OutboxState::Conflict
        } else {
            OutboxState::Pending
        },
        ambiguous: in_flight && known.ambiguous,
        next_attempt_at: if is_ahead { desired_ts } else { now.plus_seconds(wanted.pause) },
        last_class: if is_disputed { known.last_class.clone() } else { is_ahead.then(|| "clock".to_owned()) },
        // What the person saw there is what may be overwritten.
        sent_points: if wanted.cause == Cause::Ours {
            known.seen_points.or(known.sent_points)
        } else {
            known.sent_points
        },
        resends: if wanted.cause == Cause::Lost { known.resends + 1 } else { 0 },
        ..known
    };
    if is_new { store::create_outgoing(conn, &row, now) } else { store::raise_outgoing(conn, &row, now) }
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
    let home = platform::store::get_home(conn, course)?;
    let is_canvas = home.registration.family == Family::Canvas;
    let takes_scores = home.course.offers(SCOPE_SCORE);
    if !is_canvas || !takes_scores || store::find_newest(conn, activity, person, GradeTag::Overall)?.is_some() {
        return Ok(());
    }
    let person = platform::store::get_person(conn, person)?;
    let submitted_at = Some(handed_in_at);
    let (tag, cause) = (GradeTag::Overall, Cause::Decision);
    let wanted = Wanted { tag, rev: 0, points: Points(0), submitted_at, cause, pause: 0 };
    put(conn, (activity, course), &person, &wanted, now)
}

/// The column of an activity in a course, made where there is none. None where the activity has no
/// link in that course, so that no grade could go there.
fn ensure_line_item(
    conn: &mut Conn,
    activity: &ActivityId,
    course: &CourseId,
    tag: GradeTag,
    now: UtcTime,
) -> StoreResult<Option<LineItem>> {
    if let Some(known) = store::find_line_item(conn, activity, course, tag)? {
        return Ok(Some(known));
    }
    let Some(link) = activity::store::find_link(conn, activity, course)? else {
        return Ok(None);
    };
    dialect::lock_for_transaction(conn, &format!("line item {activity} {course}"))?;
    if let Some(known) = store::find_line_item(conn, activity, course, tag)? {
        return Ok(Some(known));
    }
    let new = LineItem {
        id: LineItemId::new(),
        activity_id: activity.clone(),
        course_id: course.clone(),
        tag,
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

/// The newest released grades of every learner, each by its kind, for staff of a course in which the activity is
/// placed.
///
/// # Errors
/// `NotFound` when the activity is not placed in the asker's course.
pub fn list_released(
    conn: &mut Conn,
    scope: &Scope,
    activity: &ActivityId,
) -> StoreResult<HashMap<(PersonId, GradeTag), Released>> {
    activity::store::get(conn, scope, activity)?;
    let is_paused = upkeep::is_paused(conn)?;
    let mut states: HashMap<(PersonId, GradeTag), GradeState> = HashMap::new();
    for tag in GradeTag::ALL {
        let outgoing = store::list_outgoing(conn, activity, *tag)?;
        states.extend(outgoing.into_iter().map(|o| ((o.person_id.clone(), *tag), o.grade_state(is_paused))));
    }
    let mut newest: HashMap<(PersonId, GradeTag), Revision> = HashMap::new();
    for revision in store::list_revisions(conn, activity)? {
        newest.insert((revision.person_id.clone(), revision.tag), revision);
    }
    let released = newest.into_iter().map(|(which, revision)| {
        let state = states.remove(&which);
        (which, Released { revision, state })
    });
    Ok(released.collect())
}

/// The asker's own released grades, each by its kind.
///
/// # Errors
/// `NotFound` when the activity is not placed in the asker's course.
pub fn own_released(conn: &mut Conn, scope: &Scope, activity: &ActivityId) -> StoreResult<HashMap<GradeTag, Released>> {
    let all = list_released(conn, scope, activity)?;
    let own = all.into_iter().filter(|((person, _), _)| *person == scope.person);
    Ok(own.map(|((_, tag), released)| (tag, released)).collect())
}
