//! Grades: revisions that are never changed, the outbox to the LMS, and its delivery.
//!
//! A grade is written by [`service::decide`] and nowhere else: revision, outbox row and audit line are
//! one transaction, so a grade that a trainer sees as released is in the LMS, or on its way, or
//! waiting for a person.

pub mod circuit;
pub mod columns;
pub mod confirm;
pub mod deliver;
pub mod dispatch;
pub mod figures;
pub mod jobs;
pub mod lane;
pub mod line_item;
pub mod model;
pub mod outcome;
pub mod pace;
pub mod restored;
pub mod rules;
pub mod service;
pub mod store;
pub mod wishes;
