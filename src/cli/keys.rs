//! `cercle keys list|rotate`.

use clap::Subcommand;

use super::{Outcome, database, say, settings};
use crate::audit::Actor;
use crate::clock::Clock;
use crate::crypto::sealed::MasterKey;
use crate::platform::keys;
use crate::store::StoreError;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the published keys
    List {
        /// Print one JSON document instead of text
        #[arg(long)]
        json: bool,
    },
    /// Make the next key: published now, signing in 48 hours
    Rotate {
        /// Sign with it at once, because the present key is compromised: LMSs that keep a copy of the
        /// old key set refuse the tool until they fetch the new one
        #[arg(long)]
        now: bool,
        /// Print one JSON document instead of text
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(args: &Args) -> Outcome {
    let settings = settings()?;
    let master = MasterKey::load_or_create(&settings.keys_dir).map_err(|e| e.to_string())?;
    let db = database(&settings)?;
    let now = Clock::default().now();
    keys::ensure(&db, &master, now).map_err(|e| e.to_string())?;
    let json = match args.command {
        Command::List { json } => json,
        Command::Rotate { now: at_once, json } => {
            keys::rotate(&db, &master, now, at_once, &Actor::Operator).map_err(|e| e.to_string())?;
            json
        }
    };
    let all = db.read_blocking(|c| keys::list(c, now)).map_err(|e: StoreError| e.to_string())?;
    let text = all
        .iter()
        .map(|k| {
            let until = k.publish_until.as_ref().map_or_else(String::new, |t| format!(", published until {t}"));
            format!("{}  {}  signs from {}{until}", k.kid, k.state, k.sign_from)
        })
        .collect::<Vec<_>>()
        .join("\n");
    say(json, &text, &all)
}
