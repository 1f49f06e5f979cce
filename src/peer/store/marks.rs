//! Queries about trainers' decisions and how marks were made.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::ids::{ActivityId, AggregationRunId, OverrideId, PersonId};
use crate::peer::aggregate;
use crate::peer::marks::{Input, Marks};
use crate::peer::model::Override;
use crate::store::columns::Points;
use crate::store::schema::{aggregation_runs, mark_overrides};
use crate::store::{Conn, StoreResult};

/// The newest decision about each learner's mark. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_overrides(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Override>> {
    let rows: Vec<(PersonId, i32, Option<Points>, String, bool)> = mark_overrides::table
        .filter(mark_overrides::activity_id.eq(activity))
        .order((mark_overrides::person_id, mark_overrides::number))
        .select((
            mark_overrides::person_id,
            mark_overrides::number,
            mark_overrides::mark,
            mark_overrides::reason,
            mark_overrides::judges,
        ))
        .load(conn)?;
    let mut newest: Vec<Override> = Vec::new();
    for (person_id, number, mark, reason, judges) in rows {
        let row = Override { person_id, number, mark, reason, judges };
        match newest.last_mut() {
            Some(last) if last.person_id == row.person_id => *last = row,
            _ => newest.push(row),
        }
    }
    Ok(newest)
}

/// Adds a decision about a mark.
///
/// # Errors
/// `Duplicate` when somebody else decided at the same moment.
pub(in crate::peer) fn create_override(
    conn: &mut Conn,
    activity: &ActivityId,
    new: &Override,
    by: &PersonId,
    now: UtcTime,
) -> StoreResult<()> {
    diesel::insert_into(mark_overrides::table)
        .values((
            mark_overrides::id.eq(OverrideId::new()),
            mark_overrides::activity_id.eq(activity),
            mark_overrides::person_id.eq(&new.person_id),
            mark_overrides::number.eq(new.number),
            mark_overrides::mark.eq(new.mark),
            mark_overrides::reason.eq(&new.reason),
            mark_overrides::judges.eq(new.judges),
            mark_overrides::decided_by.eq(by),
            mark_overrides::decided_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// How the marks of the last release were made; None before one. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn find_run(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Option<Marks>> {
    let outcome: Option<String> = aggregation_runs::table
        .filter(aggregation_runs::activity_id.eq(activity))
        .order((aggregation_runs::created_at.desc(), aggregation_runs::id.desc()))
        .select(aggregation_runs::outcome)
        .first(conn)
        .optional()?;
    Ok(outcome.map(|outcome| serde_json::from_str(&outcome)).transpose()?)
}

/// Stores how the marks of a release were made. Returns its id.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn create_run(
    conn: &mut Conn,
    activity: &ActivityId,
    input: &Input,
    outcome: &Marks,
    now: UtcTime,
) -> StoreResult<AggregationRunId> {
    let id = AggregationRunId::new();
    diesel::insert_into(aggregation_runs::table)
        .values((
            aggregation_runs::id.eq(&id),
            aggregation_runs::activity_id.eq(activity),
            aggregation_runs::version.eq(aggregate::VERSION),
            aggregation_runs::input_hash.eq(input.hash()),
            aggregation_runs::input.eq(serde_json::to_string(input)?),
            aggregation_runs::outcome.eq(serde_json::to_string(outcome)?),
            aggregation_runs::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}
