//! Claims of rows, under leases with fencing tokens; how tries end; and rows whose holder is gone.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};

use super::attempts::begin_attempts;
use super::outbox::OutboxRow;
use crate::clock::UtcTime;
use crate::grades::model::{OutboxState, Outgoing};
use crate::ids::{AttemptId, OutboxId, RegistrationId};
use crate::settings::Ags;
use crate::store::columns::Points;
use crate::store::schema::{ags_attempts, ags_outbox};
use crate::store::{Conn, Engine, StoreResult, dialect};

/// Who claims rows, and until when.
pub struct Claim<'a> {
    /// The process.
    pub owner: &'a str,
    /// What every later write must show.
    pub token: Arc<str>,
    /// When somebody else may take the rows.
    pub until: UtcTime,
    /// At most so many.
    pub limit: i64,
    /// Whether to take one that is not due yet as well: an LMS that was down is asked with any grade.
    pub early: bool,
}

/// Claims rows of a registration that are due: each goes to one caller, under a lease with a token that
/// every later write must show. Their tries are noted.
///
/// # Errors
/// When the database fails.
pub fn claim(
    conn: &mut Conn,
    registration: &RegistrationId,
    claim: &Claim<'_>,
    now: UtcTime,
) -> StoreResult<Vec<Claimed>> {
    let skip = if dialect::engine(conn) == Engine::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let due =
        if claim.early { "state = 'pending'" } else { "state IN ('pending', 'parked') AND next_attempt_at <= $4" };
    // SQLite numbers the parameters by their first place in the text: they must appear in this order.
    sql_query(format!(
        "UPDATE ags_outbox SET state = 'in_flight', lease_owner = $1, lease_token = $2, lease_until = $3, \
         attempt = attempt + 1, updated_at = $4 WHERE id IN (SELECT id FROM ags_outbox \
         WHERE registration_id = $5 AND {due} ORDER BY next_attempt_at, id LIMIT $6 {skip})"
    ))
    .bind::<Text, _>(claim.owner)
    .bind::<Text, _>(&*claim.token)
    .bind::<BigInt, _>(claim.until)
    .bind::<BigInt, _>(now)
    .bind::<Text, _>(registration)
    .bind::<BigInt, _>(claim.limit)
    .execute(conn)?;
    let rows: Vec<OutboxRow> = ags_outbox::table
        .filter(ags_outbox::lease_token.eq(&*claim.token))
        .filter(ags_outbox::state.eq(OutboxState::InFlight))
        .order((ags_outbox::next_attempt_at, ags_outbox::id))
        .select(OutboxRow::as_select())
        .load(conn)?;
    let claimed =
        |row: OutboxRow| Claimed { row: row.into(), token: Arc::clone(&claim.token), attempt: AttemptId::new() };
    let claimed: Vec<Claimed> = rows.into_iter().map(claimed).collect();
    begin_attempts(conn, &claimed, now)?;
    Ok(claimed)
}

/// A row that was claimed for one try.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The row, as it was claimed.
    pub row: Outgoing,
    /// What every later write must show.
    pub token: Arc<str>,
    /// The try, which is noted already.
    pub attempt: AttemptId,
}

/// Gives rows back that were claimed and not sent: nothing happened to them.
///
/// # Errors
/// When the database fails.
pub fn give_back<'a>(conn: &mut Conn, unsent: impl IntoIterator<Item = &'a Claimed>, now: UtcTime) -> StoreResult<()> {
    for Claimed { row, token, attempt } in unsent {
        let ours = ags_outbox::table
            .find(&row.id)
            .filter(ags_outbox::lease_token.eq(&**token))
            .filter(ags_outbox::state.eq(OutboxState::InFlight));
        diesel::update(ours)
            .set((
                ags_outbox::state.eq(OutboxState::Pending),
                ags_outbox::attempt.eq(ags_outbox::attempt - 1),
                ags_outbox::lease_owner.eq(None::<String>),
                ags_outbox::lease_token.eq(None::<String>),
                ags_outbox::lease_until.eq(None::<UtcTime>),
                ags_outbox::updated_at.eq(now),
            ))
            .execute(conn)?;
        diesel::delete(ags_attempts::table.find(attempt)).execute(conn)?;
    }
    Ok(())
}

