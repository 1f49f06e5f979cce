//! Signing in and out, and the extractors that the console's handlers take. They have nothing in common
//! with those of launches: no LTI session opens the console (reliability-security.md T86).

use std::future::Future;
use std::pin::Pin;

use actix_web::error::InternalError;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;

use crate::admin::authenticator::{self, Enrolment};
use crate::admin::model::{AdminSession, Administrator, BROWSER_LIFETIME, LIFETIME};
use crate::admin::service::{self, Claim, Denied, Opened};
use crate::admin::store;
use crate::audit::Actor;
use crate::clock::UtcTime;
use crate::context::Context;
use crate::crypto;
use crate::store::{Conn, StoreResult};
use crate::web::fields::Fields;
use crate::web::limit::client_address;
use crate::web::{PageError, PageResult, View, cookies, page, page_with, see_other};

/// The session cookie.
const COOKIE: &str = "__Host-cercle-admin";
/// The cookie by which a browser is remembered.
const BROWSER: &str = "__Host-cercle-admin-browser";
/// How often `last_seen_at` is written, in seconds.
const TOUCH_EVERY: i64 = 60;
/// The longest form, in bytes.
const MAX_FORM: usize = 64 * 1024;

/// Somebody who is signed in to the console.
pub(super) struct Admin {
    pub(super) session: AdminSession,
    pub(super) administrator: Administrator,
    pub(super) view: View,
}

impl Admin {
    /// Who the audit log names.
    pub(super) fn actor(&self) -> Actor {
        Actor::Administrator(self.administrator.id.clone())
    }
}

async fn find(request: &HttpRequest) -> Result<Option<Admin>, PageError> {
    let Some(context) = request.app_data::<web::Data<Context>>().cloned() else { return Ok(None) };
    let Some(token) = cookies::value(request, COOKIE) else { return Ok(None) };
    let (hash, now) = (crypto::sha256_text(&token), context.clock.now());
    let found = context.db.read(move |c: &mut Conn| -> StoreResult<_> {
        let Some(session) = store::find_admin_session(c, &hash)?.filter(|s| s.is_live(now)) else { return Ok(None) };
        let administrator = store::get_administrator(c, &session.administrator_id)?;
        Ok(Some((session, administrator)))
    });
    let Some((session, administrator)) = found.await? else { return Ok(None) };
    if now.seconds_since(session.last_seen_at) >= TOUCH_EVERY {
        let hash = session.token_hash.clone();
        context.db.write(move |c| store::touch_admin_session(c, &hash, now)).await?;
    }
    let view = View::of(request);
    view.update(|s| s.csrf.clone_from(&session.csrf_token));
    Ok(Some(Admin { session, administrator, view }))
}

impl FromRequest for Admin {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        let request = request.clone();
        // Whoever is not signed in is shown how to.
        Box::pin(async move {
            let found = find(&request).await?;
            found.ok_or_else(|| InternalError::from_response("not signed in", see_other("/admin")).into())
        })
    }
}

/// A form of somebody who is signed in, sent by a page of the same session.
pub(super) struct AdminPosted {
    pub(super) by: Admin,
    pub(super) fields: Fields,
    pub(super) at: UtcTime,
    path: String,
    claim: Claim,
}

impl FromRequest for AdminPosted {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut actix_web::dev::Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let signed_out = || PageError::new(StatusCode::UNAUTHORIZED, "admin-session");
            let by = find(&request).await?.ok_or_else(signed_out)?;
            let fields = Fields::read_own(&request, &mut payload, MAX_FORM, &by.session.csrf_token).await?;
            let context = request.app_data::<web::Data<Context>>().ok_or_else(signed_out)?;
            let claim = claim_of(&request, context, &fields);
            Ok(Self { by, fields, at: context.clock.now(), path: request.path().to_owned(), claim })
        })
    }
}

fn claim_of(request: &HttpRequest, context: &Context, fields: &Fields) -> Claim {
    let client = client_address(request, &context.settings);
    Claim { name: String::new(), client, code: fields.text("code").to_owned() }
}

#[derive(Template)]
#[template(path = "admin_confirm.html")]
struct Confirm {
    v: View,
    action: String,
    fields: Vec<(String, String)>,
    problem: Option<&'static str>,
}

impl AdminPosted {
    /// Asks for a code before something dangerous, unless one was given just now. `Some` is the page that
    /// asks; what was sent is in it, so that nothing is filled in twice.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn asks_code(&self, context: &Context) -> Result<Option<HttpResponse>, PageError> {
        if self.by.session.is_confirmed(self.at) {
            return Ok(None);
        }
        let mut problem = None;
        if self.fields.has("code") {
            let (key, session) = (context.key.clone(), self.by.session.clone());
            let (claim, now) = (self.claim.clone(), self.at);
            match context.db.write(move |c| service::confirm(c, &key, &session, &claim, now)).await? {
                Ok(()) => return Ok(None),
                Err(denied) => problem = Some(problem_key(denied)),
            }
        }
        let kept = self.fields.iter().filter(|(name, _)| !matches!(*name, "csrf" | "code"));
        let fields = kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let asked = Confirm { v: self.by.view.clone(), action: self.path.clone(), fields, problem };
        page_with(StatusCode::UNPROCESSABLE_ENTITY, &asked).map(Some)
    }
}

/// The text for a code that does not count.
const fn problem_key(denied: Denied) -> &'static str {
    match denied {
        Denied::Link => "admin-link-over",
        Denied::Code => "admin-code-wrong",
        Denied::TooMany => "admin-code-too-many",
    }
}

