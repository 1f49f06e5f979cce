//! `GET /.well-known/jwks.json`, and `/lti/register/{invitation}`.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use url::Url;

use super::keys;
use super::model::Family;
use super::registering::{self, Proposal, RegisterError};
use crate::context::Context;
use crate::lti::SCOPES;
use crate::lti::registration::{CANVAS_PLACEMENTS, CUSTOM_PARAMETERS};
use crate::net::authority;
use crate::web::assets;
use crate::web::fields::Fields;
use crate::web::i18n::Lang;
use crate::web::limit::{LoginLimit, client_address};
use crate::web::view::Frame;
use crate::web::{PageError, PageResult, View, page};

/// The longest confirm form, in bytes: a sealed configuration.
const MAX_CONFIRM: usize = 64 * 1024;

async fn jwks(context: web::Data<Context>) -> PageResult {
    let now = context.clock.now();
    let set = context.db.read(move |c| keys::public_set(c, now)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={}", keys::PUBLISH_MAX_AGE)))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .json(set))
}

#[derive(Template)]
#[template(path = "register_paste.html")]
struct Paste {
    v: View,
    address: String,
}

#[derive(Template)]
#[template(path = "register_confirm.html")]
struct Confirm {
    v: View,
    p: Proposal,
    host: String,
    product: String,
    /// The registration that is updated.
    updates: Option<String>,
    scopes: Vec<&'static str>,
    unknown_scopes: Vec<&'static str>,
    source: String,
    others: String,
    action: String,
    sealed: String,
}

#[derive(Template)]
#[template(path = "register_done.html")]
struct Done {
    v: View,
    name: String,
    family: Family,
    client_id: String,
    missing_scopes: Vec<&'static str>,
    /// Where the closing message goes, separated by blanks.
    origins: String,
    host: String,
    port: String,
}

/// The texts for what scopes let us do, in the order of [`SCOPES`].
pub(super) const SCOPE_TEXTS: [&str; 4] = ["scope-lineitem", "scope-score", "scope-result", "scope-roster"];

/// The texts of those of our scopes that are in a list, and of those that are not.
#[must_use]
pub fn scope_texts(listed: &[String]) -> (Vec<&'static str>, Vec<&'static str>) {
    let (with, without): (Vec<_>, Vec<_>) =
        SCOPES.into_iter().zip(SCOPE_TEXTS).partition(|(scope, _)| listed.iter().any(|l| l == scope));
    let texts = |pairs: Vec<(&str, &'static str)>| pairs.into_iter().map(|(_, text)| text).collect();
    (texts(with), texts(without))
}

impl From<RegisterError> for PageError {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Invitation => Self::new(StatusCode::GONE, "invitation"),
            RegisterError::Stale => Self::new(StatusCode::CONFLICT, "registration-stale"),
            RegisterError::Unreachable => Self::new(StatusCode::SERVICE_UNAVAILABLE, "registration-unreachable"),
            RegisterError::Configuration => Self::new(StatusCode::BAD_REQUEST, "registration-configuration"),
            RegisterError::Unconfirmed => Self::new(StatusCode::BAD_REQUEST, "registration-unconfirmed"),
            RegisterError::Refused => Self::new(StatusCode::BAD_GATEWAY, "registration-refused"),
            RegisterError::Exists => Self::new(StatusCode::CONFLICT, "registration-exists"),
            RegisterError::Store(error) => error.into(),
            RegisterError::Crypto(error) => error.into(),
        }
    }
}

/// The LMS frames these pages, and until it is registered nobody knows its name; they hold nothing but
/// what the LMS itself said.
fn framed_view(request: &HttpRequest, context: &Context, limit: &LoginLimit) -> Result<View, PageError> {
    let view = View::of(request);
    view.update(|s| s.frame = Frame::AnyLms);
    if limit.allows(client_address(request, &context.settings)) {
        Ok(view)
    } else {
        Err(PageError::new(StatusCode::TOO_MANY_REQUESTS, "rate-limited"))
    }
}

