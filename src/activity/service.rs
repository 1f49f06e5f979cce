//! What opening a link leads to.

use super::model::{Activity, Placement};
use super::rules::{Named, Resolution, resolve};
use super::store;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::cohort;
use crate::cohort::model::Binding;
use crate::ids::{ActivityId, PersonId, PlacementId};
use crate::launch::Scope;
use crate::platform;
use crate::platform::model::Link;
use crate::store::columns::Role;
use crate::store::{Conn, StoreResult, dialect};

/// What a launch opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// An activity.
    Activity(ActivityId),
    /// A learner's work in an activity, from the gradebook.
    Work(ActivityId, PersonId),
    /// The work of somebody who has none in the activity.
    NoWork(ActivityId),
    /// No link: a trainer chooses what to place in the course.
    Choosing,
    /// A link without an activity.
    Fresh,
    /// A link that names an activity which it may not open.
    Unknown(Unknown),
}

/// Why a link may not open the activity that it names. The code is what the log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// There is none of that id in this LMS: another company's, one of an older database, or a slip.
    Foreign,
    /// It belongs to another course, which this one was not copied from and the asker does not train.
    OtherCourse,
}

impl Unknown {
    /// The reason code for the log.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Foreign => "ACTIVITY_FOREIGN",
            Self::OtherCourse => "ACTIVITY_OTHER_COURSE",
        }
    }
}

/// Joins the cohort and finds the activity behind the link: its own; else the one that its custom
/// parameters name, or a copy of that; else a copy of the one that the same link opened in the course
/// that this one was copied from.
///
/// # Errors
/// When the database fails.
pub fn open(conn: &mut Conn, scope: &Scope, now: UtcTime) -> StoreResult<Opened> {
    let binding = cohort::service::ensure_course_cohort(conn, scope, now)?;
    cohort::service::join(conn, scope, &binding, now)?;
    let Some(link) = &scope.link else {
        return Ok(Opened::Choosing);
    };
    if let Some(placed) = store::find_placed(conn, scope)? {
        return Ok(Opened::Activity(placed));
    }
    // Thirty learners may open a link at once for the first time: the first of them places its activity.
    lock_link(conn, scope)?;
    if let Some(placed) = store::find_placed(conn, scope)? {
        return Ok(Opened::Activity(placed));
    }
    let link = platform::store::get_link(conn, link)?;
    match &link.named_activity {
        Some(id) => open_named(conn, scope, &binding, &link, &ActivityId(id.clone()), now),
        None => open_by_history(conn, scope, &binding, &link, now),
    }
}

fn open_named(
    conn: &mut Conn,
    scope: &Scope,
    binding: &Binding,
    link: &Link,
    id: &ActivityId,
    now: UtcTime,
) -> StoreResult<Opened> {
    let Some(activity) = store::find_of_registration(conn, &scope.registration, id)? else {
        return Ok(Opened::Unknown(Unknown::Foreign));
    };
    let named = where_is(conn, scope, link, &activity)?;
    match resolve(named) {
        Resolution::Place => {
            place(conn, scope, id, now)?;
            Ok(Opened::Activity(activity.id))
        }
        Resolution::Copy => open_copy(conn, scope, binding, &activity, now),
        Resolution::Nothing => Ok(Opened::Unknown(Unknown::OtherCourse)),
    }
}

fn where_is(conn: &mut Conn, scope: &Scope, link: &Link, activity: &Activity) -> StoreResult<Named> {
    let cohort = &activity.cohort_id;
    if cohort::store::is_bound(conn, cohort, &scope.course)? {
        let is_placed = store::is_placed_in(conn, &activity.id, &scope.course)?;
        return Ok(if is_placed { Named::Placed { opens_again: link.opens_again } } else { Named::Waiting });
    }
    let history = platform::store::get_course(conn, &scope.course)?.copied_from();
    let contexts = cohort::store::list_contexts(conn, &scope.registration, cohort)?;
    Ok(Named::Elsewhere {
        is_in_history: contexts.iter().any(|c| history.contains(c)),
        is_trained_by_asker: cohort::store::has_role(conn, cohort, &scope.person, Role::Trainer)?,
    })
}

