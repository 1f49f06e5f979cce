//! The use cases of peer assessment: each loads, applies the rules, and stores in one transaction.

pub mod group;
pub mod release;
pub mod review;
pub mod settings;
pub mod work;

use super::PeerError;
use crate::activity;
use crate::activity::model::Activity;
use crate::ids::ActivityId;
use crate::launch::Scope;
use crate::store::Conn;
use crate::store::columns::Role;

/// An activity for its learners.
fn for_learner(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> Result<Activity, PeerError> {
    let activity = activity::store::get(conn, scope, id)?;
    if scope.role == Role::Learner { Ok(activity) } else { Err(PeerError::Role) }
}

/// An activity for whoever sees the group.
fn for_staff(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> Result<Activity, PeerError> {
    let activity = activity::store::get(conn, scope, id)?;
    if scope.role.is_staff() { Ok(activity) } else { Err(PeerError::Role) }
}

/// An activity for whoever may change it.
fn for_trainer(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> Result<Activity, PeerError> {
    let activity = activity::store::get(conn, scope, id)?;
    if scope.role == Role::Trainer { Ok(activity) } else { Err(PeerError::Role) }
}
