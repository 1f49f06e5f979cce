//! Peer assessment: set-up, works, allocation, reviews, marks, release.

pub mod aggregate;
pub mod allocate;
pub mod attention;
pub mod criteria;
pub mod jobs;
pub mod marks;
pub mod model;
pub mod pages;
pub mod plan;
pub mod practice;
pub mod reliability;
pub mod reminders;
pub mod reviewing;
pub mod rubric;
pub mod rubric_file;
pub mod service;
pub mod setup;
pub mod signs;
pub mod store;
pub mod table;
pub mod teams;

use crate::activity::picker::PickError;
use crate::store::StoreError;

/// Why something in peer assessment is refused. Each has a text `peer-refused-…`.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The answer to the LMS that asked what to place.
    #[error(transparent)]
    Pick(#[from] PickError),
    /// The role does not allow it.
    #[error("the role does not allow this")]
    Role,
    /// A rule refuses it; the key of its text.
    #[error("refused: {0}")]
    Refused(&'static str),
}
