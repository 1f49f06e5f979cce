//! `cercle grades reconcile|resume`.

use clap::Subcommand;
use serde_json::json;

use super::{Outcome, database, runtime, say, settings};
use crate::app;
use crate::audit::Actor;
use crate::clock::Clock;
use crate::grades::{confirm, restored, store};
use crate::store::{Conn, StoreError};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read every grade back from the LMSs now, and list those that differ
    Reconcile {
        /// Print one JSON document instead of text
        #[arg(long)]
        json: bool,
    },
    /// Let grades go to the LMSs again after a restore
    Resume {
        /// Print one JSON document instead of text
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(args: &Args) -> Outcome {
    match args.command {
        Command::Reconcile { json } => reconcile(json),
        Command::Resume { json } => resume(json),
    }
}

fn reconcile(json: bool) -> Outcome {
    let context = app::prepare(settings()?, Clock::default()).map_err(|e| e.to_string())?;
    let now = context.clock.now();
    let found = runtime()?.block_on(async {
        context.db.write(move |c| store::check_all(c, now)).await?;
        // What cannot be read now is put off, so this ends.
        while confirm::run_round(&context).await? > 0 {}
        context.db.read(move |c: &mut Conn| -> Result<_, StoreError> { restored::compare(c, now) }).await
    });
    let found = found.map_err(|e| e.to_string())?;
    let mut lines: Vec<String> = Vec::new();
    for d in &found.differences {
        let theirs = d.theirs.as_deref().unwrap_or("nothing");
        lines.push(format!(
            "{}, {}, learner {}: the LMS has {theirs}, Cercle {}",
            d.registration, d.activity, d.learner, d.ours
        ));
    }
    lines.push(format!(
        "{} grades are equal, {} differ (their trainers choose), {} could not be read",
        found.equal,
        found.differences.len(),
        found.unread
    ));
    say(json, &lines.join("\n"), &found)
}

fn resume(json: bool) -> Outcome {
    let (settings, now) = (settings()?, Clock::default().now());
    let db = database(&settings)?;
    let resumed = db.write_blocking(|c| restored::resume(c, &Actor::Operator, now));
    let resumed = resumed.map_err(|e: StoreError| e.to_string())?;
    let text = if resumed { "grades go to the LMSs again" } else { "nothing was held back" };
    say(json, text, &json!({"resumed": resumed}))
}
