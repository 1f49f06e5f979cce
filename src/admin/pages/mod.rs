//! The pages of the console.

mod registrations;
mod session;
mod upkeep;

use actix_web::web;

use super::service::AdminError;
use crate::web::PageError;

impl From<AdminError> for PageError {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Store(error) => error.into(),
            AdminError::Crypto(error) => error.into(),
        }
    }
}

/// The routes.
pub fn routes(config: &mut web::ServiceConfig) {
    session::routes(config);
    registrations::routes(config);
    upkeep::routes(config);
}
