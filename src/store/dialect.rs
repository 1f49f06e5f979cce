//! The few statements that the `MultiConnection` cannot express: upserts and claims.
//!
//! Both engines read `$1` placeholders, so one SQL text serves both unless said otherwise.

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::columns::UtcTime;
use super::{Conn, Engine, StoreResult};

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
    let rows = sql_query("INSERT INTO used_nonces (nonce_hash, keep_until) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind::<Text, _>(nonce_hash)
        .bind::<BigInt, _>(keep_until)
        .execute(conn)?;
    Ok(rows == 1)
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
