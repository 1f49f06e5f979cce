//! The LMSs that Cercle trusts, and what they tell us: registrations, deployments, courses (LTI
//! contexts), links, people; and the keys that we sign with.

pub mod directory;
pub mod doctor;
pub mod keys;
pub mod model;
pub mod notices;
pub mod pages;
pub mod registering;
pub mod service;
pub mod store;
