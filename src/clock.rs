//! Time, passed in wherever a rule needs it, so that tests can move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub use crate::store::columns::UtcTime;

/// The wall clock, or one that a test sets.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Microseconds added to the wall clock; tests move it.
    offset: Arc<AtomicI64>,
}

impl Clock {
    /// The current time, cut to microseconds.
    #[must_use]
    pub fn now(&self) -> UtcTime {
        UtcTime(chrono::Utc::now().timestamp_micros() + self.offset.load(Ordering::Relaxed))
    }

    /// Moves this clock and all its clones forward (or back) by some seconds.
    pub fn advance(&self, seconds: i64) {
        self.offset.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }
}
