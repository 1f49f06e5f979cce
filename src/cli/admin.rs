//! `cercle admin link`.

use clap::Subcommand;
use serde_json::json;

use super::{Outcome, database, say, settings};
use crate::admin::service;
use crate::clock::Clock;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print a one-time address that begins a sign-in to the console
    Link {
        /// Whose; the audit log names them
        #[arg(long, default_value = "admin")]
        name: String,
        /// Forget the authenticator app that they have, because it is lost: the address sets up another
        #[arg(long)]
        reset: bool,
        /// Print one JSON document instead of text
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(args: &Args) -> Outcome {
    let Command::Link { name, reset, json } = &args.command;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 || name.contains(char::is_control) {
        return Err("--name must have 1 to 60 characters".to_owned());
    }
    let settings = settings()?;
    let db = database(&settings)?;
    let now = Clock::default().now();
    let made = db.write_blocking(|c| service::make_link(c, &settings, name, *reset, now));
    let (url, expires_at) = made.map_err(|e| e.to_string())?;
    let expires_at = expires_at.iso_seconds();
    let text = format!("{url}\nworks once, until {expires_at}; open it in your browser");
    say(*json, &text, &json!({"url": url, "expires_at": expires_at}))
}
