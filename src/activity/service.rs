//! What opening a link leads to.

use super::model::{Activity, Placement};
use super::store;
use crate::clock::UtcTime;
use crate::cohort;
use crate::ids::{ActivityId, PlacementId};
use crate::launch::Scope;
use crate::store::{Conn, StoreResult};

/// Joins the cohort and finds the activity behind the link.
///
/// # Errors
/// When the database fails.
pub fn open(conn: &mut Conn, scope: &Scope, now: UtcTime) -> StoreResult<Option<ActivityId>> {
    let binding = cohort::service::ensure_course_cohort(conn, scope, now)?;
    cohort::service::join(conn, scope, &binding, now)?;
    store::find_placed(conn, scope)
}

/// Stores a new activity and places it behind the link that the asker opened.
///
/// # Errors
/// `Duplicate` when the link has an activity already: somebody else was faster, or a double click.
pub fn create_placed(conn: &mut Conn, scope: &Scope, activity: &Activity, now: UtcTime) -> StoreResult<()> {
    store::create(conn, activity, now)?;
    let placement = Placement { id: PlacementId::new(), activity_id: activity.id.clone(), link_id: scope.link.clone() };
    store::create_placement(conn, &placement, now)
}
