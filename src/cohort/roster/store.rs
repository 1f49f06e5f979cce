//! Queries about rosters.

use diesel::prelude::*;

use super::plan::Known;
use super::{Due, LEASE, Roster, RosterState};
use crate::clock::UtcTime;
use crate::cohort::model::{Binding, Membership};
use crate::ids::{BindingId, CohortId, CourseId, MembershipId, PersonId};
use crate::store::columns::Role;
use crate::store::schema::{activities, bindings, courses, links, memberships, people, placements, rosters};
use crate::store::{Conn, StoreResult, on_engine, row_of};

row_of! {
    Roster as RosterRow in rosters {
        binding_id: BindingId,
        state: RosterState,
        leaving: i32,
        confirmed: bool,
        read_at: Option<UtcTime>,
        due_at: UtcTime,
        differences_url: Option<String>,
        whole_at: Option<UtcTime>,
    }
}

/// What is known of the roster of a binding.
///
/// # Errors
/// When the database fails.
pub fn find(conn: &mut Conn, binding: &BindingId) -> StoreResult<Option<Roster>> {
    let row: Option<RosterRow> = rosters::table.find(binding).select(RosterRow::as_select()).first(conn).optional()?;
    Ok(row.map(Into::into))
}

/// A binding by our id.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn get_binding(conn: &mut Conn, id: &BindingId) -> StoreResult<Binding> {
    let (id, cohort_id, course_id): (BindingId, CohortId, CourseId) =
        bindings::table.find(id).select((bindings::id, bindings::cohort_id, bindings::course_id)).first(conn)?;
    Ok(Binding { id, cohort_id, course_id })
}

/// The bindings whose roster may be read and is not noted yet: of courses that offer one and have an
/// activity.
///
/// # Errors
/// When the database fails.
pub fn list_unnoticed(conn: &mut Conn) -> StoreResult<Vec<BindingId>> {
    let with_activity = activities::table.select(activities::cohort_id);
    let noticed = rosters::table.select(rosters::binding_id);
    Ok(bindings::table
        .inner_join(courses::table.on(courses::id.eq(bindings::course_id)))
        .filter(courses::memberships_url.is_not_null())
        .filter(bindings::cohort_id.eq_any(with_activity))
        .filter(bindings::id.ne_all(noticed))
        .select(bindings::id)
        .limit(100)
        .load(conn)?)
}

