//! Counts over the outbox.

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;

use crate::clock::UtcTime;
use crate::grades::figures::Lane;
use crate::grades::model::{KEPT, OutboxState};
use crate::ids::RegistrationId;
use crate::store::schema::ags_outbox;
use crate::store::{Conn, StoreResult};

/// How many grades are in each state.
///
/// # Errors
/// When the database fails.
pub fn count_by_state(conn: &mut Conn) -> StoreResult<Vec<(OutboxState, i64)>> {
    Ok(ags_outbox::table
        .filter(ags_outbox::desired_rev.gt(0))
        .group_by(ags_outbox::state)
        .select((ags_outbox::state, count_star()))
        .load(conn)?)
}

/// How many grades wait for each LMS, since when, and how many wait for a person.
///
/// # Errors
/// When the database fails.
pub fn count_by_registration(conn: &mut Conn) -> StoreResult<Vec<Lane>> {
    let waiting: Vec<(RegistrationId, i64, Option<UtcTime>)> = ags_outbox::table
        .filter(ags_outbox::desired_rev.gt(0))
        .filter(ags_outbox::state.eq_any(vec![OutboxState::Pending, OutboxState::InFlight]))
        .group_by(ags_outbox::registration_id)
        .select((ags_outbox::registration_id, count_star(), diesel::dsl::min(ags_outbox::desired_ts)))
        .load(conn)?;
    let stuck: Vec<(RegistrationId, i64)> = ags_outbox::table
        .filter(ags_outbox::desired_rev.gt(0))
        .filter(ags_outbox::state.eq_any(vec![OutboxState::Parked, OutboxState::Conflict]))
        .filter(ags_outbox::last_class.is_null().or(ags_outbox::last_class.ne(Some(KEPT))))
        .group_by(ags_outbox::registration_id)
        .select((ags_outbox::registration_id, count_star()))
        .load(conn)?;
    let mut lanes: Vec<Lane> = waiting
        .into_iter()
        .map(|(registration_id, waiting, oldest)| Lane { registration_id, waiting, oldest, stuck: 0, health: None })
        .collect();
    for (registration_id, stuck) in stuck {
        match lanes.iter_mut().find(|l| l.registration_id == registration_id) {
            Some(lane) => lane.stuck = stuck,
            None => lanes.push(Lane { registration_id, waiting: 0, oldest: None, stuck, health: None }),
        }
    }
    Ok(lanes)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Rows that break a rule: an older revision is wanted than was decided, more was delivered than wanted, or a
/// lease ended before a time and nobody took the row back.
///
/// # Errors
/// When the database fails.
pub fn count_violations(conn: &mut Conn, lapsed: UtcTime) -> StoreResult<i64> {
    let found: Count = sql_query(
        "SELECT COUNT(*) AS n FROM ags_outbox o JOIN line_items l ON l.id = o.line_item_id \
         WHERE (o.state = 'in_flight' AND o.lease_until < $1) OR o.delivered_rev > o.desired_rev \
         OR o.confirmed_rev > o.desired_rev OR (o.desired_rev > 0 AND o.desired_rev < \
         (SELECT MAX(r.rev) FROM grade_revisions r WHERE r.activity_id = l.activity_id AND r.person_id = o.person_id AND r.tag = l.tag))",
    )
    .bind::<BigInt, _>(lapsed)
    .get_result(conn)?;
    Ok(found.n)
}