/// Leases that end so much later than any that is given now were given by a clock that was ahead, in seconds.
const CLOCK_MARGIN: i64 = 60;

/// No row waits longer for its next try, in seconds, unless it waits for a person; if one does, the clock
/// was set back.
fn longest_wait(limits: &Ags) -> i64 {
    (limits.retry_max_seconds * 2).max(limits.parked_hours * 3600) + 6 * 3600
}

/// Rows that no process of today can hold.
macro_rules! is_lapsed {
    ($before:expr, $after:expr) => {
        ags_outbox::state.eq(OutboxState::InFlight).and(
            ags_outbox::lease_until
                .is_null()
                .or(ags_outbox::lease_until.lt(Some($before)))
                .or(ags_outbox::lease_until.gt(Some($after))),
        )
    };
}

/// Rows that wait for a date that no clock of today gave them.
macro_rules! is_far {
    ($after:expr) => {
        ags_outbox::state
            .ne(OutboxState::InFlight)
            .and(ags_outbox::next_attempt_at.gt($after))
            .and(ags_outbox::next_attempt_at.lt(UtcTime(i64::MAX)))
    };
}

/// Whether [`sweep`] has anything to do.
///
/// # Errors
/// When the database fails.
pub fn is_anything_astray(conn: &mut Conn, limits: &Ags, now: UtcTime) -> StoreResult<bool> {
    let latest = now.plus_seconds(limits.lease_seconds + CLOCK_MARGIN);
    let held: Option<OutboxId> =
        ags_outbox::table.filter(is_lapsed!(now, latest)).select(ags_outbox::id).first(conn).optional()?;
    let wait = now.plus_seconds(longest_wait(limits));
    let far: Option<OutboxId> =
        ags_outbox::table.filter(is_far!(wait)).select(ags_outbox::id).first(conn).optional()?;
    Ok(held.is_some() || far.is_some())
}

/// Takes rows back whose holder is gone. What it did is not known, so the row becomes ambiguous; its
/// revision and timestamp stay. `all` is for `SQLite` at start, where no other process can hold one.
///
/// # Errors
/// When the database fails.
pub fn sweep(conn: &mut Conn, limits: &Ags, now: UtcTime, all: bool) -> StoreResult<usize> {
    let before = if all { UtcTime(i64::MAX) } else { now };
    let latest = now.plus_seconds(limits.lease_seconds + CLOCK_MARGIN);
    hold!(conn, is_lapsed!(before, latest));
    let swept = diesel::update(ags_outbox::table.filter(is_lapsed!(before, latest)))
        .set((
            ags_outbox::state.eq(OutboxState::Pending),
            ags_outbox::ambiguous.eq(true),
            ags_outbox::lease_owner.eq(None::<String>),
            ags_outbox::lease_token.eq(None::<String>),
            ags_outbox::lease_until.eq(None::<UtcTime>),
            ags_outbox::next_attempt_at.eq(now),
            ags_outbox::updated_at.eq(now),
        ))
        .execute(conn)?;
    let wait = now.plus_seconds(longest_wait(limits));
    hold!(conn, is_far!(wait));
    let far = diesel::update(ags_outbox::table.filter(is_far!(wait)))
        .set(ags_outbox::next_attempt_at.eq(now))
        .execute(conn)?;
    Ok(swept + far)
}

