//! The connection enum and the pool manager that opens it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::{Connection, ConnectionError, PgConnection, SqliteConnection};

use super::Engine;

/// A connection to either engine. Queries written against it run on both.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// `PostgreSQL`.
    Pg(PgConnection),
    /// `SQLite`.
    Sqlite(SqliteConnection),
}

/// A connection that was used this recently is not asked whether it is still there.
const TRUSTED: Duration = Duration::from_secs(1);

/// A connection in its pool.
pub(super) struct Pooled {
    conn: Conn,
    /// When it last did what it was asked, and how many failures there had been by then.
    trust: Option<(Instant, u64)>,
    failures: Failures,
}

/// How often a connection of this database failed: after each time, all of them are asked again.
#[derive(Clone, Default)]
pub(super) struct Failures(Arc<AtomicU64>);

impl Pooled {
    /// It did what it was asked.
    pub(super) fn worked(&mut self) {
        self.trust = Some((Instant::now(), self.failures.0.load(Ordering::Relaxed)));
    }

    /// It failed, and the server may be gone.
    pub(super) fn failed(&mut self) {
        self.trust = None;
        self.failures.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl std::ops::Deref for Pooled {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl std::ops::DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Write,
}

pub(super) struct Manager {
    url: String,
    engine: Engine,
    mode: Mode,
    failures: Failures,
}

impl Manager {
    pub(super) fn new(url: &str, engine: Engine, mode: Mode) -> Self {
        Self { url: url.to_owned(), engine, mode, failures: Failures::default() }
    }
}

/// The file of a `sqlite:` URL; None for another engine's.
#[must_use]
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    Some(PathBuf::from(rest.strip_prefix("//").unwrap_or(rest)))
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Pooled, ConnectionError> {
        let conn = match self.engine {
            Engine::Postgres => Conn::Pg(PgConnection::establish(&self.url)?),
            Engine::Sqlite => {
                let path = sqlite_path(&self.url)
                    .ok_or_else(|| ConnectionError::BadConnection("not a sqlite: URL".to_owned()))?;
                if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder).map_err(|e| {
                        ConnectionError::BadConnection(format!("cannot create {}: {e}", folder.display()))
                    })?;
                }
                let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
                let setup = match self.mode {
                    Mode::Write => {
                        "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
                         PRAGMA foreign_keys=ON;"
                    }
                    Mode::Read => "PRAGMA busy_timeout=10000; PRAGMA query_only=ON; PRAGMA cache_size=-1000;",
                };
                conn.batch_execute(setup).map_err(|e| ConnectionError::BadConnection(e.to_string()))?;
                Conn::Sqlite(conn)
            }
        };
        let mut pooled = Pooled { conn, trust: None, failures: self.failures.clone() };
        pooled.worked();
        Ok(pooled)
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), ConnectionError> {
        let failures = self.failures.0.load(Ordering::Relaxed);
        if pooled.trust.is_some_and(|(at, then)| then == failures && at.elapsed() < TRUSTED) {
            return Ok(());
        }
        let answer = match &mut pooled.conn {
            Conn::Pg(c) => c.ping(),
            Conn::Sqlite(c) => c.ping(),
        };
        answer.map_err(|e| ConnectionError::BadConnection(e.to_string()))
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        // A panic may have left a transaction open: such a connection is not used again.
        std::thread::panicking()
            || match &mut pooled.conn {
                Conn::Pg(c) => R2D2Connection::is_broken(c),
                Conn::Sqlite(c) => R2D2Connection::is_broken(c),
            }
    }
}
