//! The database: one connection type for `SQLite` and `PostgreSQL`, its pools, and its migrations.
//!
//! `SQLite` has one writer connection (every write is `BEGIN IMMEDIATE`) and a small pool of
//! read-only ones; `PostgreSQL` has one pool. A feature hands a closure to [`Db::read`] or
//! [`Db::write`]; the closure gets a [`Conn`] and never opens a transaction itself.

pub mod columns;
pub mod dialect;
pub mod migrations;
mod pool;
pub mod schema;

use std::sync::Arc;

use diesel::connection::{AnsiTransactionManager, TransactionManager};

pub use pool::Conn;
use pool::{Manager, Mode};

/// Why the database did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row that was asked for is not there.
    #[error("not found")]
    NotFound,
    /// A row with the same key is there already.
    #[error("already there: {0}")]
    Duplicate(String),
    /// The database refused or failed.
    #[error("database: {0}")]
    Database(diesel::result::Error),
    /// No connection could be had in time.
    #[error("no database connection: {0}")]
    Unavailable(String),
    /// A stored value could not be read back.
    #[error("stored value is damaged: {0}")]
    Damaged(String),
}

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        match error {
            Error::NotFound => Self::NotFound,
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                Self::Duplicate(info.message().to_owned())
            }
            other => Self::Database(other),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// The answer of a query.
pub type StoreResult<T> = Result<T, StoreError>;

/// Which database engine is behind a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded; one process.
    Sqlite,
    /// Shared by any number of processes.
    Postgres,
}

/// The database, cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    write: diesel::r2d2::Pool<Manager>,
    read: diesel::r2d2::Pool<Manager>,
    url: String,
}

impl Db {
    /// Opens the pools. `sqlite:PATH` (the folder is created) or `postgres://…`.
    ///
    /// # Errors
    /// When the URL has another scheme, or no connection can be made within ten seconds.
    pub fn open(url: &str) -> StoreResult<Self> {
        let engine = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Engine::Postgres
        } else if url.starts_with("sqlite:") {
            Engine::Sqlite
        } else {
            return Err(StoreError::Unavailable("the database URL must start with sqlite: or postgres://".to_owned()));
        };
        let build = |mode, size| {
            diesel::r2d2::Pool::builder()
                .max_size(size)
                .min_idle(Some(0))
                .connection_timeout(std::time::Duration::from_secs(10))
                .test_on_check_out(engine == Engine::Postgres)
                .build(Manager::new(url, engine, mode))
                .map_err(|e| StoreError::Unavailable(e.to_string()))
        };
        let (write, read) = match engine {
            Engine::Sqlite => {
                let write = build(Mode::Write, 1)?;
                // The writer makes the file, so that the read-only connections find it.
                drop(write.get().map_err(|e| StoreError::Unavailable(e.to_string()))?);
                (write, build(Mode::Read, 4)?)
            }
            Engine::Postgres => {
                let pool = build(Mode::Write, 8)?;
                drop(pool.get().map_err(|e| StoreError::Unavailable(e.to_string()))?);
                (pool.clone(), pool)
            }
        };
        Ok(Self { inner: Arc::new(Inner { engine, write, read, url: url.to_owned() }) })
    }

    /// The engine in use.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.inner.engine
    }

    /// The path of the `SQLite` file, for its lock.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<std::path::PathBuf> {
        pool::sqlite_path(&self.inner.url)
    }

    /// Runs queries that change nothing.
    ///
    /// # Errors
    /// What the closure returns, or [`StoreError::Unavailable`] as the closure's own error.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let db = self.clone();
        blocking(move || db.read_blocking(f)).await
    }

    /// Runs one transaction: all of it is stored, or, when the closure returns an error, nothing.
    ///
    /// # Errors
    /// What the closure returns, or a [`StoreError`] as the closure's own error.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let db = self.clone();
        blocking(move || db.write_blocking(f)).await
    }

    /// [`Db::read`] on the calling thread; for the command line.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_blocking<T, E: From<StoreError>>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let mut conn = self.inner.read.get().map_err(|e| StoreError::Unavailable(e.to_string()))?;
        f(&mut conn)
    }

    /// [`Db::write`] on the calling thread; for the command line.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_blocking<T, E: From<StoreError>>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let mut conn = self.inner.write.get().map_err(|e| StoreError::Unavailable(e.to_string()))?;
        begin(&mut conn).map_err(StoreError::from)?;
        match f(&mut conn) {
            Ok(value) => {
                commit(&mut conn).map_err(StoreError::from)?;
                Ok(value)
            }
            Err(error) => {
                if let Err(rollback) = roll_back(&mut conn) {
                    tracing::warn!(error = %rollback, "a transaction could not be rolled back");
                }
                Err(error)
            }
        }
    }
}

fn begin(conn: &mut Conn) -> diesel::QueryResult<()> {
    match conn {
        // A deferred transaction that turns into a write can fail at once with SQLITE_BUSY when
        // another process (the command line) writes; an immediate one waits its turn.
        Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
        Conn::Pg(c) => AnsiTransactionManager::begin_transaction(c),
    }
}

fn commit(conn: &mut Conn) -> diesel::QueryResult<()> {
    match conn {
        Conn::Sqlite(c) => AnsiTransactionManager::commit_transaction(c),
        Conn::Pg(c) => AnsiTransactionManager::commit_transaction(c),
    }
}

fn roll_back(conn: &mut Conn) -> diesel::QueryResult<()> {
    match conn {
        Conn::Sqlite(c) => AnsiTransactionManager::rollback_transaction(c),
        Conn::Pg(c) => AnsiTransactionManager::rollback_transaction(c),
    }
}

async fn blocking<T, E, F>(f: F) -> Result<T, E>
where
    F: FnOnce() -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let span = tracing::Span::current();
    match tokio::task::spawn_blocking(move || span.in_scope(f)).await {
        Ok(answer) => answer,
        Err(error) => Err(StoreError::Unavailable(error.to_string()).into()),
    }
}
