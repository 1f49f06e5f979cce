//! Registrations: the overview, one of them, a new one by hand, switching, deployments, the doctor.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use askama::Template;

use super::session::{Admin, AdminPosted, signed_in_or_page};
use crate::admin::presets::{Endpoints, Preset};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::grades;
use crate::grades::figures::Lane;
use crate::grades::model::{Circuit, Health as Delivery};
use crate::grades::restored::{self, Comparison};
use crate::ids::RegistrationId;
use crate::launch::{self, Launched, Refused};
use crate::lti::registration::CUSTOM_PARAMETERS;
use crate::platform::doctor::{self, Finding, Health, Launches};
use crate::platform::model::{Deployment, DeploymentState, Family, Fault, NewRegistration, Registration};
use crate::platform::pages::scope_texts;
use crate::platform::{service, store};
use crate::settings::Settings;
use crate::store::columns::Role;
use crate::store::upkeep::{self, Restored};
use crate::store::{Conn, StoreError, StoreResult};
use crate::web::fields::Fields;
use crate::web::{PageError, PageResult, View, page, page_with, see_other};

/// How many launches the pages list.
const LISTED: i64 = 20;
const DAY: i64 = 24 * 3600;

/// A registration as the overview shows it.
struct Summary {
    registration: Registration,
    launches: Launches,
    waiting: usize,
}

#[derive(Default)]
struct Overview {
    registrations: Vec<Summary>,
    /// Deployments that nobody has decided about.
    inbox: Vec<(Registration, Deployment)>,
    refused: Vec<Refused>,
    names: HashMap<String, String>,
    /// How grades get to each LMS.
    lanes: Vec<Lane>,
    /// Where the database was a backup and nothing is sent: how it compares with the LMSs.
    held_back: Option<(Restored, Comparison)>,
}

/// A circuit, in words.
const fn circuit_key(circuit: Circuit) -> &'static str {
    match circuit {
        Circuit::Closed => "circuit-closed",
        Circuit::Open => "circuit-open",
        Circuit::Half => "circuit-half",
        Circuit::Auth => "circuit-auth",
        Circuit::Tls => "circuit-tls",
        Circuit::Blocked => "circuit-blocked",
        Circuit::Moved => "circuit-moved",
    }
}

#[derive(Template)]
#[template(path = "admin_home.html")]
struct Home {
    v: View,
    o: Overview,
}

impl Home {
    fn lane(&self, registration: &RegistrationId) -> Option<&Lane> {
        self.o.lanes.iter().find(|l| l.registration_id == *registration)
    }

    fn circuit(&self, lane: &Lane) -> Option<String> {
        let health = lane.health.as_ref().filter(|h| h.circuit != Circuit::Closed)?;
        Some(self.v.t(circuit_key(health.circuit)))
    }

    fn name(&self, refused: &Refused) -> String {
        let known = refused.registration_id.as_ref().and_then(|id| self.o.names.get(id.as_str()));
        known.cloned().unwrap_or_else(|| self.v.t("admin-unknown-lms"))
    }
}

fn overview(conn: &mut Conn, now: UtcTime) -> StoreResult<Overview> {
    let (lanes, refused) = (grades::figures::lanes(conn)?, launch::list_refused(conn, None, LISTED)?);
    let held_back = match upkeep::find_restored(conn)?.filter(|restored| restored.resumed_at.is_none()) {
        Some(restored) => Some((restored, restored::compare(conn, restored.at)?)),
        None => None,
    };
    let mut o = Overview { refused, lanes, held_back, ..Overview::default() };
    for registration in store::list_registrations(conn)? {
        let deployments = store::list_deployments(conn, &registration.id)?;
        let before = o.inbox.len();
        let waiting = deployments.into_iter().filter(|d| d.state == DeploymentState::Pending);
        o.inbox.extend(waiting.map(|d| (registration.clone(), d)));
        o.names.insert(registration.id.to_string(), registration.name.clone());
        let launches = launch::count_launches(conn, &registration.id, now.plus_seconds(-DAY))?;
        o.registrations.push(Summary { launches, waiting: o.inbox.len() - before, registration });
    }
    Ok(o)
}

