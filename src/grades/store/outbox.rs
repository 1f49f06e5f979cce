//! The outbox: one row for each learner and column, with the newest wish; and the log of tries.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};

use crate::clock::UtcTime;
use crate::grades::model::{OutboxState, Outgoing};
use crate::ids::{ActivityId, AttemptId, LineItemId, OutboxId, PersonId, RegistrationId};
use crate::store::columns::Points;
use crate::store::schema::{ags_attempts, ags_outbox, line_items};
use crate::store::{Conn, Engine, StoreResult, dialect, row_of};

row_of! {
    Outgoing as OutboxRow in ags_outbox {
        id: OutboxId,
        registration_id: RegistrationId,
        line_item_id: LineItemId,
        person_id: PersonId,
        lms_sub: String,
        desired_rev: i32,
        desired_points: Points,
        desired_maximum: Points,
        desired_ts: UtcTime,
        submitted_at: Option<UtcTime>,
        delivered_rev: i32,
        state: OutboxState,
        attempt: i32,
        ambiguous: bool,
        next_attempt_at: UtcTime,
        last_class: Option<String>,
        last_status: Option<i32>,
    }
}

/// The row of a learner in a column, held until the transaction ends: whoever raises it writes the
/// state that it read, and a worker that ends a try in between would lose its own.
///
/// # Errors
/// When the database fails.
pub fn find_outgoing_for_update(
    conn: &mut Conn,
    line_item: &LineItemId,
    lms_sub: &str,
) -> StoreResult<Option<Outgoing>> {
    if let Conn::Pg(c) = conn {
        // On SQLite there is one writer: nobody comes in between.
        let _: Vec<OutboxId> = ags_outbox::table
            .filter(ags_outbox::line_item_id.eq(line_item))
            .filter(ags_outbox::lms_sub.eq(lms_sub))
            .select(ags_outbox::id)
            .for_update()
            .load(c)?;
    }
    let row: Option<OutboxRow> = ags_outbox::table
        .filter(ags_outbox::line_item_id.eq(line_item))
        .filter(ags_outbox::lms_sub.eq(lms_sub))
        .select(OutboxRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// All rows of an activity.
///
/// # Errors
/// When the database fails.
pub fn list_outgoing(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Outgoing>> {
    let rows: Vec<OutboxRow> = ags_outbox::table
        .inner_join(line_items::table.on(line_items::id.eq(ags_outbox::line_item_id)))
        .filter(line_items::activity_id.eq(activity))
        .select(OutboxRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Stores a row.
///
/// # Errors
/// `Duplicate` when the learner has one in this column already.
pub fn create_outgoing(conn: &mut Conn, new: &Outgoing, now: UtcTime) -> StoreResult<()> {
    let row = OutboxRow::from(new.clone());
    let times = (ags_outbox::created_at.eq(now), ags_outbox::updated_at.eq(now));
    diesel::insert_into(ags_outbox::table).values((&row, times)).execute(conn)?;
    Ok(())
}

/// Raises what a row wants. A try that is under way keeps its lease and finds a newer wish at its end.
///
/// # Errors
/// When the database fails.
pub fn raise_outgoing(conn: &mut Conn, row: &Outgoing, now: UtcTime) -> StoreResult<()> {
    diesel::update(ags_outbox::table.find(&row.id))
        .set((
            ags_outbox::desired_rev.eq(row.desired_rev),
            ags_outbox::desired_points.eq(row.desired_points),
            ags_outbox::desired_maximum.eq(row.desired_maximum),
            ags_outbox::desired_ts.eq(row.desired_ts),
            ags_outbox::submitted_at.eq(row.submitted_at),
            ags_outbox::state.eq(row.state),
            ags_outbox::attempt.eq(0),
            ags_outbox::ambiguous.eq(row.ambiguous),
            ags_outbox::next_attempt_at.eq(now),
            ags_outbox::first_failed_at.eq(None::<UtcTime>),
            ags_outbox::last_class.eq(None::<String>),
            ags_outbox::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Makes the rows of an activity that failed or wait due at once.
///
/// # Errors
/// When the database fails.
pub fn rearm(conn: &mut Conn, ids: Vec<OutboxId>, now: UtcTime) -> StoreResult<usize> {
    let waiting = ags_outbox::state.eq_any(vec![OutboxState::Pending, OutboxState::Parked]);
    Ok(diesel::update(ags_outbox::table.filter(ags_outbox::id.eq_any(ids)).filter(waiting))
        .set((
            ags_outbox::state.eq(OutboxState::Pending),
            ags_outbox::next_attempt_at.eq(now),
            ags_outbox::attempt.eq(0),
            ags_outbox::first_failed_at.eq(None::<UtcTime>),
            ags_outbox::updated_at.eq(now),
        ))
        .execute(conn)?)
}

/// Claims rows that are due: each goes to one caller, under a lease with a token that every later
/// write must show.
///
/// # Errors
/// When the database fails.
pub fn claim(
    conn: &mut Conn,
    owner: &str,
    token: &str,
    lease_until: UtcTime,
    now: UtcTime,
    limit: i64,
) -> StoreResult<Vec<Outgoing>> {
    let skip = if dialect::engine(conn) == Engine::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    sql_query(format!(
        "UPDATE ags_outbox SET state = 'in_flight', lease_owner = $1, lease_token = $2, lease_until = $3, \
         attempt = attempt + 1, updated_at = $4 WHERE id IN (SELECT id FROM ags_outbox \
         WHERE state IN ('pending', 'parked') AND next_attempt_at <= $4 ORDER BY next_attempt_at, id \
         LIMIT $5 {skip})"
    ))
    .bind::<Text, _>(owner)
    .bind::<Text, _>(token)
    .bind::<BigInt, _>(lease_until)
    .bind::<BigInt, _>(now)
    .bind::<BigInt, _>(limit)
    .execute(conn)?;
    let rows: Vec<OutboxRow> = ags_outbox::table
        .filter(ags_outbox::lease_token.eq(token))
        .filter(ags_outbox::state.eq(OutboxState::InFlight))
        .order((ags_outbox::next_attempt_at, ags_outbox::id))
        .select(OutboxRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Takes rows back whose holder is gone. What it did is not known, so the row becomes ambiguous; its
/// revision and timestamp stay. `all` is for `SQLite` at start, where no other process can hold one.
///
/// # Errors
/// When the database fails.
pub fn sweep(conn: &mut Conn, now: UtcTime, all: bool) -> StoreResult<usize> {
    let limit = if all { UtcTime(i64::MAX) } else { now };
    Ok(diesel::update(
        ags_outbox::table
            .filter(ags_outbox::state.eq(OutboxState::InFlight))
            .filter(ags_outbox::lease_until.lt(Some(limit)).or(ags_outbox::lease_until.is_null())),
    )
    .set((
        ags_outbox::state.eq(OutboxState::Pending),
        ags_outbox::ambiguous.eq(true),
        ags_outbox::lease_token.eq(None::<String>),
        ags_outbox::next_attempt_at.eq(now),
        ags_outbox::updated_at.eq(now),
    ))
    .execute(conn)?)
}

/// When the next row is due, or the next lease ends; None when nothing waits.
///
/// # Errors
/// When the database fails.
pub fn next_due(conn: &mut Conn) -> StoreResult<Option<UtcTime>> {
    let waiting = ags_outbox::state.eq_any(vec![OutboxState::Pending, OutboxState::Parked]);
    let due: Option<UtcTime> = ags_outbox::table
        .filter(waiting)
        .order(ags_outbox::next_attempt_at)
        .select(ags_outbox::next_attempt_at)
        .first(conn)
        .optional()?;
    Ok(due)
}

/// Notes that a try begins, before anything is sent.
///
/// # Errors
/// When the database fails.
pub fn begin_attempt(conn: &mut Conn, id: &AttemptId, row: &Outgoing, now: UtcTime) -> StoreResult<()> {
    diesel::insert_into(ags_attempts::table)
        .values((
            ags_attempts::id.eq(id),
            ags_attempts::outbox_id.eq(&row.id),
            ags_attempts::rev.eq(row.desired_rev),
            ags_attempts::ts.eq(row.desired_ts),
            ags_attempts::no.eq(row.attempt),
            ags_attempts::started_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
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
}

/// Ends a try. Writes to the row only while the lease is still ours: 0 rows mean that somebody else
/// has it now.
///
/// # Errors
/// When the database fails.
pub fn finish(
    conn: &mut Conn,
    attempt: &AttemptId,
    row: &Outgoing,
    token: &str,
    done: &Finished,
    now: UtcTime,
) -> StoreResult<bool> {
    diesel::update(ags_attempts::table.find(attempt))
        .set((
            ags_attempts::finished_at.eq(Some(now)),
            ags_attempts::status.eq(done.status),
            ags_attempts::class.eq(Some(done.class.clone())),
            ags_attempts::latency_ms.eq(Some(done.latency_ms)),
            ags_attempts::answer_excerpt.eq(Some(done.text.clone())),
        ))
        .execute(conn)?;
    let ours = ags_outbox::table
        .filter(ags_outbox::id.eq(&row.id))
        .filter(ags_outbox::lease_token.eq(token))
        .filter(ags_outbox::state.eq(OutboxState::InFlight));
    let free = (
        ags_outbox::lease_owner.eq(None::<String>),
        ags_outbox::lease_token.eq(None::<String>),
        ags_outbox::lease_until.eq(None::<UtcTime>),
        ags_outbox::last_status.eq(done.status),
        ags_outbox::last_text.eq(Some(done.text.clone())),
        ags_outbox::updated_at.eq(now),
    );
    if done.state == OutboxState::Delivered {
        diesel::update(ours).set(ags_outbox::delivered_rev.eq(row.desired_rev)).execute(conn)?;
    }
    // A revision that was decided while this one was under way goes next, whatever became of this one.
    let newer = diesel::update(ours.filter(ags_outbox::desired_rev.gt(row.desired_rev)))
        .set((
            ags_outbox::state.eq(OutboxState::Pending),
            ags_outbox::ambiguous.eq(done.ambiguous),
            ags_outbox::next_attempt_at.eq(now),
            ags_outbox::attempt.eq(0),
            ags_outbox::last_class.eq(None::<String>),
            free.clone(),
        ))
        .execute(conn)?;
    if newer == 1 {
        return Ok(true);
    }
    let class = (done.state != OutboxState::Delivered).then(|| done.class.clone());
    let rows = diesel::update(ours)
        .set((
            ags_outbox::state.eq(done.state),
            ags_outbox::ambiguous.eq(done.ambiguous),
            ags_outbox::next_attempt_at.eq(done.next_attempt_at),
            ags_outbox::last_class.eq(class),
            free,
        ))
        .execute(conn)?;
    if done.state != OutboxState::Delivered && rows == 1 {
        diesel::update(ags_outbox::table.find(&row.id).filter(ags_outbox::first_failed_at.is_null()))
            .set(ags_outbox::first_failed_at.eq(Some(now)))
            .execute(conn)?;
    }
    Ok(rows == 1)
}

/// Since when a row has failed.
///
/// # Errors
/// When the database fails.
pub fn first_failed_at(conn: &mut Conn, id: &OutboxId) -> StoreResult<Option<UtcTime>> {
    Ok(ags_outbox::table.find(id).select(ags_outbox::first_failed_at).first(conn)?)
}
