//! The console at `/admin`, for whoever runs Cercle: registrations, deployments, keys, invitations, the
//! doctor and the audit log. Never framed, and with credentials of its own: no LTI role opens it.

pub mod authenticator;
pub mod jobs;
pub mod model;
pub mod pages;
pub mod presets;
pub mod service;
pub mod store;
