//! `cercle doctor [ID]`.

use serde_json::json;

use super::{Outcome, database, runtime, say, settings};
use crate::clock::Clock;
use crate::context::Context;
use crate::crypto::sealed::MasterKey;
use crate::launch;
use crate::platform::doctor::{self, Finding, Health};
use crate::web::i18n::Lang;

#[derive(clap::Args)]
pub(super) struct Args {
    /// The id of one registration; all without
    id: Option<String>,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Outcome {
    let settings = settings()?;
    let db = database(&settings)?;
    let key = MasterKey::load_or_create(&settings.keys_dir).map_err(|e| e.to_string())?;
    let context = Context::new(settings, db, Clock::default(), key).map_err(|e| e.to_string())?;
    let id = args.id.as_deref();
    let findings = runtime()?
        .block_on(doctor::examine(&context, Lang::En, id, launch::count_launches))
        .map_err(|e| e.to_string())?;
    if let Some(id) = id.filter(|_| findings.iter().all(|f| f.registration.is_none())) {
        return Err(format!("no registration has the id {id}; see: cercle platform list"));
    }
    let text = findings.iter().map(line).collect::<Vec<_>>().join("\n");
    say(args.json, &text, &json!({"findings": findings}))?;
    match findings.iter().filter(|f| f.health == Health::Failed).count() {
        0 => Ok(()),
        n => Err(format!("{n} of {} checks failed", findings.len())),
    }
}

fn line(finding: &Finding) -> String {
    let health = match finding.health {
        Health::Ok => "ok     ",
        Health::Warning => "warning",
        Health::Failed => "FAILED ",
        Health::Unknown => "unknown",
    };
    let about = finding.registration.as_deref().unwrap_or("cercle");
    let remedy = if finding.remedy.is_empty() { String::new() } else { format!("\n         do: {}", finding.remedy) };
    format!("{health}  {about}  {}: {}{remedy}", finding.check, finding.meaning)
}