/// Notes rosters that may be read from now on. Another process may have been faster.
///
/// # Errors
/// When the database fails.
pub fn notice(conn: &mut Conn, fresh: Vec<BindingId>, now: UtcTime) -> StoreResult<()> {
    for id in fresh {
        let row = (
            rosters::binding_id.eq(id),
            rosters::state.eq(RosterState::Fresh),
            rosters::leaving.eq(0),
            rosters::confirmed.eq(false),
            rosters::due_at.eq(now),
        );
        on_engine!(conn, c => diesel::insert_into(rosters::table).values(row).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

/// The roster that is due longest and that no process holds.
///
/// # Errors
/// When the database fails.
pub fn find_due(conn: &mut Conn, now: UtcTime) -> StoreResult<Option<Due>> {
    let found: Option<(BindingId, CourseId)> = rosters::table
        .inner_join(bindings::table.on(bindings::id.eq(rosters::binding_id)))
        .filter(rosters::due_at.le(now))
        .filter(rosters::lease_until.is_null().or(rosters::lease_until.lt(Some(now))))
        .order(rosters::due_at)
        .select((rosters::binding_id, bindings::course_id))
        .first(conn)
        .optional()?;
    Ok(found.map(|(binding_id, course_id)| Due { binding_id, course_id }))
}

/// Claims the roster that is due longest; the lease keeps other processes from it.
///
/// # Errors
/// When the database fails.
pub fn claim(conn: &mut Conn, now: UtcTime) -> StoreResult<Option<Due>> {
    let Some(due) = find_due(conn, now)? else { return Ok(None) };
    let claimed = diesel::update(rosters::table.find(&due.binding_id))
        .filter(rosters::lease_until.is_null().or(rosters::lease_until.lt(Some(now))))
        .set(rosters::lease_until.eq(Some(now.plus_seconds(LEASE))))
        .execute(conn)?;
    Ok((claimed == 1).then_some(due))
}

/// Notes that a roster was applied or held.
///
/// # Errors
/// When the database fails.
pub fn finish(conn: &mut Conn, read: &Roster) -> StoreResult<()> {
    diesel::update(rosters::table.find(&read.binding_id))
        .set((
            rosters::state.eq(read.state),
            rosters::leaving.eq(read.leaving),
            rosters::confirmed.eq(read.confirmed),
            rosters::read_at.eq(read.read_at),
            rosters::due_at.eq(read.due_at),
            rosters::differences_url.eq(&read.differences_url),
            rosters::whole_at.eq(read.whole_at),
            rosters::lease_until.eq(None::<UtcTime>),
        ))
        .execute(conn)?;
    Ok(())
}

/// The LMS's id of the only link of a binding's course that opens an activity; None where there are several,
/// which may admit different people.
///
/// # Errors
/// When the database fails.
pub fn find_only_link(conn: &mut Conn, binding: &BindingId) -> StoreResult<Option<String>> {
    let binding = get_binding(conn, binding)?;
    let mut found: Vec<String> = placements::table
        .inner_join(links::table.on(links::id.eq(placements::link_id)))
        .filter(links::course_id.eq(&binding.course_id))
        .select(links::resource_link_id)
        .limit(2)
        .load(conn)?;
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// Notes that a roster could not be read. Nothing else changes.
///
/// # Errors
/// When the database fails.
pub fn fail(conn: &mut Conn, binding: &BindingId, due_at: UtcTime) -> StoreResult<()> {
    diesel::update(rosters::table.find(binding))
        .set((
            rosters::state.eq(RosterState::Failed),
            rosters::due_at.eq(due_at),
            rosters::lease_until.eq(None::<UtcTime>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Makes a roster due now.
///
/// # Errors
/// When the database fails.
pub fn ask(conn: &mut Conn, binding: &BindingId, confirmed: bool, now: UtcTime) -> StoreResult<()> {
    diesel::update(rosters::table.find(binding))
        .set((rosters::due_at.eq(now), rosters::confirmed.eq(confirmed)))
        .execute(conn)?;
    Ok(())
}

/// The members of a binding, active or not, with the LMS's ids.
///
/// # Errors
/// When the database fails.
pub fn list_known(conn: &mut Conn, binding: &BindingId) -> StoreResult<Vec<Known>> {
    type Row = (MembershipId, CohortId, PersonId, Role, bool, UtcTime, String);
    let rows: Vec<Row> = memberships::table
        .inner_join(people::table.on(people::id.eq(memberships::person_id)))
        .filter(memberships::binding_id.eq(binding))
        .select((
            memberships::id,
            memberships::cohort_id,
            memberships::person_id,
            memberships::role,
            memberships::active,
            memberships::updated_at,
            people::sub,
        ))
        .load(conn)?;
    let known = |(id, cohort_id, person_id, role, active, updated_at, sub)| Known {
        membership: Membership { id, cohort_id, person_id, binding_id: binding.clone(), role, active },
        sub,
        updated_at,
    };
    Ok(rows.into_iter().map(known).collect())
}

/// Ends somebody's membership, and says whose.
///
/// # Errors
/// When the database fails.
pub fn deactivate(conn: &mut Conn, id: &MembershipId, now: UtcTime) -> StoreResult<PersonId> {
    diesel::update(memberships::table.find(id))
        .set((memberships::active.eq(false), memberships::updated_at.eq(now)))
        .execute(conn)?;
    Ok(memberships::table.find(id).select(memberships::person_id).first(conn)?)
}
