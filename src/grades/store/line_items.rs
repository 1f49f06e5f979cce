//! Line items: the columns of activities in the LMSs' gradebooks.

use diesel::prelude::*;

use crate::activity::model::GradeTag;
use crate::clock::UtcTime;
use crate::grades::model::LineItem;
use crate::ids::{ActivityId, CourseId, LineItemId, LinkId};
use crate::store::columns::Points;
use crate::store::schema::line_items;
use crate::store::{Conn, StoreResult, row_of};

row_of! {
    LineItem as LineItemRow in line_items {
        id: LineItemId,
        activity_id: ActivityId,
        course_id: CourseId,
        tag: GradeTag,
        link_id: LinkId,
        url: Option<String>,
        score_maximum: Option<Points>,
        described_at: Option<UtcTime>,
        lost_at: Option<UtcTime>,
    }
}

/// The column of an activity in a course.
///
/// # Errors
/// When the database fails.
pub fn find_line_item(
    conn: &mut Conn,
    activity: &ActivityId,
    course: &CourseId,
    tag: GradeTag,
) -> StoreResult<Option<LineItem>> {
    let row: Option<LineItemRow> = line_items::table
        .filter(line_items::activity_id.eq(activity))
        .filter(line_items::course_id.eq(course))
        .filter(line_items::tag.eq(tag))
        .select(LineItemRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// The addresses of the columns of other activities in a course.
///
/// # Errors
/// When the database fails.
pub fn list_columns_of_others(conn: &mut Conn, activity: &ActivityId, course: &CourseId) -> StoreResult<Vec<String>> {
    let urls: Vec<Option<String>> = line_items::table
        .filter(line_items::course_id.eq(course))
        .filter(line_items::activity_id.ne(activity))
        .filter(line_items::url.is_not_null())
        .select(line_items::url)
        .load(conn)?;
    Ok(urls.into_iter().flatten().collect())
}

/// The columns of an activity in a course that the LMS no longer has.
///
/// # Errors
/// When the database fails.
pub fn list_lost(conn: &mut Conn, activity: &ActivityId, course: &CourseId) -> StoreResult<Vec<LineItem>> {
    let rows: Vec<LineItemRow> = line_items::table
        .filter(line_items::activity_id.eq(activity))
        .filter(line_items::course_id.eq(course))
        .filter(line_items::lost_at.is_not_null())
        .order(line_items::tag)
        .select(LineItemRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// A column by our id.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn get_line_item(conn: &mut Conn, id: &LineItemId) -> StoreResult<LineItem> {
    Ok(line_items::table.find(id).select(LineItemRow::as_select()).first(conn)?.into())
}

/// Stores a column.
///
/// # Errors
/// `Duplicate` when it is there already.
pub fn create_line_item(conn: &mut Conn, new: &LineItem, now: UtcTime) -> StoreResult<()> {
    let row = LineItemRow::from(new.clone());
    let times = (line_items::created_at.eq(now), line_items::updated_at.eq(now));
    diesel::insert_into(line_items::table).values((&row, line_items::created_by_us.eq(false), times)).execute(conn)?;
    Ok(())
}

/// Binds a column to its address in the LMS, or looses it with None.
///
/// # Errors
/// When the database fails.
pub fn bind_line_item(
    conn: &mut Conn,
    id: &LineItemId,
    url: Option<&str>,
    score_maximum: Option<Points>,
    created_by_us: bool,
    now: UtcTime,
) -> StoreResult<()> {
    let row = line_items::table.find(id);
    diesel::update(row)
        .set((
            line_items::url.eq(url.map(str::to_owned)),
            line_items::score_maximum.eq(score_maximum),
            line_items::lease_token.eq(None::<String>),
            line_items::lease_until.eq(None::<UtcTime>),
            line_items::described_at.eq(url.map(|_| now)),
            line_items::lost_at.eq(url.is_none().then_some(now)),
            line_items::updated_at.eq(now),
        ))
        .execute(conn)?;
    if created_by_us {
        diesel::update(row).set(line_items::created_by_us.eq(true)).execute(conn)?;
    }
    Ok(())
}

/// Takes the right to search for or make a column, so that two workers never make two. True for one.
///
/// # Errors
/// When the database fails.
pub fn lease_line_item(
    conn: &mut Conn,
    id: &LineItemId,
    token: &str,
    until: UtcTime,
    now: UtcTime,
) -> StoreResult<bool> {
    let free = line_items::lease_until.is_null().or(line_items::lease_until.lt(Some(now)));
    let rows = diesel::update(line_items::table.filter(line_items::id.eq(id)).filter(free))
        .set((line_items::lease_token.eq(Some(token.to_owned())), line_items::lease_until.eq(Some(until))))
        .execute(conn)?;
    Ok(rows == 1)
}

/// Gives the right back.
///
/// # Errors
/// When the database fails.
pub fn release_line_item(conn: &mut Conn, id: &LineItemId, token: &str) -> StoreResult<()> {
    diesel::update(line_items::table.filter(line_items::id.eq(id)).filter(line_items::lease_token.eq(token)))
        .set((line_items::lease_token.eq(None::<String>), line_items::lease_until.eq(None::<UtcTime>)))
        .execute(conn)?;
    Ok(())
}

/// Lets a lost column be made again.
///
/// # Errors
/// When the database fails.
pub fn permit_new_column(conn: &mut Conn, id: &LineItemId, now: UtcTime) -> StoreResult<()> {
    diesel::update(line_items::table.find(id))
        .set((line_items::lost_at.eq(None::<UtcTime>), line_items::updated_at.eq(now)))
        .execute(conn)?;
    Ok(())
}
