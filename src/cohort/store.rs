//! Queries about cohorts, bindings and memberships.

use diesel::prelude::*;

use super::model::{Binding, CohortKind, Learner, Membership};
use crate::clock::UtcTime;
use crate::ids::{BindingId, CohortId, CourseId, MembershipId, PersonId, RegistrationId};
use crate::launch::Scope;
use crate::platform;
use crate::store::columns::Role;
use crate::store::schema::{bindings, cohorts, courses, deployments, memberships, people};
use crate::store::{Conn, StoreResult, on_engine};

/// The binding of a course to its implicit cohort.
///
/// # Errors
/// When the database fails.
pub fn find_course_binding(conn: &mut Conn, course: &CourseId) -> StoreResult<Option<Binding>> {
    let row: Option<(BindingId, CohortId, CourseId)> = bindings::table
        .inner_join(cohorts::table.on(cohorts::id.eq(bindings::cohort_id)))
        .filter(bindings::course_id.eq(course))
        .filter(cohorts::kind.eq(CohortKind::Course))
        .select((bindings::id, bindings::cohort_id, bindings::course_id))
        .first(conn)
        .optional()?;
    Ok(row.map(|(id, cohort_id, course_id)| Binding { id, cohort_id, course_id }))
}

/// Stores a cohort.
///
/// # Errors
/// When the database fails.
pub fn create_cohort(conn: &mut Conn, id: &CohortId, name: &str, kind: CohortKind, now: UtcTime) -> StoreResult<()> {
    diesel::insert_into(cohorts::table)
        .values((cohorts::id.eq(id), cohorts::name.eq(name), cohorts::kind.eq(kind), cohorts::created_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// Stores a binding.
///
/// # Errors
/// `Duplicate` when cohort and course are bound already.
pub fn create_binding(conn: &mut Conn, new: &Binding, now: UtcTime) -> StoreResult<()> {
    diesel::insert_into(bindings::table)
        .values((
            bindings::id.eq(&new.id),
            bindings::cohort_id.eq(&new.cohort_id),
            bindings::course_id.eq(&new.course_id),
            bindings::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// A person's membership through a binding.
///
/// # Errors
/// When the database fails.
pub fn find_membership(conn: &mut Conn, binding: &BindingId, person: &PersonId) -> StoreResult<Option<Membership>> {
    let row: Option<(MembershipId, CohortId, PersonId, BindingId, Role, bool)> = memberships::table
        .filter(memberships::binding_id.eq(binding))
        .filter(memberships::person_id.eq(person))
        .select((
            memberships::id,
            memberships::cohort_id,
            memberships::person_id,
            memberships::binding_id,
            memberships::role,
            memberships::active,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|(id, cohort_id, person_id, binding_id, role, active)| Membership {
        id,
        cohort_id,
        person_id,
        binding_id,
        role,
        active,
    }))
}

/// Makes a person a member through a binding; who is one already gets this role. A roster may store the
/// same person at this very moment.
///
/// # Errors
/// When the database fails.
pub fn put_membership(conn: &mut Conn, new: &Membership, now: UtcTime) -> StoreResult<()> {
    let row = MembershipRow::new(new, now);
    on_engine!(conn, c => diesel::insert_into(memberships::table)
        .values(&row)
        .on_conflict((memberships::cohort_id, memberships::person_id, memberships::binding_id))
        .do_update()
        .set((
            memberships::role.eq(new.role),
            memberships::active.eq(new.active),
            memberships::updated_at.eq(now),
        ))
        .execute(c))?;
    Ok(())
}

/// Stores several memberships at once. Whoever is a member by now, because they came meanwhile, stays as
/// they are.
///
/// # Errors
/// When the database fails.
pub fn create_memberships(conn: &mut Conn, new: &[Membership], now: UtcTime) -> StoreResult<()> {
    let rows: Vec<MembershipRow<'_>> = new.iter().map(|m| MembershipRow::new(m, now)).collect();
    on_engine!(conn, c => diesel::insert_into(memberships::table).values(&rows).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = memberships, treat_none_as_default_value = false)]
struct MembershipRow<'a> {
    id: &'a MembershipId,
    cohort_id: &'a CohortId,
    person_id: &'a PersonId,
    binding_id: &'a BindingId,
    role: Role,
    active: bool,
    created_at: UtcTime,
    updated_at: UtcTime,
}

impl<'a> MembershipRow<'a> {
    const fn new(new: &'a Membership, now: UtcTime) -> Self {
        let Membership { id, cohort_id, person_id, binding_id, role, active } = new;
        Self { id, cohort_id, person_id, binding_id, role: *role, active: *active, created_at: now, updated_at: now }
    }
}

/// Changes the role of a membership, and makes it active.
///
/// # Errors
/// When the database fails.
pub fn update_role(conn: &mut Conn, id: &MembershipId, role: Role, now: UtcTime) -> StoreResult<()> {
    diesel::update(memberships::table.find(id))
        .set((memberships::role.eq(role), memberships::active.eq(true), memberships::updated_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// The courses of a cohort: the LMS's ids, for those of one registration.
///
/// # Errors
/// When the database fails.
pub fn list_contexts(conn: &mut Conn, registration: &RegistrationId, cohort: &CohortId) -> StoreResult<Vec<String>> {
    Ok(bindings::table
        .inner_join(courses::table.on(courses::id.eq(bindings::course_id)))
        .inner_join(deployments::table.on(deployments::id.eq(courses::deployment_id)))
        .filter(bindings::cohort_id.eq(cohort))
        .filter(deployments::registration_id.eq(registration))
        .filter(courses::contextless.eq(false))
        .select(courses::context_id)
        .load(conn)?)
}

/// Whether a course is bound to a cohort.
///
/// # Errors
/// When the database fails.
pub fn is_bound(conn: &mut Conn, cohort: &CohortId, course: &CourseId) -> StoreResult<bool> {
    let bound: i64 = bindings::table
        .filter(bindings::cohort_id.eq(cohort))
        .filter(bindings::course_id.eq(course))
        .count()
        .get_result(conn)?;
    Ok(bound > 0)
}

/// Whether somebody is an active member of a cohort in a role.
///
/// # Errors
/// When the database fails.
pub fn has_role(conn: &mut Conn, cohort: &CohortId, person: &PersonId, role: Role) -> StoreResult<bool> {
    let found: i64 = memberships::table
        .filter(memberships::cohort_id.eq(cohort))
        .filter(memberships::person_id.eq(person))
        .filter(memberships::role.eq(role))
        .filter(memberships::active.eq(true))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// Everybody who takes part in a cohort now.
///
/// # Errors
/// When the database fails.
pub fn list_active(conn: &mut Conn, cohort: &CohortId) -> StoreResult<Vec<PersonId>> {
    Ok(memberships::table
        .filter(memberships::cohort_id.eq(cohort))
        .filter(memberships::active.eq(true))
        .select(memberships::person_id)
        .load(conn)?)
}

/// The trainers of a cohort.
///
/// # Errors
/// When the database fails.
pub fn list_trainers(conn: &mut Conn, cohort: &CohortId) -> StoreResult<Vec<PersonId>> {
    Ok(memberships::table
        .filter(memberships::cohort_id.eq(cohort))
        .filter(memberships::role.eq(Role::Trainer))
        .filter(memberships::active.eq(true))
        .select(memberships::person_id)
        .distinct()
        .load(conn)?)
}

/// The learners of a cohort, without the LMSs' test people, for somebody whose course is bound to it.
///
/// # Errors
/// When the database fails. A cohort that is not bound to the asker's course has no learners.
pub fn list_learners(conn: &mut Conn, scope: &Scope, cohort: &CohortId) -> StoreResult<Vec<Learner>> {
    if is_bound(conn, cohort, &scope.course)? { list_all_learners(conn, cohort) } else { Ok(Vec::new()) }
}

/// The learners of a cohort, without the LMSs' test people: for jobs, which nobody asks.
///
/// # Errors
/// When the database fails.
pub fn list_all_learners(conn: &mut Conn, cohort: &CohortId) -> StoreResult<Vec<Learner>> {
    let rows: Vec<(PersonId, CourseId)> = memberships::table
        .inner_join(bindings::table.on(bindings::id.eq(memberships::binding_id)))
        .inner_join(people::table.on(people::id.eq(memberships::person_id)))
        .filter(memberships::cohort_id.eq(cohort))
        .filter(memberships::role.eq(Role::Learner))
        .filter(memberships::active.eq(true))
        .filter(people::test_user.eq(false))
        .order((memberships::created_at, memberships::id))
        .select((memberships::person_id, bindings::course_id))
        .load(conn)?;
    let ids = rows.iter().map(|(person, _)| person.clone()).collect();
    let mut people = platform::store::list_people(conn, ids)?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, course_id)| {
            let position = people.iter().position(|p| p.id == id)?;
            Some(Learner { person: people.swap_remove(position), course_id })
        })
        .collect())
}
