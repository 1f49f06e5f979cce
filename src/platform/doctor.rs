//! The doctor, of the command line and of the console: what works between Cercle and each LMS, what does not, and what to do about it in
//! that LMS's own words.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::model::{Course, DeploymentState, Family, Registration};
use super::pages::SCOPE_TEXTS;
use super::{keys, store};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::crypto::jwk;
use crate::crypto::rsa::SigningKey;
use crate::ids::RegistrationId;
use crate::lti::SCOPES;
use crate::lti::ags::{Ags, AgsError};
use crate::lti::score::SCOPE_LINE_ITEM;
use crate::lti::token::{TokenError, TokenRequest};
use crate::lti::{MEMBERSHIPS_TYPE, SCOPE_ROSTER};
use crate::net::{Answer, NetError, Outgoing};
use crate::store::{Conn, StoreError, StoreResult, upkeep};
use crate::web::i18n::Lang;

/// A clock that differs by more than this many seconds is worth a look.
const CLOCK_WARNING: i64 = 10;
/// A clock that differs by this many seconds refuses launches.
const CLOCK_LIMIT: i64 = 60;
/// A backup that is older than this, in seconds, is worth a word: a day and what a nightly one may be late.
const BACKUP_AGE: i64 = 26 * 3600;
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Launches {
    /// With the cookie.
    pub by_cookie: i64,
    /// Without.
    pub by_token: i64,
    /// Refused ones, by their reason codes.
    pub refused: Vec<(String, i64)>,
}

/// Counts the launches of a registration since a moment. Sessions belong to another feature, which
/// hands this in.
pub type CountLaunches = fn(&mut Conn, &RegistrationId, UtcTime) -> StoreResult<Launches>;

/// Examines Cercle and one registration, or all; in words of a language.
///
/// # Errors
/// When the database fails.
pub async fn examine(
    context: &Context,
    lang: Lang,
    only: Option<&str>,
    count: CountLaunches,
) -> StoreResult<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut note = |registration: Option<&Registration>, check, Word(health, meaning, remedy)| {
        let registration = registration.map(|r| r.id.to_string());
        findings.push(Finding { registration, check, health, meaning, remedy });
    };
    note(None, "public_url", public_url(context, lang));
    let now = context.clock.now();
    let master = context.key.clone();
    let signing = context.db.read(move |c| keys::signing_key(c, &master, now)).await;
    match &signing {
        Ok(_) => note(None, "signing_key", ok(lang.text("doctor-key-ok"))),
        Err(keys::KeyError::Store(StoreError::NotFound)) => {
            let (meaning, remedy) = (lang.text("doctor-key-none"), lang.text("doctor-key-none-do"));
            note(None, "signing_key", unknown(meaning, remedy));
        }
        Err(error) => {
            note(None, "signing_key", failed(error.to_string(), lang.text("doctor-key-do")));
        }
    }
    note(None, "public_keys", public_keys(context, lang).await);
    note(None, "backup", backup(lang, context.db.read(upkeep::last_backup).await?, now));
    let all = context.db.read(store::list_registrations).await?;
    for registration in all.iter().filter(|r| only.is_none_or(|id| id == r.id.as_str())) {
        if !registration.enabled {
            let remedy = lang.text_with("doctor-off-do", &[("id", registration.id.as_str().into())]);
            note(Some(registration), "enabled", Word(Health::Warning, lang.text("doctor-off"), remedy));
        }
        let (keys, clock) = key_set(context, lang, registration).await;
        note(Some(registration), "key_set", keys);
        note(Some(registration), "clock", clock);
        let id = registration.id.clone();
        let known = context.db.read(move |c| surroundings(c, &id, now, count)).await?;
        note(Some(registration), "launches", launches(lang, &known.launches));
        note(Some(registration), "refused", refused(lang, &known.launches));
        if let Ok(key) = &signing {
            let services = Services { context, lang, registration, known: &known, key };
            note(Some(registration), "scopes", services.granted());
            note(Some(registration), "token", services.token().await);
            note(Some(registration), "line_items", services.line_items().await);
            note(Some(registration), "roster", services.roster().await);
        }
    }
    Ok(findings)
}

/// Whether there is a backup of today.
fn backup(lang: Lang, last: Option<UtcTime>, now: UtcTime) -> Word {
    let (meaning, age) = match last.map(|at| now.seconds_since(at)) {
        None => (lang.text("doctor-backup-none"), i64::MAX),
        Some(age) => (lang.text_with("doctor-backup-age", &[("n", (age / 3600).into())]), age),
    };
    if age < BACKUP_AGE { ok(meaning) } else { Word(Health::Warning, meaning, lang.text("doctor-backup-do")) }
}

fn public_url(context: &Context, lang: Lang) -> Word {
    let url = &context.settings.public_url;
    let about = [("address", url.as_str().into())];
    if url.scheme() == "https" {
        return ok(lang.text_with("doctor-url-ok", &about));
    }
    Word(Health::Warning, lang.text_with("doctor-url-http", &about), lang.text("doctor-url-do"))
}

