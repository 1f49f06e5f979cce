//! Assembles the features' routes and jobs into one server, and stops it gracefully.

use std::net::{SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, middleware, web};
use tracing_actix_web::TracingLogger;

use crate::clock::Clock;
use crate::context::{Context, ContextError};
use crate::crypto::CryptoError;
use crate::crypto::sealed::MasterKey;
use crate::disk;
use crate::jobs::{Job, Runner};
use crate::net::NetError;
use crate::platform::keys;
use crate::settings::Settings;
use crate::store::migrations::{self, SchemaError};
use crate::store::{self, Conn, Db, Engine, StoreError};
use crate::web::limit::LoginLimit;
use crate::web::{assets, middleware as guard};
use crate::{activity, admin, cohort, grades, launch, news, peer, platform};

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The schema.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The key file.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// The signing keys.
    #[error(transparent)]
    Keys(#[from] keys::KeyError),
    /// The outbound client.
    #[error(transparent)]
    Net(#[from] NetError),
    /// What handlers are handed.
    #[error(transparent)]
    Context(#[from] ContextError),
    /// The address to listen on, or a file.
    #[error("{0}")]
    Io(String),
}

/// A server that is ready to run.
pub struct Server {
    /// What its handlers are handed.
    pub context: Context,
    /// Where it listens.
    pub address: SocketAddr,
    server: actix_web::dev::Server,
    jobs: Runner,
    /// Held for as long as the process uses an embedded database.
    lock: Option<std::fs::File>,
}

/// The lock that keeps a second process from an embedded database, held for as long as the file is. None for
/// another engine's.
///
/// # Errors
/// When another process has it.
pub fn lock_embedded(url: &str) -> Result<Option<std::fs::File>, StartError> {
    let Some(path) = store::sqlite_path(url) else {
        return Ok(None);
    };
    let io = |e: std::io::Error| StartError::Io(format!("{}: {e}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(io)?;
    }
    let mut name = path.clone().into_os_string();
    name.push(".lock");
    let file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(&name).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Err(StartError::Io(format!(
            "another Cercle process uses {}. SQLite is for one process; use PostgreSQL for several.",
            path.display()
        ))),
        Err(std::fs::TryLockError::Error(error)) => Err(io(error)),
    }
}

/// Opens the database, applies migrations, and makes the first signing key where there is none.
///
/// # Errors
/// [`StartError`].
pub fn prepare(settings: Settings, clock: Clock) -> Result<Context, StartError> {
    let key = MasterKey::load_or_create(&settings.keys_dir)?;
    let db = Db::open(&settings.database_url)?;
    migrations::apply(&db)?;
    keys::ensure(&db, &key, clock.now())?;
    Ok(Context::new(settings, db, clock, key)?)
}

impl Server {
    /// Prepares everything and binds the address; nothing is served before [`Server::run`].
    ///
    /// # Errors
    /// [`StartError`].
    pub fn bind(settings: Settings, clock: Clock) -> Result<Self, StartError> {
        let lock = lock_embedded(&settings.database_url)?;
        let listen = settings.listen;
        let listener =
            TcpListener::bind(listen).map_err(|e| StartError::Io(format!("cannot listen on {listen}: {e}")))?;
        let context = prepare(settings, clock)?;
        Self::over(listener, context, lock)
    }

    /// Serves on a listener that is there already; the demo and the tests use it.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn over(listener: TcpListener, context: Context, lock: Option<std::fs::File>) -> Result<Self, StartError> {
        if context.db.engine() == Engine::Sqlite {
            let rows = grades::jobs::recover(&context)?;
            if rows > 0 {
                tracing::info!(rows, "grades that were being sent when the last process ended are tried again");
            }
        }
        let io = |e: std::io::Error| StartError::Io(e.to_string());
        let address = listener.local_addr().map_err(io)?;
        let limit = web::Data::new(LoginLimit::new(context.settings.logins_per_minute));
        let mut jobs = vec![
            launch::jobs::purge(&context),
            keys::jobs::care(&context),
            platform::notices::jobs::care(&context),
            admin::jobs::purge(&context),
            cohort::roster::jobs::read_rosters(&context),
            peer::jobs::clear_files(&context),
            peer::reminders::remind(&context),
            news::jobs::mail(&context),
            news::jobs::purge(&context),
            forget_quiet_clients(&limit),
        ];
        jobs.extend(grades::jobs::all(&context));
        let jobs = Runner::start(jobs, &context.wake);
        let shared = web::Data::new(context.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(limit.clone())
                .wrap(middleware::from_fn(guard::guard))
                .wrap(TracingLogger::<guard::QuietSpan>::new())
                .configure(routes)
        })
        .workers(2)
        .worker_max_blocking_threads(16)
        .client_request_timeout(std::time::Duration::from_secs(5))
        .keep_alive(std::time::Duration::from_secs(15))
        .shutdown_timeout(30)
        .disable_signals()
        .listen(listener)
        .map_err(io)?
        .run();
        Ok(Self { context, address, server, jobs, lock })
    }

    /// Stops the server from elsewhere.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until SIGTERM, SIGINT or the handle stops it, then lets the jobs finish their rounds.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(self) -> Result<(), StartError> {
        let handle = self.server.handle();
        let signals = tokio::spawn(async move {
            wait_for_signal().await;
            tracing::info!("stopping");
            handle.stop(true).await;
        });
        let outcome = self.server.await.map_err(|e| StartError::Io(e.to_string()));
        signals.abort();
        self.jobs.stop().await;
        drop(self.lock);
        outcome
    }
}

async fn wait_for_signal() {
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    match terminate {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        // Without a handler for SIGTERM, Ctrl-C still works; when that fails too, only the handle stops us.
        Err(_) => {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// Keeps the table of login limits small.
fn forget_quiet_clients(limit: &web::Data<LoginLimit>) -> Job {
    Job::repeat("web.limit", limit, |limit| {
        limit.forget_quiet();
        std::future::ready(std::time::Duration::from_mins(10))
    })
}

/// Every route of the tool.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/healthz", web::get().to(healthz)).route("/readyz", web::get().to(readyz));
    assets::routes(config);
    platform::pages::routes(config);
    launch::pages::routes(config);
    activity::pages::routes(config);
    news::pages::routes(config);
    peer::pages::routes(config);
    admin::pages::routes(config);
}

/// The process runs.
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

/// The database answers and its schema is ours.
async fn readyz(context: web::Data<Context>) -> HttpResponse {
    let checked = context
        .db
        .read(|c: &mut Conn| {
            migrations::ping(c)?;
            match migrations::inspect(c) {
                Ok(state) if state.pending.is_empty() => Ok(()),
                Ok(_) => Err(StoreError::Unavailable("migrations wait".to_owned())),
                Err(error) => Err(StoreError::Unavailable(error.to_string())),
            }
        })
        .await;
    let room = disk::free_bytes(&context.settings.data_dir);
    if let Ok(bytes) = room
        && !disk::is_enough(bytes)
    {
        tracing::warn!(bytes, "not ready: the disk is nearly full");
        return HttpResponse::ServiceUnavailable().content_type("text/plain").body("not ready\n");
    }
    match checked {
        Ok(()) => HttpResponse::Ok().content_type("text/plain").body("ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            HttpResponse::ServiceUnavailable().content_type("text/plain").body("not ready\n")
        }
    }
}
