//! Who opened something lately, for those who wait for it: kept in memory only, because whoever waits also
//! looks by the clock.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::ids::{CourseId, PersonId};

/// More launches than that between two looks are not kept.
const MOST: usize = 10_000;

/// The launches since somebody looked last; cheap to clone.
#[derive(Clone, Default)]
pub struct Arrivals(Arc<Mutex<HashSet<(CourseId, PersonId)>>>);

impl Arrivals {
    /// Notes a launch.
    pub fn note(&self, course: &CourseId, person: &PersonId) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < MOST {
            seen.insert((course.clone(), person.clone()));
        }
    }

    /// Takes what was noted.
    #[must_use]
    pub fn take(&self) -> HashSet<(CourseId, PersonId)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
