//! Copies of the whole database, and putting one in place of it. `SQLite` copies itself while it is used;
//! `PostgreSQL` has programs of its own for it, `pg_dump` and `psql`, which come with its client.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::{PgConnection, SqliteConnection, sql_query};

use super::migrations::{self, SchemaError};
use super::{Conn, Engine, StoreError, StoreResult, begin, commit, pool};
use crate::clock::UtcTime;

/// Why a copy cannot be made or put in place.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The copy's schema.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A file.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// A program of `PostgreSQL`.
    #[error("{0}")]
    Program(String),
    /// Somebody uses the database.
    #[error("another program uses the database: stop Cercle first")]
    InUse,
    /// What is there cannot be kept.
    #[error(
        "{0} cannot be read, or another program uses it: stop that program, or move the file away, and restore again"
    )]
    Unreadable(PathBuf),
    /// The copy is no database.
    #[error("the backup holds a damaged database: {0}")]
    Damaged(String),
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> CopyError {
    |error| CopyError::File(path.to_owned(), error)
}

fn unavailable(error: &diesel::ConnectionError) -> CopyError {
    StoreError::Unavailable(error.to_string()).into()
}

/// Runs a program of `PostgreSQL` on the database of a URL. Its password is not for the list of processes.
fn run_program(name: &str, url: &str, arguments: &[&str]) -> Result<(), CopyError> {
    let failed = |reason: String| CopyError::Program(format!("{name}: {reason}"));
    let mut bare = url::Url::parse(url).map_err(|e| failed(e.to_string()))?;
    let mut command = Command::new(name);
    if let Some(password) = bare.password() {
        let password = percent_encoding::percent_decode_str(password).decode_utf8_lossy().into_owned();
        command.env("PGPASSWORD", password);
        // A URL that could have one can also be without.
        let _ = bare.set_password(None);
    }
    let output = command.args(arguments).arg("--dbname").arg(bare.as_str()).output().map_err(|error| {
        let missing = error.kind() == io::ErrorKind::NotFound;
        let install = format!("{name} is missing. Install it: apt-get install postgresql-client");
        if missing { CopyError::Program(install) } else { failed(error.to_string()) }
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// Writes a copy of a database to a file that is not there yet. The database may be in use.
///
/// # Errors
/// [`CopyError`].
pub fn save(url: &str, to: &Path) -> Result<(), CopyError> {
    let Some(path) = pool::sqlite_path(url) else {
        let file = format!("--file={}", to.display());
        return run_program("pg_dump", url, &["--format=plain", "--no-owner", "--no-privileges", &file]);
    };
    // Opening would make an empty one.
    fs::metadata(&path).map_err(at(&path))?;
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).map_err(|e| unavailable(&e))?;
    conn.batch_execute("PRAGMA busy_timeout=10000").map_err(StoreError::from)?;
    sql_query("VACUUM INTO $1").bind::<Text, _>(to.to_string_lossy()).execute(&mut conn).map_err(StoreError::from)?;
    Ok(())
}

/// Whether there is something that [`replace`] would not keep: a `SQLite` file is kept as it is.
///
/// # Errors
/// When the database does not answer, or another program uses it.
pub fn wants_saving(url: &str) -> Result<bool, CopyError> {
    if engine_of(url) == Engine::Sqlite {
        return Ok(false);
    }
    let mut conn = PgConnection::establish(url).map_err(|e| unavailable(&e))?;
    // Nothing is saved for a restore that is refused.
    refuse_company(&mut conn)?;
    let tables = "SELECT count(*) AS count FROM pg_tables WHERE schemaname = 'public'";
    Ok(count(&mut conn, tables)? > 0)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Verdict {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

fn count(conn: &mut PgConnection, query: &str) -> StoreResult<i64> {
    Ok(sql_query(query).get_result::<Count>(conn)?.count)
}

/// What becomes of a database that is put in place, and is a part of it from the first moment.
pub struct Placed<'a> {
    /// When the copy was made.
    pub made_at: UtcTime,
    /// Now.
    pub now: UtcTime,
    /// What is written into it besides.
    pub finish: &'a dyn Fn(&mut Conn) -> StoreResult<()>,
}

impl Placed<'_> {
    /// Brings the schema up to date and notes where the database comes from.
    fn finish(&self, conn: &mut Conn) -> Result<(), CopyError> {
        migrations::apply_to(conn)?;
        begin(conn).map_err(StoreError::from)?;
        super::upkeep::note_restore(conn, self.made_at, self.now)?;
        (self.finish)(conn)?;
        Ok(commit(conn).map_err(StoreError::from)?)
    }
}

/// Puts a copy in place of the database of a URL: all of it, or nothing changes. Nobody may use the database
/// meanwhile. Returns where the `SQLite` file that was there is kept.
///
/// # Errors
/// [`CopyError`].
pub fn replace(url: &str, copy: &Path, placed: &Placed<'_>) -> Result<Option<PathBuf>, CopyError> {
    match pool::sqlite_path(url) {
        Some(path) => replace_file(&path, copy, placed),
        None => replace_schema(url, copy, placed).map(|()| None),
    }
}

fn replace_file(path: &Path, copy: &Path, placed: &Placed<'_>) -> Result<Option<PathBuf>, CopyError> {
    let damaged = |e: diesel::result::Error| CopyError::Damaged(e.to_string());
    let mut conn = SqliteConnection::establish(&copy.to_string_lossy()).map_err(|e| unavailable(&e))?;
    let verdict: Verdict = sql_query("PRAGMA integrity_check(1)").get_result(&mut conn).map_err(damaged)?;
    if verdict.integrity_check != "ok" {
        return Err(CopyError::Damaged(verdict.integrity_check));
    }
    conn.batch_execute("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON").map_err(damaged)?;
    let mut conn = Conn::Sqlite(conn);
    placed.finish(&mut conn)?;
    drop(conn);
    let kept = path.exists().then(|| set_aside(path, placed.now)).transpose()?;
    fs::File::open(copy).and_then(|file| file.sync_all()).map_err(at(copy))?;
    fs::rename(copy, path).map_err(at(path))?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
    }
    Ok(kept)
}

/// Keeps a `SQLite` file under a second name, with all that was written to it.
fn set_aside(path: &Path, now: UtcTime) -> Result<PathBuf, CopyError> {
    let beside = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).map_err(|e| unavailable(&e))?;
    // What is still in its log belongs to it, and a log that stays behind would be taken for the new one's.
    let merged = conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE");
    drop(conn);
    if merged.is_err() || fs::metadata(beside("-wal")).is_ok_and(|log| log.len() > 0) {
        return Err(CopyError::Unreadable(path.to_owned()));
    }
    let kept = beside(&format!(".before-{}", stamp(now)));
    fs::hard_link(path, &kept).map_err(at(&kept))?;
    Ok(kept)
}

