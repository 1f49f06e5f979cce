//! LTI 1.3 and LTI Advantage as messages and rules: nothing here knows a page, a table or a feature.

pub mod ags;
pub mod jwks;
pub mod login;
pub mod registration;
pub mod reject;
pub mod roles;
pub mod score;
pub mod token;
pub mod verify;

/// The prefix of the claims of LTI Core (lti.md §1.5).
pub const CLAIM: &str = "https://purl.imsglobal.org/spec/lti/claim/";
/// The claim with the addresses of Assignment and Grade Services.
pub const AGS_CLAIM: &str = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint";
/// The media type of a roster.
pub const MEMBERSHIPS_TYPE: &str = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json";
/// The scope to read rosters.
pub const SCOPE_ROSTER: &str = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly";
/// The claim with the address of Names and Role Provisioning Services.
pub const NRPS_CLAIM: &str = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice";
