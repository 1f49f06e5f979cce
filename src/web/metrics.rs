//! Figures for Prometheus (reliability-security.md §5), on a listener of their own: `CERCLE_METRICS_LISTEN`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::OnceLock;

use actix_web::dev::Server;
use actix_web::{App, HttpResponse, HttpServer, web};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::disk;

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Begins to count; without this nothing is kept. None when something else counts already.
fn handle() -> Option<&'static PrometheusHandle> {
    HANDLE
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            metrics::set_global_recorder(recorder).is_ok().then_some(handle)
        })
        .as_ref()
}

/// Counts panics from now on, besides whatever is done about them.
pub fn count_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        metrics::counter!("panic_total").increment(1);
        before(panic);
    }));
}

async fn show(data_dir: web::Data<PathBuf>) -> HttpResponse {
    if let Ok(bytes) = disk::free_bytes(&data_dir) {
        #[expect(clippy::cast_precision_loss, reason = "a figure to look at")]
        metrics::gauge!("disk_free_bytes").set(bytes as f64);
    }
    match handle() {
        Some(handle) => HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(handle.render()),
        None => HttpResponse::ServiceUnavailable().finish(),
    }
}

/// A server that shows the figures and nothing else.
///
/// # Errors
/// When the address cannot be listened on.
pub fn serve(address: SocketAddr, data_dir: PathBuf) -> std::io::Result<Server> {
    handle();
    let data_dir = web::Data::new(data_dir);
    let server = HttpServer::new(move || {
        App::new().app_data(web::Data::clone(&data_dir)).route("/metrics", web::get().to(show))
    });
    Ok(server.workers(1).disable_signals().bind(address)?.run())
}
