//! `cercle doctor`: what works between Cercle and each LMS, what does not, and what to do about it in
//! that LMS's own words.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::model::{Course, DeploymentState, Family, Registration};
use super::{keys, store};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::crypto::jwk;
use crate::crypto::rsa::SigningKey;
use crate::ids::RegistrationId;
use crate::lti::ags::{Ags, AgsError};
use crate::lti::registration::SCOPES;
use crate::lti::score::SCOPE_LINE_ITEM;
use crate::lti::token::{TokenError, TokenRequest};
use crate::lti::{MEMBERSHIPS_TYPE, SCOPE_ROSTER};
use crate::net::{Answer, NetError, Outgoing};
use crate::store::{Conn, StoreError, StoreResult};

/// A clock that differs by more than this many seconds is worth a look.
const CLOCK_WARNING: i64 = 10;
/// A clock that differs by this many seconds refuses launches.
const CLOCK_LIMIT: i64 = 60;
const TIMEOUT: Duration = Duration::from_secs(10);

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It works.
    Ok,
    /// It works, and something about it may not stay so.
    Warning,
    /// It does not work.
    Failed,
    /// It cannot be told yet, or not from here.
    Unknown,
}

/// One check.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The registration; `None` for Cercle itself.
    pub registration: Option<String>,
    /// What was checked: a name that scripts may use.
    pub check: &'static str,
    /// How it came out.
    pub health: Health,
    /// What was found, in words.
    pub meaning: String,
    /// What to do; empty where there is nothing to do.
    pub remedy: String,
}

/// What a check says.
struct Word(Health, String, String);

fn ok(meaning: impl Into<String>) -> Word {
    Word(Health::Ok, meaning.into(), String::new())
}

fn unknown(meaning: impl Into<String>, remedy: impl Into<String>) -> Word {
    Word(Health::Unknown, meaning.into(), remedy.into())
}

fn failed(meaning: impl Into<String>, remedy: impl Into<String>) -> Word {
    Word(Health::Failed, meaning.into(), remedy.into())
}

/// How many launches there were lately, in browsers that keep our cookie and in others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Launches {
    /// With the cookie.
    pub by_cookie: i64,
    /// Without.
    pub by_token: i64,
}

/// Counts the launches of a registration since a moment. Sessions belong to another feature, which
/// hands this in.
pub type CountLaunches = fn(&mut Conn, &RegistrationId, UtcTime) -> StoreResult<Launches>;

/// Examines Cercle and one registration, or all.
///
/// # Errors
/// When the database fails.
pub async fn examine(context: &Context, only: Option<&str>, count: CountLaunches) -> StoreResult<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut note = |registration: Option<&Registration>, check, Word(health, meaning, remedy)| {
        let registration = registration.map(|r| r.id.to_string());
        findings.push(Finding { registration, check, health, meaning, remedy });
    };
    note(None, "public_url", public_url(context));
    let now = context.clock.now();
    let master = context.key.clone();
    let signing = context.db.read(move |c| keys::signing_key(c, &master, now)).await;
    match &signing {
        Ok(_) => note(None, "signing_key", ok("a signing key opens with the key file")),
        Err(keys::KeyError::Store(StoreError::NotFound)) => {
            note(None, "signing_key", unknown("there is no signing key yet", "start cercle serve once: it makes one"));
        }
        Err(error) => {
            let remedy = "restore the key file that belongs to this database, or rotate: cercle keys rotate";
            note(None, "signing_key", failed(error.to_string(), remedy));
        }
    }
    note(None, "public_keys", public_keys(context).await);
    let all = context.db.read(store::list_registrations).await?;
    for registration in all.iter().filter(|r| only.is_none_or(|id| id == r.id.as_str())) {
        if !registration.enabled {
            let remedy = format!("cercle platform enable {}", registration.id);
            note(Some(registration), "enabled", Word(Health::Warning, "launches are switched off".to_owned(), remedy));
        }
        let (keys, clock) = key_set(context, registration).await;
        note(Some(registration), "key_set", keys);
        note(Some(registration), "clock", clock);
        let id = registration.id.clone();
        let known = context.db.read(move |c| surroundings(c, &id, now, count)).await?;
        note(Some(registration), "launches", launches(known.launches));
        if let Ok(key) = &signing {
            let services = Services { context, registration, known: &known, key };
            note(Some(registration), "token", services.token().await);
            note(Some(registration), "line_items", services.line_items().await);
            note(Some(registration), "roster", services.roster().await);
        }
    }
    Ok(findings)
}

fn public_url(context: &Context) -> Word {
    let url = &context.settings.public_url;
    if url.scheme() == "https" {
        return ok(format!("{url} is an https address"));
    }
    let remedy = "set CERCLE_PUBLIC_URL to an https address: without it browsers keep no session inside an LMS";
    Word(Health::Warning, format!("{url} is no https address"), remedy.to_owned())
}

