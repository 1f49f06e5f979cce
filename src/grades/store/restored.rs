//! How the outbox compares with the LMSs as a whole: after a restore, and when an operator asks.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::outbox::OutboxRow;
use crate::clock::UtcTime;
use crate::grades::model::{OutboxState, Outgoing};
use crate::store::schema::{activities, ags_outbox, line_items};
use crate::store::{Conn, StoreResult};

/// Makes every grade that an LMS took due to be read back.
///
/// # Errors
/// When the database fails.
pub fn check_all(conn: &mut Conn, now: UtcTime) -> StoreResult<usize> {
    let delivered = ags_outbox::state.eq(OutboxState::Delivered).and(ags_outbox::desired_rev.gt(0));
    hold!(conn, delivered);
    Ok(diesel::update(ags_outbox::table.filter(delivered)).set(ags_outbox::check_at.eq(Some(now))).execute(conn)?)
}

/// How many grades the LMSs took were read back since a time, and how many were not.
///
/// # Errors
/// When the database fails.
pub fn count_read_since(conn: &mut Conn, since: UtcTime) -> StoreResult<(i64, i64)> {
    let taken = ags_outbox::table
        .filter(ags_outbox::state.eq(OutboxState::Delivered))
        .filter(ags_outbox::desired_rev.gt(0))
        .select(count_star());
    let all: i64 = taken.first(conn)?;
    let read: i64 = taken.filter(ags_outbox::checked_at.ge(Some(since))).first(conn)?;
    Ok((read, all - read))
}

/// The grades of which the LMS has another value, each with the title of its activity.
///
/// # Errors
/// When the database fails.
pub fn list_disputed(conn: &mut Conn) -> StoreResult<Vec<(Outgoing, String)>> {
    let rows: Vec<(OutboxRow, String)> = ags_outbox::table
        .inner_join(line_items::table.on(line_items::id.eq(ags_outbox::line_item_id)))
        .inner_join(activities::table.on(activities::id.eq(line_items::activity_id)))
        .filter(ags_outbox::state.eq(OutboxState::Conflict))
        .order(ags_outbox::id)
        .select((OutboxRow::as_select(), activities::title))
        .load(conn)?;
    Ok(rows.into_iter().map(|(row, title)| (row.into(), title)).collect())
}
