//! `/lti/…/login`, `/lti/…/launch`, `/lti/confirm`.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use url::Url;

use super::held::Held;
use super::landing;
use super::refusal::Refusal;
use super::service::{self, Framed};
use super::session::pages::COOKIE;
use super::session::{LIFETIME, Mode};
use crate::context::Context;
use crate::ids::RegistrationId;
use crate::lti::login::{self, LoginRequest, STATE_LIFETIME, State};
use crate::lti::message::Launch;
use crate::lti::reject::Reject;
use crate::platform::model::{Registration, web_origin};
use crate::web::error::Retry;
use crate::web::fields::Fields;
use crate::web::i18n::Lang;
use crate::web::limit::{LoginLimit, client_address};
use crate::web::middleware::is_from_our_page;
use crate::web::view::Frame;
use crate::web::{PageError, PageResult, View, cookies, page};

/// The prefix of the cookie that binds a login to its browser; one for each login.
const STATE_COOKIE: &str = "__Host-lti_";
/// The longest login form, in bytes.
const MAX_LOGIN: usize = 64 * 1024;
/// The longest launch form, in bytes: a token at its limit, percent-encoded, and the state.
const MAX_LAUNCH: usize = 256 * 1024;

#[derive(Template)]
#[template(path = "storage_put.html")]
struct StoragePut {
    v: View,
    target: String,
    origin: String,
    key: String,
    value: String,
    next: String,
    fallback: String,
}

#[derive(Template)]
#[template(path = "storage_get.html")]
struct StorageGet {
    v: View,
    target: String,
    origin: String,
    key: String,
    held: String,
}

#[derive(Template)]
#[template(path = "continue.html")]
struct ContinueAs {
    v: View,
    name: String,
    course: String,
    held: String,
}

#[derive(Template)]
#[template(path = "shell.html")]
struct Shell {
    v: View,
    token: String,
    home: String,
}

fn login_fields(fields: &Fields) -> LoginRequest {
    let optional = |name: &str| fields.raw(name).map(str::to_owned);
    LoginRequest {
        iss: optional("iss").unwrap_or_default(),
        login_hint: optional("login_hint").unwrap_or_default(),
        target_link_uri: optional("target_link_uri").unwrap_or_default(),
        client_id: optional("client_id").filter(|c| !c.is_empty()),
        lti_message_hint: optional("lti_message_hint"),
        lti_deployment_id: optional("lti_deployment_id"),
        deployment_id: optional("deployment_id"),
        lti_storage_target: optional("lti_storage_target"),
    }
}

async fn login(
    request: HttpRequest,
    payload: web::Payload,
    context: web::Data<Context>,
    limit: web::Data<LoginLimit>,
    key: Option<web::Path<String>>,
) -> PageResult {
    View::of(&request).update(|s| s.frame = Frame::AnyLms);
    if !limit.allows(client_address(&request, &context.settings)) {
        return Err(Refusal::from(Reject::RateLimited).into_page(&context).await);
    }
    let fields = if request.method() == actix_web::http::Method::GET {
        Fields::parse(request.query_string().as_bytes())?
    } else {
        Fields::read(&request, &mut payload.into_inner(), MAX_LOGIN).await?
    };
    let login = login_fields(&fields);
    let key = key.map(web::Path::into_inner);
    let redirect_uri = key.as_ref().map_or_else(
        || context.settings.url("/lti/launch"),
        |key| context.settings.lti_url(&RegistrationId(key.clone()), "launch"),
    );
    let registration = match service::registration_of_login(&context, key, &login).await {
        Ok(registration) => registration,
        Err(refusal) => return Err(refusal.into_page(&context).await),
    };
    start_login(&request, &context, &registration, &login, &redirect_uri)
}

