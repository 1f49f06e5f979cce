//! The command line: one file for each subcommand. Exit status 0 means done, 1 failed, 2 wrong use.

mod admin;
mod backup;
mod demo;
mod doctor;
mod grades;
mod keys;
mod migrate;
mod peer;
mod platform;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde::Serialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::files;
use crate::settings::Settings;
use crate::store::{Db, migrations};

/// What a command returns: nothing, or a message for people.
type Outcome = Result<(), String>;

/// Cercle turns the LMS that a company already has into a home for SPOCs.
#[derive(Parser)]
#[command(name = "cercle", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start two embedded LMSs and the tool, with a seeded SPOC on each
    Demo(demo::Args),
    /// Run the tool; migrations are applied at start
    Serve,
    /// Apply or verify database migrations
    Migrate(migrate::Args),
    /// Register LMSs, list them, switch them on and off
    Platform(platform::Args),
    /// List and rotate the tool's signing keys
    Keys(keys::Args),
    /// Open the console
    Admin(admin::Args),
    /// Check the configuration and each LMS, and say what to do
    Doctor(doctor::Args),
    /// Write a sealed copy of the database to a file; it may be in use
    Backup(backup::BackupArgs),
    /// Put a backup in place of the database; stop Cercle first
    Restore(backup::RestoreArgs),
    /// Compare grades with the LMSs, and let them go again after a restore
    Grades(grades::Args),
    /// Peer assessment on files: marks from reviews
    Peer(peer::Args),
    /// Cleans one file, in a process of its own; the server starts it
    #[command(hide = true)]
    CleanFile {
        /// The kind of file
        kind: String,
    },
}

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let wrong_use = error.use_stderr();
            // Nothing can be said when standard error is gone.
            let _ = error.print();
            return if wrong_use { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let outcome = match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Serve => serve::run(),
        Command::Migrate(args) => migrate::run(&args),
        Command::Platform(args) => platform::run(args),
        Command::Keys(args) => keys::run(&args),
        Command::Admin(args) => admin::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Backup(args) => backup::backup(&args),
        Command::Restore(args) => backup::restore(&args),
        Command::Grades(args) => grades::run(&args),
        Command::Peer(args) => peer::run(args),
        Command::CleanFile { kind } => return files::run_child(&kind),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("cercle: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Prints a line, or one JSON document.
#[expect(clippy::print_stdout, reason = "this is what a command line is for")]
fn say(json: bool, text: &str, value: &impl Serialize) -> Outcome {
    if json {
        println!("{}", serde_json::to_string(value).map_err(|e| e.to_string())?);
    } else if !text.is_empty() {
        println!("{text}");
    }
    Ok(())
}

fn settings() -> Result<Settings, String> {
    Settings::load().map_err(|e| e.to_string())
}

/// The database with its schema checked and brought up to date.
fn database(settings: &Settings) -> Result<Db, String> {
    let db = Db::open(&settings.database_url).map_err(|e| e.to_string())?;
    migrations::apply(&db).map_err(|e| e.to_string())?;
    Ok(db)
}

/// Structured logs on standard error: one JSON object a line.
fn start_logs(filter: &str) -> Outcome {
    let filter = EnvFilter::try_new(filter).map_err(|e| format!("setting CERCLE_LOG: {e}"))?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_span_events(FmtSpan::NONE)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    Ok(())
}

/// The asynchronous runtime of a server.
fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(16)
        .enable_all()
        .build()
        .map_err(|e| e.to_string())
}