/// `GET /lti/register/{invitation}`: what will be exchanged, in words.
async fn register(
    request: HttpRequest,
    context: web::Data<Context>,
    limit: web::Data<LoginLimit>,
    token: web::Path<String>,
) -> PageResult {
    let view = framed_view(&request, &context, &limit)?;
    let invitation = registering::invitation(&context, &token).await?;
    let query = Fields::parse(request.query_string().as_bytes())?;
    let action = context.settings.url(&format!("/lti/register/{token}"));
    let address = query.text("openid_configuration");
    if address.is_empty() {
        return page(&Paste { v: view, address: action });
    }
    let token = Some(query.text("registration_token")).filter(|t| !t.is_empty());
    let p = registering::propose(&context, &invitation, address, token).await?;
    let updates = invitation.updates.is_some().then(|| invitation.name.clone());
    let (scopes, unknown_scopes) = scope_texts(&p.configuration.wanted_scopes());
    page(&Confirm {
        host: Url::parse(&p.configuration.issuer).as_ref().map(authority).unwrap_or_default(),
        product: [p.configuration.product.clone(), p.configuration.version.clone().unwrap_or_default()].join(" "),
        updates,
        scopes,
        unknown_scopes,
        source: authority(&p.source),
        others: p.other_hosts.join(", "),
        action,
        sealed: p.seal(&context)?,
        p,
        v: view,
    })
}

/// `POST /lti/register/{invitation}`: a person confirmed.
async fn confirm_registration(
    request: HttpRequest,
    payload: web::Payload,
    context: web::Data<Context>,
    limit: web::Data<LoginLimit>,
    token: web::Path<String>,
) -> PageResult {
    let view = framed_view(&request, &context, &limit)?;
    let fields = Fields::read(&request, &mut payload.into_inner(), MAX_CONFIRM).await?;
    let invitation = registering::invitation(&context, &token).await?;
    let hosts_confirmed = fields.text("hosts") == "yes";
    let description = view.t("tool-description");
    let done =
        registering::confirm(&context, &invitation, fields.text("sealed"), hosts_confirmed, &description).await?;
    let registration = done.registration;
    let public = &context.settings.public_url;
    page(&Done {
        v: view,
        name: registration.name.clone(),
        family: registration.family,
        client_id: registration.client_id.clone(),
        missing_scopes: scope_texts(&done.missing_scopes).0,
        origins: registration.origins().join(" "),
        host: public.host_str().unwrap_or_default().to_owned(),
        port: public.port_or_known_default().map(|p| p.to_string()).unwrap_or_default(),
    })
}

/// `GET /lti/canvas.json`: what Canvas takes where an administrator pastes JSON or its address
/// (canvas.md §3.1). The plain login and launch addresses serve every registration whose issuer and
/// client id are known.
async fn canvas_json(context: web::Data<Context>) -> HttpResponse {
    let public = &context.settings.public_url;
    let (login, launch) = (context.settings.url("/lti/login"), context.settings.url("/lti/launch"));
    let description = Lang::En.text("tool-description");
    let picker = |placement: &str| {
        serde_json::json!({
            "placement": placement, "message_type": "LtiDeepLinkingRequest", "target_link_uri": launch,
            "text": "Cercle", "enabled": true,
        })
    };
    let placements: Vec<_> = CANVAS_PLACEMENTS.into_iter().map(picker).collect();
    HttpResponse::Ok().json(serde_json::json!({
        "title": "Cercle",
        "description": description,
        "oidc_initiation_url": login,
        "target_link_uri": launch,
        "scopes": SCOPES,
        "extensions": [{
            "domain": authority(public),
            "tool_id": "cercle",
            "platform": "canvas.instructure.com",
            "privacy_level": "name_only",
            "settings": {
                "text": "Cercle",
                "icon_url": context.settings.url(assets::path("icon.svg")),
                "placements": placements,
            },
        }],
        "public_jwk_url": context.settings.url("/.well-known/jwks.json"),
        "custom_fields": CUSTOM_PARAMETERS.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
    }))
}

/// The routes.
pub fn routes(config: &mut web::ServiceConfig) {
    super::notices::pages::routes(config);
    config.route("/lti/canvas.json", web::get().to(canvas_json));
    config.route("/lti/register/{invitation}", web::get().to(register));
    config.route("/lti/register/{invitation}", web::post().to(confirm_registration));
    config.route("/.well-known/jwks.json", web::get().to(jwks));
}