async fn home(request: HttpRequest, context: web::Data<Context>) -> PageResult {
    let admin = match signed_in_or_page(&request).await? {
        Ok(admin) => admin,
        Err(sign_in) => return Ok(sign_in),
    };
    let now = context.clock.now();
    let o = context.db.read(move |c| overview(c, now)).await?;
    page(&Home { v: admin.view, o })
}

/// The addresses that an LMS administrator enters on the other side.
struct Addresses {
    login: String,
    launch: String,
    jwks: String,
    canvas_json: String,
    parameters: Vec<String>,
}

impl Addresses {
    /// Of one registration, or those that serve all whose issuer and client id are known.
    fn of(settings: &Settings, id: Option<&RegistrationId>) -> Self {
        let lti =
            |what: &str| id.map_or_else(|| settings.url(&format!("/lti/{what}")), |id| settings.lti_url(id, what));
        Self {
            login: lti("login"),
            launch: lti("launch"),
            jwks: settings.url("/.well-known/jwks.json"),
            canvas_json: settings.url("/lti/canvas.json"),
            parameters: CUSTOM_PARAMETERS.iter().map(|(name, value)| format!("{name}={value}")).collect(),
        }
    }

    /// What is shown to be copied: the key of its text, and the value.
    fn listed(&self) -> [(&'static str, &str); 3] {
        [("admin-login-url", &self.login), ("admin-launch-url", &self.launch), ("admin-jwks-url", &self.jwks)]
    }
}

struct Details {
    registration: Registration,
    deployments: Vec<Deployment>,
    launched: Vec<Launched>,
    refused: Vec<Refused>,
    lane: Option<Lane>,
}

#[derive(Template)]
#[template(path = "admin_registration.html")]
struct OneRegistration {
    v: View,
    d: Details,
    addresses: Addresses,
    /// The texts of the scopes that the LMS granted, and of those that it did not; None where nobody asked.
    scopes: Option<(Vec<&'static str>, Vec<&'static str>)>,
    /// Whether it was made just now.
    fresh: bool,
}

impl OneRegistration {
    fn circuit(&self, health: &Delivery) -> String {
        self.v.t(circuit_key(health.circuit))
    }

    fn role(&self, role: &Role) -> String {
        self.v.t(match role {
            Role::Learner => "admin-role-learner",
            Role::Trainer => "admin-role-trainer",
            Role::Assistant => "admin-role-assistant",
            Role::Observer => "admin-role-observer",
        })
    }

