//! Claims of rows, under leases with fencing tokens; how tries end; and rows whose holder is gone.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};

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
pub fn give_back(conn: &mut Conn, unsent: &[Claimed], now: UtcTime) -> StoreResult<()> {
    hold!(conn, ags_outbox::id.eq_any(unsent.iter().map(|claimed| &claimed.row.id)));
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

/// A row as a try leaves it.
struct Ending<'a> {
    row: Outgoing,
    check_at: Option<UtcTime>,
    text: &'a str,
}

/// Ends tries, all at once. Writes to a row only while its lease is still that try's: otherwise somebody else
/// has it now. Returns the tries whose row was somebody else's.
///
/// # Errors
/// When the database fails.
pub fn finish<'a>(conn: &mut Conn, done: &[(&'a Claimed, &Finished)], now: UtcTime) -> StoreResult<Vec<&'a Claimed>> {
    let ids: Vec<&OutboxId> = done.iter().map(|(claimed, _)| &claimed.row.id).collect();
    // What is decided below must still be so when it is written.
    hold!(conn, ags_outbox::id.eq_any(&ids));
    let rows: Vec<(OutboxRow, Option<String>, Option<UtcTime>)> = ags_outbox::table
        .filter(ags_outbox::id.eq_any(ids))
        .filter(ags_outbox::state.eq(OutboxState::InFlight))
        .select((OutboxRow::as_select(), ags_outbox::lease_token, ags_outbox::check_at))
        .load(conn)?;
    let mut held: HashMap<OutboxId, _> = rows
        .into_iter()
        .map(|(row, token, check_at)| {
            let row = Outgoing::from(row);
            (row.id.clone(), (row, token, check_at))
        })
        .collect();
    let (mut endings, mut fenced) = (Vec::new(), Vec::new());
    for &(claimed, done) in done {
        match held.remove(&claimed.row.id) {
            Some((row, Some(token), check_at)) if *token == *claimed.token => {
                let ending = Ending { row, check_at, text: &done.text };
                endings.push(ending.of(&claimed.row, done, now));
            }
            _ => fenced.push(claimed),
        }
    }
    write(conn, &endings, now)?;
    Ok(fenced)
}

impl Ending<'_> {
    /// What becomes of the row: what it was when it was claimed, and what the try came to.
    fn of(mut self, was: &Outgoing, done: &Finished, now: UtcTime) -> Self {
        let (is_taken, is_disputed) = (done.state == OutboxState::Delivered, done.state == OutboxState::Conflict);
        let row = &mut self.row;
        // A person who has to choose is asked whatever came in meanwhile.
        let is_newest = is_disputed || row.desired_ts <= was.desired_ts;
        // Whoever asked for another try meanwhile has set the count back.
        let is_last = is_taken || is_disputed || row.attempt >= was.attempt;
        if is_newest && is_last {
            (row.state, row.next_attempt_at, row.attempt) = (done.state, done.next_attempt_at, done.attempt);
            (row.first_failed_at, row.last_class) = (done.first_failed_at, (!is_taken).then(|| done.class.clone()));
            if let Some((points, at)) = done.seen {
                (row.seen_points, row.seen_at) = (points, Some(at));
            }
        } else {
            // A wish that came in while this one was under way goes next.
            (row.state, row.next_attempt_at, row.attempt) = (OutboxState::Pending, now, 0);
            (row.first_failed_at, row.last_class) = (None, None);
        }
        (row.ambiguous, row.refusals, row.last_status) = (done.ambiguous, done.refusals, done.status);
        if is_taken {
            row.delivered_rev = was.desired_rev;
            row.sent_points = was.is_grade().then_some(was.desired_points).or(row.sent_points);
            self.check_at = done.check_at.or(self.check_at);
            if done.confirmed {
                (row.confirmed_rev, row.checked_at) = (was.desired_rev, Some(now));
            }
        }
        self
    }
}

/// Writes rows as their tries left them, in one statement: a thousand grades to a fast LMS would otherwise wait
/// most of the time for the database's answers.
fn write(conn: &mut Conn, endings: &[Ending<'_>], now: UtcTime) -> StoreResult<()> {
    const COLUMNS: [&str; 16] = [
        "state",
        "ambiguous",
        "attempt",
        "next_attempt_at",
        "first_failed_at",
        "last_class",
        "last_status",
        "last_text",
        "delivered_rev",
        "sent_points",
        "check_at",
        "confirmed_rev",
        "checked_at",
        "seen_points",
        "seen_at",
        "refusals",
    ];
    if endings.is_empty() {
        return Ok(());
    }
    let mut places = 1..;
    let mut row = || {
        let places: Vec<String> = places.by_ref().take(COLUMNS.len() + 1).map(|n| format!("${n}")).collect();
        format!("({})", places.join(", "))
    };
    let rows: Vec<String> = endings.iter().map(|_| row()).collect();
    let sets: Vec<String> = COLUMNS.iter().map(|column| format!("{column} = ended.{column}")).collect();
    let query = format!(
        "WITH ended (id, {}) AS (VALUES {}) UPDATE ags_outbox SET lease_owner = NULL, lease_token = NULL, \
         lease_until = NULL, {}, updated_at = ${} FROM ended WHERE ags_outbox.id = ended.id",
        COLUMNS.join(", "),
        rows.join(", "),
        sets.join(", "),
        endings.len() * (COLUMNS.len() + 1) + 1
    );
    let mut query = sql_query(query).into_boxed();
    for Ending { row, check_at, text } in endings {
        query = query
            .bind::<Text, _>(&row.id)
            .bind::<Text, _>(row.state)
            .bind::<Bool, _>(row.ambiguous)
            .bind::<Integer, _>(row.attempt)
            .bind::<BigInt, _>(row.next_attempt_at)
            .bind::<Nullable<BigInt>, _>(row.first_failed_at)
            .bind::<Nullable<Text>, _>(&row.last_class)
            .bind::<Nullable<Integer>, _>(row.last_status)
            .bind::<Text, _>(*text)
            .bind::<Integer, _>(row.delivered_rev)
            .bind::<Nullable<BigInt>, _>(row.sent_points)
            .bind::<Nullable<BigInt>, _>(*check_at)
            .bind::<Integer, _>(row.confirmed_rev)
            .bind::<Nullable<BigInt>, _>(row.checked_at)
            .bind::<Nullable<BigInt>, _>(row.seen_points)
            .bind::<Nullable<BigInt>, _>(row.seen_at)
            .bind::<Integer, _>(row.refusals);
    }
    query.bind::<BigInt, _>(now).execute(conn)?;
    Ok(())
}
