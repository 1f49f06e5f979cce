//! What a trainer decides about a mark, and what becomes of marks as grades.

use super::super::model::Override;
use super::super::{PeerError, store};
use super::group::{self, Row};
use super::{for_staff, for_trainer, teams};
use crate::activity::model::{Activity, GradeTag};
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::grades;
use crate::grades::model::Source;
use crate::grades::service::{Cause, Decision};
use crate::ids::{ActivityId, PersonId};
use crate::launch::Scope;
use crate::news;
use crate::news::model::Kind;
use crate::store::columns::Points;
use crate::store::{Conn, StoreError};

/// What a trainer decides about a mark.
#[derive(Clone, Debug)]
pub struct MarkDecision {
    /// The mark; None lets the peers' mark count again.
    pub mark: Option<Points>,
    /// Why; the learner reads it after the release.
    pub reason: String,
    /// Whether it judges the work, and so tells how its reviewers mark; otherwise it is an exception.
    pub judges: bool,
    /// The number of the decision that the page showed, so that two trainers do not overwrite each
    /// other unseen.
    pub seen: i32,
}

/// The number of the newest decision about a learner; 0 without one.
///
/// # Errors
/// When the database fails.
pub fn decision_number(conn: &mut Conn, scope: &Scope, id: &ActivityId, person: &PersonId) -> Result<i32, PeerError> {
    for_staff(conn, scope, id)?;
    let overrides = store::list_overrides(conn, id)?;
    Ok(overrides.iter().find(|o| o.person_id == *person).map_or(0, |o| o.number))
}

/// Stores a decision about a mark. After the release the grade follows at once.
///
/// # Errors
/// Refused without a reason, outside 0–100, or when another trainer decided meanwhile.
pub fn decide_mark(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    person: &PersonId,
    decision: &MarkDecision,
    now: UtcTime,
) -> Result<(), PeerError> {
    let activity = for_trainer(conn, scope, id)?;
    if decision.mark.is_some() && decision.reason.trim().is_empty() {
        return Err(PeerError::Refused("mark-no-reason"));
    }
    if decision.reason.chars().count() > 1_000 {
        return Err(PeerError::Refused("mark-reason-too-long"));
    }
    if decision.mark.is_some_and(|m| m < Points(0) || m > Points::FULL) {
        return Err(PeerError::Refused("mark-range"));
    }
    let before = group::load(conn, scope, id, now)?;
    if !before.rows.iter().any(|row| row.learner.person.id == *person) {
        return Err(StoreError::NotFound.into());
    }
    if decision_number(conn, scope, id, person)? != decision.seen {
        return Err(PeerError::Refused("changed-meanwhile"));
    }
    let known = store::list_overrides(conn, id)?;
    let judges = decision.judges && decision.mark.is_some();
    let was_judged = known.iter().any(|o| o.person_id == *person && o.judges);
    let of_team = teams::load(conn, &activity)?.members(person);
    // What judges a work holds for all who handed it in, and so does its end; an exception is one learner's.
    let whose = if judges || (was_judged && decision.mark.is_none()) { of_team } else { vec![person.clone()] };
    for member in &whose {
        // Whoever has left the course has no mark any more.
        let Some(row) = before.rows.iter().find(|row| row.learner.person.id == *member) else { continue };
        let number = known.iter().find(|o| o.person_id == *member).map_or(0, |o| o.number) + 1;
        let (mark, reason) = (decision.mark, decision.reason.trim().to_owned());
        let stored = Override { person_id: member.clone(), number, mark, reason, judges };
        store::create_override(conn, id, &stored, &scope.person, now)?;
        let actor = Actor::Person(scope.person.clone());
        let detail = serde_json::json!({"person": member, "before": row.mark.value, "after": mark, "judges": judges});
        audit::record(conn, now, &actor, "mark.decide", id.as_str(), &detail)?;
    }
    if activity.released_at.is_none() {
        return Ok(());
    }
    let changed = group::load(conn, scope, id, now)?.rows;
    for row in changed.iter().filter(|row| whose.contains(&row.learner.person.id)) {
        let (member, number) = (&row.learner.person.id, row.mark.decision.as_ref().map_or(0, |d| d.number));
        if let Some(grade) = grade_of(row, scope, id, SLIP)
            && grades::service::decide(conn, &grade, now)?.is_some()
        {
            let about = format!("{number} {}", now.unix_seconds());
            news::service::tell(conn, member, id, Kind::MarkChanged, &about, now)?;
        }
    }
    Ok(())
}

/// A changed mark goes out after so many seconds: a slip of the pen is mended by then.
const SLIP: i64 = 3;

/// The grade that a row's mark makes, which goes out after a pause in seconds; None without a mark.
pub(super) fn grade_of(row: &Row, scope: &Scope, id: &ActivityId, pause: i64) -> Option<Decision> {
    Some(Decision {
        source: if row.mark.decision.is_some() { Source::Trainer } else { Source::Peers },
        reason: row.mark.reason().unwrap_or_default().to_owned(),
        submitted_at: row.submission.as_ref().and_then(|s| s.handed_in_at),
        pause,
        ..decision(row, scope, id, GradeTag::Overall, row.grade?)
    })
}

/// The grade for reviewing that a row makes for its own column; None where there is none.
pub(super) fn reviewing_grade_of(row: &Row, scope: &Scope, activity: &Activity) -> Option<Decision> {
    let reviewing = row.reviewing.filter(|_| activity.rules.reviewing_column.is_some())?;
    Some(decision(row, scope, &activity.id, GradeTag::Reviewing, reviewing.value))
}

fn decision(row: &Row, scope: &Scope, id: &ActivityId, tag: GradeTag, points: Points) -> Decision {
    Decision {
        activity_id: id.clone(),
        person_id: row.learner.person.id.clone(),
        course_id: row.learner.course_id.clone(),
        tag,
        points,
        source: Source::Peers,
        reason: String::new(),
        decided_by: scope.person.clone(),
        submitted_at: None,
        cause: Cause::Decision,
        pause: 0,
    }
}
