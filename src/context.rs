//! What every handler and every job is handed: the settings and the doors to the outside.

use std::sync::Arc;

use crate::clock::Clock;
use crate::crypto::sealed::MasterKey;
use crate::files::Files;
use crate::jobs::Wake;
use crate::launch::arrivals::Arrivals;
use crate::lti::jwks::JwksCache;
use crate::lti::token::TokenCache;
use crate::mail::{Mailer, SetUpError};
use crate::net::{NetError, Outbound};
use crate::platform::directory::Directory;
use crate::platform::notices::Offered;
use crate::settings::Settings;
use crate::store::Db;
use crate::web::limit::NoteLimit;

/// Why the parts cannot be assembled.
#[derive(Debug, thiserror::Error)]
pub enum ContextError {
    /// The outbound client.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The mailer.
    #[error(transparent)]
    Mail(#[from] SetUpError),
}

/// The parts that all of Cercle shares; cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// The settings.
    pub settings: Arc<Settings>,
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The key file.
    pub key: MasterKey,
    /// The outbound client.
    pub outbound: Outbound,
    /// The registrations.
    pub registrations: Directory,
    /// The key sets of the LMSs.
    pub jwks: JwksCache,
    /// The access tokens for the LMSs' services.
    pub tokens: TokenCache,
    /// How many refused launches are noted.
    pub notes: Arc<NoteLimit>,
    /// Who opened something lately.
    pub arrivals: Arrivals,
    /// What LMSs offer to tell unasked.
    pub notices: Offered,
    /// Wakes the background jobs.
    pub wake: Wake,
    /// The files of works.
    pub files: Files,
    /// Sends mails.
    pub mailer: Mailer,
}

impl Context {
    /// Assembles the parts.
    ///
    /// # Errors
    /// When the outbound client or the mailer cannot be set up.
    pub fn new(settings: Settings, db: Db, clock: Clock, key: MasterKey) -> Result<Self, ContextError> {
        let outbound = Outbound::new(settings.allow_insecure_platforms)?;
        Ok(Self {
            registrations: Directory::new(db.clone(), clock.clone()),
            jwks: JwksCache::new(outbound.clone(), clock.clone()),
            tokens: TokenCache::new(outbound.clone(), clock.clone()),
            notes: Arc::default(),
            arrivals: Arrivals::default(),
            notices: Offered::default(),
            wake: Wake::default(),
            files: Files::new(&settings),
            mailer: Mailer::new(&settings)?,
            settings: Arc::new(settings),
            db,
            clock,
            key,
            outbound,
        })
    }
}
