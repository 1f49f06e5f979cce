//! `cercle serve`.

use super::{Outcome, runtime, settings, start_logs};
use crate::app::Server;
use crate::clock::Clock;

pub(super) fn run() -> Outcome {
    if std::env::var("CERCLE_PUBLIC_URL").is_err() && !std::path::Path::new("cercle.toml").exists() {
        return Err(
            "set CERCLE_PUBLIC_URL to the address that browsers use, for example https://cercle.example".to_owned()
        );
    }
    let settings = settings()?;
    start_logs(&settings.log)?;
    for (name, value) in settings.masked() {
        tracing::info!(event = "setting", name, value, "setting");
    }
    if settings.allow_insecure_platforms {
        tracing::warn!(
            "CERCLE_ALLOW_INSECURE_PLATFORMS is on: http and private addresses are allowed for LMSs. \
             Never use this on a server that others can reach."
        );
    }
    let runtime = runtime()?;
    let _guard = runtime.enter();
    if let Some(address) = settings.metrics_listen {
        crate::web::metrics::count_panics();
        let shown = crate::web::metrics::serve(address, settings.data_dir.clone())
            .map_err(|e| format!("cannot listen on {address}: {e}"))?;
        tokio::spawn(shown);
    }
    let server = Server::bind(settings, Clock::default()).map_err(|e| e.to_string())?;
    tracing::info!(event = "ready", address = %server.address, "ready");
    runtime.block_on(server.run()).map_err(|e| e.to_string())
}
