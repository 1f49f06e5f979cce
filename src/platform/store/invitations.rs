//! Invitations to register an LMS.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::ids::{InvitationId, RegistrationId};
use crate::platform::model::Invitation;
use crate::store::schema::invitations;
use crate::store::{Conn, StoreResult};

#[derive(Queryable, Selectable)]
#[diesel(table_name = invitations)]
struct InvitationRow {
    id: InvitationId,
    name: String,
    updates_id: Option<RegistrationId>,
    expires_at: UtcTime,
    used_at: Option<UtcTime>,
}

impl From<InvitationRow> for Invitation {
    fn from(row: InvitationRow) -> Self {
        let used = row.used_at.is_some();
        Self { id: row.id, name: row.name, updates: row.updates_id, expires_at: row.expires_at, used }
    }
}

/// Stores an invitation under the hash of its secret.
///
/// # Errors
/// When the database fails; `updates` must be a registration.
pub fn create_invitation(conn: &mut Conn, new: &Invitation, token_hash: &str, now: UtcTime) -> StoreResult<()> {
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(&new.id),
            invitations::token_hash.eq(token_hash.to_owned()),
            invitations::name.eq(&new.name),
            invitations::updates_id.eq(&new.updates),
            invitations::created_at.eq(now),
            invitations::expires_at.eq(new.expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The newest invitations.
///
/// # Errors
/// When the database fails.
pub fn list_invitations(conn: &mut Conn, count: i64) -> StoreResult<Vec<Invitation>> {
    let rows: Vec<InvitationRow> = invitations::table
        .order(invitations::created_at.desc())
        .limit(count)
        .select(InvitationRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// An invitation by the hash of its secret.
///
/// # Errors
/// When the database fails.
pub fn find_invitation(conn: &mut Conn, token_hash: &str) -> StoreResult<Option<Invitation>> {
    let row: Option<InvitationRow> = invitations::table
        .filter(invitations::token_hash.eq(token_hash.to_owned()))
        .select(InvitationRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// Claims an invitation for one request: true for exactly one of those that ask at once.
///
/// # Errors
/// When the database fails.
pub fn claim_invitation(conn: &mut Conn, id: &InvitationId, now: UtcTime, until: UtcTime) -> StoreResult<bool> {
    let free = invitations::claimed_until.is_null().or(invitations::claimed_until.lt(now));
    let rows = diesel::update(invitations::table.find(id))
        .filter(invitations::used_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .filter(free)
        .set(invitations::claimed_until.eq(Some(until)))
        .execute(conn)?;
    Ok(rows == 1)
}

/// Gives an invitation back, after the LMS said no.
///
/// # Errors
/// When the database fails.
pub fn release_invitation(conn: &mut Conn, id: &InvitationId) -> StoreResult<()> {
    diesel::update(invitations::table.find(id)).set(invitations::claimed_until.eq(None::<UtcTime>)).execute(conn)?;
    Ok(())
}

/// Marks a claimed invitation as used, for good. False when somebody else used it meanwhile.
///
/// # Errors
/// When the database fails.
pub fn use_invitation(
    conn: &mut Conn,
    id: &InvitationId,
    registration: &RegistrationId,
    now: UtcTime,
) -> StoreResult<bool> {
    let rows = diesel::update(invitations::table.find(id))
        .filter(invitations::used_at.is_null())
        .set((invitations::used_at.eq(Some(now)), invitations::registration_id.eq(Some(registration.clone()))))
        .execute(conn)?;
    Ok(rows == 1)
}

/// Ends every invitation that was not used: after a restore those would count again that were used since the backup.
///
/// # Errors
/// When the database fails.
pub fn end_invitations(conn: &mut Conn, now: UtcTime) -> StoreResult<()> {
    let open = invitations::table.filter(invitations::used_at.is_null()).filter(invitations::expires_at.gt(now));
    diesel::update(open).set(invitations::expires_at.eq(now)).execute(conn)?;
    Ok(())
}
