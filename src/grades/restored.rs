//! After a restore the database is older than the LMSs: nothing is sent until somebody has compared the two
//! (reliability-security.md §2.10, BK03).

use serde::Serialize;
use serde_json::json;

use super::store;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::platform;
use crate::store::columns::Points;
use crate::store::{Conn, StoreResult, upkeep};

/// How the grades compare with what the LMSs have.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// Read back, and equal.
    pub equal: i64,
    /// Not read back yet, or by an LMS that lets nobody read.
    pub unread: i64,
    /// Another value in the LMS: for each one a trainer chooses on the grade page.
    pub differences: Vec<Difference>,
}

/// A grade of which the LMS has another value.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// The name of the LMS.
    pub registration: String,
    /// The title of the activity.
    pub activity: String,
    /// The LMS's own number of the learner.
    pub learner: String,
    /// Cercle's value, out of 100.
    pub ours: String,
    /// The LMS's, out of 100; None where it has none.
    pub theirs: Option<String>,
}

/// Compares with what was read since a time.
///
/// # Errors
/// When the database fails.
pub fn compare(conn: &mut Conn, since: UtcTime) -> StoreResult<Comparison> {
    let (equal, unread) = store::count_read_since(conn, since)?;
    let mut differences = Vec::new();
    for (row, activity) in store::list_disputed(conn)? {
        let registration = platform::store::find_registration(conn, &row.registration_id)?;
        differences.push(Difference {
            registration: registration.map_or_else(String::new, |r| r.name),
            activity,
            learner: row.lms_sub,
            ours: row.desired_points.decimal(),
            theirs: row.seen_points.map(Points::decimal),
        });
    }
    Ok(Comparison { equal, unread, differences })
}

/// Lets grades go again. False where nothing was held back.
///
/// # Errors
/// When the database fails.
pub fn resume(conn: &mut Conn, by: &Actor, now: UtcTime) -> StoreResult<bool> {
    let resumed = upkeep::resume(conn, now)?;
    if resumed {
        audit::record(conn, now, by, "grades.resume", "database", &json!({}))?;
    }
    Ok(resumed)
}
