//! How the registrations' LMSs do, and which process sends to each.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::grades::model::{Circuit, Health};
use crate::ids::RegistrationId;
use crate::store::schema::registration_health;
use crate::store::{Conn, StoreResult, on_engine, row_of};

row_of! {
    Health as HealthRow in registration_health {
        registration_id: RegistrationId,
        circuit: Circuit,
        since: UtcTime,
        next_probe_at: UtcTime,
        pause_seconds: i64,
        successes: i32,
        last_class: Option<String>,
        last_status: Option<i32>,
        last_text: Option<String>,
        clock_skew_ms: Option<i64>,
    }
}

/// How all registrations do of which anything is known.
///
/// # Errors
/// When the database fails.
pub fn list_health(conn: &mut Conn) -> StoreResult<Vec<Health>> {
    let rows: Vec<HealthRow> = registration_health::table.select(HealthRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Takes the right to send to a registration's LMS, or holds it longer: one process at a time does, so
/// that its pace and its parallel calls are kept. None when another process has it.
///
/// # Errors
/// When the database fails.
pub fn take_lane(
    conn: &mut Conn,
    registration: &RegistrationId,
    owner: &str,
    until: UtcTime,
    now: UtcTime,
) -> StoreResult<Option<Health>> {
    let known: Option<HealthRow> =
        registration_health::table.find(registration).select(HealthRow::as_select()).first(conn).optional()?;
    let health = if let Some(row) = known {
        Health::from(row)
    } else {
        let new = Health::new(registration.clone(), now);
        let row = HealthRow::from(new.clone());
        let values = (&row, registration_health::updated_at.eq(now));
        on_engine!(conn, c => {
            // Two processes may meet here for the first time.
            diesel::insert_into(registration_health::table).values(values).on_conflict_do_nothing().execute(c)
        })?;
        new
    };
    // A lease that ends too late was given by a clock that was ahead.
    let free = registration_health::drain_until
        .is_null()
        .or(registration_health::drain_until.lt(Some(now)))
        .or(registration_health::drain_until.gt(Some(until.plus_seconds(60))))
        .or(registration_health::drain_owner.eq(Some(owner)));
    let taken = diesel::update(registration_health::table.find(registration).filter(free))
        .set((registration_health::drain_owner.eq(Some(owner)), registration_health::drain_until.eq(Some(until))))
        .execute(conn)?;
    Ok((taken == 1).then_some(health))
}

/// Gives the right back.
///
/// # Errors
/// When the database fails.
pub fn leave_lane(conn: &mut Conn, registration: &RegistrationId, owner: &str) -> StoreResult<()> {
    let ours = registration_health::table.find(registration).filter(registration_health::drain_owner.eq(Some(owner)));
    diesel::update(ours).set(registration_health::drain_until.eq(None::<UtcTime>)).execute(conn)?;
    Ok(())
}

/// Stores how a registration's LMS does.
///
/// # Errors
/// When the database fails.
pub fn update_health(conn: &mut Conn, health: &Health, now: UtcTime) -> StoreResult<()> {
    diesel::update(registration_health::table.find(&health.registration_id))
        .set((
            registration_health::circuit.eq(health.circuit),
            registration_health::since.eq(health.since),
            registration_health::next_probe_at.eq(health.next_probe_at),
            registration_health::pause_seconds.eq(health.pause_seconds),
            registration_health::successes.eq(health.successes),
            registration_health::last_class.eq(&health.last_class),
            registration_health::last_status.eq(health.last_status),
            registration_health::last_text.eq(&health.last_text),
            registration_health::clock_skew_ms.eq(health.clock_skew_ms),
            registration_health::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Asks the LMS of a registration again at the next round, whatever its circuit says.
///
/// # Errors
/// When the database fails.
pub fn probe_now(conn: &mut Conn, registration: &RegistrationId, now: UtcTime) -> StoreResult<()> {
    diesel::update(registration_health::table.find(registration))
        .set(registration_health::next_probe_at.eq(now))
        .execute(conn)?;
    Ok(())
}
