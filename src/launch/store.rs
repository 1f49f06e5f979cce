//! Queries about sessions and nonces.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::service::Nonce;
use super::session::{Mode, Session};
use crate::clock::UtcTime;
use crate::ids::{CourseId, LinkId, PersonId, RegistrationId, SessionId};
use crate::lti::deep_linking::Settings;
use crate::platform;
use crate::platform::doctor::Launches;
use crate::platform::model::Person;
use crate::store::columns::Role;
use crate::store::schema::{deep_linkings, refused_launches, sessions, used_nonces};
use crate::store::{Conn, StoreError, StoreResult, dialect, on_engine, row_of};

/// How long refused launches are kept, in seconds.
const REFUSED_KEPT: i64 = 30 * 24 * 3600;

row_of! {
    Session as SessionRow in sessions {
        id: SessionId,
        token_hash: String,
        mode: Mode,
        csrf_token: String,
        registration_id: RegistrationId,
        person_id: PersonId,
        course_id: CourseId,
        link_id: Option<LinkId>,
        role: Role,
        locale: String,
        frame_origins: String,
        return_url: Option<String>,
        review_of: Option<String>,
        created_at: UtcTime,
        last_seen_at: UtcTime,
        expires_at: UtcTime,
        ended_at: Option<UtcTime>,
    }
}

/// Stores a session, and consumes the nonce of its launch with it. False when the nonce was used
/// before; then nothing is stored.
pub(super) fn create_session_once(conn: &mut Conn, nonce: &Nonce, session: &Session) -> StoreResult<bool> {
    let row = SessionRow::from(session.clone());
    let insertion = diesel::insert_into(sessions::table).values(&row);
    dialect::consume_nonce_with(conn, &nonce.hash, nonce.keep_until, insertion)
}

/// Stores a session.
pub(super) fn create_session(conn: &mut Conn, session: &Session) -> StoreResult<()> {
    on_engine!(conn, c => diesel::insert_into(sessions::table).values(&SessionRow::from(session.clone())).execute(c))?;
    Ok(())
}

/// A session by the hash of its token, with its person.
pub(super) fn find_session(conn: &mut Conn, token_hash: &str) -> StoreResult<Option<(Session, Person)>> {
    let row: Option<SessionRow> = on_engine!(conn, c => sessions::table
        .filter(sessions::token_hash.eq(token_hash))
        .select(SessionRow::as_select())
        .first(c)
        .optional())?;
    let Some(r) = row else { return Ok(None) };
    let person = platform::store::get_person(conn, &r.person_id)?;
    Ok(Some((r.into(), person)))
}

/// Stores what an LMS asked a session to choose.
pub(super) fn create_deep_linking(conn: &mut Conn, session: &SessionId, settings: &Settings) -> StoreResult<()> {
    let json = serde_json::to_string(settings).map_err(|e| StoreError::Damaged(e.to_string()))?;
    diesel::insert_into(deep_linkings::table)
        .values((deep_linkings::session_id.eq(session), deep_linkings::settings.eq(json)))
        .execute(conn)?;
    Ok(())
}

/// What an LMS asked a session to choose.
pub(super) fn find_deep_linking(conn: &mut Conn, session: &SessionId) -> StoreResult<Option<Settings>> {
    let found: Option<String> =
        deep_linkings::table.find(session).select(deep_linkings::settings).first(conn).optional()?;
    found.map(|json| serde_json::from_str(&json).map_err(|e| StoreError::Damaged(e.to_string()))).transpose()
}

/// Answers what an LMS asked a session to choose. False when it was answered before.
///
/// # Errors
/// When the database fails.
pub fn consume_deep_linking(conn: &mut Conn, session: &SessionId, now: UtcTime) -> StoreResult<bool> {
    let open = deep_linkings::table.find(session).filter(deep_linkings::answered_at.is_null());
    Ok(diesel::update(open).set(deep_linkings::answered_at.eq(Some(now))).execute(conn)? == 1)
}

/// How many launches of a registration there were since a moment, for the doctor.
///
/// # Errors
/// When the database fails.
pub fn count_launches(conn: &mut Conn, registration: &RegistrationId, since: UtcTime) -> StoreResult<Launches> {
    let mut of_mode = |mode: Mode| {
        sessions::table
            .filter(sessions::registration_id.eq(registration.clone()))
            .filter(sessions::created_at.ge(since))
            .filter(sessions::mode.eq(mode))
            .count()
            .get_result(conn)
    };
    let (by_cookie, by_token) = (of_mode(Mode::Cookie)?, of_mode(Mode::Bearer)?);
    let reasons: Vec<String> = refused_launches::table
        .filter(refused_launches::registration_id.eq(registration))
        .filter(refused_launches::at.ge(since))
        .select(refused_launches::reason)
        .load(conn)?;
    let mut refused: BTreeMap<String, i64> = BTreeMap::new();
    for reason in reasons {
        *refused.entry(reason).or_default() += 1;
    }
    Ok(Launches { by_cookie, by_token, refused: refused.into_iter().collect() })
}

