//! Joining the implicit cohort of a course.

use super::model::{Binding, CohortKind, Membership};
use super::store;
use crate::clock::UtcTime;
use crate::ids::{BindingId, CohortId, MembershipId};
use crate::launch::Scope;
use crate::platform;
use crate::store::{Conn, StoreResult, dialect};

/// The binding of the asker's course to its implicit cohort, made where there is none.
///
/// # Errors
/// When the database fails.
pub fn ensure_course_cohort(conn: &mut Conn, scope: &Scope, now: UtcTime) -> StoreResult<Binding> {
    if let Some(binding) = store::find_course_binding(conn, &scope.course)? {
        return Ok(binding);
    }
    dialect::lock_for_transaction(conn, &format!("cohort of {}", scope.course))?;
    if let Some(binding) = store::find_course_binding(conn, &scope.course)? {
        return Ok(binding);
    }
    let course = platform::store::get_course(conn, &scope.course)?;
    let cohort_id = CohortId::new();
    store::create_cohort(conn, &cohort_id, &course.title, CohortKind::Course, now)?;
    let binding = Binding { id: BindingId::new(), cohort_id, course_id: scope.course.clone() };
    store::create_binding(conn, &binding, now)?;
    Ok(binding)
}

/// Makes the asker a member, or corrects the role they came with this time.
///
/// # Errors
/// When the database fails.
pub fn join(conn: &mut Conn, scope: &Scope, binding: &Binding, now: UtcTime) -> StoreResult<()> {
    match store::find_membership(conn, &binding.id, &scope.person)? {
        Some(known) if known.role == scope.role && known.active => Ok(()),
        Some(known) => store::update_role(conn, &known.id, scope.role, now),
        None => {
            let membership = Membership {
                id: MembershipId::new(),
                cohort_id: binding.cohort_id.clone(),
                person_id: scope.person.clone(),
                binding_id: binding.id.clone(),
                role: scope.role,
                active: true,
            };
            store::put_membership(conn, &membership, now)
        }
    }
}