/// Whether our own key set is reached by the address that LMSs use. They fetch it to trust us.
async fn public_keys(context: &Context) -> Word {
    let address = context.settings.url("/.well-known/jwks.json");
    let now = context.clock.now();
    let (Ok(url), Ok(own)) = (Url::parse(&address), context.db.read(move |c| keys::public_set(c, now)).await) else {
        return unknown("the key set could not be read", "");
    };
    let remedy = "the address must lead to this server, over https with a valid certificate, also from the LMS";
    match context.outbound.send(Outgoing::get(url).timeout(TIMEOUT)).await {
        Err(NetError::Blocked(_)) => unknown(
            format!("{address} is not a public address, so it is not asked from here"),
            "check from the LMS's server that it answers",
        ),
        Err(error) => failed(format!("{address} does not answer: {error}"), remedy),
        Ok(answer) => {
            let served: Option<Value> = serde_json::from_slice(&answer.body).ok();
            if answer.is_success() && served == serde_json::to_value(&own).ok() {
                ok(format!("{address} serves the keys of this database"))
            } else {
                failed(format!("{address} answers {} and not with our keys", answer.status), remedy)
            }
        }
    }
}

async fn key_set(context: &Context, registration: &Registration) -> (Word, Word) {
    let remedy = "check the address with the LMS's administrator; without the keys every launch is refused";
    let Ok(url) = Url::parse(&registration.jwks_uri) else {
        return (failed("its address is no address", remedy), unknown("the LMS did not answer", ""));
    };
    let asked = context.clock.now();
    let answer = context.outbound.send(Outgoing::get(url).accept("application/json").timeout(TIMEOUT)).await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return (failed(error.to_string(), remedy), unknown("the LMS did not answer", "")),
    };
    let clock = clock(&answer, asked, context.clock.now());
    if !answer.is_success() {
        return (failed(format!("its address answers {}", answer.status), remedy), clock);
    }
    let keys = match jwk::parse_set(&answer.body) {
        Ok(keys) if keys.is_empty() => failed("it holds no RS256 key with an id", remedy),
        Ok(keys) => ok(format!("{} usable keys", keys.len())),
        Err(reason) => failed(reason, remedy),
    };
    (keys, clock)
}

/// The LMS's clock, by the `Date` of an answer, which counts whole seconds.
fn clock(answer: &Answer, asked: UtcTime, answered: UtcTime) -> Word {
    let date = answer.header("date").and_then(|d| chrono::DateTime::parse_from_rfc2822(d).ok());
    let Some(date) = date.map(|d| UtcTime::from_unix_seconds(d.timestamp())) else {
        return unknown("the LMS does not tell the time", "");
    };
    let behind = asked.unix_seconds() - 1 - date.unix_seconds();
    let ahead = date.unix_seconds() - answered.unix_seconds() - 1;
    let (by, way) = if behind > ahead { (behind, "behind") } else { (ahead, "ahead of") };
    let meaning = format!("the LMS's clock is {by} s {way} ours");
    let remedy = "let both servers follow a time server (NTP)".to_owned();
    if by <= CLOCK_WARNING {
        return ok("the clocks agree");
    }
    Word(if by < CLOCK_LIMIT { Health::Warning } else { Health::Failed }, meaning, remedy)
}

/// What is stored of an LMS that a check needs.
struct Known {
    deployment_id: Option<String>,
    graded: Option<Course>,
    with_roster: Option<Course>,
    launches: Launches,
}

fn surroundings(conn: &mut Conn, id: &RegistrationId, now: UtcTime, count: CountLaunches) -> StoreResult<Known> {
    let deployments = store::list_deployments(conn, id)?;
    let approved = deployments.into_iter().rfind(|d| d.state == DeploymentState::Approved);
    Ok(Known {
        deployment_id: approved.map(|d| d.deployment_id),
        graded: store::find_newest_course(conn, id, store::Service::LineItems)?,
        with_roster: store::find_newest_course(conn, id, store::Service::Roster)?,
        launches: count(conn, id, now.plus_seconds(-24 * 3600))?,
    })
}

fn launches(Launches { by_cookie, by_token }: Launches) -> Word {
    if by_cookie + by_token == 0 {
        return unknown("nobody has opened an activity in the last 24 hours", "open one from a course, as its trainer");
    }
    ok(format!(
        "{} launches in the last 24 hours, {by_token} of them in browsers that keep no cookie",
        by_cookie + by_token
    ))
}

struct Services<'a> {
    context: &'a Context,
    registration: &'a Registration,
    known: &'a Known,
    key: &'a SigningKey,
}