fn start_login(
    request: &HttpRequest,
    context: &Context,
    registration: &Registration,
    login: &LoginRequest,
    // Of the same kind as the address of the login: an LMS that knows only the plain ones has registered
    // only those.
    redirect_uri: &str,
) -> PageResult {
    let view = View::of(request);
    view.update(|s| s.frame = Frame::Origins(registration.origins()));
    let endpoint = Url::parse(&registration.authorization_endpoint).map_err(|e| PageError::internal(&e))?;
    let (state, binding) = State::new(registration.id.as_str(), login, context.clock.now())?;
    let next = |state: &State| -> Result<Url, PageError> {
        let signed = state.sign(&context.key)?;
        let client_id = &registration.client_id;
        Ok(login::authentication_url(&endpoint, client_id, redirect_uri, login, &signed, &state.nonce))
    };
    let cookie = cookies::partitioned(&format!("{STATE_COOKIE}{}", state.short_name()), &binding, STATE_LIFETIME);
    let cookies_work = cookies::any_with_prefix(request, STATE_COOKIE) || cookies::any_with_prefix(request, COOKIE);
    let mut response = match &state.storage_target {
        Some(target) if !cookies_work => {
            let without_storage = State { storage_target: None, ..state.clone() };
            page(&StoragePut {
                v: view,
                target: target.clone(),
                origin: web_origin(&registration.authorization_endpoint).unwrap_or_default(),
                key: format!("lti_state_{}", state.short_name()),
                value: binding,
                next: next(&state)?.into(),
                fallback: next(&without_storage)?.into(),
            })?
        }
        // A plain redirect is what Moodle needs: it keeps Moodle's own session cookie in the request.
        _ => HttpResponse::Found().insert_header((header::LOCATION, next(&state)?.as_str())).finish(),
    };
    if let Ok(value) = header::HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

async fn launch(
    request: HttpRequest,
    payload: web::Payload,
    context: web::Data<Context>,
    key: Option<web::Path<String>>,
) -> PageResult {
    View::of(&request).update(|s| s.frame = Frame::AnyLms);
    let fields = Fields::read(&request, &mut payload.into_inner(), MAX_LAUNCH).await?;
    let key = key.map(web::Path::into_inner);
    let answered = answer_launch(&request, &context, key.as_deref(), &fields).await;
    or_page(&context, answered).await
}

async fn or_page(context: &Context, answered: Result<HttpResponse, Refusal>) -> PageResult {
    match answered {
        Ok(response) => Ok(response),
        Err(refusal) => Err(refusal.into_page(context).await),
    }
}

async fn answer_launch(
    request: &HttpRequest,
    context: &Context,
    key: Option<&str>,
    fields: &Fields,
) -> Result<HttpResponse, Refusal> {
    if !fields.has("id_token") && !fields.has("error") {
        return Err(Reject::Empty.into());
    }
    let (state, registration) = service::check_state(context, key, fields.raw("state")).await?;
    let view = View::of(request);
    view.update(|s| {
        s.frame = Frame::Origins(registration.origins());
        s.form_targets = form_targets(&registration);
    });
    let explain = |refusal: Refusal| Refusal {
        registration: Some(registration.id.to_string()),
        retry: retry(context, key, &state),
        ..refusal
    };
    let (launch, bound) = check_launch(request, context, &registration, &state, fields).await.map_err(explain)?;
    show_launch(&view, &registration, &launch);
    service::check_deep_linking(&registration, &launch).map_err(|reason| explain(reason.into()))?;
    service::check_review(&launch).map_err(|reason| explain(reason.into()))?;
    allow_answer(&view, &launch);
    let held = Held::new(state.clone(), launch, context.clock.now());
    if bound {
        finish(request, context, Arc::clone(&registration), held, Mode::Cookie).await.map_err(explain)
    } else {
        ask_browser(context, view, &registration, &held).map_err(explain)
    }
}

/// From here on, pages are those of this launch: its language, its frame, its way back.
fn show_launch(view: &View, registration: &Registration, launch: &Launch) {
    view.update(|s| {
        s.frame = Frame::Origins(service::frame_origins(registration, launch));
        s.lang = launch.locale.as_deref().map_or(s.lang, Lang::of_locale);
        s.return_url = launch.return_url.clone().filter(|u| web_origin(u).is_some());
    });
}

/// Lets the answer to a deep linking request leave the page: a session without cookies stays in the one
/// that begins it.
fn allow_answer(view: &View, launch: &Launch) {
    view.update(|s| s.form_targets.extend(launch.deep_linking().and_then(|d| web_origin(&d.return_url))));
}

/// Where a form of ours may end beside our own pages: at the LMS's login.
fn form_targets(registration: &Registration) -> Vec<String> {
    web_origin(&registration.authorization_endpoint).into_iter().collect()
}

/// How to begin again: at the plain address where the launch came to the plain one.
fn retry(context: &Context, key: Option<&str>, state: &State) -> Option<Box<Retry>> {
    let login = state.login.clone()?;
    let action = key.map_or_else(
        || context.settings.url("/lti/login"),
        |key| context.settings.lti_url(&RegistrationId(key.to_owned()), "login"),
    );
    Some(Box::new(Retry { action, login }))
}

/// Every check of a launch. The flag says whether the browser is bound by its cookie.
async fn check_launch(
    request: &HttpRequest,
    context: &Context,
    registration: &Registration,
    state: &State,
    fields: &Fields,
) -> Result<(Launch, bool), Refusal> {
    if fields.has("error") {
        let code: String =
            fields.text("error").chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
        tracing::info!(event = "launch", platform_error = code, "the LMS answered a login with an error");
        return Err(Reject::PlatformError.into());
    }
    let name = format!("{STATE_COOKIE}{}", state.short_name());
    let bound = match cookies::value(request, &name) {
        Some(secret) if state.is_bound_to(&secret) => true,
        // Cookies come back from this browser, but not the one of this login: somebody else's login.
        Some(_) => return Err(Reject::Binding.into()),
        None if cookies::any_with_prefix(request, STATE_COOKIE) => {
            return Err(Reject::Binding.into());
        }
        None => false,
    };
    let token = fields.raw("id_token").ok_or(Reject::Empty)?;
    let launch = service::check_token(context, registration, state, token).await?;
    Ok((launch, bound))
}

/// No cookie came back: the browser is asked through platform storage, or the person is.
fn ask_browser(
    context: &Context,
    view: View,
    registration: &Registration,
    held: &Held,
) -> Result<HttpResponse, Refusal> {
    let sealed = held.seal(&context.key)?;
    let page = match &held.state.storage_target {
        Some(target) => page(&StorageGet {
            v: view,
            target: target.clone(),
            origin: web_origin(&registration.authorization_endpoint).unwrap_or_default(),
            key: format!("lti_state_{}", held.state.short_name()),
            held: sealed,
        }),
        None => continue_as(view, held, sealed),
    };
    page.map_err(|_| Reject::Store.into())
}

fn continue_as(view: View, held: &Held, sealed: String) -> PageResult {
    let launch = &held.launch;
    let name = launch
        .name
        .clone()
        .or_else(|| Some([launch.given_name.clone()?, launch.family_name.clone()?].join(" ")))
        .or_else(|| launch.email.clone())
        .unwrap_or_else(|| view.t("participant"));
    let course = launch.context.as_ref().and_then(|c| c.title.clone().or_else(|| c.label.clone()));
    let course = course.or_else(|| launch.resource_link_title().map(str::to_owned)).unwrap_or_default();
    page(&ContinueAs { v: view, name: crate::web::html::clean_name(&name), course, held: sealed })
}

async fn finish(
    request: &HttpRequest,
    context: &Context,
    registration: Arc<Registration>,
    held: Held,
    mode: Mode,
) -> Result<HttpResponse, Refusal> {
    let short_name = held.state.short_name();
    let previous = cookies::value(request, COOKIE);
    let id = registration.id.to_string();
    let shown = View::of(request).state();
    let framed = Framed {
        origins: match shown.frame {
            Frame::Origins(origins) => origins,
            Frame::AnyLms | Frame::Nobody => Vec::new(),
        },
        return_url: shown.return_url,
    };
    let home = landing::landing(held.launch.target_link_uri.as_deref(), &context.settings.origin());
    let opened = service::open_session(context, registration, held, framed, mode, previous).await?;
    metrics::counter!("launch_total", "result" => "accepted").increment(1);
    tracing::info!(
        event = "launch",
        outcome = "accepted",
        registration = id,
        mode = mode.as_str(),
        role = opened.session.role.as_str(),
        "a launch was accepted"
    );
    if mode == Mode::Bearer {
        return page(&Shell { v: View::of(request), token: opened.token, home }).map_err(|_| Reject::Store.into());
    }
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, home));
    response.append_header((header::SET_COOKIE, cookies::partitioned(COOKIE, &opened.token, LIFETIME)));
    response.append_header((header::SET_COOKIE, cookies::removal(&format!("{STATE_COOKIE}{short_name}"))));
    Ok(response.finish())
}

