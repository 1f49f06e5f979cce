//! Queries about how reviews were received, and appeals.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::ids::{ActivityId, AppealId, PersonId, ReviewId};
use crate::peer::model::{Appeal, AppealState, Reaction, Response};
use crate::store::schema::{appeals, review_responses, reviews};
use crate::store::{Conn, StoreResult, row_of};

row_of! {
    Appeal as AppealRow in appeals {
        id: AppealId,
        activity_id: ActivityId,
        person_id: PersonId,
        text: String,
        state: AppealState,
        created_at: UtcTime,
        due_at: UtcTime,
        answer: Option<String>,
        decided_by: Option<PersonId>,
        decided_at: Option<UtcTime>,
    }
}

/// A learner's appeal. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn find_appeal(
    conn: &mut Conn,
    activity: &ActivityId,
    person: &PersonId,
) -> StoreResult<Option<Appeal>> {
    Ok(list_appeals(conn, activity)?.into_iter().find(|a| a.person_id == *person))
}

/// The appeals of an activity, the oldest first. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_appeals(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Appeal>> {
    let rows: Vec<AppealRow> = appeals::table
        .filter(appeals::activity_id.eq(activity))
        .order(appeals::id)
        .select(AppealRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Stores a new appeal.
///
/// # Errors
/// `Duplicate` when the learner has appealed already.
pub(in crate::peer) fn create_appeal(conn: &mut Conn, new: &Appeal) -> StoreResult<()> {
    diesel::insert_into(appeals::table).values(&AppealRow::from(new.clone())).execute(conn)?;
    Ok(())
}

/// Stores the answer to an appeal.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn update_appeal(conn: &mut Conn, changed: &Appeal) -> StoreResult<()> {
    diesel::update(appeals::table.find(&changed.id))
        .set((
            appeals::state.eq(changed.state),
            appeals::answer.eq(&changed.answer),
            appeals::decided_by.eq(&changed.decided_by),
            appeals::decided_at.eq(changed.decided_at),
        ))
        .execute(conn)?;
    Ok(())
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = review_responses)]
struct ResponseRow {
    helpful: Option<i32>,
    reply: Option<String>,
    replied_at: Option<UtcTime>,
    answer: Option<String>,
    answered_at: Option<UtcTime>,
    reactions: String,
}

impl From<ResponseRow> for Response {
    fn from(row: ResponseRow) -> Self {
        let ResponseRow { helpful, reply, replied_at, answer, answered_at, reactions } = row;
        let reactions = reactions.split(',').filter_map(Reaction::parse).collect();
        Self { helpful, reactions, reply, replied_at, answer, answered_at }
    }
}

impl From<Response> for ResponseRow {
    fn from(response: Response) -> Self {
        let Response { helpful, reactions, reply, replied_at, answer, answered_at } = response;
        let reactions = reactions.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(",");
        Self { helpful, reply, replied_at, answer, answered_at, reactions }
    }
}

/// How the reviews of an activity were received, by review. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_responses(
    conn: &mut Conn,
    activity: &ActivityId,
) -> StoreResult<HashMap<ReviewId, Response>> {
    let rows: Vec<(ReviewId, ResponseRow)> = review_responses::table
        .inner_join(reviews::table.on(reviews::id.eq(review_responses::review_id)))
        .filter(reviews::activity_id.eq(activity))
        .select((review_responses::review_id, ResponseRow::as_select()))
        .load(conn)?;
    Ok(rows.into_iter().map(|(review, row)| (review, row.into())).collect())
}

/// Stores how a review was received, in place of what was stored before.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn put_response(conn: &mut Conn, review: &ReviewId, response: &Response) -> StoreResult<()> {
    diesel::delete(review_responses::table.find(review)).execute(conn)?;
    let row = ResponseRow::from(response.clone());
    diesel::insert_into(review_responses::table)
        .values((review_responses::review_id.eq(review), &row))
        .execute(conn)?;
    Ok(())
}