/// Refuses where another program uses the database.
fn refuse_company(conn: &mut PgConnection) -> Result<(), CopyError> {
    let others = "SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() \
                  AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    // Whoever has just gone is listed for a moment.
    let begun = Instant::now();
    while count(conn, others)? > 0 {
        if begun.elapsed() > Duration::from_secs(2) {
            return Err(CopyError::InUse);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn replace_schema(url: &str, copy: &Path, placed: &Placed<'_>) -> Result<(), CopyError> {
    let mut conn = PgConnection::establish(url).map_err(|e| unavailable(&e))?;
    refuse_company(&mut conn)?;
    drop(conn);
    let file = format!("--file={}", copy.display());
    let note = super::upkeep::note_restore_sql(placed.made_at, placed.now);
    run_program(
        "psql",
        url,
        &[
            "--no-psqlrc",
            "--quiet",
            "--single-transaction",
            "--set=ON_ERROR_STOP=1",
            "--output=/dev/null",
            "--command=SET client_min_messages = warning",
            "--command=DROP SCHEMA public CASCADE; CREATE SCHEMA public",
            &file,
            &format!("--command={note}"),
        ],
    )?;
    let conn = PgConnection::establish(url).map_err(|e| unavailable(&e))?;
    placed.finish(&mut Conn::Pg(conn))
}

/// A moment as a part of a file's name, to the microsecond.
#[must_use]
pub fn stamp(now: UtcTime) -> String {
    format!("{}.{:06}Z", now.iso_seconds().replace(':', "").trim_end_matches('Z'), now.0.rem_euclid(1_000_000))
}

/// Which engine's copies fit a URL.
#[must_use]
pub fn engine_of(url: &str) -> Engine {
    if pool::sqlite_path(url).is_some() { Engine::Sqlite } else { Engine::Postgres }
}
