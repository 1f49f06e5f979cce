//! LTI 1.3 and LTI Advantage as messages and rules: nothing here knows a page, a table or a feature.

pub mod ags;
pub mod configuration;
pub mod deep_linking;
mod json;
pub mod jwks;
pub mod login;
pub mod message;
pub mod notices;
pub mod nrps;
pub mod paging;
pub mod registration;
pub mod reject;
pub mod roles;
pub mod score;
pub mod token;
pub mod verify;

use score::{SCOPE_LINE_ITEM, SCOPE_RESULT, SCOPE_SCORE};

/// The prefix of the claims of LTI Core (lti.md §1.5).
pub const CLAIM: &str = "https://purl.imsglobal.org/spec/lti/claim/";
/// The claim with the addresses of Assignment and Grade Services.
pub const AGS_CLAIM: &str = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint";
/// The media type of a roster.
pub const MEMBERSHIPS_TYPE: &str = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json";
/// The scope to read rosters.
pub const SCOPE_ROSTER: &str = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly";
/// The scopes that we use, in the order that people read them; nothing else is asked for.
pub const SCOPES: [&str; 4] = [SCOPE_LINE_ITEM, SCOPE_SCORE, SCOPE_RESULT, SCOPE_ROSTER];
/// The claim with the address of Names and Role Provisioning Services.
pub const NRPS_CLAIM: &str = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice";
/// The custom parameter with the ids of the courses that a course was copied from.
pub const CONTEXT_HISTORY: &str = "context_history";
/// The custom parameter with our activity's id. Signed by the LMS, but typed by whoever edits the link:
/// it says what to look for, never who may see it.
pub const ACTIVITY_ID: &str = "activity_id";
/// The custom parameter that says how a link relates to its activity.
pub const PLACEMENT: &str = "placement";
/// Its value for a further link to an activity that has one in the course already.
pub const PLACEMENT_AGAIN: &str = "again";
