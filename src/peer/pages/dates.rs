//! What stands in date fields.

use std::borrow::Borrow;

use crate::clock::UtcTime;

/// The value of the hidden field that a script fills: UTC.
pub(super) fn iso(at: impl Borrow<Option<UtcTime>>) -> String {
    at.borrow().map(UtcTime::iso_seconds).unwrap_or_default()
}

/// The value of a date field while there is no script: UTC.
pub(super) fn local(at: impl Borrow<Option<UtcTime>>) -> String {
    at.borrow().map(|t| t.to_chrono().format("%Y-%m-%dT%H:%M").to_string()).unwrap_or_default()
}
