//! Registrations and their deployments.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::ids::{DeploymentId, RegistrationId};
use crate::platform::model::{Deployment, DeploymentPolicy, DeploymentState, Family, Registration};
use crate::store::schema::{deployments, registrations};
use crate::store::{Conn, StoreResult, row_of};

row_of! {
    Registration as RegistrationRow in registrations {
        id: RegistrationId,
        name: String,
        issuer: String,
        client_id: String,
        authorization_endpoint: String,
        token_endpoint: String,
        jwks_uri: String,
        token_audience: Option<String>,
        family: Family,
        deployment_policy: DeploymentPolicy,
        enabled: bool,
        created_at: UtcTime,
        updated_at: UtcTime,
        granted_scopes: Option<String>,
    }
}

/// Stores a registration.
///
/// # Errors
/// `Duplicate` when issuer, client id and key set are registered already.
pub fn create_registration(conn: &mut Conn, new: &Registration) -> StoreResult<()> {
    let row = RegistrationRow::from(new.clone());
    diesel::insert_into(registrations::table).values(&row).execute(conn)?;
    Ok(())
}

/// A registration by its id.
///
/// # Errors
/// When the database fails.
pub fn find_registration(conn: &mut Conn, id: &RegistrationId) -> StoreResult<Option<Registration>> {
    let row = registrations::table.find(id).select(RegistrationRow::as_select()).first(conn).optional()?;
    Ok(row.map(Into::into))
}

/// The registrations of an issuer, and of one client where it is named.
///
/// # Errors
/// When the database fails.
pub fn list_registrations_of(conn: &mut Conn, issuer: &str, client_id: Option<&str>) -> StoreResult<Vec<Registration>> {
    let mut query = registrations::table.filter(registrations::issuer.eq(issuer.to_owned())).into_boxed();
    if let Some(client_id) = client_id {
        query = query.filter(registrations::client_id.eq(client_id.to_owned()));
    }
    let rows: Vec<RegistrationRow> = query.limit(2).select(RegistrationRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// All registrations, oldest first.
///
/// # Errors
/// When the database fails.
pub fn list_registrations(conn: &mut Conn) -> StoreResult<Vec<Registration>> {
    let rows: Vec<RegistrationRow> =
        registrations::table.order(registrations::id).select(RegistrationRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Whether an issuer's client is registered already, under whatever key set.
///
/// # Errors
/// When the database fails.
pub fn is_registered(conn: &mut Conn, issuer: &str, client_id: &str) -> StoreResult<bool> {
    let same = registrations::table
        .filter(registrations::issuer.eq(issuer.to_owned()))
        .filter(registrations::client_id.eq(client_id.to_owned()));
    let found: Vec<RegistrationId> = same.select(registrations::id).limit(1).load(conn)?;
    Ok(!found.is_empty())
}

/// Overwrites what a repeated Dynamic Registration may change: addresses and scopes, never issuer,
/// client id or policy.
///
/// # Errors
/// When the database fails.
pub fn update_registration(conn: &mut Conn, r: &Registration, now: UtcTime) -> StoreResult<()> {
    diesel::update(registrations::table.find(&r.id))
        .set((
            registrations::authorization_endpoint.eq(&r.authorization_endpoint),
            registrations::token_endpoint.eq(&r.token_endpoint),
            registrations::jwks_uri.eq(&r.jwks_uri),
            registrations::token_audience.eq(&r.token_audience),
            registrations::granted_scopes.eq(&r.granted_scopes),
            registrations::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Switches a registration on or off.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn set_registration_enabled(conn: &mut Conn, id: &RegistrationId, enabled: bool, now: UtcTime) -> StoreResult<()> {
    let changed = diesel::update(registrations::table.find(id))
        .set((registrations::enabled.eq(enabled), registrations::updated_at.eq(now)))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(crate::store::StoreError::NotFound) }
}

row_of! {
    Deployment as DeploymentRow in deployments {
        id: DeploymentId,
        registration_id: RegistrationId,
        deployment_id: String,
        state: DeploymentState,
        created_at: UtcTime,
    }
}

/// Lets the launches of a deployment in, or not.
///
/// # Errors
/// `NotFound` for one that was never seen.
pub fn set_deployment_state(
    conn: &mut Conn,
    registration: &RegistrationId,
    deployment_id: &str,
    state: DeploymentState,
) -> StoreResult<()> {
    let changed = diesel::update(deployments::table)
        .filter(deployments::registration_id.eq(registration.clone()))
        .filter(deployments::deployment_id.eq(deployment_id.to_owned()))
        .set(deployments::state.eq(state))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(crate::store::StoreError::NotFound) }
}

/// A deployment by our id.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn get_deployment(conn: &mut Conn, id: &DeploymentId) -> StoreResult<Deployment> {
    Ok(deployments::table.find(id).select(DeploymentRow::as_select()).first(conn)?.into())
}

/// The deployments of a registration, oldest first.
///
/// # Errors
/// When the database fails.
pub fn list_deployments(conn: &mut Conn, registration: &RegistrationId) -> StoreResult<Vec<Deployment>> {
    let rows: Vec<DeploymentRow> = deployments::table
        .filter(deployments::registration_id.eq(registration))
        .order(deployments::id)
        .select(DeploymentRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Stores a deployment.
///
/// # Errors
/// `Duplicate` when it is there already.
pub fn create_deployment(conn: &mut Conn, new: &Deployment) -> StoreResult<()> {
    let row = DeploymentRow::from(new.clone());
    diesel::insert_into(deployments::table).values(&row).execute(conn)?;
    Ok(())
}

/// A deployment by the LMS's own id.
///
/// # Errors
/// When the database fails.
pub fn find_deployment(
    conn: &mut Conn,
    registration: &RegistrationId,
    deployment_id: &str,
) -> StoreResult<Option<Deployment>> {
    let row: Option<DeploymentRow> = deployments::table
        .filter(deployments::registration_id.eq(registration))
        .filter(deployments::deployment_id.eq(deployment_id))
        .select(DeploymentRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}