/// Whether our own key set is reached by the address that LMSs use. They fetch it to trust us.
async fn public_keys(context: &Context, lang: Lang) -> Word {
    let address = context.settings.url("/.well-known/jwks.json");
    let now = context.clock.now();
    let (Ok(url), Ok(own)) = (Url::parse(&address), context.db.read(move |c| keys::public_set(c, now)).await) else {
        return unknown(lang.text("doctor-own-keys-unread"), "");
    };
    let remedy = lang.text("doctor-own-keys-do");
    let about = [("address", address.as_str().into())];
    match context.outbound.send(Outgoing::get(url).timeout(TIMEOUT)).await {
        Err(NetError::Blocked(_)) => {
            unknown(lang.text_with("doctor-own-keys-private", &about), lang.text("doctor-own-keys-private-do"))
        }
        Err(error) => {
            let detail = ("detail", error.to_string().into());
            failed(lang.text_with("doctor-own-keys-silent", &[about[0].clone(), detail]), remedy)
        }
        Ok(answer) => {
            let served: Option<Value> = serde_json::from_slice(&answer.body).ok();
            if answer.is_success() && served == serde_json::to_value(&own).ok() {
                ok(lang.text_with("doctor-own-keys-ok", &about))
            } else {
                let status = ("n", i64::from(answer.status).into());
                failed(lang.text_with("doctor-own-keys-other", &[about[0].clone(), status]), remedy)
            }
        }
    }
}

async fn key_set(context: &Context, lang: Lang, registration: &Registration) -> (Word, Word) {
    let remedy = lang.text("doctor-keys-do");
    let silent = || unknown(lang.text("doctor-silent"), "");
    let Ok(url) = Url::parse(&registration.jwks_uri) else {
        return (failed(lang.text("doctor-no-address"), remedy), silent());
    };
    let asked = context.clock.now();
    let answer = context.outbound.send(Outgoing::get(url).accept("application/json").timeout(TIMEOUT)).await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return (failed(error.to_string(), remedy), silent()),
    };
    let clock = clock(lang, &answer, asked, context.clock.now());
    if !answer.is_success() {
        let meaning = lang.text_with("doctor-keys-status", &[("n", i64::from(answer.status).into())]);
        return (failed(meaning, remedy), clock);
    }
    let keys = match jwk::parse_set(&answer.body) {
        Ok(keys) if keys.is_empty() => failed(lang.text("doctor-keys-none"), remedy),
        Ok(keys) => ok(lang.text_with("doctor-keys-ok", &[("n", keys.len().into())])),
        Err(reason) => failed(reason, remedy),
    };
    (keys, clock)
}

