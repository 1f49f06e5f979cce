//! The database: one connection type for `SQLite` and `PostgreSQL`, its pools, and its migrations.
//!
//! `SQLite` has one writer connection (every write is `BEGIN IMMEDIATE`) and a small pool of
//! read-only ones; `PostgreSQL` has one pool. A feature hands a closure to [`Db::read`] or
//! [`Db::write`]; the closure gets a [`Conn`] and never opens a transaction itself.

pub mod columns;
pub mod copy;
pub mod dialect;
pub mod migrations;
mod pool;
pub mod schema;
pub mod upkeep;
mod writer;

use std::sync::{Arc, OnceLock};

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::r2d2::{Pool, PooledConnection};

pub use pool::{Conn, sqlite_path};
use pool::{Manager, Mode};
use writer::Writer;

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

/// Runs one expression with the connection of whichever engine there is. A query that is written this
/// way is built and prepared once; through [`Conn`] itself its text is made anew each time, so this is
/// for the queries of every request.
macro_rules! on_engine {
    ($conn:expr, $c:ident => $run:expr) => {
        match $conn {
            $crate::store::Conn::Pg($c) => $run,
            $crate::store::Conn::Sqlite($c) => $run,
        }
    };
}
pub(crate) use on_engine;

/// The row of a model: a struct that diesel reads and writes, with the model's own fields, and the ways
/// between the two. Models know no database, so each table would spell its fields three times. Attributes are
/// diesel's: `#[diesel(embed)]` stands before a field that is a row of the same table, for a model within a model.
macro_rules! row_of {
    ($(#[$row_attribute:meta])* $model:ident as $row:ident in $table:ident {
        $($(#[$attribute:meta])* $field:ident: $type:ty),+ $(,)?
    }) => {
        #[derive(Queryable, Selectable, Insertable)]
        #[diesel(table_name = $table)]
        $(#[$row_attribute])*
        pub(super) struct $row {
            $($(#[$attribute])* $field: $type),+
        }

        impl From<$row> for $model {
            fn from(row: $row) -> Self {
                Self { $($field: row.$field.into()),+ }
            }
        }

        impl From<$model> for $row {
            fn from(model: $model) -> Self {
                Self { $($field: model.$field.into()),+ }
            }
        }
    };
}
pub(crate) use row_of;

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
    write: Pool<Manager>,
    read: Pool<Manager>,
    /// Of `SQLite`; started by the first that asks, so that the command line needs none.
    writer: OnceLock<StoreResult<Writer>>,
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
            Pool::builder()
                .max_size(size)
                // With none, r2d2 replaces no broken connection for those who wait already.
                .min_idle(Some(1))
                .connection_timeout(std::time::Duration::from_secs(10))
                .test_on_check_out(engine == Engine::Postgres)
                .build(Manager::new(url, engine, mode))
                .map_err(|e| StoreError::Unavailable(e.to_string()))
        };
        let (write, read) = match engine {
            Engine::Sqlite => {
                let write = build(Mode::Write, 1)?;
                // The writer makes the file, so that the read-only connections find it.
                drop(check_out(&write)?);
                (write, build(Mode::Read, 4)?)
            }
            Engine::Postgres => {
                let pool = build(Mode::Write, 8)?;
                drop(check_out(&pool)?);
                (pool.clone(), pool)
            }
        };
        Ok(Self { inner: Arc::new(Inner { engine, write, read, writer: OnceLock::new() }) })
    }

    /// The engine in use.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.inner.engine
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
        if self.inner.engine == Engine::Sqlite {
            return match self.inner.writer.get_or_init(|| Writer::start(self.inner.write.clone())) {
                Ok(writer) => writer.write(f).await,
                Err(error) => Err(StoreError::Unavailable(error.to_string()).into()),
            };
        }
        let db = self.clone();
        blocking(move || db.write_blocking(f)).await
    }

    /// Like [`Db::write`], for work that changes something by its last statement only: on `PostgreSQL`
    /// such a statement is a transaction by itself, which saves two of the round trips.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_last<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match self.inner.engine {
            Engine::Sqlite => self.write(f).await,
            Engine::Postgres => self.read(f).await,
        }
    }

    /// [`Db::read`] on the calling thread; for the command line.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_blocking<T, E: From<StoreError>>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let mut conn = check_out(&self.inner.read)?;
        let outcome = f(&mut conn);
        if outcome.is_ok() {
            conn.worked();
        } else {
            conn.failed();
        }
        outcome
    }

    /// [`Db::write`] on the calling thread; for the command line.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_blocking<T, E: From<StoreError>>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let mut conn = check_out(&self.inner.write)?;
        if let Err(error) = begin(&mut conn) {
            if self.inner.engine == Engine::Sqlite {
                return Err(StoreError::from(error).into());
            }
            // The server may have gone and come back: nothing is lost by beginning again elsewhere.
            conn.failed();
            drop(conn);
            conn = check_out(&self.inner.write)?;
            begin(&mut conn).map_err(StoreError::from)?;
        }
        match f(&mut conn) {
            Ok(value) => {
                commit(&mut conn).map_err(StoreError::from)?;
                conn.worked();
                Ok(value)
            }
            Err(error) => {
                conn.failed();
                if let Err(rollback) = roll_back(&mut conn) {
                    tracing::warn!(error = %rollback, "a transaction could not be rolled back");
                }
                Err(error)
            }
        }
    }
}

fn check_out(pool: &Pool<Manager>) -> StoreResult<PooledConnection<Manager>> {
    let asked = std::time::Instant::now();
    let conn = pool.get().map_err(|e| StoreError::Unavailable(e.to_string()));
    metrics::histogram!("db_pool_wait_seconds").record(asked.elapsed());
    conn
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
