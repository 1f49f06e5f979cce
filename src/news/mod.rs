//! News: what somebody should hear about an activity. It is told once, on the next page that they open, and by mail
//! where the LMS shares an address and a mail server is set, at most once a day unless it cannot wait. Who wants no
//! mail about something says so. News name nobody.

pub mod jobs;
pub mod model;
pub mod pages;
pub mod rules;
pub mod service;
pub mod store;
