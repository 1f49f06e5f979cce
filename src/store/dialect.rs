//! The few statements that the `MultiConnection` cannot express: upserts and claims.
//!
//! Both engines read `$1` placeholders, so one SQL text serves both unless said otherwise.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_dsl::methods::ExecuteDsl;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{BigInt, Text};
use diesel::{
    ExpressionMethods as _, PgConnection, QueryResult, QueryableByName, RunQueryDsl, SqliteConnection, sql_query,
};

use super::columns::UtcTime;
use super::schema::used_nonces;
use super::{Conn, Engine, StoreResult, on_engine};

/// Which engine a connection belongs to.
#[must_use]
pub fn engine(conn: &Conn) -> Engine {
    match conn {
        Conn::Pg(_) => Engine::Postgres,
        Conn::Sqlite(_) => Engine::Sqlite,
    }
}

/// Consumes a nonce: true for exactly one caller, however many processes ask at once.
///
/// A plain insert would abort the whole transaction on `PostgreSQL`, hence `DO NOTHING`.
///
/// # Errors
/// When the database fails.
pub fn consume_nonce(conn: &mut Conn, nonce_hash: &str, keep_until: UtcTime) -> StoreResult<bool> {
    let row = (used_nonces::nonce_hash.eq(nonce_hash), used_nonces::keep_until.eq(keep_until));
    let insert = diesel::insert_into(used_nonces::table).values(row).on_conflict_do_nothing();
    let rows = on_engine!(conn, c => insert.execute(c))?;
    Ok(rows == 1)
}

/// Two insertions as one statement: both happen or none. `PostgreSQL` only.
#[derive(QueryId)]
struct Both<A, B>(A, B);

impl<A: QueryFragment<Pg>, B: QueryFragment<Pg>> QueryFragment<Pg> for Both<A, B> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_sql("WITH first AS (");
        self.0.walk_ast(pass.reborrow())?;
        pass.push_sql(") ");
        self.1.walk_ast(pass)
    }
}

impl<A, B> RunQueryDsl<PgConnection> for Both<A, B> {}

/// Consumes a nonce and runs an insertion with it, as the last statement of [`super::Db::write_last`].
/// False when the nonce was used before; then nothing is stored.
///
/// # Errors
/// When the database fails.
pub fn consume_nonce_with<I>(conn: &mut Conn, nonce_hash: &str, keep_until: UtcTime, insertion: I) -> StoreResult<bool>
where
    I: QueryFragment<Pg> + QueryId + ExecuteDsl<SqliteConnection>,
{
    if let Conn::Pg(c) = conn {
        let row = (used_nonces::nonce_hash.eq(nonce_hash), used_nonces::keep_until.eq(keep_until));
        return match Both(diesel::insert_into(used_nonces::table).values(row), insertion).execute(c) {
            Ok(_) => Ok(true),
            Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
            Err(error) => Err(error.into()),
        };
    }
    let fresh = consume_nonce(conn, nonce_hash, keep_until)?;
    if let Conn::Sqlite(c) = conn
        && fresh
    {
        ExecuteDsl::execute(insertion, c)?;
    }
    Ok(fresh)
}

#[derive(QueryableByName)]
struct Head {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    hash: String,
}

/// Takes the next number of the audit log and the hash before it. The row stays locked until the
/// transaction ends, so the chain has no forks.
///
/// # Errors
/// When the database fails.
pub fn next_audit_number(conn: &mut Conn) -> StoreResult<(i64, String)> {
    let head: Head =
        sql_query("UPDATE audit_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash").get_result(conn)?;
    Ok((head.seq, head.hash))
}

/// Serialises the transactions that touch one thing (an activity's queue, say). On `SQLite` every
/// write transaction is alone already.
///
/// # Errors
/// When the database fails.
pub fn lock_for_transaction(conn: &mut Conn, what: &str) -> StoreResult<()> {
    if let Conn::Pg(c) = conn {
        sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))").bind::<Text, _>(what).execute(c)?;
    }
    Ok(())
}
