//! Identifiers of everything that Cercle stores.

pub use crate::store::columns::{
    ActivityId, AdministratorId, AttemptId, BindingId, CohortId, CourseId, DeploymentId, GradeRevisionId, InvitationId,
    LineItemId, LinkId, MembershipId, OutboxId, OverrideId, PersonId, PlacementId, RegistrationId, ReviewId,
    RubricVersionId, SessionId, SubmissionId,
};