/// The LMS's clock, by the `Date` of an answer, which counts whole seconds.
fn clock(lang: Lang, answer: &Answer, asked: UtcTime, answered: UtcTime) -> Word {
    let date = answer.header("date").and_then(|d| chrono::DateTime::parse_from_rfc2822(d).ok());
    let Some(date) = date.map(|d| UtcTime::from_unix_seconds(d.timestamp())) else {
        return unknown(lang.text("doctor-clock-untold"), "");
    };
    let behind = asked.unix_seconds() - 1 - date.unix_seconds();
    let ahead = date.unix_seconds() - answered.unix_seconds() - 1;
    let (by, way) = if behind > ahead { (behind, "doctor-clock-behind") } else { (ahead, "doctor-clock-ahead") };
    if by <= CLOCK_WARNING {
        return ok(lang.text("doctor-clock-ok"));
    }
    let health = if by < CLOCK_LIMIT { Health::Warning } else { Health::Failed };
    Word(health, lang.text_with(way, &[("n", by.into())]), lang.text("doctor-clock-do"))
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

/// Refusals of the last day. A person now and then reloads a page; what repeats is worth a look.
fn refused(lang: Lang, launches: &Launches) -> Word {
    let all: i64 = launches.refused.iter().map(|(_, n)| n).sum();
    if all == 0 {
        return ok(lang.text("doctor-refused-none"));
    }
    let reasons: Vec<String> = launches.refused.iter().map(|(reason, n)| format!("{reason} ({n})")).collect();
    let meaning = lang.text_with("doctor-refused", &[("n", all.into()), ("reasons", reasons.join(", ").into())]);
    Word(Health::Warning, meaning, lang.text("doctor-refused-do"))
}

fn launches(lang: Lang, Launches { by_cookie, by_token, .. }: &Launches) -> Word {
    let all = by_cookie + by_token;
    if all == 0 {
        return unknown(lang.text("doctor-launches-none"), lang.text("doctor-launches-none-do"));
    }
    ok(lang.text_with("doctor-launches", &[("n", all.into()), ("k", (*by_token).into())]))
}

struct Services<'a> {
    context: &'a Context,
    lang: Lang,
    registration: &'a Registration,
    known: &'a Known,
    key: &'a SigningKey,
}

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

    fn t(&self, key: &str) -> String {
        self.lang.text(key)
    }

    /// Which of the scopes that we use the LMS has granted.
    fn granted(&self) -> Word {
        let granted = self.scopes();
        if granted.is_empty() {
            return unknown(self.t("doctor-scopes-none"), self.t("doctor-launches-none-do"));
        }
        let missing: Vec<String> = SCOPES
            .iter()
            .zip(SCOPE_TEXTS)
            .filter(|(scope, _)| !granted.iter().any(|g| g == *scope))
            // A course tells which gradebook scopes it has; the roster's is told only at registration.
            .filter(|(scope, _)| **scope != SCOPE_ROSTER || self.registration.granted_scopes.is_some())
            .map(|(_, text)| self.t(text))
            .collect();
        if missing.is_empty() {
            return ok(self.t("doctor-scopes-ok"));
        }
        let meaning = self.lang.text_with("doctor-scopes-missing", &[("list", missing.join("; ").into())]);
        Word(Health::Warning, meaning, self.t("doctor-scopes-do"))
    }

    fn token_remedy(&self) -> String {
        let jwks = self.context.settings.url("/.well-known/jwks.json");
        let key = match self.registration.family {
            Family::Moodle => "doctor-token-moodle",
            Family::Canvas => "doctor-token-canvas",
            Family::Generic => "doctor-token-generic",
        };
        self.lang.text_with(key, &[("address", jwks.into())])
    }

    async fn token(&self) -> Word {
        let scopes = self.scopes();
        if scopes.is_empty() {
            return unknown(self.t("doctor-scopes-none"), self.t("doctor-launches-none-do"));
        }
        let count = scopes.len();
        match self.context.tokens.get(&self.request(scopes), self.key).await {
            Ok(_) => ok(self.lang.text_with("doctor-token-ok", &[("n", count.into())])),
            Err(error) => failed(error.to_string(), self.token_remedy()),
        }
    }

    /// A token for one service, or why there is none.
    async fn token_for(&self, scope: &str) -> Result<String, TokenError> {
        self.context.tokens.get(&self.request(vec![scope.to_owned()]), self.key).await
    }

    async fn line_items(&self) -> Word {
        let Some(course) = &self.known.graded else {
            return unknown(self.t("doctor-no-course"), self.t("doctor-columns-do"));
        };
        let scope = course.ags_scopes.split(' ').find(|s| s.contains("/lineitem")).unwrap_or(SCOPE_LINE_ITEM);
        let (Some(Ok(url)), token) = (course.line_items_url.as_deref().map(Url::parse), self.token_for(scope).await)
        else {
            return failed(self.t("doctor-no-address"), "");
        };
        let token = match token {
            Ok(token) => token,
            Err(error) => return failed(error.to_string(), self.token_remedy()),
        };
        let timeout = std::time::Duration::from_secs(10);
        let ags = Ags { outbound: &self.context.outbound, token: &token, timeout };
        match ags.find_line_items(&url, &[]).await {
            Ok(items) => ok(self.lang.text_with("doctor-columns-ok", &[("n", items.len().into())])),
            Err(error) => failed(error.to_string(), self.t(service_remedy(&error))),
        }
    }

    async fn roster(&self) -> Word {
        let Some(course) = &self.known.with_roster else {
            return unknown(self.t("doctor-no-course"), self.t("doctor-roster-do"));
        };
        let (Some(Ok(url)), token) =
            (course.memberships_url.as_deref().map(Url::parse), self.token_for(SCOPE_ROSTER).await)
        else {
            return failed(self.t("doctor-no-address"), "");
        };
        let token = match token {
            Ok(token) => token,
            Err(error) => return failed(error.to_string(), self.token_remedy()),
        };
        let request =
            Outgoing::get(url).accept(MEMBERSHIPS_TYPE).bearer(&token).timeout(TIMEOUT).limit(2 * 1024 * 1024);
        match self.context.outbound.send(request).await {
            Err(error) => failed(error.to_string(), self.t("doctor-down-do")),
            Ok(answer) => {
                let members = serde_json::from_slice::<Value>(&answer.body).ok();
                let members = members.as_ref().and_then(|m| m.get("members")).and_then(Value::as_array).map(Vec::len);
                match members.filter(|_| answer.is_success()) {
                    Some(count) => ok(self.lang.text_with("doctor-roster-ok", &[("n", count.into())])),
                    None => failed(
                        self.lang.text_with("doctor-roster-other", &[("n", i64::from(answer.status).into())]),
                        self.t("doctor-roster-refused-do"),
                    ),
                }
            }
        }
    }
}

/// The text for what to do.
fn service_remedy(error: &AgsError) -> &'static str {
    match error {
        AgsError::Status { status: 401 | 403, .. } => "doctor-columns-refused-do",
        AgsError::Status { status: 404, .. } => "doctor-columns-gone-do",
        _ => "doctor-down-do",
    }
}
