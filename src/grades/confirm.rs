//! Reading back what the LMS has (reliability-security.md §2.9): two minutes after sending, every night, and
//! when somebody asks. Only a grade that was read and is equal is called "in the LMS".

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::deliver::{self, Access, Parcel};
use super::model::{Circuit, Outgoing};
use super::outcome::{Outcome, is_ours, share};
use super::{store, wishes};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::ids::LineItemId;
use crate::lti::ags::LmsResult;
use crate::lti::score::{SCOPE_RESULT, Verdict};
use crate::platform::model::Family;
use crate::store::columns::Points;
use crate::store::{Conn, StoreError};

/// Columns that are read in one round.
const COLUMNS: i64 = 50;
/// After a failure a column is read again after so many seconds.
const AGAIN: i64 = 600;
/// Results asked for at a time.
const PAGE: u32 = 100;
/// How often a grade that the LMS lost is sent again by itself.
const RESENDS: i32 = 1;

/// Reads back every column that is due. Returns how many.
///
/// # Errors
/// When the database fails.
pub async fn run_round(context: &Context) -> Result<usize, StoreError> {
    let now = context.clock.now();
    let due = context
        .db
        .read(move |c: &mut Conn| -> Result<_, StoreError> {
            let health = store::list_health(c)?;
            let due = store::list_columns_to_check(c, now, COLUMNS)?;
            let answers = |registration| {
                let of_this = health.iter().find(|h| h.registration_id == registration);
                of_this.is_none_or(|h| h.circuit == Circuit::Closed)
            };
            Ok(due.into_iter().filter(|(_, r)| answers(r.clone())).map(|(item, _)| item).collect::<Vec<_>>())
        })
        .await?;
    for item in &due {
        if context.wake.is_stopping() {
            break;
        }
        check(context, item).await?;
    }
    Ok(due.len())
}

async fn check(context: &Context, item: &LineItemId) -> Result<(), StoreError> {
    let (inner, id) = (context.clone(), item.clone());
    let loaded = context
        .db
        .read(move |c: &mut Conn| -> Result<_, StoreError> {
            let rows = store::list_checkable(c, &id)?;
            let parcels =
                deliver::load_parcels(c, &inner, [id]).map_err(|error| StoreError::Unavailable(error.to_string()))?;
            Ok((rows, parcels.into_values().next()))
        })
        .await?;
    let (rows, Some(parcel)) = loaded else { return Ok(()) };
    let results = read(context, &parcel, &rows).await;
    let (now, family) = (context.clock.now(), parcel.family());
    let (id, limits) = (item.clone(), context.settings.ags.clone());
    let found = match results {
        Read::All(found) => found,
        Read::Failed(class) => {
            tracing::warn!(event = "ags.confirm", line_item = %item, class, "a column could not be read back");
            return context.db.write(move |c| store::check_later(c, &id, now.plus_seconds(AGAIN))).await;
        }
        Read::ColumnGone => {
            // Sending finds another column, or says that there is none.
            context.db.write(move |c| store::send_again(c, &id, now)).await?;
            context.wake.wake();
            return Ok(());
        }
    };
    let again = limits.check_hours * 3600;
    let changed = context
        .db
        .write(move |c: &mut Conn| -> Result<bool, StoreError> {
            let mut changed = false;
            for row in &rows {
                let finding = judge(row, found.get(&row.lms_sub), family);
                let active = now.seconds_since(row.desired_ts) < limits.check_days * 24 * 3600;
                let next = active.then(|| now.plus_seconds(again));
                let parked_until = now.plus_seconds(limits.parked_hours * 3600);
                changed |= apply(c, row, finding, (next, parked_until), now)?;
            }
            Ok(changed)
        })
        .await?;
    if changed {
        context.wake.wake();
    }
    Ok(())
}

enum Read {
    All(HashMap<String, LmsResult>),
    ColumnGone,
    Failed(&'static str),
}

async fn read(context: &Context, parcel: &Arc<Parcel>, rows: &[Outgoing]) -> Read {
    let Some(url) = parcel.known_url() else { return Read::ColumnGone };
    let limit = (parcel.family() != Family::Moodle).then_some(PAGE);
    let wanted: HashSet<&str> = rows.iter().map(|r| r.lms_sub.as_str()).collect();
    let mut last = Verdict::Unauthorized.as_str();
    for _ in 0..2 {
        let access = match Access::get(context, parcel, SCOPE_RESULT).await {
            Ok(access) => access,
            Err(outcome) => return Read::Failed(outcome.class),
        };
        let mut found: HashMap<String, LmsResult> = HashMap::new();
        // What the LMS has of people whom we do not ask about is not kept.
        let keep = |result: LmsResult| {
            if wanted.contains(result.user_id.as_str()) {
                found.insert(result.user_id.clone(), result);
            }
        };
        let Err(error) = access.ags(context).each_result(&url, limit, keep).await else {
            return Read::All(found);
        };
        let outcome = Outcome::of_ags(&error);
        last = outcome.class;
        match outcome.verdict {
            Verdict::Unauthorized => access.forget(context).await,
            Verdict::LineItemMissing => return Read::ColumnGone,
            _ => break,
        }
    }
    Read::Failed(last)
}

/// What a look at the LMS's own value says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finding {
    /// It is ours.
    Equal,
    /// There is none.
    Absent,
    /// There is none, because the LMS does not count this person as a learner.
    NotALearner,
    /// It is another one.
    Other(Points, Option<UtcTime>),
}

fn judge(row: &Outgoing, seen: Option<&LmsResult>, family: Family) -> Finding {
    match seen {
        Some(seen) if is_ours(seen, row, &[row.desired_points]) => Finding::Equal,
        Some(LmsResult { score: None, .. }) => Finding::Absent,
        Some(seen) => Finding::Other(share(seen, row), seen.at),
        // Canvas has a result for every score that it took, as long as the person is a student.
        None if family == Family::Canvas => Finding::NotALearner,
        None => Finding::Absent,
    }
}

/// Writes what was found, unless the row went on meanwhile; the times: when it is read back next, and until when
/// it rests where nobody can take it. True where something is to be sent.
fn apply(
    conn: &mut Conn,
    row: &Outgoing,
    finding: Finding,
    (next, parked_until): (Option<UtcTime>, UtcTime),
    now: UtcTime,
) -> Result<bool, StoreError> {
    match finding {
        Finding::Equal => {
            if row.confirmed_rev != row.desired_rev {
                let lag = now.seconds_since(row.desired_ts).max(0);
                metrics::histogram!("ags_confirm_lag_seconds").record(super::figures::figure(lag));
            }
            store::confirm(conn, row, next, now)?;
        }
        Finding::Absent if row.resends < RESENDS => return wishes::resend_lost(conn, row, now),
        Finding::Absent => store::dispute(conn, row, None, now, now)?,
        Finding::Other(points, at) => store::dispute(conn, row, Some(points), at.unwrap_or(now), now)?,
        Finding::NotALearner => {
            store::park(conn, row, Verdict::UserNotGradable.as_str(), parked_until, now)?;
        }
    }
    Ok(false)
}