/// [`open`] from the gradebook, where whoever teaches asks for one learner's work.
///
/// # Errors
/// When the database fails.
pub fn open_work(conn: &mut Conn, scope: &Scope, sub: &str, now: UtcTime) -> StoreResult<Opened> {
    let activity = match open(conn, scope, now)? {
        Opened::Activity(activity) => activity,
        other => return Ok(other),
    };
    let cohort = store::get(conn, scope, &activity)?.cohort_id;
    let person = platform::store::find_person(conn, &scope.registration, sub)?;
    match person {
        Some(p) if cohort::store::has_role(conn, &cohort, &p.id, Role::Learner)? => Ok(Opened::Work(activity, p.id)),
        _ => Ok(Opened::NoWork(activity)),
    }
}

/// A link that names nothing, in a course that is a copy: the nearest of the courses it came from where
/// exactly one link of the same title opens an activity.
fn open_by_history(
    conn: &mut Conn,
    scope: &Scope,
    binding: &Binding,
    link: &Link,
    now: UtcTime,
) -> StoreResult<Opened> {
    let course = platform::store::get_course(conn, &scope.course)?;
    for context in course.copied_from() {
        let placed = store::list_of_context(conn, &scope.registration, &context)?;
        let mut same = placed.into_iter().filter(|(title, _)| !title.is_empty() && *title == link.title);
        match (same.next(), same.next()) {
            (Some((_, source)), None) => return open_copy(conn, scope, binding, &source, now),
            (Some(_), Some(_)) => break,
            (None, _) => {}
        }
    }
    Ok(Opened::Fresh)
}

fn open_copy(
    conn: &mut Conn,
    scope: &Scope,
    binding: &Binding,
    source: &Activity,
    now: UtcTime,
) -> StoreResult<Opened> {
    let copy = copy(conn, scope, binding, source, now)?;
    place(conn, scope, &copy.id, now)?;
    Ok(Opened::Activity(copy.id))
}

/// Stores a copy of an activity in the asker's course. It belongs to the trainer who asks for it, or to
/// the one who made the original where a learner is the first to open it.
///
/// # Errors
/// When the database fails.
pub fn copy(
    conn: &mut Conn,
    scope: &Scope,
    binding: &Binding,
    source: &Activity,
    now: UtcTime,
) -> StoreResult<Activity> {
    let author = if scope.role == Role::Trainer { scope.person.clone() } else { source.created_by.clone() };
    let copy = source.copy(binding.cohort_id.clone(), author, now);
    store::create(conn, &copy, now)?;
    let days = store::counted_days(conn, &source.id)?;
    store::set_counted_days(conn, &copy.id, days)?;
    let companies = store::company_rule(conn, &source.id)?;
    store::set_company_rule(conn, &copy.id, companies)?;
    let detail = serde_json::json!({"from": source.id});
    audit::record(conn, now, &Actor::Person(scope.person.clone()), "activity.copy", copy.id.as_str(), &detail)?;
    Ok(copy)
}

/// Makes the transactions that place something behind the asker's link wait for each other.
///
/// # Errors
/// When the database fails.
pub fn lock_link(conn: &mut Conn, scope: &Scope) -> StoreResult<()> {
    match &scope.link {
        Some(link) => dialect::lock_for_transaction(conn, &format!("link {link}")),
        None => Ok(()),
    }
}

/// Stores a new activity and places it behind the link that the asker opened, if there is one.
///
/// # Errors
/// `Duplicate` when the link has an activity already: somebody else was faster, or a double click.
pub fn create_placed(conn: &mut Conn, scope: &Scope, activity: &Activity, now: UtcTime) -> StoreResult<()> {
    store::create(conn, activity, now)?;
    place(conn, scope, &activity.id, now)
}

/// Places an activity behind the link that the asker opened, if there is one.
///
/// # Errors
/// `Duplicate` when the link has an activity already.
pub fn place(conn: &mut Conn, scope: &Scope, activity: &ActivityId, now: UtcTime) -> StoreResult<()> {
    let Some(link) = &scope.link else {
        return Ok(());
    };
    let placement = Placement { id: PlacementId::new(), activity_id: activity.clone(), link_id: link.clone() };
    store::create_placement(conn, &placement, now)
}
