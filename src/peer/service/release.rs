//! Releasing: the preview, and the one step that makes marks into grades.

use super::super::{PeerError, store};
use super::decide;
use super::group::{self, Group, Row};
use crate::activity;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::crypto;
use crate::grades;
use crate::grades::service::Released;
use crate::ids::ActivityId;
use crate::launch::Scope;
use crate::news;
use crate::news::model::Kind;
use crate::store::columns::Points;
use crate::store::{Conn, dialect};

/// What a release would do for one learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// They get their first grade.
    New,
    /// Their grade changes.
    Changed,
    /// Their grade stays.
    Same,
    /// They have no mark, so they get none.
    None,
}

/// What a release would do.
pub struct Preview {
    /// The group.
    pub group: Group,
    /// Each learner's effect, in the order of the group.
    pub effects: Vec<Effect>,
    /// Stands for exactly these marks: a release that carries it releases what was seen.
    pub digest: String,
}

fn effect(row: &Row) -> Effect {
    let of = |value: Option<Points>, released: &Option<Released>| match (value, released) {
        (None, _) => Effect::None,
        (Some(_), None) => Effect::New,
        (Some(mark), Some(released)) if released.revision.points == mark => Effect::Same,
        (Some(_), Some(_)) => Effect::Changed,
    };
    let reviewing = of(row.reviewing.map(|r| r.value), &row.released_reviewing);
    match (of(row.mark.value, &row.released), reviewing) {
        (Effect::None, Effect::None) => Effect::None,
        (Effect::None, of_reviewing) => of_reviewing,
        (Effect::Same, Effect::New | Effect::Changed) => Effect::Changed,
        (of_work, _) => of_work,
    }
}

/// What a release would do now.
///
/// # Errors
/// `NotFound`, or [`PeerError::Role`] for anybody but staff.
pub fn preview(conn: &mut Conn, scope: &Scope, id: &ActivityId, now: UtcTime) -> Result<Preview, PeerError> {
    let group = group::load_with(conn, scope, id, now, true)?;
    let effects = group.rows.iter().map(effect).collect();
    let line = |r: &Row| {
        let reviewing = r.reviewing.map(|r| r.value);
        format!("{} {:?} {:?} {reviewing:?}", r.learner.person.id, r.mark.value, r.mark.reason())
    };
    let mut lines: Vec<String> = group.rows.iter().map(line).collect();
    lines.sort();
    Ok(Preview { effects, digest: crypto::sha256_text(&lines.join("\n")), group })
}

/// Releases: every learner with a mark gets a grade, in one transaction with the outbox rows and the
/// audit lines. Returns how many grades are new or changed. A double click changes nothing.
///
/// # Errors
/// Refused when a mark has changed since the preview, or when nobody has a mark.
pub fn release(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    digest: &str,
    now: UtcTime,
) -> Result<usize, PeerError> {
    super::for_trainer(conn, scope, id)?;
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    grades::store::hold(conn, id, None)?;
    let Preview { group, digest: current, .. } = preview(conn, scope, id, now)?;
    if current != digest {
        return Err(PeerError::Refused("release-changed"));
    }
    let mut decided = 0;
    for row in &group.rows {
        let of_row = [decide::grade_of(row, scope, id, 0), decide::reviewing_grade_of(row, scope, id)];
        let mut is_new = false;
        for grade in of_row.iter().flatten() {
            let is_decided = grades::service::decide(conn, grade, now)?.is_some();
            is_new |= is_decided;
            decided += usize::from(is_decided);
        }
        if is_new {
            let has_grade = row.grades().next().is_some();
            let kind = if has_grade { Kind::MarkChanged } else { Kind::Released };
            let about = format!("release {}", now.unix_seconds());
            news::service::tell(conn, &row.learner.person.id, id, kind, &about, now)?;
        }
    }
    if decided == 0 && group.activity.released_at.is_none() {
        return Err(PeerError::Refused("release-no-marks"));
    }
    let run = if decided > 0 { Some(store::create_run(conn, id, &group.input, &group.marks, now)?) } else { None };
    if group.activity.released_at.is_none() {
        let revision = group.activity.revision;
        let released = activity::model::Activity { released_at: Some(now), ..group.activity };
        if !activity::store::update(conn, &released, revision, now)? {
            return Err(PeerError::Refused("release-changed"));
        }
    }
    audit::record(
        conn,
        now,
        &Actor::Person(scope.person.clone()),
        "activity.release",
        id.as_str(),
        &serde_json::json!({"grades": decided, "run": run}),
    )?;
    Ok(decided)
}
