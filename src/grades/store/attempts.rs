//! The log of tries.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::upsert::excluded;

use super::leases::{Claimed, Finished};
use crate::activity::model::GradeTag;
use crate::clock::UtcTime;
use crate::grades::model::Tried;
use crate::ids::{ActivityId, AttemptId, OutboxId, PersonId};
use crate::store::schema::ags_attempts;
use crate::store::{Conn, StoreResult, on_engine};

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
    const fn begun(Claimed { row, attempt, .. }: &'a Claimed, now: UtcTime) -> Self {
        Self {
            id: attempt,
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
pub(super) fn begin_attempts(conn: &mut Conn, begun: &[Claimed], now: UtcTime) -> StoreResult<()> {
    if begun.is_empty() {
        return Ok(());
    }
    let rows: Vec<AttemptRow<'_>> = begun.iter().map(|claimed| AttemptRow::begun(claimed, now)).collect();
    on_engine!(conn, c => diesel::insert_into(ags_attempts::table).values(&rows).execute(c))?;
    Ok(())
}

/// Notes how tries ended, all at once.
///
/// # Errors
/// When the database fails.
pub fn end_attempts(conn: &mut Conn, ended: &[(&Claimed, &Finished)], now: UtcTime) -> StoreResult<()> {
    if ended.is_empty() {
        return Ok(());
    }
    let rows: Vec<AttemptRow<'_>> = ended
        .iter()
        .copied()
        .map(|(claimed, done)| AttemptRow {
            finished_at: Some(now),
            status: done.status,
            class: Some(done.class.clone()),
            latency_ms: Some(done.latency_ms),
            answer_excerpt: Some(done.text.clone()),
            ..AttemptRow::begun(claimed, now)
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

/// How many tries of a grade are shown.
const SHOWN: i64 = 10;

#[derive(QueryableByName)]
struct TriedRow {
    #[diesel(sql_type = Text)]
    person_id: PersonId,
    #[diesel(sql_type = Text)]
    tag: GradeTag,
    #[diesel(sql_type = BigInt)]
    started_at: UtcTime,
    #[diesel(sql_type = Nullable<Text>)]
    class: Option<String>,
}

/// The last tries of an activity's grades, at most ten each, the newest first.
///
/// # Errors
/// When the database fails.
pub fn list_tries(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Tried>> {
    let rows: Vec<TriedRow> = sql_query(
        "SELECT person_id, tag, started_at, class FROM (SELECT o.person_id, l.tag, a.started_at, a.class, \
         ROW_NUMBER() OVER (PARTITION BY o.id ORDER BY a.started_at DESC, a.id DESC) AS place \
         FROM ags_attempts a JOIN ags_outbox o ON o.id = a.outbox_id JOIN line_items l ON l.id = o.line_item_id \
         WHERE l.activity_id = $1 AND a.rev > 0) AS tries WHERE place <= $2 ORDER BY person_id, place",
    )
    .bind::<Text, _>(activity)
    .bind::<BigInt, _>(SHOWN)
    .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|r| Tried { person_id: r.person_id, tag: r.tag, at: r.started_at, class: r.class })
        .collect())
}

/// Deletes tries that ended before a time.
///
/// # Errors
/// When the database fails.
pub fn delete_attempts_before(conn: &mut Conn, before: UtcTime) -> StoreResult<usize> {
    Ok(diesel::delete(ags_attempts::table.filter(ags_attempts::started_at.lt(before))).execute(conn)?)
}