/// `POST /lti/confirm`: the value from platform storage, or the person's click.
async fn confirm(request: HttpRequest, payload: web::Payload, context: web::Data<Context>) -> PageResult {
    let view = View::of(&request);
    view.update(|s| s.frame = Frame::AnyLms);
    let fields = Fields::read(&request, &mut payload.into_inner(), MAX_LAUNCH).await?;
    let answered = answer_confirm(&request, &context, &fields).await;
    or_page(&context, answered).await
}

async fn answer_confirm(request: &HttpRequest, context: &Context, fields: &Fields) -> Result<HttpResponse, Refusal> {
    // Only our own pages send this form; another site could otherwise click for the person.
    if !is_from_our_page(request, context) {
        return Err(Reject::Binding.into());
    }
    let sealed = fields.raw("held").ok_or(Reject::Empty)?;
    let held = Held::open(&context.key, sealed).map_err(|_| Reject::State)?;
    let registration = service::enabled_registration(context, &held.state.registration).await?;
    let view = View::of(request);
    view.update(|s| s.form_targets = form_targets(&registration));
    show_launch(&view, &registration, &held.launch);
    allow_answer(&view, &held.launch);
    let state = held.state.clone();
    let explain = |refusal: Refusal| Refusal {
        registration: Some(registration.id.to_string()),
        retry: retry(context, Some(registration.id.as_str()), &state),
        ..refusal
    };
    if context.clock.now() >= held.until {
        return Err(explain(Reject::StateExpired.into()));
    }
    match fields.text("by") {
        "storage" if held.state.is_bound_to(fields.text("value")) => {}
        // Storage that answers with another value belongs to another browser.
        "storage" => return Err(explain(Reject::Binding.into())),
        // Storage that does not answer says nothing: the person is asked instead.
        "silence" => {
            return continue_as(view, &held, sealed.to_owned()).map_err(|_| Reject::Store.into());
        }
        "person" => {}
        _ => return Err(explain(Reject::Empty.into())),
    }
    finish(request, context, Arc::clone(&registration), held, Mode::Bearer).await.map_err(explain)
}

/// A wrong method is 405 with a page, in any frame.
async fn wrong_method(request: HttpRequest) -> PageResult {
    View::of(&request).update(|s| s.frame = Frame::AnyLms);
    Err(PageError::new(actix_web::http::StatusCode::METHOD_NOT_ALLOWED, "start-from-course"))
}

/// The routes.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/lti/login")
                .route(web::get().to(login))
                .route(web::post().to(login))
                .default_service(web::to(wrong_method)),
        )
        .service(web::resource("/lti/launch").route(web::post().to(launch)).default_service(web::to(wrong_method)))
        .service(web::resource("/lti/confirm").route(web::post().to(confirm)).default_service(web::to(wrong_method)))
        .service(
            web::resource("/lti/{registration}/login")
                .route(web::get().to(login))
                .route(web::post().to(login))
                .default_service(web::to(wrong_method)),
        )
        .service(
            web::resource("/lti/{registration}/launch")
                .route(web::post().to(launch))
                .default_service(web::to(wrong_method)),
        );
}