/// Notes that a session is in use.
pub(super) fn touch_session(conn: &mut Conn, id: &SessionId, now: UtcTime) -> StoreResult<()> {
    diesel::update(sessions::table.find(id)).set(sessions::last_seen_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Ends the session that a browser had before.
pub(super) fn end_session(conn: &mut Conn, token_hash: &str, now: UtcTime) -> StoreResult<()> {
    diesel::update(sessions::table.filter(sessions::token_hash.eq(token_hash)).filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(Some(now)))
        .execute(conn)?;
    Ok(())
}

/// A launch that was let in. Nothing personal.
#[derive(Clone, Debug)]
pub struct Launched {
    /// When.
    pub at: UtcTime,
    /// As what.
    pub role: Role,
    /// How the browser keeps the session.
    pub mode: Mode,
}

/// The launches of a registration that were let in last.
///
/// # Errors
/// When the database fails.
pub fn list_launched(conn: &mut Conn, of: &RegistrationId, count: i64) -> StoreResult<Vec<Launched>> {
    let rows: Vec<(UtcTime, Role, Mode)> = sessions::table
        .filter(sessions::registration_id.eq(of))
        .order(sessions::created_at.desc())
        .limit(count)
        .select((sessions::created_at, sessions::role, sessions::mode))
        .load(conn)?;
    Ok(rows.into_iter().map(|(at, role, mode)| Launched { at, role, mode }).collect())
}

/// A launch that was refused.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The registration, once it was known.
    pub registration_id: Option<RegistrationId>,
    /// The reason code.
    pub reason: String,
    /// What the page showed; the log line has it too.
    pub reference: String,
    /// When.
    pub at: UtcTime,
}

/// Notes a refused launch.
pub(super) fn create_refused(conn: &mut Conn, new: &Refused) -> StoreResult<()> {
    diesel::insert_into(refused_launches::table)
        .values((
            refused_launches::id.eq(uuid::Uuid::now_v7().to_string()),
            refused_launches::registration_id.eq(&new.registration_id),
            refused_launches::reason.eq(&new.reason),
            refused_launches::reference.eq(&new.reference),
            refused_launches::at.eq(new.at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The launches that were refused last: of one registration, or all.
///
/// # Errors
/// When the database fails.
pub fn list_refused(conn: &mut Conn, of: Option<&RegistrationId>, count: i64) -> StoreResult<Vec<Refused>> {
    type Row = (Option<RegistrationId>, String, String, UtcTime);
    let mut query = refused_launches::table
        .order(refused_launches::at.desc())
        .limit(count)
        .select((
            refused_launches::registration_id,
            refused_launches::reason,
            refused_launches::reference,
            refused_launches::at,
        ))
        .into_boxed();
    if let Some(id) = of {
        query = query.filter(refused_launches::registration_id.eq(id.clone()));
    }
    let rows: Vec<Row> = query.load(conn)?;
    let refused = |(registration_id, reason, reference, at)| Refused { registration_id, reason, reference, at };
    Ok(rows.into_iter().map(refused).collect())
}

/// Ends the sessions of somebody in a course.
///
/// # Errors
/// When the database fails.
pub fn end_sessions(conn: &mut Conn, person: &PersonId, course: &CourseId, now: UtcTime) -> StoreResult<()> {
    let open = sessions::table
        .filter(sessions::person_id.eq(person))
        .filter(sessions::course_id.eq(course))
        .filter(sessions::ended_at.is_null());
    diesel::update(open).set(sessions::ended_at.eq(Some(now))).execute(conn)?;
    Ok(())
}

/// Ends every session: after a restore those would be alive again that were ended since the backup.
///
/// # Errors
/// When the database fails.
pub fn end_all_sessions(conn: &mut Conn, now: UtcTime) -> StoreResult<()> {
    let open = sessions::table.filter(sessions::ended_at.is_null());
    diesel::update(open).set(sessions::ended_at.eq(Some(now))).execute(conn)?;
    Ok(())
}

/// Removes sessions and nonces that no longer mean anything.
pub(super) fn purge(conn: &mut Conn, now: UtcTime) -> StoreResult<usize> {
    let nonces = diesel::delete(used_nonces::table.filter(used_nonces::keep_until.lt(now))).execute(conn)?;
    let old = now.plus_seconds(-24 * 3600);
    let forgotten = now.plus_seconds(-REFUSED_KEPT);
    diesel::delete(refused_launches::table.filter(refused_launches::at.lt(forgotten))).execute(conn)?;
    let of_old = sessions::table.filter(sessions::expires_at.lt(old)).select(sessions::id);
    diesel::delete(deep_linkings::table.filter(deep_linkings::session_id.eq_any(of_old))).execute(conn)?;
    let ended = diesel::delete(sessions::table.filter(sessions::expires_at.lt(old))).execute(conn)?;
    Ok(nonces + ended)
}
