//! `cercle demo`.

use std::path::PathBuf;

use super::{Outcome, runtime, say, start_logs};
use crate::demo;

#[derive(clap::Args)]
pub(super) struct Args {
    /// The LMSs listen here; the tool on the next port
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where the demo keeps its files; without it they go into a temporary folder that is removed
    #[arg(long)]
    data: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Outcome {
    start_logs(&std::env::var("CERCLE_LOG").unwrap_or_else(|_| "warn".to_owned()))?;
    let temporary = std::env::temp_dir().join(format!("cercle-demo-{}", std::process::id()));
    let folder = args.data.clone().unwrap_or_else(|| temporary.clone());
    let outcome = serve(args, &folder);
    if args.data.is_none() && temporary.exists() {
        std::fs::remove_dir_all(&temporary).map_err(|e| format!("{}: {e}", temporary.display()))?;
    }
    outcome
}

fn serve(args: &Args, folder: &std::path::Path) -> Outcome {
    let runtime = runtime()?;
    let _guard = runtime.enter();
    let demo = demo::start(args.port, folder).map_err(|e| e.to_string())?;
    let tool = demo.tool.context.settings.origin();
    let lms = demo.campus.base().to_owned();
    let text = format!(
        "Cercle demo is running.\n\n  Open     {lms}\n  Tool     {tool}\n  Files    {}\n\n\
         Choose a school and who you are, then open the first activity. Ctrl-C stops the demo.",
        folder.display()
    );
    say(args.json, &text, &serde_json::json!({"lms_url": lms, "tool_url": tool, "data": folder}))?;
    runtime.block_on(async {
        let stop = demo.lms.handle();
        let lms = tokio::spawn(demo.lms.run());
        let outcome = demo.tool.run().await.map_err(|e| e.to_string());
        stop.stop(false).await;
        match lms.await {
            Ok(Ok(())) => outcome,
            Ok(Err(error)) => outcome.and(Err(error.to_string())),
            Err(error) => outcome.and(Err(error.to_string())),
        }
    })
}