    fn keeps_cookies(&self, launched: &Launched) -> bool {
        launched.mode == launch::session::Mode::Cookie
    }
}

fn details(conn: &mut Conn, id: &RegistrationId) -> StoreResult<Details> {
    Ok(Details {
        registration: store::find_registration(conn, id)?.ok_or(StoreError::NotFound)?,
        deployments: store::list_deployments(conn, id)?,
        launched: launch::list_launched(conn, id, LISTED)?,
        refused: launch::list_refused(conn, Some(id), LISTED)?,
        lane: grades::figures::lanes(conn)?.into_iter().find(|l| l.registration_id == *id),
    })
}

async fn show(request: HttpRequest, admin: Admin, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let id = RegistrationId(id.into_inner());
    let wanted = id.clone();
    let d = context.db.read(move |c| details(c, &wanted)).await?;
    let granted = d.registration.granted_scopes.as_ref();
    let scopes = granted.map(|g| scope_texts(&g.split(' ').map(str::to_owned).collect::<Vec<_>>()));
    let fresh = request.query_string() == "fresh";
    page(&OneRegistration { v: admin.view, addresses: Addresses::of(&context.settings, Some(&id)), scopes, fresh, d })
}

/// Switches a registration on, or, with a code, off.
async fn switch(form: AdminPosted, context: web::Data<Context>, path: web::Path<(String, String)>) -> PageResult {
    let (id, action) = path.into_inner();
    let enabled = match action.as_str() {
        "enable" => true,
        "disable" => false,
        "ask" => {
            // An LMS that was mended is asked at once instead of in a quarter of an hour.
            let (wanted, actor, now) = (RegistrationId(id.clone()), form.by.actor(), form.at);
            context.db.write(move |c| grades::wishes::ask_again(c, &wanted, &actor, now)).await?;
            context.wake.wake();
            return Ok(see_other(&format!("/admin/registrations/{id}")));
        }
        _ => return Err(PageError::not_found()),
    };
    if !enabled && let Some(asked) = form.asks_code(&context).await? {
        return Ok(asked);
    }
    let (wanted, actor, now) = (RegistrationId(id.clone()), form.by.actor(), form.at);
    context.db.write(move |c| service::set_enabled(c, &wanted, enabled, &actor, now)).await?;
    Ok(see_other(&format!("/admin/registrations/{id}")))
}

/// Lets a deployment in, or, with a code, refuses it.
async fn decide(form: AdminPosted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let state = match form.fields.text("state") {
        "approved" => DeploymentState::Approved,
        "disabled" => DeploymentState::Disabled,
        _ => return Err(PageError::bad_request()),
    };
    if state == DeploymentState::Disabled
        && let Some(asked) = form.asks_code(&context).await?
    {
        return Ok(asked);
    }
    let deployment = form.fields.raw("deployment").unwrap_or_default().to_owned();
    let (wanted, actor, now) = (RegistrationId(id.into_inner()), form.by.actor(), form.at);
    let back = format!("/admin/registrations/{wanted}");
    let stored = move |c: &mut Conn| service::set_deployment_state(c, &wanted, &deployment, state, &actor, now);
    context.db.write(stored).await?;
    Ok(see_other(&back))
}

#[derive(Template)]
#[template(path = "admin_doctor.html")]
struct Doctor {
    v: View,
    name: String,
    back: String,
    findings: Vec<Finding>,
}

impl Doctor {
    fn check(&self, finding: &Finding) -> String {
        self.v.t(match finding.check {
            "public_url" => "check-public-url",
            "signing_key" => "check-signing-key",
            "backup" => "check-backup",
            "public_keys" => "check-public-keys",
            "enabled" => "check-enabled",
            "key_set" => "check-key-set",
            "clock" => "check-clock",
            "launches" => "check-launches",
            "refused" => "check-refused",
            "scopes" => "check-scopes",
            "token" => "check-token",
            "line_items" => "check-line-items",
            _ => "check-roster",
        })
    }

    fn health(&self, finding: &Finding) -> (&'static str, String) {
        let (class, key) = match finding.health {
            Health::Ok => ("", "health-ok"),
            Health::Warning => ("warn", "health-warning"),
            Health::Failed => ("bad", "health-failed"),
            Health::Unknown => ("plain", "health-unknown"),
        };
        (class, self.v.t(key))
    }
}

async fn examine(admin: Admin, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let wanted = RegistrationId(id.into_inner());
    let (looked, lang) = (wanted.clone(), admin.view.lang());
    let found = context.db.read(move |c| store::find_registration(c, &looked)).await?;
    let name = found.ok_or(StoreError::NotFound)?.name;
    let findings = doctor::examine(&context, lang, Some(wanted.as_str()), launch::count_launches).await?;
    page(&Doctor { v: admin.view, name, back: format!("/admin/registrations/{wanted}"), findings })
}

/// What is typed in the form for a registration by hand.
#[derive(Default)]
struct Typed {
    name: String,
    site: String,
    client_id: String,
    deployment: String,
    e: Endpoints,
}

impl Typed {
    fn read(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        Self {
            name: text("name"),
            site: text("site"),
            client_id: text("client_id"),
            deployment: text("deployment"),
            e: Endpoints {
                issuer: text("issuer"),
                authorization: text("authorization"),
                token: text("token"),
                jwks: text("jwks"),
            },
        }
    }

    /// The registration. A site that is no address leaves the addresses empty, which the check finds.
    fn registration(&self, preset: Preset) -> NewRegistration {
        let mut endpoints =
            if preset.asks_endpoints() { self.e.clone() } else { preset.endpoints(&self.site).unwrap_or_default() };
        if preset == Preset::CanvasOwn && !self.e.issuer.is_empty() {
            endpoints.issuer.clone_from(&self.e.issuer);
        }
        NewRegistration {
            name: self.name.clone(),
            issuer: endpoints.issuer,
            client_id: self.client_id.clone(),
            authorization_endpoint: endpoints.authorization,
            token_endpoint: endpoints.token,
            jwks_uri: endpoints.jwks,
            token_audience: None,
            deployments: Some(self.deployment.clone()).filter(|d| !d.is_empty()).into_iter().collect(),
            family: preset.family(),
            granted_scopes: None,
            deployment_policy: None,
        }
    }
}

#[derive(Template)]
#[template(path = "admin_new.html")]
struct ByHand {
    v: View,
    preset: Preset,
    t: Typed,
    addresses: Addresses,
    problems: Vec<String>,
}

impl ByHand {
    fn new(v: View, context: &Context, preset: Preset, t: Typed) -> Self {
        Self { v, preset, t, addresses: Addresses::of(&context.settings, None), problems: Vec::new() }
    }

