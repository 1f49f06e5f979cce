//! `cercle migrate`.

use super::{Outcome, say, settings};
use crate::store::{Db, migrations};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Change nothing; fail when migrations wait or the schema is not this program's
    #[arg(long)]
    check: bool,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Outcome {
    let settings = settings()?;
    let db = Db::open(&settings.database_url).map_err(|e| e.to_string())?;
    let state = if args.check { migrations::check(&db) } else { migrations::apply(&db) };
    let state = state.map_err(|e| e.to_string())?;
    let text = format!("The database schema is up to date ({} migrations).", state.applied.len());
    say(args.json, &text, &serde_json::json!({"applied": state.applied, "pending": state.pending}))
}
