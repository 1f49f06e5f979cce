//! The HTTP side of the embedded LMSs.

mod members;
mod oidc;
mod picker;
mod registration;
mod services;
mod site;
mod token;

use std::net::TcpListener;

use actix_web::dev::ServerHandle;
use actix_web::http::{StatusCode, header};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use super::campus::{Campus, Kind};
use crate::app::StartError;
use crate::net::Outbound;
use crate::web::{assets, cookies};

/// What the LMSs' handlers are handed.
#[derive(Clone)]
struct Lms {
    campus: Campus,
    /// The LMSs fetch the tool's key set, as real ones do.
    outbound: Outbound,
}

/// The LMSs' server.
pub struct LmsServer {
    server: actix_web::dev::Server,
}

impl LmsServer {
    /// Serves a campus on a listener.
    ///
    /// # Errors
    /// When the listener cannot be used.
    pub fn over(listener: TcpListener, campus: Campus) -> Result<Self, StartError> {
        let lms = web::Data::new(Lms { campus, outbound: Outbound::new(true)? });
        let server = HttpServer::new(move || {
            App::new()
                .app_data(lms.clone())
                .app_data(web::FormConfig::default().limit(512 * 1024))
                .app_data(web::PayloadConfig::default().limit(512 * 1024))
                .configure(assets::routes)
                .configure(site::routes)
                .configure(oidc::routes)
                .configure(picker::routes)
                .configure(members::routes)
                .configure(services::routes)
                .configure(token::routes)
                .configure(registration::routes)
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)
        .map_err(|e| StartError::Io(e.to_string()))?
        .run();
        Ok(Self { server })
    }

    /// Stops the server from elsewhere.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until the handle stops it.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(self) -> Result<(), StartError> {
        self.server.await.map_err(|e| StartError::Io(e.to_string()))
    }
}

/// The cookie by which a school knows who is signed in.
fn session_cookie(kind: Kind) -> &'static str {
    match kind {
        Kind::Moodle => "MoodleSession",
        Kind::Canvas => "canvas_session",
    }
}

/// Who is signed in at a school.
fn signed_in(request: &HttpRequest, kind: Kind) -> Option<String> {
    cookies::value(request, session_cookie(kind)).filter(|v| !v.is_empty())
}

fn html(status: StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body)
}

/// Moodle's and Canvas' own error page.
fn lms_error(status: StatusCode, message: &str) -> HttpResponse {
    html(status, format!("<!doctype html><html lang=\"en\"><title>Error</title><h1>{}</h1>", escape(message)))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A form that posts itself, as LMSs use it for login and launch.
fn auto_post(action: &str, fields: &[(&str, &str)]) -> HttpResponse {
    use std::fmt::Write as _;
    let mut inputs = String::new();
    for (name, value) in fields {
        // Writing into a String cannot fail.
        let _ = write!(inputs, "<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value));
    }
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>…</title>\
         <form id=\"ltiform\" method=\"post\" action=\"{}\">{inputs}<noscript><button>Continue</button></noscript></form>\
         <script>document.getElementById('ltiform').submit()</script>",
        escape(action)
    );
    html(StatusCode::OK, body)
}

fn redirect(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
}
