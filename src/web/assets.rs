//! The static files, built into the program. Their addresses hold a digest of their content, so they
//! can be cached for ever.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::RustEmbed;

use crate::crypto;

#[derive(RustEmbed)]
#[folder = "src/web/assets/"]
#[exclude = "licences/*"]
struct Files;

static PATHS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    Files::iter()
        .filter(|name| !name.ends_with(".gz"))
        .filter_map(|name| {
            let digest = crypto::sha256_text(&crypto::b64(&Files::get(&name)?.data));
            Some((name.to_string(), format!("/assets/{}/{name}", digest.get(..12)?)))
        })
        .collect()
});

/// The address of a static file.
#[must_use]
pub fn path(name: &str) -> &'static str {
    PATHS.get(name).map_or("/assets/missing", String::as_str)
}

/// `GET /assets/{digest}/{name}`.
async fn serve(request: HttpRequest, wanted: web::Path<(String, String)>) -> HttpResponse {
    let (digest, name) = wanted.into_inner();
    let known = PATHS.get(&name).is_some_and(|path| path.split('/').nth(2) == Some(digest.as_str()));
    let Some(file) = Files::get(&name).filter(|_| known) else {
        return HttpResponse::NotFound().finish();
    };
    let mime = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let mut response = HttpResponse::Ok();
    response
        .content_type(mime)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::VARY, "Accept-Encoding"));
    let accepts_gzip = request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.split(',').any(|e| e.trim().starts_with("gzip")));
    match Files::get(&format!("{name}.gz")).filter(|_| accepts_gzip) {
        Some(packed) => response.insert_header((header::CONTENT_ENCODING, "gzip")).body(packed.data.into_owned()),
        None => response.body(file.data.into_owned()),
    }
}

/// The route of the static files.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/assets/{digest}/{name}", web::get().to(serve));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// a message may hold a secret, so it is addressed to one origin, never to whoever listens.
    #[test]
    fn our_scripts_send_messages_to_one_origin_only() {
        let mut calls = 0;
        for name in ["lti.js", "cercle.js"] {
            let file = Files::get(name).unwrap();
            let script = std::str::from_utf8(&file.data).unwrap();
            for call in script.split("postMessage(").skip(1) {
                let call = call.split(';').next().unwrap();
                assert!(call.ends_with(", origin)"), "{name}: {call}");
                calls += 1;
            }
        }
        assert!(calls > 0, "the check looks at something");
    }
}
