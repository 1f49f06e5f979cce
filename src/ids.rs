//! Identifiers of everything that Cercle stores.

pub use crate::store::columns::{
    ActivityId, AdministratorId, AggregationRunId, AppealId, AttemptId, BindingId, CohortId, CourseId, DeploymentId,
    ExampleId, FileId, GradeRevisionId, InvitationId, LineItemId, LinkId, MembershipId, NewsId, OutboxId, OverrideId,
    PersonId, PlacementId, RegistrationId, ReportId, ReviewId, RubricVersionId, SessionId, SubmissionId,
};
