//! What all pages share: languages, layout, error pages, assets, cookies, and the middleware that
//! guards every request.

pub mod assets;
pub mod cookies;
pub mod error;
pub mod fields;
pub mod html;
pub mod i18n;
pub mod limit;
pub mod metrics;
pub mod middleware;
pub mod view;

pub use error::{PageError, PageResult};
pub use view::View;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;

/// Renders a page.
///
/// # Errors
/// When the template fails, which only a formatting bug can cause.
pub fn page(template: &impl Template) -> PageResult {
    page_with(StatusCode::OK, template)
}

/// Renders a page with a status of its own, such as 422 for a form to correct.
///
/// # Errors
/// As [`page`].
pub fn page_with(status: StatusCode, template: &impl Template) -> PageResult {
    let body = template.render().map_err(|e| PageError::internal(&e))?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body))
}

/// Sends the browser on with GET, so that a reload never posts again.
#[must_use]
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}
