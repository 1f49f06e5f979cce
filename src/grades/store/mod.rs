//! Queries about revisions, line items and the outbox.

mod line_items;
mod outbox;
mod revisions;

pub use line_items::{
    bind_line_item, create_line_item, find_line_item, get_line_item, lease_line_item, list_columns_of_others,
    release_line_item,
};
pub use outbox::{
    Finished, begin_attempt, claim, create_outgoing, find_outgoing_for_update, finish, first_failed_at, list_outgoing,
    next_due, raise_outgoing, rearm, sweep,
};
pub use revisions::{create_revision, find_newest, list_revisions};