    fn preset_name(&self, preset: &Preset) -> String {
        self.v.t(match preset {
            Preset::Moodle => "preset-moodle",
            Preset::Canvas => "preset-canvas",
            Preset::CanvasBeta => "preset-canvas-beta",
            Preset::CanvasTest => "preset-canvas-test",
            Preset::CanvasOwn => "preset-canvas-own",
            Preset::Generic => "preset-generic",
        })
    }

    fn is_own_canvas(&self) -> bool {
        self.preset == Preset::CanvasOwn
    }

    fn is_canvas(&self) -> bool {
        self.preset.family() == Family::Canvas
    }

    /// What is wrong, in the words of this form.
    fn explain(&mut self, faults: &[Fault]) {
        // With a site, every address follows from it: one mistake is one line.
        let mut site_is_explained = self.preset.asks_site() && self.preset.endpoints(&self.t.site).is_none();
        if site_is_explained {
            self.problems.push(self.v.t("admin-site-unreadable"));
        }
        for fault in faults {
            let field = match fault.field {
                "name" => "admin-field-name",
                "client-id" => "admin-field-client-id",
                "deployment" => "admin-field-deployment",
                "issuer" if self.preset.asks_endpoints() || self.preset == Preset::CanvasOwn => "admin-field-issuer",
                "authorization-endpoint" if self.preset.asks_endpoints() => "admin-field-authorization",
                "token-endpoint" if self.preset.asks_endpoints() => "admin-field-token",
                "jwks-uri" if self.preset.asks_endpoints() => "admin-field-jwks",
                _ => "admin-field-site",
            };
            if field == "admin-field-site" && std::mem::replace(&mut site_is_explained, true) {
                continue;
            }
            self.problems.push(self.v.aa("admin-problem", "field", self.v.t(field), "problem", self.v.t(fault.key)));
        }
    }
}

async fn by_hand(request: HttpRequest, admin: Admin, context: web::Data<Context>) -> PageResult {
    let query = Fields::parse(request.query_string().as_bytes())?;
    let preset = Preset::parse(query.text("preset")).unwrap_or(Preset::Moodle);
    let mut typed = Typed::default();
    if preset == Preset::CanvasOwn {
        typed.e.issuer = Preset::Canvas.endpoints("").unwrap_or_default().issuer;
    }
    page(&ByHand::new(admin.view, &context, preset, typed))
}

async fn register(form: AdminPosted, context: web::Data<Context>) -> PageResult {
    let preset = Preset::parse(form.fields.text("preset")).ok_or_else(PageError::bad_request)?;
    let typed = Typed::read(&form.fields);
    let new = typed.registration(preset);
    let faults = new.faults(context.settings.allow_insecure_platforms);
    let (actor, now) = (form.by.actor(), form.at);
    let mut shown = ByHand::new(form.by.view, &context, preset, typed);
    shown.explain(&faults);
    if shown.problems.is_empty() {
        match context.db.write(move |c| service::register(c, new, &actor, now)).await {
            Ok(made) => return Ok(see_other(&format!("/admin/registrations/{}?fresh", made.id))),
            Err(StoreError::Duplicate(_)) => shown.problems.push(shown.v.t("admin-registered-already")),
            Err(error) => return Err(error.into()),
        }
    }
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/admin", web::get().to(home))
        .service(
            web::resource("/admin/registrations/new").route(web::get().to(by_hand)).route(web::post().to(register)),
        )
        .route("/admin/registrations/{id}", web::get().to(show))
        .route("/admin/registrations/{id}/doctor", web::get().to(examine))
        .route("/admin/registrations/{id}/deployments", web::post().to(decide))
        .route("/admin/registrations/{id}/{action}", web::post().to(switch));
}
