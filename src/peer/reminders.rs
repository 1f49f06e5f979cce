//! What comes with time: reviews begin where they begin for everybody at once, marks are released where the trainer asked
//! for it, and learners are reminded of what is due
//! soon, by their own dates, and of reviews only while there is a work to review.

use std::time::Duration;

use super::model::Submission;
use super::service::extension;
use super::service::queue::{self, Queue};
use super::service::{release, teams};
use super::{PeerError, store};
use crate::activity;
use crate::activity::model::Activity;
use crate::clock::UtcTime;
use crate::cohort;
use crate::context::Context;
use crate::ids::{ActivityId, PersonId};
use crate::jobs::Job;
use crate::news;
use crate::news::model::Kind;
use crate::store::{Conn, StoreResult};

/// How long ahead, in seconds.
const AHEAD: i64 = 48 * 3600;

/// The job.
#[must_use]
pub fn remind(context: &Context) -> Job {
    Job::by_time("peer.remind", context, remind_round)
}

async fn remind_round(context: Context) -> Duration {
    if let Err(error) = run_round(&context).await {
        tracing::warn!(event = "peer.remind", %error, "learners cannot be reminded now");
    }
    Duration::from_mins(15)
}

/// Somebody is told that something is due.
struct Reminder {
    person: PersonId,
    activity: ActivityId,
    kind: Kind,
    /// Until when; a date that is moved is another one.
    about: String,
}

/// Begins reviews and releases marks whose time has come, and reminds everybody of what is due soon, once for each date. Says how many
/// reminders are new.
///
/// # Errors
/// When the database fails.
pub async fn run_round(context: &Context) -> Result<usize, PeerError> {
    let now = context.clock.now();
    for id in context.db.read(move |c: &mut Conn| activity::store::list_unplanned(c, now)).await? {
        context.db.write(move |c| queue::begin_now(c, &id, now)).await?;
    }
    for id in context.db.read(move |c: &mut Conn| activity::store::list_to_release(c, now)).await? {
        if context.db.write(move |c| release::release_by_itself(c, &id, now)).await? {
            context.wake.wake();
        }
    }
    let due = context.db.read(move |c| find(c, now)).await?;
    let count = due.len();
    if count > 0 {
        let told = move |c: &mut Conn| -> StoreResult<()> {
            due.iter().try_for_each(|r| news::service::tell(c, &r.person, &r.activity, r.kind, &r.about, now))
        };
        context.db.write(told).await?;
    }
    Ok(count)
}

/// What is due for a learner with these dates, and until when.
fn due(own: &Activity, is_handed_in: bool, given: usize, now: UtcTime) -> Option<(Kind, UtcTime)> {
    let is_soon = |until: &UtcTime| (1..=AHEAD).contains(&until.seconds_since(now));
    if is_handed_in {
        let until = own.rules.review_due_at.filter(is_soon)?;
        (own.rules.reviews_begun(now) && given < own.rules.wanted()).then_some((Kind::ReviewsDue, until))
    } else {
        Some((Kind::WorkDue, own.rules.work_due_at.filter(is_soon)?))
    }
}

/// The reminders that nobody was told yet.
fn find(conn: &mut Conn, now: UtcTime) -> Result<Vec<Reminder>, PeerError> {
    let soon = now.plus_seconds(AHEAD);
    let mut activities = activity::store::list_ending(conn, now, soon)?;
    let mut extended = store::list_extended(conn, now, soon)?;
    extended.retain(|id| activities.iter().all(|a| a.id != *id));
    activities.extend(activity::store::list_by_ids(conn, extended)?);
    let mut found = Vec::new();
    for activity in activities.iter().filter(|a| a.released_at.is_none()) {
        find_in(conn, activity, now, &mut found)?;
    }
    Ok(found)
}

fn find_in(conn: &mut Conn, activity: &Activity, now: UtcTime, found: &mut Vec<Reminder>) -> Result<(), PeerError> {
    let (submissions, reviews) =
        (store::list_submissions(conn, &activity.id)?, store::list_reviews(conn, &activity.id)?);
    let (extensions, teams) = (store::list_extensions(conn, &activity.id)?, teams::load(conn, activity)?);
    let queue = Queue::load(conn, activity, (&submissions, &reviews), now)?;
    for learner in cohort::store::list_all_learners(conn, &activity.cohort_id)? {
        let person = learner.person.id;
        let own = extension::for_author(activity, &person, &extensions, &teams);
        let is_handed_in = teams.work_of(&submissions, &person).is_some_and(Submission::is_handed_in);
        let mine = || reviews.iter().filter(|r| r.reviewer_id == person);
        let Some((kind, until)) = due(&own, is_handed_in, mine().filter(|r| r.sent_at.is_some()).count(), now) else {
            continue;
        };
        let about = until.unix_seconds().to_string();
        if news::store::is_told(conn, &person, &activity.id, kind, &about)? {
            continue;
        }
        let is_possible = kind == Kind::WorkDue || mine().any(|r| r.holds(now)) || queue.next(&own, &person).is_some();
        if is_possible {
            found.push(Reminder { person, activity: activity.id.clone(), kind, about });
        }
    }
    Ok(())
}
