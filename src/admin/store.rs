//! Queries about administrators, their links, browsers, sessions and wrong codes.

use diesel::prelude::*;

use super::model::{AdminSession, Administrator, Link};
use crate::clock::UtcTime;
use crate::ids::AdministratorId;
use crate::store::schema::{admin_browsers, admin_links, admin_sessions, admin_tries, administrators};
use crate::store::{Conn, StoreResult, row_of};

row_of! {
    Administrator as AdministratorRow in administrators {
        id: AdministratorId,
        name: String,
        sealed_secret: String,
        last_step: i64,
        created_at: UtcTime,
    }
}

/// An administrator by name.
///
/// # Errors
/// When the database fails.
pub fn find_administrator(conn: &mut Conn, name: &str) -> StoreResult<Option<Administrator>> {
    let row: Option<AdministratorRow> = administrators::table
        .filter(administrators::name.eq(name))
        .select(AdministratorRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// An administrator by our id.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn get_administrator(conn: &mut Conn, id: &AdministratorId) -> StoreResult<Administrator> {
    Ok(administrators::table.find(id).select(AdministratorRow::as_select()).first(conn)?.into())
}

/// All administrators by name.
///
/// # Errors
/// When the database fails.
pub fn list_administrators(conn: &mut Conn) -> StoreResult<Vec<Administrator>> {
    let rows: Vec<AdministratorRow> =
        administrators::table.order(administrators::name).select(AdministratorRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Stores an administrator.
///
/// # Errors
/// `Duplicate` when the name is there already.
pub fn create_administrator(conn: &mut Conn, new: &Administrator) -> StoreResult<()> {
    diesel::insert_into(administrators::table).values(&AdministratorRow::from(new.clone())).execute(conn)?;
    Ok(())
}

/// Gives an administrator another authenticator app. Sessions and browsers that the old one opened end.
///
/// # Errors
/// When the database fails.
pub fn replace_secret(conn: &mut Conn, id: &AdministratorId, sealed: &str, step: i64) -> StoreResult<()> {
    diesel::update(administrators::table.find(id))
        .set((administrators::sealed_secret.eq(sealed), administrators::last_step.eq(step)))
        .execute(conn)?;
    diesel::delete(admin_sessions::table.filter(admin_sessions::administrator_id.eq(id))).execute(conn)?;
    diesel::delete(admin_browsers::table.filter(admin_browsers::administrator_id.eq(id))).execute(conn)?;
    Ok(())
}

/// Takes the code of a time step: false when it, or a later one, was taken before.
///
/// # Errors
/// When the database fails.
pub fn consume_step(conn: &mut Conn, id: &AdministratorId, step: i64) -> StoreResult<bool> {
    let fresh = administrators::table.find(id).filter(administrators::last_step.lt(step));
    Ok(diesel::update(fresh).set(administrators::last_step.eq(step)).execute(conn)? == 1)
}

/// Stores a link under the hash of its secret.
///
/// # Errors
/// When the database fails.
pub fn create_link(conn: &mut Conn, token_hash: &str, link: &Link) -> StoreResult<()> {
    diesel::insert_into(admin_links::table)
        .values((
            admin_links::token_hash.eq(token_hash),
            admin_links::name.eq(&link.name),
            admin_links::enrols.eq(link.enrols),
            admin_links::expires_at.eq(link.expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// A link by the hash of its secret.
///
/// # Errors
/// When the database fails.
pub fn find_link(conn: &mut Conn, token_hash: &str) -> StoreResult<Option<Link>> {
    let row: Option<(String, bool, UtcTime, Option<UtcTime>)> = admin_links::table
        .find(token_hash)
        .select((admin_links::name, admin_links::enrols, admin_links::expires_at, admin_links::used_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(name, enrols, expires_at, used_at)| Link { name, enrols, expires_at, used_at }))
}

/// Uses a link up: true for exactly one of those that try.
///
/// # Errors
/// When the database fails.
pub fn consume_link(conn: &mut Conn, token_hash: &str, now: UtcTime) -> StoreResult<bool> {
    let open = admin_links::table
        .find(token_hash)
        .filter(admin_links::used_at.is_null())
        .filter(admin_links::expires_at.gt(now));
    Ok(diesel::update(open).set(admin_links::used_at.eq(Some(now))).execute(conn)? == 1)
}

/// Remembers a browser.
///
/// # Errors
/// When the database fails.
pub fn create_browser(conn: &mut Conn, token_hash: &str, id: &AdministratorId, until: UtcTime) -> StoreResult<()> {
    diesel::insert_into(admin_browsers::table)
        .values((
            admin_browsers::token_hash.eq(token_hash),
            admin_browsers::administrator_id.eq(id),
            admin_browsers::expires_at.eq(until),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whose browser it is, while it is remembered.
///
/// # Errors
/// When the database fails.
pub fn find_browser(conn: &mut Conn, token_hash: &str, now: UtcTime) -> StoreResult<Option<Administrator>> {
    let row: Option<AdministratorRow> = admin_browsers::table
        .inner_join(administrators::table.on(administrators::id.eq(admin_browsers::administrator_id)))
        .filter(admin_browsers::token_hash.eq(token_hash))
        .filter(admin_browsers::expires_at.gt(now))
        .select(AdministratorRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

row_of! {
    AdminSession as SessionRow in admin_sessions {
        token_hash: String,
        csrf_token: String,
        administrator_id: AdministratorId,
        confirmed_at: UtcTime,
        last_seen_at: UtcTime,
        expires_at: UtcTime,
    }
}

/// Stores a session.
///
/// # Errors
/// When the database fails.
pub fn create_admin_session(conn: &mut Conn, new: &AdminSession) -> StoreResult<()> {
    diesel::insert_into(admin_sessions::table).values(&SessionRow::from(new.clone())).execute(conn)?;
    Ok(())
}

/// A session by the hash of its token.
///
/// # Errors
/// When the database fails.
pub fn find_admin_session(conn: &mut Conn, token_hash: &str) -> StoreResult<Option<AdminSession>> {
    let row: Option<SessionRow> =
        admin_sessions::table.find(token_hash).select(SessionRow::as_select()).first(conn).optional()?;
    Ok(row.map(Into::into))
}

/// Notes that a session is in use.
///
/// # Errors
/// When the database fails.
pub fn touch_admin_session(conn: &mut Conn, token_hash: &str, now: UtcTime) -> StoreResult<()> {
    diesel::update(admin_sessions::table.find(token_hash)).set(admin_sessions::last_seen_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Notes that a code was given in a session.
///
/// # Errors
/// When the database fails.
pub fn confirm_admin_session(conn: &mut Conn, token_hash: &str, now: UtcTime) -> StoreResult<()> {
    diesel::update(admin_sessions::table.find(token_hash)).set(admin_sessions::confirmed_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// When the database fails.
pub fn delete_admin_session(conn: &mut Conn, token_hash: &str) -> StoreResult<()> {
    diesel::delete(admin_sessions::table.find(token_hash)).execute(conn)?;
    Ok(())
}

/// Forgets every session, remembered browser and one-time address of the console: after a restore those would count
/// again that were used or taken back since the backup.
///
/// # Errors
/// When the database fails.
pub fn end_all(conn: &mut Conn) -> StoreResult<()> {
    diesel::delete(admin_sessions::table).execute(conn)?;
    diesel::delete(admin_browsers::table).execute(conn)?;
    diesel::delete(admin_links::table).execute(conn)?;
    Ok(())
}

/// How many wrong codes somebody gave since a moment.
///
/// # Errors
/// When the database fails.
pub fn count_failures(conn: &mut Conn, who: &str, since: UtcTime) -> StoreResult<i32> {
    let found: Option<i32> = admin_tries::table
        .find(who)
        .filter(admin_tries::since.gt(since))
        .select(admin_tries::failures)
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or(0))
}

/// Counts one more wrong code, or forgets those that somebody gave.
///
/// # Errors
/// When the database fails.
pub fn set_failures(conn: &mut Conn, who: &str, failures: i32, now: UtcTime) -> StoreResult<()> {
    diesel::delete(admin_tries::table.find(who)).execute(conn)?;
    if failures > 0 {
        diesel::insert_into(admin_tries::table)
            .values((admin_tries::who.eq(who), admin_tries::failures.eq(failures), admin_tries::since.eq(now)))
            .execute(conn)?;
    }
    Ok(())
}

/// Removes what no longer means anything.
///
/// # Errors
/// When the database fails.
pub fn purge(conn: &mut Conn, now: UtcTime, tries_since: UtcTime) -> StoreResult<()> {
    diesel::delete(admin_sessions::table.filter(admin_sessions::expires_at.lt(now))).execute(conn)?;
    diesel::delete(admin_browsers::table.filter(admin_browsers::expires_at.lt(now))).execute(conn)?;
    diesel::delete(admin_links::table.filter(admin_links::expires_at.lt(now))).execute(conn)?;
    diesel::delete(admin_tries::table.filter(admin_tries::since.lt(tries_since))).execute(conn)?;
    Ok(())
}