#[derive(Template)]
#[template(path = "admin_sign_in.html")]
struct SignIn {
    v: View,
    /// Who a remembered browser belongs to.
    name: Option<String>,
    problem: Option<&'static str>,
}

/// The page for whoever is not signed in; `Some` is who is.
pub(super) async fn signed_in_or_page(request: &HttpRequest) -> Result<Result<Admin, HttpResponse>, PageError> {
    if let Some(admin) = find(request).await? {
        return Ok(Ok(admin));
    }
    let known = browser_of(request).await?;
    page(&SignIn { v: View::of(request), name: known.map(|a| a.name), problem: None }).map(Err)
}

async fn browser_of(request: &HttpRequest) -> Result<Option<Administrator>, PageError> {
    let (Some(context), Some(token)) = (request.app_data::<web::Data<Context>>(), cookies::value(request, BROWSER))
    else {
        return Ok(None);
    };
    let (hash, now) = (crypto::sha256_text(&token), context.clock.now());
    Ok(context.db.read(move |c| store::find_browser(c, &hash, now)).await?)
}

fn let_in(opened: &Opened) -> HttpResponse {
    let mut response = see_other("/admin");
    let cookies = [
        Some(cookies::strict(COOKIE, &opened.session, LIFETIME)),
        opened.browser.as_ref().map(|token| cookies::strict(BROWSER, token, BROWSER_LIFETIME)),
    ];
    for cookie in cookies.into_iter().flatten() {
        if let Ok(value) = header::HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

fn note_denial(denied: Denied) {
    tracing::warn!(event = "admin", outcome = "rejected", reason = denied.code(), "a sign-in to the console failed");
}

/// `POST /admin/sign-in`: a code in a browser that is remembered.
async fn sign_in(request: HttpRequest, payload: web::Payload, context: web::Data<Context>) -> PageResult {
    let fields = Fields::read(&request, &mut payload.into_inner(), MAX_FORM).await?;
    let Some(token) = cookies::value(&request, BROWSER) else { return Ok(see_other("/admin")) };
    let (key, claim, now) = (context.key.clone(), claim_of(&request, &context, &fields), context.clock.now());
    let signed_in = context.db.write(move |c| service::sign_in_by_browser(c, &key, &token, &claim, now)).await?;
    match signed_in {
        Ok(opened) => Ok(let_in(&opened)),
        Err(denied) => {
            note_denial(denied);
            let name = browser_of(&request).await?.map(|a| a.name);
            let shown = SignIn { v: View::of(&request), name, problem: Some(problem_key(denied)) };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

#[derive(Template)]
#[template(path = "admin_link.html")]
struct LinkPage {
    v: View,
    name: String,
    action: String,
    /// What an authenticator app needs, where one is set up.
    enrolment: Option<Enrolment>,
    sealed: String,
    problem: Option<&'static str>,
}

fn link_over() -> PageError {
    PageError::new(StatusCode::GONE, "admin-link")
}

/// The page of a one-time address. Looking at it does not use it up: mail programs look at addresses too.
async fn link_page(
    request: &HttpRequest,
    context: &Context,
    token: &str,
    secret: Option<Vec<u8>>,
    problem: Option<&'static str>,
) -> Result<LinkPage, PageError> {
    let (owned, now) = (token.to_owned(), context.clock.now());
    let link = context.db.read(move |c| service::find_link(c, &owned, now)).await?.ok_or_else(link_over)?;
    let (mut enrolment, mut sealed) = (None, String::new());
    if link.enrols {
        let secret = match secret {
            Some(secret) => secret,
            None => authenticator::fresh_secret()?,
        };
        let host = context.settings.public_url.host_str().unwrap_or_default();
        enrolment = Some(authenticator::enrolment(&secret, &format!("{} ({host})", link.name))?);
        sealed = service::seal_enrolment(&context.key, token, &secret)?;
    }
    let action = format!("/admin/link/{token}");
    Ok(LinkPage { v: View::of(request), name: link.name, action, enrolment, sealed, problem })
}

async fn link(request: HttpRequest, context: web::Data<Context>, token: web::Path<String>) -> PageResult {
    page(&link_page(&request, &context, &token, None, None).await?)
}

async fn use_link(
    request: HttpRequest,
    payload: web::Payload,
    context: web::Data<Context>,
    token: web::Path<String>,
) -> PageResult {
    let fields = Fields::read(&request, &mut payload.into_inner(), MAX_FORM).await?;
    let (key, claim, now) = (context.key.clone(), claim_of(&request, &context, &fields), context.clock.now());
    let (owned, sealed) = (token.clone(), fields.text("sealed").to_owned());
    let used = context.db.write(move |c| service::sign_in_by_link(c, &key, &owned, &sealed, &claim, now)).await?;
    match used {
        Ok(opened) => Ok(let_in(&opened)),
        Err(denied) => {
            note_denial(denied);
            // The same secret again: the app has it already.
            let secret = service::open_enrolment(&context.key, &token, fields.text("sealed"));
            let shown = link_page(&request, &context, &token, secret, Some(problem_key(denied))).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

async fn sign_out(form: AdminPosted, context: web::Data<Context>) -> PageResult {
    let hash = form.by.session.token_hash;
    context.db.write(move |c| store::delete_admin_session(c, &hash)).await?;
    let mut response = see_other("/admin");
    if let Ok(value) = header::HeaderValue::from_str(&cookies::strict(COOKIE, "", 0)) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/admin/sign-in", web::post().to(sign_in))
        .route("/admin/sign-out", web::post().to(sign_out))
        .service(web::resource("/admin/link/{token}").route(web::get().to(link)).route(web::post().to(use_link)));
}
