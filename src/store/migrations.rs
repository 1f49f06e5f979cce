//! Migrations of both engines, and the checks that refuse a schema this program does not know.

use diesel::connection::SimpleConnection;
use diesel::{Connection, QueryResult};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Conn, Db, StoreError, StoreResult, schema};
use crate::fault;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// What start-up or `cercle migrate` finds in the database.
#[derive(Debug, PartialEq, Eq)]
pub struct SchemaState {
    /// Versions applied in the database, oldest first.
    pub applied: Vec<String>,
    /// Versions this program brings that are not applied yet, oldest first.
    pub pending: Vec<String>,
}

/// Why the schema cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The database was made by a newer program.
    #[error(
        "the database is newer than this program: it has migration {0}, which this version does not know. \
         Start the newer version of Cercle, or restore a backup made before the upgrade."
    )]
    Newer(String),
    /// A migration is missing in the middle, or a table is.
    #[error("the database schema is half-applied: {0} is missing. Restore the last backup, then start again.")]
    HalfApplied(String),
    /// Migrations wait and were not asked for.
    #[error("the database schema is older than this program: run `cercle migrate`")]
    Pending,
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A migration failed; nothing of it was kept.
    #[error("a migration failed and was rolled back: {0}")]
    Failed(String),
}

fn versions(conn: &mut Conn) -> Result<(Vec<String>, Vec<String>), SchemaError> {
    let fail = |e: Box<dyn std::error::Error + Send + Sync>| SchemaError::Failed(e.to_string());
    let (mut applied, mut known): (Vec<String>, Vec<String>) = match conn {
        Conn::Sqlite(c) => (
            c.applied_migrations().map_err(fail)?.iter().map(ToString::to_string).collect(),
            names::<diesel::sqlite::Sqlite>(&SQLITE).map_err(fail)?,
        ),
        Conn::Pg(c) => (
            c.applied_migrations().map_err(fail)?.iter().map(ToString::to_string).collect(),
            names::<diesel::pg::Pg>(&POSTGRES).map_err(fail)?,
        ),
    };
    applied.sort();
    known.sort();
    Ok((applied, known))
}

fn names<DB: diesel::backend::Backend>(
    source: &EmbeddedMigrations,
) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
    use diesel::migration::MigrationSource;
    let all = MigrationSource::<DB>::migrations(source)?;
    Ok(all.iter().map(|m| m.name().version().to_string()).collect())
}

/// Compares the database with this program.
///
/// # Errors
/// [`SchemaError::Newer`] or [`SchemaError::HalfApplied`] when this program must not touch it.
pub fn inspect(conn: &mut Conn) -> Result<SchemaState, SchemaError> {
    let (applied, known) = versions(conn)?;
    if let Some(unknown) = applied.iter().find(|v| !known.contains(v)) {
        return Err(SchemaError::Newer(unknown.clone()));
    }
    if let Some((missing, _)) = known.iter().zip(applied.iter()).find(|(k, a)| k != a) {
        return Err(SchemaError::HalfApplied(format!("migration {missing}")));
    }
    let pending = known.iter().skip(applied.len()).cloned().collect::<Vec<_>>();
    if pending.is_empty() {
        for table in schema::TABLES {
            if !has_table(conn, table) {
                return Err(SchemaError::HalfApplied(format!("table {table}")));
            }
        }
    }
    Ok(SchemaState { applied, pending })
}

fn has_table(conn: &mut Conn, table: &str) -> bool {
    let probe = format!("SELECT 1 FROM {table} LIMIT 0");
    let answer: QueryResult<()> = match conn {
        Conn::Sqlite(c) => c.batch_execute(&probe),
        Conn::Pg(c) => c.batch_execute(&probe),
    };
    answer.is_ok()
}

/// Applies what waits. Several processes may call it at once: on `PostgreSQL` an advisory lock
/// lets one go first, on `SQLite` the writer connection does.
///
/// # Errors
/// As [`inspect`], or [`SchemaError::Failed`] when a migration does not run.
pub fn apply(db: &Db) -> Result<SchemaState, SchemaError> {
    let mut conn = db.inner.write.get().map_err(|e| StoreError::Unavailable(e.to_string()))?;
    lock(&mut conn, true).map_err(StoreError::from)?;
    let outcome = apply_to(&mut conn);
    lock(&mut conn, false).map_err(StoreError::from)?;
    outcome
}

/// Applies what waits, on a connection of which nobody else knows.
///
/// # Errors
/// As [`apply`].
pub fn apply_to(conn: &mut Conn) -> Result<SchemaState, SchemaError> {
    inspect(conn)?;
    let outcome = match conn {
        Conn::Sqlite(c) => run(c, || SQLITE),
        Conn::Pg(c) => run(c, || POSTGRES),
    };
    outcome.map_err(|e| SchemaError::Failed(e.to_string()))?;
    inspect(conn)
}

/// The versions that this program knows, oldest first.
///
/// # Errors
/// When its own migrations cannot be read.
pub fn known() -> Result<Vec<String>, SchemaError> {
    let mut known = names::<diesel::sqlite::Sqlite>(&SQLITE).map_err(|e| SchemaError::Failed(e.to_string()))?;
    known.sort();
    Ok(known)
}

/// Each migration is a transaction: whoever is killed in it leaves nothing of it behind.
fn run<C>(conn: &mut C, migrations: fn() -> EmbeddedMigrations) -> Result<(), Box<dyn std::error::Error + Send + Sync>>
where
    C: Connection + MigrationHarness<C::Backend>,
{
    while conn.has_pending_migration(migrations())? {
        conn.transaction(|c| -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
            c.run_next_migration(migrations())?;
            fault::point("during_migration");
            Ok(())
        })?;
    }
    Ok(())
}

/// The advisory lock that keeps two processes from migrating one `PostgreSQL` database at once.
const MIGRATION_LOCK: i64 = 0x6365_7263_6c65;

fn lock(conn: &mut Conn, take: bool) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Pg(c) => {
            let verb = if take { "pg_advisory_lock" } else { "pg_advisory_unlock" };
            c.batch_execute(&format!("SELECT {verb}({MIGRATION_LOCK})"))
        }
    }
}

/// Checks that the schema is exactly this program's, without changing anything.
///
/// # Errors
/// As [`inspect`], or [`SchemaError::Pending`] when migrations wait.
pub fn check(db: &Db) -> Result<SchemaState, SchemaError> {
    let mut conn = db.inner.write.get().map_err(|e| StoreError::Unavailable(e.to_string()))?;
    let state = inspect(&mut conn)?;
    if state.pending.is_empty() { Ok(state) } else { Err(SchemaError::Pending) }
}

/// A query that fails when the database does not answer; for `/readyz`.
///
/// # Errors
/// When the database does not answer.
pub fn ping(conn: &mut Conn) -> StoreResult<()> {
    match conn {
        Conn::Sqlite(c) => c.batch_execute("SELECT 1"),
        Conn::Pg(c) => c.batch_execute("SELECT 1"),
    }
    .map_err(StoreError::from)
}
