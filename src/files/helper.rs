//! The process that looks into files: what goes wrong there, in whichever library, ends there.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use super::kind::Kind;
use super::{Refused, clean};

/// The command that the program starts itself with.
const COMMAND: &str = "clean-file";
/// The most memory, in bytes, and processor time, in seconds (reliability-security.md T78).
const MEMORY: u64 = 768 * 1024 * 1024;
const SECONDS: u64 = 10;
/// The longest that it may take by the clock.
const WAIT: Duration = Duration::from_mins(1);
/// The longest that a scanner may take.
const SCAN_WAIT: Duration = Duration::from_mins(2);

/// What the process says on standard error, beside the copy on standard output.
#[derive(Serialize, Deserialize)]
struct Report {
    left: bool,
    refused: Option<Refused>,
}

/// The child's side: cleans what comes in on standard input.
#[must_use]
pub fn run_child(kind: &str) -> ExitCode {
    for (what, most) in
        [(Resource::As, MEMORY), (Resource::Cpu, SECONDS), (Resource::Core, 0), (Resource::Fsize, MEMORY)]
    {
        let most = Some(most);
        if setrlimit(what, Rlimit { current: most, maximum: most }).is_err() {
            return ExitCode::FAILURE;
        }
    }
    let Some(kind) = Kind::parse(kind) else { return ExitCode::FAILURE };
    let mut content = Vec::new();
    if std::io::stdin().lock().read_to_end(&mut content).is_err() {
        return ExitCode::FAILURE;
    }
    let report = match clean(kind, &content) {
        Ok(cleaned) => {
            if std::io::stdout().lock().write_all(&cleaned.content).is_err() {
                return ExitCode::FAILURE;
            }
            Report { left: cleaned.left, refused: None }
        }
        Err(refused) => Report { left: false, refused: Some(refused) },
    };
    match serde_json::to_writer(std::io::stderr().lock(), &report) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The server's side: has a file cleaned into another. Returns whether parts of it could not be looked into.
pub(super) async fn clean_in_child(program: &Path, kind: Kind, from: &Path, to: &Path) -> Result<bool, Refused> {
    let unchecked = |error: std::io::Error| {
        tracing::error!(%error, "files cannot be cleaned");
        Refused::Unchecked
    };
    let input = std::fs::File::open(from).map_err(unchecked)?;
    let output = super::shelf::create(to).map_err(unchecked)?;
    let mut child = Command::new(program)
        .args([COMMAND, kind.as_str()])
        .env_clear()
        .stdin(Stdio::from(input))
        .stdout(Stdio::from(output))
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(unchecked)?;
    let mut said = Vec::new();
    let stderr = child.stderr.take();
    let ended = tokio::time::timeout(WAIT, async {
        if let Some(stderr) = stderr {
            stderr.take(4096).read_to_end(&mut said).await?;
        }
        child.wait().await
    });
    let status = match ended.await {
        Ok(Ok(status)) => status,
        Ok(Err(error)) => return Err(unchecked(error)),
        Err(_) => return Err(Refused::Bomb),
    };
    let report: Option<Report> = serde_json::from_slice(&said).ok().filter(|_| status.success());
    let Some(report) = report else {
        // It ran out of memory or time, or a library gave up.
        tracing::warn!(%status, kind = kind.as_str(), "a file could not be cleaned");
        return Err(if status.code().is_some() { Refused::Damaged } else { Refused::Bomb });
    };
    match report.refused {
        Some(refused) => Err(refused),
        None => Ok(report.left),
    }
}

/// Asks the scanner of the settings about a file: 0 means clean, 1 means that something was found, as `clamdscan` ends.
pub(super) async fn scan(scanner: &str, file: &Path) -> Result<(), Refused> {
    let mut words = scanner.split_whitespace();
    let Some(program) = words.next() else { return Ok(()) };
    let mut command = Command::new(program);
    command.args(words).arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let ended = tokio::time::timeout(SCAN_WAIT, command.status()).await;
    match ended.map(|status| status.map(|s| s.code())) {
        Ok(Ok(Some(0))) => Ok(()),
        Ok(Ok(Some(1))) => Err(Refused::Infected),
        other => {
            tracing::error!(answer = ?other, "the file scanner does not answer as it should");
            Err(Refused::Unchecked)
        }
    }
}
