//! The connection enum and the pool manager that opens it.

use std::path::PathBuf;

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

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Write,
}

pub(super) struct Manager {
    url: String,
    engine: Engine,
    mode: Mode,
}

impl Manager {
    pub(super) fn new(url: &str, engine: Engine, mode: Mode) -> Self {
        Self { url: url.to_owned(), engine, mode }
    }
}

/// The file of a `sqlite:` URL.
pub(super) fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    Some(PathBuf::from(rest.strip_prefix("//").unwrap_or(rest)))
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Conn, ConnectionError> {
        match self.engine {
            Engine::Postgres => PgConnection::establish(&self.url).map(Conn::Pg),
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
                Ok(Conn::Sqlite(conn))
            }
        }
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), ConnectionError> {
        let answer = match conn {
            Conn::Pg(c) => c.ping(),
            Conn::Sqlite(c) => c.ping(),
        };
        answer.map_err(|e| ConnectionError::BadConnection(e.to_string()))
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        // A panic may have left a transaction open: such a connection is not used again.
        std::thread::panicking()
            || match conn {
                Conn::Pg(c) => R2D2Connection::is_broken(c),
                Conn::Sqlite(c) => R2D2Connection::is_broken(c),
            }
    }
}
