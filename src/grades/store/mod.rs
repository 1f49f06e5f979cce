//! Queries about revisions, line items, the outbox and the registrations' health.

/// Holds rows until the transaction ends, always in the order of their ids: of two transactions that want the
/// same rows, one waits for the other, and never both (`PostgreSQL`; on `SQLite` there is one writer).
macro_rules! hold {
    ($conn:expr, $filter:expr) => {
        if let $crate::store::Conn::Pg(c) = &mut *$conn {
            let _: Vec<$crate::ids::OutboxId> =
                ags_outbox::table.filter($filter).order(ags_outbox::id).select(ags_outbox::id).for_update().load(c)?;
        }
    };
}

mod attempts;
mod confirmed;
mod figures;
mod health;
mod leases;
mod line_items;
mod outbox;
mod restored;
mod revisions;

pub use attempts::{delete_attempts_before, end_attempts, list_tries};
pub use confirmed::{
    check_later, check_now, confirm, dispute, list_checkable, list_columns_to_check, park, send_again, stop,
};
pub use figures::{count_by_registration, count_by_state, count_violations};
pub use health::{leave_lane, list_health, probe_now, take_lane, update_health};
pub use leases::{Claim, Claimed, Finished, claim, finish, give_back, is_anything_astray, sweep};
pub use line_items::{
    bind_line_item, create_line_item, find_line_item, get_line_item, lease_line_item, list_columns_of_others,
    list_lost, permit_new_column, release_line_item,
};
pub use outbox::{
    create_outgoing, find_outgoing_for_update, hold, hurry, list_due, list_outgoing, list_waiting, raise_outgoing,
    rearm, rearm_for,
};
pub use restored::{check_all, count_read_since, list_disputed};
pub use revisions::{count_broken_chains, create_revision, find_last, find_newest, list_points_since, list_revisions};
