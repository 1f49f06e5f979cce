//! From an LMS's login request to a session: the only place that makes one. Ends in a redirect to
//! `/open`, which the activity answers.

pub mod arrivals;
pub mod held;
pub mod jobs;
pub mod landing;
pub mod pages;
pub mod refusal;
pub mod service;
pub mod session;
mod store;

pub use refusal::note_refused;
pub use session::pages::{Posted, SignedIn};
pub use session::{Scope, Session};
pub use store::{
    Launched, Refused, consume_deep_linking, count_launches, end_all_sessions, end_sessions, list_launched,
    list_refused,
};
