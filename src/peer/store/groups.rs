//! Queries about the groups and the companies of learners.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::ids::{ActivityId, PersonId};
use crate::store::schema::{review_companies, review_groups};
use crate::store::{Conn, StoreResult, on_engine};

/// Two tables of the same form, each with what learners belong to.
macro_rules! belonging {
    ($table:ident, $list:ident, $put:ident, $what:literal) => {
        #[doc = concat!("The ", $what, " of an activity, by learner. The caller has checked the activity's scope.")]
        ///
        /// # Errors
        /// When the database fails.
        pub(in crate::peer) fn $list(
            conn: &mut Conn,
            activity: &ActivityId,
        ) -> StoreResult<BTreeMap<PersonId, String>> {
            let rows: Vec<(PersonId, String)> = $table::table
                .filter($table::activity_id.eq(activity))
                .select(($table::person_id, $table::name))
                .load(conn)?;
            Ok(rows.into_iter().collect())
        }

        #[doc = concat!("Stores the ", $what, " of an activity in place of those before.")]
        ///
        /// # Errors
        /// When the database fails.
        pub(in crate::peer) fn $put(
            conn: &mut Conn,
            activity: &ActivityId,
            of: &BTreeMap<PersonId, String>,
        ) -> StoreResult<()> {
            diesel::delete($table::table.filter($table::activity_id.eq(activity))).execute(conn)?;
            let row = |(person, name)| {
                ($table::activity_id.eq(activity), $table::person_id.eq(person), $table::name.eq(name))
            };
            let rows: Vec<_> = of.iter().map(row).collect();
            for part in rows.chunks(super::ROWS) {
                on_engine!(conn, c => diesel::insert_into($table::table).values(part).execute(c))?;
            }
            Ok(())
        }
    };
}

belonging!(review_groups, list_groups, put_groups, "groups");
belonging!(review_companies, list_companies, put_companies, "companies");
