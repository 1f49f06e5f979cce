//! The outbox: one row for each learner and column, with the newest wish; and the log of tries.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use diesel::upsert::excluded;

use crate::clock::UtcTime;
use crate::grades::model::{OutboxState, Outgoing, Tried};
use crate::ids::{ActivityId, AttemptId, CourseId, LineItemId, OutboxId, PersonId, RegistrationId};
use crate::settings::Ags;
use crate::store::columns::Points;
use crate::store::schema::{ags_attempts, ags_outbox, line_items};
use crate::store::{Conn, Engine, StoreResult, dialect, on_engine, row_of};

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
        first_failed_at: Option<UtcTime>,
        confirmed_rev: i32,
        sent_points: Option<Points>,
        checked_at: Option<UtcTime>,
        seen_points: Option<Points>,
        seen_at: Option<UtcTime>,
        resends: i32,
        refusals: i32,
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

/// The grades of an activity on their way.
///
/// # Errors
/// When the database fails.
pub fn list_outgoing(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Outgoing>> {
    let rows: Vec<OutboxRow> = ags_outbox::table
        .inner_join(line_items::table.on(line_items::id.eq(ags_outbox::line_item_id)))
        .filter(line_items::activity_id.eq(activity))
        .filter(ags_outbox::desired_rev.gt(0))
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
            ags_outbox::next_attempt_at.eq(row.next_attempt_at),
            ags_outbox::first_failed_at.eq(None::<UtcTime>),
            ags_outbox::last_class.eq(&row.last_class),
            ags_outbox::sent_points.eq(row.sent_points),
            ags_outbox::resends.eq(row.resends),
            ags_outbox::refusals.eq(0),
            ags_outbox::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Makes rows due that failed or wait. One that is being sent at this moment is tried again if it fails.
///
/// # Errors
/// When the database fails.
pub fn rearm(conn: &mut Conn, ids: Vec<OutboxId>, now: UtcTime) -> StoreResult<usize> {
    let of_these = ags_outbox::table.filter(ags_outbox::id.eq_any(ids));
    let under_way = of_these.clone().filter(ags_outbox::state.eq(OutboxState::InFlight));
    let noted = diesel::update(under_way).set(ags_outbox::attempt.eq(0)).execute(conn)?;
    let waiting = ags_outbox::state.eq_any(vec![OutboxState::Pending, OutboxState::Parked]);
    let rearmed = diesel::update(of_these.filter(waiting))
        .set((
            ags_outbox::state.eq(OutboxState::Pending),
            ags_outbox::next_attempt_at.eq(now),
            ags_outbox::attempt.eq(0),
            ags_outbox::first_failed_at.eq(None::<UtcTime>),
            ags_outbox::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(noted + rearmed)
}

/// The registrations for which something waits, each with the time when the first of it is due.
///
/// # Errors
/// When the database fails.
pub fn list_due(conn: &mut Conn) -> StoreResult<Vec<(RegistrationId, UtcTime)>> {
    let rows: Vec<(RegistrationId, Option<UtcTime>)> = ags_outbox::table
        .filter(ags_outbox::state.eq_any(vec![OutboxState::Pending, OutboxState::Parked]))
        .group_by(ags_outbox::registration_id)
        .select((ags_outbox::registration_id, diesel::dsl::min(ags_outbox::next_attempt_at)))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(registration, at)| Some((registration, at?))).collect())
}

/// Who claims rows, and until when.
pub struct Claim<'a> {
    /// The process.
    pub owner: &'a str,
    /// What every later write must show.
    pub token: &'a str,
    /// When somebody else may take the rows.
    pub until: UtcTime,
    /// At most so many.
    pub limit: i64,
    /// Whether to take one that is not due yet as well: an LMS that was down is asked with any grade.
    pub early: bool,
}

/// Claims rows of a registration that are due: each goes to one caller, under a lease with a token that
/// every later write must show.
///
/// # Errors
/// When the database fails.
pub fn claim(
    conn: &mut Conn,
    registration: &RegistrationId,
    claim: &Claim<'_>,
    now: UtcTime,
) -> StoreResult<Vec<Outgoing>> {
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
    .bind::<Text, _>(claim.token)
    .bind::<BigInt, _>(claim.until)
    .bind::<BigInt, _>(now)
    .bind::<Text, _>(registration)
    .bind::<BigInt, _>(claim.limit)
    .execute(conn)?;
    let rows: Vec<OutboxRow> = ags_outbox::table
        .filter(ags_outbox::lease_token.eq(claim.token))
        .filter(ags_outbox::state.eq(OutboxState::InFlight))
        .order((ags_outbox::next_attempt_at, ags_outbox::id))
        .select(OutboxRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Gives rows back that were claimed and not sent: nothing happened to them.
///
/// # Errors
/// When the database fails.
pub fn give_back(conn: &mut Conn, unsent: Vec<(OutboxId, AttemptId)>, token: &str, now: UtcTime) -> StoreResult<()> {
    if unsent.is_empty() {
        return Ok(());
    }
    let (ids, attempts): (Vec<OutboxId>, Vec<AttemptId>) = unsent.into_iter().unzip();
    diesel::update(
        ags_outbox::table
            .filter(ags_outbox::id.eq_any(ids))
            .filter(ags_outbox::lease_token.eq(token))
            .filter(ags_outbox::state.eq(OutboxState::InFlight)),
    )
    .set((
        ags_outbox::state.eq(OutboxState::Pending),
        ags_outbox::attempt.eq(ags_outbox::attempt - 1),
        ags_outbox::lease_owner.eq(None::<String>),
        ags_outbox::lease_token.eq(None::<String>),
        ags_outbox::lease_until.eq(None::<UtcTime>),
        ags_outbox::updated_at.eq(now),
    ))
    .execute(conn)?;
    diesel::delete(ags_attempts::table.filter(ags_attempts::id.eq_any(attempts))).execute(conn)?;
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
        ags_outbox::state
            .eq(OutboxState::InFlight)
            .and(ags_outbox::lease_until.lt(Some($before)).or(ags_outbox::lease_until.gt(Some($after))))
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
    let far = diesel::update(ags_outbox::table.filter(is_far!(wait)))
        .set(ags_outbox::next_attempt_at.eq(now))
        .execute(conn)?;
    Ok(swept + far)
}

/// Makes the rows of a registration due that wait because its LMS could not be asked.
///
/// # Errors
/// When the database fails.
pub fn hurry(conn: &mut Conn, registration: &RegistrationId, now: UtcTime) -> StoreResult<()> {
    diesel::update(
        ags_outbox::table
            .filter(ags_outbox::registration_id.eq(registration))
            .filter(ags_outbox::state.eq(OutboxState::Pending))
            .filter(ags_outbox::refusals.eq(0))
            .filter(ags_outbox::last_class.is_not_null())
            .filter(ags_outbox::next_attempt_at.gt(now)),
    )
    .set(ags_outbox::next_attempt_at.eq(now))
    .execute(conn)?;
    Ok(())
}

/// Makes refused rows due that somebody's launch may have mended: that person's own, and those of the
/// columns of the course. Only what has rested since `before`.
///
/// # Errors
/// When the database fails.
pub fn rearm_for(
    conn: &mut Conn,
    course: &CourseId,
    person: &PersonId,
    before: UtcTime,
    now: UtcTime,
) -> StoreResult<usize> {
    let of_course = line_items::table.filter(line_items::course_id.eq(course)).select(line_items::id);
    let columns: Vec<LineItemId> = of_course.load(conn)?;
    let own = ags_outbox::person_id.eq(person).and(ags_outbox::last_class.eq(Some("user_not_gradable")));
    let of_columns = ags_outbox::last_class.eq_any(vec![
        Some("forbidden"),
        Some("line_item_missing"),
        Some("lms_not_accepting"),
        Some("no_service"),
        Some("gave_up"),
    ]);
    Ok(diesel::update(
        ags_outbox::table
            .filter(ags_outbox::line_item_id.eq_any(columns))
            .filter(ags_outbox::state.eq(OutboxState::Parked))
            .filter(ags_outbox::updated_at.lt(before))
            .filter(own.or(of_columns)),
    )
    .set((
        ags_outbox::next_attempt_at.eq(now),
        ags_outbox::first_failed_at.eq(None::<UtcTime>),
        ags_outbox::updated_at.eq(now),
    ))
    .execute(conn)?)
}

/// A try, as it is noted.
#[derive(Insertable)]
#[diesel(table_name = ags_attempts, treat_none_as_default_value = false)]
struct AttemptRow<'a> {
    id: &'a AttemptId,
    outbox_id: &'a OutboxId,
    rev: i32,
    ts: UtcTime,
    no: i32,
    started_at: UtcTime,
    finished_at: Option<UtcTime>,
    status: Option<i32>,
    class: Option<String>,
    latency_ms: Option<i64>,
    answer_excerpt: Option<String>,
}

impl<'a> AttemptRow<'a> {
    const fn begun(id: &'a AttemptId, row: &'a Outgoing, now: UtcTime) -> Self {
        Self {
            id,
            outbox_id: &row.id,
            rev: row.desired_rev,
            ts: row.desired_ts,
            no: row.attempt,
            started_at: now,
            finished_at: None,
            status: None,
            class: None,
            latency_ms: None,
            answer_excerpt: None,
        }
    }
}

/// Notes that tries begin, before anything is sent.
///
/// # Errors
/// When the database fails.
pub fn begin_attempts(conn: &mut Conn, begun: &[(Outgoing, AttemptId)], now: UtcTime) -> StoreResult<()> {
    let rows: Vec<AttemptRow<'_>> = begun.iter().map(|(row, id)| AttemptRow::begun(id, row, now)).collect();
    on_engine!(conn, c => diesel::insert_into(ags_attempts::table).values(&rows).execute(c))?;
    Ok(())
}

/// Notes how tries ended, all at once.
///
/// # Errors
/// When the database fails.
pub fn end_attempts(conn: &mut Conn, ended: &[(&AttemptId, &Outgoing, &Finished)], now: UtcTime) -> StoreResult<()> {
    if ended.is_empty() {
        return Ok(());
    }
    let rows: Vec<AttemptRow<'_>> = ended
        .iter()
        .copied()
        .map(|(id, row, done)| AttemptRow {
            finished_at: Some(now),
            status: done.status,
            class: Some(done.class.clone()),
            latency_ms: Some(done.latency_ms),
            answer_excerpt: Some(done.text.clone()),
            ..AttemptRow::begun(id, row, now)
        })
        .collect();
    on_engine!(conn, c => diesel::insert_into(ags_attempts::table)
        .values(&rows)
        .on_conflict(ags_attempts::id)
        .do_update()
        .set((
            ags_attempts::finished_at.eq(excluded(ags_attempts::finished_at)),
            ags_attempts::status.eq(excluded(ags_attempts::status)),
            ags_attempts::class.eq(excluded(ags_attempts::class)),
            ags_attempts::latency_ms.eq(excluded(ags_attempts::latency_ms)),
            ags_attempts::answer_excerpt.eq(excluded(ags_attempts::answer_excerpt)),
        ))
        .execute(c))?;
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
pub fn finish(conn: &mut Conn, row: &Outgoing, token: &str, done: &Finished, now: UtcTime) -> StoreResult<bool> {
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

/// How many tries of a grade are shown.
const SHOWN: usize = 10;

/// The last tries of an activity's grades, at most ten each, the newest first.
///
/// # Errors
/// When the database fails.
pub fn list_tries(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Tried>> {
    let rows: Vec<(PersonId, UtcTime, Option<String>)> = ags_attempts::table
        .inner_join(ags_outbox::table.on(ags_outbox::id.eq(ags_attempts::outbox_id)))
        .inner_join(line_items::table.on(line_items::id.eq(ags_outbox::line_item_id)))
        .filter(line_items::activity_id.eq(activity))
        .filter(ags_attempts::rev.gt(0))
        .order((ags_outbox::person_id, ags_attempts::started_at.desc()))
        .select((ags_outbox::person_id, ags_attempts::started_at, ags_attempts::class))
        .load(conn)?;
    let mut tries: Vec<Tried> = Vec::new();
    for (person_id, at, class) in rows {
        if tries.iter().rev().take_while(|t| t.person_id == person_id).count() < SHOWN {
            tries.push(Tried { person_id, at, class });
        }
    }
    Ok(tries)
}

/// Deletes tries that ended before a time.
///
/// # Errors
/// When the database fails.
pub fn delete_attempts_before(conn: &mut Conn, before: UtcTime) -> StoreResult<usize> {
    Ok(diesel::delete(ags_attempts::table.filter(ags_attempts::started_at.lt(before))).execute(conn)?)
}