const NO_COURSE: &str = "no course is known yet in which the LMS offers it";

impl Services<'_> {
    fn request(&self, scopes: Vec<String>) -> TokenRequest {
        self.registration.token_request(self.known.deployment_id.as_deref().unwrap_or_default(), scopes)
    }

    /// The scopes that the LMS has granted, as far as anybody told us.
    fn scopes(&self) -> Vec<String> {
        let told = self.registration.granted_scopes.clone();
        let told = told.or_else(|| self.known.graded.as_ref().map(|c| c.ags_scopes.clone())).unwrap_or_default();
        SCOPES.iter().filter(|s| told.split(' ').any(|t| t == **s)).map(ToString::to_string).collect()
    }

    fn token_remedy(&self) -> String {
        let jwks = self.context.settings.url("/.well-known/jwks.json");
        match self.registration.family {
            Family::Moodle => format!(
                "in Moodle: the tool must be activated, its public key type “Keyset URL” with {jwks}, and Site \
                 administration › General › Security › HTTP security must not block that host or port"
            ),
            Family::Canvas => {
                "in Canvas: the developer key must be ON with this public JWK URL, the scopes enforced on \
                 it must include the services, and the app must be installed by client ID"
                    .to_owned()
            }
            Family::Generic => format!("the LMS must trust the keys at {jwks} for this client id"),
        }
    }

    async fn token(&self) -> Word {
        let scopes = self.scopes();
        if scopes.is_empty() {
            return unknown("no scope is known to be granted", "open an activity from a course, as its trainer");
        }
        let count = scopes.len();
        match self.context.tokens.get(&self.request(scopes), self.key).await {
            Ok(_) => ok(format!("the LMS gives tokens for {count} services")),
            Err(error) => failed(error.to_string(), self.token_remedy()),
        }
    }

    /// A token for one service, or why there is none.
    async fn token_for(&self, scope: &str) -> Result<String, TokenError> {
        self.context.tokens.get(&self.request(vec![scope.to_owned()]), self.key).await
    }

    async fn line_items(&self) -> Word {
        let Some(course) = &self.known.graded else {
            return unknown(NO_COURSE, "allow the tool to use the gradebook, then open an activity as its trainer");
        };
        let scope = course.ags_scopes.split(' ').find(|s| s.contains("/lineitem")).unwrap_or(SCOPE_LINE_ITEM);
        let (Some(Ok(url)), token) = (course.line_items_url.as_deref().map(Url::parse), self.token_for(scope).await)
        else {
            return failed("the address of the gradebook is no address", "");
        };
        let token = match token {
            Ok(token) => token,
            Err(error) => return failed(error.to_string(), self.token_remedy()),
        };
        let ags = Ags { outbound: &self.context.outbound, token: &token };
        match ags.find_line_items(&url, &[]).await {
            Ok(items) => ok(format!("the gradebook of a course shows {} columns", items.len())),
            Err(error) => failed(error.to_string(), service_remedy(&error)),
        }
    }

    async fn roster(&self) -> Word {
        let Some(course) = &self.known.with_roster else {
            return unknown(NO_COURSE, "allow the tool to read who takes part, then open an activity as its trainer");
        };
        let (Some(Ok(url)), token) =
            (course.memberships_url.as_deref().map(Url::parse), self.token_for(SCOPE_ROSTER).await)
        else {
            return failed("the address of the roster is no address", "");
        };
        let token = match token {
            Ok(token) => token,
            Err(error) => return failed(error.to_string(), self.token_remedy()),
        };
        let request =
            Outgoing::get(url).accept(MEMBERSHIPS_TYPE).bearer(&token).timeout(TIMEOUT).limit(2 * 1024 * 1024);
        match self.context.outbound.send(request).await {
            Err(error) => failed(error.to_string(), "ask the LMS's administrator whether it is down"),
            Ok(answer) => {
                let members = serde_json::from_slice::<Value>(&answer.body).ok();
                let members = members.as_ref().and_then(|m| m.get("members")).and_then(Value::as_array).map(Vec::len);
                match members.filter(|_| answer.is_success()) {
                    Some(count) => ok(format!("the first page of a course's roster shows {count} people")),
                    None => failed(
                        format!("the roster answers {} and no list of people", answer.status),
                        "the LMS must allow the tool to read who takes part",
                    ),
                }
            }
        }
    }
}

fn service_remedy(error: &AgsError) -> &'static str {
    match error {
        AgsError::Status { status: 401 | 403, .. } => "the LMS must allow the tool to use its gradebook",
        AgsError::Status { status: 404, .. } => "the course may be gone; open an activity of another one",
        _ => "ask the LMS's administrator whether it is down",
    }
}
