//! What was done to the database as a whole: when it was last copied, and whether it came from a copy.

use diesel::prelude::*;

use super::columns::UtcTime;
use super::schema::upkeep;
use super::{Conn, StoreResult, on_engine};

const BACKUP: &str = "backup";
const RESTORE: &str = "restore";

/// How this database came from a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Restored {
    /// When it was put in place.
    pub at: UtcTime,
    /// When the backup was made.
    pub made_at: Option<UtcTime>,
    /// Since when grades go to the LMSs again; None while they wait.
    pub resumed_at: Option<UtcTime>,
}

fn put(conn: &mut Conn, name: &str, at: UtcTime, made_at: Option<UtcTime>) -> StoreResult<()> {
    let of = (upkeep::at.eq(at), upkeep::made_at.eq(made_at), upkeep::ended_at.eq(None::<UtcTime>));
    on_engine!(conn, c => diesel::insert_into(upkeep::table)
        .values((upkeep::name.eq(name), of))
        .on_conflict(upkeep::name)
        .do_update()
        .set(of)
        .execute(c))?;
    Ok(())
}

/// Notes that a backup was made.
///
/// # Errors
/// When the database fails.
pub fn note_backup(conn: &mut Conn, at: UtcTime) -> StoreResult<()> {
    put(conn, BACKUP, at, None)
}

/// When the last backup was made.
///
/// # Errors
/// When the database fails.
pub fn last_backup(conn: &mut Conn) -> StoreResult<Option<UtcTime>> {
    Ok(upkeep::table.find(BACKUP).select(upkeep::at).first(conn).optional()?)
}

/// Notes that this database is a backup that was put in place: nothing goes to an LMS until [`resume`].
///
/// # Errors
/// When the database fails.
pub fn note_restore(conn: &mut Conn, made_at: UtcTime, now: UtcTime) -> StoreResult<()> {
    put(conn, BACKUP, made_at, None)?;
    put(conn, RESTORE, now, Some(made_at))
}

/// [`note_restore`] as text, for the program that puts a backup in place on `PostgreSQL` in one transaction.
#[must_use]
pub fn note_restore_sql(made_at: UtcTime, now: UtcTime) -> String {
    let (made_at, now) = (made_at.0, now.0);
    format!(
        "DELETE FROM public.upkeep; INSERT INTO public.upkeep (name, at, made_at) \
         VALUES ('{BACKUP}', {made_at}, NULL), ('{RESTORE}', {now}, {made_at})"
    )
}

/// How this database came from a backup; None where it did not.
///
/// # Errors
/// When the database fails.
pub fn find_restored(conn: &mut Conn) -> StoreResult<Option<Restored>> {
    let columns = (upkeep::at, upkeep::made_at, upkeep::ended_at);
    Ok(upkeep::table.find(RESTORE).select(columns).first(conn).optional()?)
}

/// Whether nothing may go to an LMS now.
///
/// # Errors
/// When the database fails.
pub fn is_paused(conn: &mut Conn) -> StoreResult<bool> {
    Ok(find_restored(conn)?.is_some_and(|restored| restored.resumed_at.is_none()))
}

/// Lets grades go again. False where nothing waited.
///
/// # Errors
/// When the database fails.
pub fn resume(conn: &mut Conn, now: UtcTime) -> StoreResult<bool> {
    let paused = upkeep::table.find(RESTORE).filter(upkeep::ended_at.is_null());
    Ok(diesel::update(paused).set(upkeep::ended_at.eq(Some(now))).execute(conn)? == 1)
}
