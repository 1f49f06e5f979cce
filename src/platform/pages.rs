//! `GET /.well-known/jwks.json`.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::keys;
use crate::context::Context;
use crate::web::PageResult;

async fn jwks(context: web::Data<Context>) -> PageResult {
    let now = context.clock.now();
    let set = context.db.read(move |c| keys::public_set(c, now)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={}", keys::PUBLISH_MAX_AGE)))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .json(set))
}

/// The routes.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/.well-known/jwks.json", web::get().to(jwks));
}
