//! Registrations by id, kept in memory for a few seconds: each login and each launch asks for one.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::model::Registration;
use super::store;
use crate::clock::{Clock, UtcTime};
use crate::ids::RegistrationId;
use crate::store::{Db, StoreResult};

/// How long a registration may be out of date, in seconds. A launch looks at the stored one again in
/// the transaction that makes its session, so one that was switched off lets nobody in meanwhile.
pub const FRESH: i64 = 5;

type Known = HashMap<RegistrationId, (UtcTime, Arc<Registration>)>;

/// The registrations, cheap to clone.
#[derive(Clone)]
pub struct Directory {
    db: Db,
    clock: Clock,
    known: Arc<RwLock<Known>>,
}

impl Directory {
    /// An empty one.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, known: Arc::default() }
    }

    /// A registration by its id. Only those that exist are kept, so a new one is found at once and
    /// nobody can fill the memory with invented ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&self, id: &RegistrationId) -> StoreResult<Option<Arc<Registration>>> {
        let now = self.clock.now();
        if let Some((read_at, known)) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(id)
            && (0..FRESH).contains(&now.seconds_since(*read_at))
        {
            return Ok(Some(Arc::clone(known)));
        }
        let wanted = id.clone();
        let found = self.db.read(move |c| store::find_registration(c, &wanted)).await?.map(Arc::new);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        match &found {
            Some(registration) => known.insert(id.clone(), (now, Arc::clone(registration))),
            None => known.remove(id),
        };
        Ok(found)
    }
}
