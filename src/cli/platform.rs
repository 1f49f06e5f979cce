//! `cercle platform add|list|show|enable|disable`.

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{Outcome, database, say, settings};
use crate::audit::Actor;
use crate::clock::Clock;
use crate::ids::RegistrationId;
use crate::platform::model::{DeploymentPolicy, DeploymentState, Family, NewRegistration, Registration};
use crate::platform::registering::{self, RegisterError};
use crate::platform::{service, store};
use crate::settings::Settings;
use crate::store::{Conn, StoreError};
use crate::web::i18n::Lang;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Register an LMS by hand
    Add(Box<Add>),
    /// Make a one-time address by which an LMS registers itself (Dynamic Registration)
    Invite(Invite),
    /// List the registered LMSs
    List {
        /// Print one JSON document instead of text
        #[arg(long)]
        json: bool,
    },
    /// Show one registration with its deployments and addresses
    Show(One),
    /// Let launches of a deployment in that waits
    Approve(OneDeployment),
    /// Let no launches of a deployment in
    Refuse(OneDeployment),
    /// Let launches of an LMS in
    Enable(One),
    /// Let no launches of an LMS in
    Disable(One),
}

#[derive(clap::Args)]
struct One {
    /// The id of the registration
    id: String,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct OneDeployment {
    /// The id of the registration
    id: String,
    /// The LMS's own id of the deployment, as `show` lists it
    deployment: String,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Invite {
    /// A name for people
    #[arg(long)]
    name: String,
    /// How long the address works, in hours
    #[arg(long, default_value_t = registering::DEFAULT_HOURS, value_parser = clap::value_parser!(i64).range(1..=720))]
    expires: i64,
    /// The id of a registration that it updates, instead of making a new one
    #[arg(long)]
    update: Option<String>,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum FamilyArg {
    Moodle,
    Canvas,
    Generic,
}

#[derive(Clone, Copy, ValueEnum)]
enum PolicyArg {
    Auto,
    Approve,
}

#[derive(clap::Args)]
struct Add {
    /// A name for people
    #[arg(long)]
    name: String,
    /// The issuer, exactly as the LMS writes it
    #[arg(long)]
    issuer: String,
    /// The client id that the LMS gave the tool
    #[arg(long)]
    client_id: String,
    /// Where browsers are sent to sign in
    #[arg(long)]
    authorization_endpoint: String,
    /// Where the tool asks for access tokens
    #[arg(long)]
    token_endpoint: String,
    /// Where the LMS publishes its keys
    #[arg(long)]
    jwks_uri: String,
    /// Who the tool's assertions are for, if not the token endpoint
    #[arg(long)]
    token_audience: Option<String>,
    /// A deployment that is known already (may be repeated)
    #[arg(long = "deployment")]
    deployments: Vec<String>,
    /// The LMS product
    #[arg(long, value_enum, default_value = "generic")]
    family: FamilyArg,
    /// What happens to unknown deployments: auto without --deployment, else approve
    #[arg(long = "deployments", value_enum)]
    policy: Option<PolicyArg>,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: Args) -> Outcome {
    let settings = settings()?;
    match args.command {
        Command::Add(add) => register(&settings, *add),
        Command::Invite(invite) => make_invitation(&settings, &invite),
        Command::List { json } => list(&settings, json),
        Command::Show(one) => show(&settings, &one),
        Command::Approve(one) => set_deployment(&settings, &one, DeploymentState::Approved),
        Command::Refuse(one) => set_deployment(&settings, &one, DeploymentState::Disabled),
        Command::Enable(one) => switch(&settings, &one, true),
        Command::Disable(one) => switch(&settings, &one, false),
    }
}

/// What an LMS administrator has to enter on the other side.
fn addresses(settings: &Settings, registration: &Registration) -> Value {
    let launch = settings.lti_url(&registration.id, "launch");
    json!({
        "id": registration.id,
        "login_url": settings.lti_url(&registration.id, "login"),
        "launch_url": launch,
        "deep_linking_url": launch,
        "jwks_url": settings.url("/.well-known/jwks.json"),
        "redirect_uris": [launch],
    })
}

fn lines(value: &Value) -> String {
    let Some(map) = value.as_object() else {
        return value.to_string();
    };
    map.iter()
        .map(|(k, v)| format!("{k}: {}", v.as_str().map_or_else(|| v.to_string(), str::to_owned)))
        .collect::<Vec<_>>()
        .join("\n")
}

fn register(settings: &Settings, add: Add) -> Outcome {
    let new = NewRegistration {
        name: add.name,
        issuer: add.issuer,
        client_id: add.client_id,
        authorization_endpoint: add.authorization_endpoint,
        token_endpoint: add.token_endpoint,
        jwks_uri: add.jwks_uri,
        token_audience: add.token_audience,
        deployments: add.deployments,
        family: match add.family {
            FamilyArg::Moodle => Family::Moodle,
            FamilyArg::Canvas => Family::Canvas,
            FamilyArg::Generic => Family::Generic,
        },
        granted_scopes: None,
        deployment_policy: add.policy.map(|p| match p {
            PolicyArg::Auto => DeploymentPolicy::Auto,
            PolicyArg::Approve => DeploymentPolicy::Approve,
        }),
    };
    if let Some(fault) = new.faults(settings.allow_insecure_platforms).first() {
        return Err(format!("--{}: {}", fault.field, Lang::En.text(fault.key)));
    }
    let db = database(settings)?;
    let now = Clock::default().now();
    let registration =
        db.write_blocking(|c| service::register(c, new, &Actor::Operator, now)).map_err(|e: StoreError| match e {
            StoreError::Duplicate(_) => "this issuer, client id and key set are registered already".to_owned(),
            other => other.to_string(),
        })?;
    let shown = addresses(settings, &registration);
    say(add.json, &lines(&shown), &shown)
}

fn make_invitation(settings: &Settings, invite: &Invite) -> Outcome {
    if invite.name.trim().is_empty() {
        return Err("--name must not be empty".to_owned());
    }
    let db = database(settings)?;
    let (updates, now) = (invite.update.clone().map(RegistrationId), Clock::default().now());
    let made = db.write_blocking(|c| {
        registering::invite(c, settings, invite.name.trim(), updates, invite.expires, &Actor::Operator, now)
    });
    let (address, expires_at) = made.map_err(|e| match e {
        RegisterError::Store(error) => explain(invite.update.as_deref().unwrap_or_default())(error),
        other => other.to_string(),
    })?;
    let expires_at = expires_at.iso_seconds();
    let text = format!("{address}\nworks once, until {expires_at}; paste it into the LMS");
    say(invite.json, &text, &json!({"registration_url": address, "expires_at": expires_at}))
}

fn list(settings: &Settings, json: bool) -> Outcome {
    let all = database(settings)?.read_blocking(store::list_registrations).map_err(|e: StoreError| e.to_string())?;
    let text = if all.is_empty() {
        "No LMS is registered yet. Add one with: cercle platform add".to_owned()
    } else {
        all.iter()
            .map(|r| {
                let state = if r.enabled { "enabled" } else { "disabled" };
                format!("{}  {state}  {}  {}  {}", r.id, r.name, r.issuer, r.client_id)
            })
            .collect::<Vec<_>>()
            .join("\n")
    };
    say(json, &text, &all)
}

fn find(conn: &mut Conn, id: &str) -> Result<Registration, StoreError> {
    store::find_registration(conn, &RegistrationId(id.to_owned()))?.ok_or(StoreError::NotFound)
}

fn explain(id: &str) -> impl Fn(StoreError) -> String {
    let id = id.to_owned();
    move |error| match error {
        StoreError::NotFound => {
            format!("no registration has the id {id}; see: cercle platform list")
        }
        other => other.to_string(),
    }
}

fn show(settings: &Settings, one: &One) -> Outcome {
    let db = database(settings)?;
    let (registration, deployments) = db
        .read_blocking(|c| {
            let registration = find(c, &one.id)?;
            let deployments = store::list_deployments(c, &registration.id)?;
            Ok((registration, deployments))
        })
        .map_err(explain(&one.id))?;
    let mut shown = serde_json::to_value(&registration).map_err(|e| e.to_string())?;
    if let (Some(shown), Some(addresses)) = (shown.as_object_mut(), addresses(settings, &registration).as_object()) {
        shown.insert("deployments".to_owned(), json!(deployments));
        shown.extend(addresses.clone());
    }
    say(one.json, &lines(&shown), &shown)
}

fn set_deployment(settings: &Settings, one: &OneDeployment, state: DeploymentState) -> Outcome {
    let db = database(settings)?;
    let (id, now) = (RegistrationId(one.id.clone()), Clock::default().now());
    db.write_blocking(|c| service::set_deployment_state(c, &id, &one.deployment, state, &Actor::Operator, now))
        .map_err(|e| match e {
            StoreError::NotFound => {
                format!(
                    "registration {} has no deployment {}; see: cercle platform show {}",
                    one.id, one.deployment, one.id
                )
            }
            other => other.to_string(),
        })?;
    let shown = json!({"id": one.id, "deployment_id": one.deployment, "state": state});
    say(one.json, &format!("deployment {} is {state}.", one.deployment), &shown)
}

fn switch(settings: &Settings, one: &One, enabled: bool) -> Outcome {
    let db = database(settings)?;
    let (id, now) = (RegistrationId(one.id.clone()), Clock::default().now());
    db.write_blocking(|c| service::set_enabled(c, &id, enabled, &Actor::Operator, now)).map_err(explain(&one.id))?;
    let state = if enabled { "enabled" } else { "disabled" };
    say(one.json, &format!("{} is {state}.", one.id), &json!({"id": one.id, "enabled": enabled}))
}
