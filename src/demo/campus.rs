//! The two embedded LMSs together: their schools, their key, their clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use super::behaviour::{Kind, Mood, Storage};
pub use super::records::{Effect, Grade, LineItem, Link, Part, PendingLaunch, Picker, User};
pub use super::school::{School, all_scopes, school, stable_uuid};
use crate::clock::{Clock, UtcTime};
use crate::crypto::CryptoError;
use crate::crypto::rsa::SigningKey;

struct State {
    schools: Vec<School>,
}

/// Both schools; cheap to clone.
#[derive(Clone)]
pub struct Campus {
    state: Arc<Mutex<State>>,
    base: Arc<str>,
    key: Arc<SigningKey>,
    clock: Clock,
}

impl Campus {
    /// Two schools at an address such as `http://localhost:8080`.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn new(base: &str, clock: Clock) -> Result<Self, CryptoError> {
        let schools = vec![super::seed::moodle(base), super::seed::canvas(base)];
        let key = Arc::new(SigningKey::generate()?);
        Ok(Self { state: Arc::new(Mutex::new(State { schools })), base: base.into(), key, clock })
    }

    /// The address of the LMSs.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The LMSs' signing key.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> UtcTime {
        self.clock.now()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Copies of the schools.
    #[must_use]
    pub fn schools(&self) -> Vec<School> {
        self.lock().schools.clone()
    }

    /// Reads or changes a school.
    pub fn with<T>(&self, kind: Kind, f: impl FnOnce(&mut School) -> T) -> Option<T> {
        self.lock().schools.iter_mut().find(|s| s.kind == kind).map(f)
    }

    /// Says where the tool is and which registration a school has there.
    pub fn connect(&self, client_id: &str, origin: &str, registration: &str) {
        if let Some(school) = self.lock().schools.iter_mut().find(|s| s.client_id == client_id) {
            school.tool = (origin.to_owned(), registration.to_owned());
        }
    }
}
