//! Queries about revisions, line items, the outbox and the registrations' health.

mod confirmed;
mod figures;
mod health;
mod line_items;
mod outbox;
mod revisions;

pub use confirmed::{
    check_later, check_now, confirm, dispute, list_checkable, list_columns_to_check, park, send_again, stop,
};
pub use figures::{count_by_registration, count_by_state, count_violations};
pub use health::{leave_lane, list_health, probe_now, take_lane, update_health};
pub use line_items::{
    bind_line_item, create_line_item, find_line_item, get_line_item, lease_line_item, list_columns_of_others,
    permit_new_column, release_line_item,
};
pub use outbox::{
    Claim, Finished, begin_attempts, claim, create_outgoing, delete_attempts_before, end_attempts,
    find_outgoing_for_update, finish, give_back, hurry, is_anything_astray, list_due, list_outgoing, list_tries,
    raise_outgoing, rearm, rearm_for, sweep,
};
pub use revisions::{create_revision, find_newest, list_points_since, list_revisions};
