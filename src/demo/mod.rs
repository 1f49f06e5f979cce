//! Two embedded LMSs, one behaving like Moodle 4.5 and one like Canvas, and a seeded SPOC on each.
//!
//! `cercle demo` shows them to people; the tests use the same code as their LMS double. All messages
//! are real and signed: the tool knows nothing of this module.

mod behaviour;
pub mod campus;
mod editing;
pub mod faults;
pub mod messages;
pub mod pages;
mod records;
mod school;
pub mod scores;
pub mod seed;

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use crate::app::{Server, StartError, prepare};
use crate::clock::Clock;
use crate::platform;
use crate::platform::model::NewRegistration;
use crate::settings::{self, Settings};
use campus::{Campus, School};

/// A running demo.
pub struct Demo {
    /// The LMSs.
    pub campus: Campus,
    /// The tool.
    pub tool: Server,
    /// The LMSs' own server.
    pub lms: pages::LmsServer,
}

/// What is needed to register a school in the tool.
#[must_use]
pub fn registration_of(school: &School, base: &str) -> NewRegistration {
    let at = |path: &str| format!("{base}/{}{path}", school.kind.path());
    let (auth, token, jwks) = school.kind.endpoints();
    NewRegistration {
        name: school.name.clone(),
        issuer: school.issuer.clone(),
        client_id: school.client_id.clone(),
        authorization_endpoint: at(auth),
        token_endpoint: at(token),
        jwks_uri: at(jwks),
        token_audience: None,
        deployments: Vec::new(),
        family: school.kind.family(),
        deployment_policy: None,
        granted_scopes: None,
    }
}

/// Starts the LMSs on a port of `localhost` and the tool on the next one of `127.0.0.1`, with an
/// embedded database in a folder that is emptied of an earlier demo's data.
///
/// # Errors
/// When a port is taken or the folder cannot be written.
pub fn start(port: u16, folder: &Path) -> Result<Demo, StartError> {
    let io = |what: String| move |e: std::io::Error| StartError::Io(format!("{what}: {e}"));
    std::fs::create_dir_all(folder).map_err(io(folder.display().to_string()))?;
    for old in ["demo.db", "demo.db-wal", "demo.db-shm"] {
        let path = folder.join(old);
        if path.exists() {
            std::fs::remove_file(&path).map_err(io(path.display().to_string()))?;
        }
    }
    let tool_port = port.checked_add(1).ok_or_else(|| StartError::Io("choose a lower port".to_owned()))?;
    let lms_listener = TcpListener::bind(("127.0.0.1", port)).map_err(io(format!("cannot listen on port {port}")))?;
    let tool_listener =
        TcpListener::bind(("127.0.0.1", tool_port)).map_err(io(format!("cannot listen on port {tool_port}")))?;
    over(lms_listener, tool_listener, folder, settings::this_program())
}

/// [`start`] on listeners that are there already; port 0 serves tests. `program` is Cercle's own, which looks into files.
///
/// # Errors
/// As [`start`].
pub fn over(
    lms_listener: TcpListener,
    tool_listener: TcpListener,
    folder: &Path,
    program: PathBuf,
) -> Result<Demo, StartError> {
    let io = |e: std::io::Error| StartError::Io(e.to_string());
    let lms_port = lms_listener.local_addr().map_err(io)?.port();
    let tool_address = tool_listener.local_addr().map_err(io)?;
    let public_url = url::Url::parse(&format!("http://{tool_address}")).map_err(|e| StartError::Io(e.to_string()))?;
    let database = format!("sqlite:{}", folder.join("demo.db").display());
    let mut settings = Settings::local(public_url, tool_address, &database, folder);
    settings.ags.retry_seconds = 3;
    settings.ags.check_seconds = 5;
    settings.program = program;
    let clock = Clock::default();
    let context = prepare(settings, clock.clone())?;
    let campus = Campus::new(&format!("http://localhost:{lms_port}"), clock)?;
    let now = context.clock.now();
    for school in campus.schools() {
        let new = registration_of(&school, campus.base());
        let registration =
            context.db.write_blocking(|c| platform::service::register(c, new, &crate::audit::Actor::Operator, now))?;
        campus.connect(&school.client_id, &context.settings.origin(), registration.id.as_str());
        seed::seed(&context, &registration, &school, campus.base())?;
    }
    let lms = pages::LmsServer::over(lms_listener, campus.clone())?;
    let tool = Server::over(tool_listener, context, None)?;
    Ok(Demo { campus, tool, lms })
}