/// What a try came to, and what becomes of its row.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The row's next state, unless a newer revision came in meanwhile.
    pub state: OutboxState,
    /// What the try came to.
    pub class: String,
    /// The HTTP status, if there was an answer.
    pub status: Option<i32>,
    /// The start of the answer.
    pub text: String,
    /// Whether the LMS may have applied it unseen.
    pub ambiguous: bool,
    /// When the next try is due.
    pub next_attempt_at: UtcTime,
    /// How long it took, in milliseconds.
    pub latency_ms: i64,
    /// How many tries the row has had.
    pub attempt: i32,
    /// Since when tries have failed.
    pub first_failed_at: Option<UtcTime>,
    /// How often in a row the LMS failed over this very grade.
    pub refusals: i32,
    /// Whether the LMS's own value was read and is ours.
    pub confirmed: bool,
    /// When it is read back.
    pub check_at: Option<UtcTime>,
    /// What the LMS has instead, and since when.
    pub seen: Option<(Option<Points>, UtcTime)>,
}

#[derive(AsChangeset)]
#[diesel(table_name = ags_outbox)]
struct Taken {
    delivered_rev: i32,
    sent_points: Option<Points>,
    check_at: Option<UtcTime>,
    confirmed_rev: Option<i32>,
    checked_at: Option<UtcTime>,
}

/// Ends a try. Writes to the row only while the lease is still ours: otherwise somebody else has it now.
///
/// # Errors
/// When the database fails.
pub fn finish(conn: &mut Conn, claimed: &Claimed, done: &Finished, now: UtcTime) -> StoreResult<bool> {
    let Claimed { row, token, .. } = claimed;
    let ours = ags_outbox::table
        .filter(ags_outbox::id.eq(&row.id))
        .filter(ags_outbox::lease_token.eq(&**token))
        .filter(ags_outbox::state.eq(OutboxState::InFlight));
    let free = (
        ags_outbox::lease_owner.eq(None::<String>),
        ags_outbox::lease_token.eq(None::<String>),
        ags_outbox::lease_until.eq(None::<UtcTime>),
        ags_outbox::last_status.eq(done.status),
        ags_outbox::last_text.eq(Some(done.text.clone())),
        ags_outbox::refusals.eq(done.refusals),
        ags_outbox::updated_at.eq(now),
    );
    let is_taken = done.state == OutboxState::Delivered;
    let taken = is_taken.then(|| Taken {
        delivered_rev: row.desired_rev,
        sent_points: row.is_grade().then_some(row.desired_points),
        check_at: done.check_at,
        confirmed_rev: done.confirmed.then_some(row.desired_rev),
        checked_at: done.confirmed.then_some(now),
    });
    let seen = done.seen.map(|(points, at)| (ags_outbox::seen_points.eq(points), ags_outbox::seen_at.eq(Some(at))));
    let class = (!is_taken).then(|| done.class.clone());
    // A person who has to choose is asked whatever came in meanwhile.
    let is_disputed = done.state == OutboxState::Conflict;
    let newest = if is_disputed { UtcTime(i64::MAX) } else { row.desired_ts };
    // Whoever asked for another try meanwhile has set the count back.
    let count = if is_taken || is_disputed { i32::MIN } else { row.attempt };
    let rows = diesel::update(ours.filter(ags_outbox::desired_ts.le(newest)).filter(ags_outbox::attempt.ge(count)))
        .set((
            ags_outbox::state.eq(done.state),
            ags_outbox::ambiguous.eq(done.ambiguous),
            ags_outbox::next_attempt_at.eq(done.next_attempt_at),
            ags_outbox::attempt.eq(done.attempt),
            ags_outbox::first_failed_at.eq(done.first_failed_at),
            ags_outbox::last_class.eq(class),
            free.clone(),
            taken.as_ref(),
            seen,
        ))
        .execute(conn)?;
    if rows == 1 {
        return Ok(true);
    }
    // A wish that came in while this one was under way goes next.
    let newer = diesel::update(ours)
        .set((
            ags_outbox::state.eq(OutboxState::Pending),
            ags_outbox::ambiguous.eq(done.ambiguous),
            ags_outbox::next_attempt_at.eq(now),
            ags_outbox::attempt.eq(0),
            ags_outbox::first_failed_at.eq(None::<UtcTime>),
            ags_outbox::last_class.eq(None::<String>),
            free,
            taken.as_ref(),
        ))
        .execute(conn)?;
    Ok(newer == 1)
}
