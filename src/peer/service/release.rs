//! Releasing: the preview, and the one step that makes marks into grades.

use super::super::marks::Marks;
use super::super::{PeerError, store};
use super::decide;
use super::group::{self, Group, Row};
use crate::activity;
use crate::activity::model::{Activity, GRACE};
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
use crate::store::{Conn, StoreError, dialect};

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

fn effect(row: &Row, activity: &Activity) -> Effect {
    let of = |value: Option<Points>, released: &Option<Released>| match (value, released) {
        (None, _) => Effect::None,
        (Some(_), None) => Effect::New,
        (Some(mark), Some(released)) if released.revision.points == mark => Effect::Same,
        (Some(_), Some(_)) => Effect::Changed,
    };
    let own_column = row.reviewing.filter(|_| activity.rules.reviewing_column.is_some());
    let reviewing = of(own_column.map(|r| r.value), &row.released_reviewing);
    match (of(row.grade, &row.released), reviewing) {
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
    let effects = group.rows.iter().map(|row| effect(row, &group.activity)).collect();
    let line = |r: &Row| {
        let reviewing = r.reviewing.map(|r| r.value);
        format!("{} {:?} {:?} {:?} {reviewing:?}", r.learner.person.id, r.grade, r.mark.value, r.mark.reason())
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
    carry_out(conn, scope, &Actor::Person(scope.person.clone()), group, now)
}

/// Makes grades of a group's marks. The caller holds the locks of [`release`].
fn carry_out(conn: &mut Conn, scope: &Scope, by: &Actor, group: Group, now: UtcTime) -> Result<usize, PeerError> {
    let id = &group.activity.id.clone();
    let mut decided = 0;
    for row in &group.rows {
        let of_row = [decide::grade_of(row, scope, id, 0), decide::reviewing_grade_of(row, scope, &group.activity)];
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
    let run = if decided > 0 {
        let marks = Marks { criteria: group.input.run_criteria(), ..group.marks };
        Some(store::create_run(conn, id, &group.input, &marks, now)?)
    } else {
        None
    };
    if group.activity.released_at.is_none() {
        let revision = group.activity.revision;
        let released = Activity { released_at: Some(now), ..group.activity };
        if !activity::store::update(conn, &released, revision, now)? {
            return Err(PeerError::Refused("release-changed"));
        }
    }
    audit::record(conn, now, by, "activity.release", id.as_str(), &serde_json::json!({"grades": decided, "run": run}))?;
    Ok(decided)
}

/// What waits for a trainer before marks may be released by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// Reports that nobody has looked at.
    pub reports: usize,
    /// Works that were handed in and have no mark.
    pub unmarked: usize,
}

impl Waits {
    /// Of a group.
    #[must_use]
    pub fn of(group: &Group) -> Self {
        let is_unmarked = |r: &&Row| r.is_handed_in() && !r.is_withheld() && r.mark.value.is_none();
        Self {
            reports: group.rows.iter().filter(|r| r.is_first).map(|r| r.reports).sum(),
            unmarked: group.rows.iter().filter(|r| r.is_first).filter(is_unmarked).count(),
        }
    }
}

/// Releases the marks of an activity whose moment has come, as the trainer who set it up asked: once nobody can review any
/// more and nothing waits for a trainer. Otherwise the trainers are told, once for each moment that they choose, and it
/// stays to be done. Says whether it released.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn release_by_itself(conn: &mut Conn, id: &ActivityId, now: UtcTime) -> Result<bool, PeerError> {
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    let activity = activity::store::list_by_ids(conn, vec![id.clone()])?.pop().ok_or(StoreError::NotFound)?;
    let Some(moment) = activity.rules.release_at.filter(|at| *at <= now && activity.released_at.is_none()) else {
        return Ok(false);
    };
    let is_reviewing = |until: Option<UtcTime>| until.is_some_and(|until| now <= until.plus_seconds(GRACE));
    let has_time = store::list_extensions(conn, id)?.iter().any(|e| is_reviewing(e.review_until));
    if has_time || !activity.reviews_over(now) {
        return Ok(false);
    }
    let Some(scope) = activity::store::find_scope_of_creator(conn, &activity)? else { return Ok(false) };
    grades::store::hold(conn, id, None)?;
    let Preview { group, .. } = preview(conn, &scope, id, now)?;
    let about = moment.unix_seconds().to_string();
    if Waits::of(&group) != Waits::default() {
        super::tell_trainers(conn, id, Kind::ReleaseWaits, &about, now)?;
        return Ok(false);
    }
    if group.rows.iter().all(|row| row.grade.is_none()) {
        return Ok(false);
    }
    carry_out(conn, &scope, &Actor::System, group, now)?;
    super::tell_trainers(conn, id, Kind::ReleasedByItself, &about, now)?;
    Ok(true)
}
