//! Cohorts, bindings, memberships.

use crate::ids::{BindingId, CohortId, CourseId, MembershipId, PersonId};
use crate::platform::model::Person;
use crate::store::columns::{Role, text_enum};

text_enum! {
    /// How a cohort came to be.
    CohortKind {
        /// Everyone in one course.
        Course => "course",
        /// Made and filled by a trainer.
        Managed => "managed",
    }
}

/// A cohort's link to a course. A membership comes through a binding, so that the roster of one
/// course can never touch the people of another.
#[derive(Clone, Debug)]
pub struct Binding {
    /// Our id.
    pub id: BindingId,
    /// The cohort.
    pub cohort_id: CohortId,
    /// The course.
    pub course_id: CourseId,
}

/// A person in a cohort.
#[derive(Clone, Debug)]
pub struct Membership {
    /// Our id.
    pub id: MembershipId,
    /// The cohort.
    pub cohort_id: CohortId,
    /// The person.
    pub person_id: PersonId,
    /// Through which course.
    pub binding_id: BindingId,
    /// As what.
    pub role: Role,
    /// Whether they still take part.
    pub active: bool,
}

/// A learner of a cohort, with the course that their grades go back to.
#[derive(Clone, Debug)]
pub struct Learner {
    /// The person.
    pub person: Person,
    /// The course they came from.
    pub course_id: CourseId,
}
