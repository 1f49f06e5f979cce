//! Queries about activities and placements.

mod companies;
mod dates;

pub use companies::{company_rule, set_company_rule};
pub use dates::{counted_days, set_counted_days};

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::model::{Activity, Anonymity, GroupRule, MarkMethod, Placement, ReviewingMethod, Rules};
use crate::clock::UtcTime;
use crate::ids::{ActivityId, CohortId, CourseId, LinkId, PersonId, RegistrationId, RubricVersionId};
use crate::launch::Scope;
use crate::platform;
use crate::platform::model::Link;
use crate::store::columns::Role;
use crate::store::schema::{activities, bindings, courses, deployments, links, memberships, placements};
use crate::store::{Conn, StoreError, StoreResult, row_of};

/// How many copies of copies are followed back.
const MAX_ANCESTORS: usize = 20;

row_of! {
    #[derive(AsChangeset)]
    #[diesel(treat_none_as_null = true)]
    Rules as RulesRow in activities {
        work_due_at: Option<UtcTime>,
        review_due_at: Option<UtcTime>,
        review_from_at: Option<UtcTime>,
        release_at: Option<UtcTime>,
        late_days: i32,
        late_penalty: i32,
        reviews_per_learner: i32,
        reviews_received: i32,
        pool_minutes: i32,
        group_rule: GroupRule,
        anonymity: Anonymity,
        trainer_blind: bool,
        mark_method: MarkMethod,
        check_percent: i32,
        reviewing_column: Option<String>,
        reviewing_method: ReviewingMethod,
        reviewing_weight: i32,
        self_assessment: bool,
    }
}

row_of! {
    Activity as Row in activities {
        id: ActivityId,
        cohort_id: CohortId,
        title: String,
        brief_html: String,
        rubric_version_id: RubricVersionId,
        #[diesel(embed)]
        rules: RulesRow,
        released_at: Option<UtcTime>,
        revision: i32,
        created_by: PersonId,
        copied_from: Option<ActivityId>,
        score_maximum: i32,
        planned_at: Option<UtcTime>,
    }
}

/// The activity behind the link that the asker opened.
///
/// # Errors
/// When the database fails.
pub fn find_placed(conn: &mut Conn, scope: &Scope) -> StoreResult<Option<ActivityId>> {
    let Some(link) = &scope.link else {
        return Ok(None);
    };
    Ok(placements::table
        .inner_join(links::table.on(links::id.eq(placements::link_id)))
        .filter(placements::link_id.eq(link))
        .filter(links::course_id.eq(&scope.course))
        .select(placements::activity_id)
        .first(conn)
        .optional()?)
}

/// An activity that is placed in the asker's course. One that is placed elsewhere does not exist.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> StoreResult<Activity> {
    let row: Option<Row> = activities::table
        .inner_join(placements::table.on(placements::activity_id.eq(activities::id)))
        .inner_join(links::table.on(links::id.eq(placements::link_id)))
        .filter(activities::id.eq(id))
        .filter(links::course_id.eq(&scope.course))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Into::into).ok_or(StoreError::NotFound)
}

/// The link of an activity in a course: the first one that was placed.
///
/// # Errors
/// When the database fails.
pub fn find_link(conn: &mut Conn, activity: &ActivityId, course: &CourseId) -> StoreResult<Option<Link>> {
    let id: Option<LinkId> = placements::table
        .inner_join(links::table.on(links::id.eq(placements::link_id)))
        .filter(placements::activity_id.eq(activity))
        .filter(links::course_id.eq(course))
        .order(placements::created_at)
        .select(links::id)
        .first(conn)
        .optional()?;
    id.map(|id| platform::store::get_link(conn, &id)).transpose()
}

/// An activity of a course of a registration, wherever it is placed; the caller decides what the asker
/// may do with it.
///
/// # Errors
/// When the database fails.
pub fn find_of_registration(
    conn: &mut Conn,
    registration: &RegistrationId,
    id: &ActivityId,
) -> StoreResult<Option<Activity>> {
    let row: Option<Row> = activities::table
        .inner_join(bindings::table.on(bindings::cohort_id.eq(activities::cohort_id)))
        .inner_join(courses::table.on(courses::id.eq(bindings::course_id)))
        .inner_join(deployments::table.on(deployments::id.eq(courses::deployment_id)))
        .filter(activities::id.eq(id))
        .filter(deployments::registration_id.eq(registration))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// Whether an activity is placed in a course.
///
/// # Errors
/// When the database fails.
pub fn is_placed_in(conn: &mut Conn, activity: &ActivityId, course: &CourseId) -> StoreResult<bool> {
    Ok(find_link(conn, activity, course)?.is_some())
}

/// The activities of one of the LMS's courses, each with the title of a link that opens it.
///
/// # Errors
/// When the database fails.
pub fn list_of_context(
    conn: &mut Conn,
    registration: &RegistrationId,
    context_id: &str,
) -> StoreResult<Vec<(String, Activity)>> {
    let rows: Vec<(String, Row)> = placements::table
        .inner_join(activities::table.on(activities::id.eq(placements::activity_id)))
        .inner_join(links::table.on(links::id.eq(placements::link_id)))
        .inner_join(courses::table.on(courses::id.eq(links::course_id)))
        .inner_join(deployments::table.on(deployments::id.eq(courses::deployment_id)))
        .filter(deployments::registration_id.eq(registration))
        .filter(courses::contextless.eq(false))
        .filter(courses::context_id.eq(context_id))
        .order(placements::created_at)
        .select((links::title, Row::as_select()))
        .load(conn)?;
    Ok(rows.into_iter().map(|(title, row)| (title, row.into())).collect())
}

/// An activity that a trainer may place or copy.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Our id.
    pub id: ActivityId,
    /// Its title.
    pub title: String,
    /// The course that it belongs to.
    pub course: String,
    /// Whether that is the asker's course.
    pub is_here: bool,
    /// Whether a link of the asker's course opens it.
    pub is_placed: bool,
    /// When it was last changed.
    pub updated_at: UtcTime,
}

/// Whether [`list_offered`] has anything.
///
/// # Errors
/// When the database fails.
pub fn offers_any(conn: &mut Conn, scope: &Scope) -> StoreResult<bool> {
    let trained = memberships::table
        .filter(memberships::person_id.eq(&scope.person))
        .filter(memberships::role.eq(Role::Trainer))
        .filter(memberships::active.eq(true))
        .select(memberships::cohort_id);
    let offered = activities::table.filter(activities::cohort_id.eq_any(trained));
    Ok(diesel::select(diesel::dsl::exists(offered)).get_result(conn)?)
}

/// Everything that the asker may place or copy: the activities of this course and of those that the
/// asker trains; those of this course first, then the ones that changed last.
///
/// # Errors
/// When the database fails.
pub fn list_offered(conn: &mut Conn, scope: &Scope) -> StoreResult<Vec<Offered>> {
    let mut cohorts: Vec<(CohortId, CourseId, String)> = memberships::table
        .inner_join(bindings::table.on(bindings::id.eq(memberships::binding_id)))
        .inner_join(courses::table.on(courses::id.eq(bindings::course_id)))
        .filter(memberships::person_id.eq(&scope.person))
        .filter(memberships::role.eq(Role::Trainer))
        .filter(memberships::active.eq(true))
        .select((memberships::cohort_id, courses::id, courses::title))
        .load(conn)?;
    // A cohort that is bound to several courses counts as one of this course.
    cohorts.sort_by_key(|(_, course, _)| *course != scope.course);
    let mut courses_of: HashMap<CohortId, (CourseId, String)> = HashMap::new();
    for (cohort, course, title) in cohorts {
        courses_of.entry(cohort).or_insert((course, title));
    }
    let placed: HashSet<ActivityId> = placements::table
        .inner_join(links::table.on(links::id.eq(placements::link_id)))
        .filter(links::course_id.eq(&scope.course))
        .select(placements::activity_id)
        .load(conn)?
        .into_iter()
        .collect();
    let known: Vec<CohortId> = courses_of.keys().cloned().collect();
    let rows: Vec<(ActivityId, String, CohortId, UtcTime)> = activities::table
        .filter(activities::cohort_id.eq_any(known))
        .order((activities::updated_at.desc(), activities::id))
        .select((activities::id, activities::title, activities::cohort_id, activities::updated_at))
        .load(conn)?;
    let mut offered: Vec<Offered> = rows
        .into_iter()
        .filter_map(|(id, title, cohort, updated_at)| {
            let (course_id, course) = courses_of.get(&cohort)?.clone();
            let is_here = course_id == scope.course;
            let is_placed = placed.contains(&id);
            Some(Offered { id, title, course, is_here, is_placed, updated_at })
        })
        .collect();
    offered.sort_by_key(|o| !o.is_here);
    Ok(offered)
}

/// What a full mark of an activity counts in a column that we make.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn score_maximum(conn: &mut Conn, id: &ActivityId) -> StoreResult<i32> {
    Ok(activities::table.find(id).select(activities::score_maximum).first(conn)?)
}

/// The name of the second column of an activity, where it has one.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn reviewing_column(conn: &mut Conn, id: &ActivityId) -> StoreResult<Option<String>> {
    Ok(activities::table.find(id).select(activities::reviewing_column).first(conn)?)
}

/// The activities that an activity was copied from, nearest first.
///
/// # Errors
/// When the database fails.
pub fn list_ancestors(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<ActivityId>> {
    let mut ancestors: Vec<ActivityId> = Vec::new();
    let mut of = activity.clone();
    while ancestors.len() < MAX_ANCESTORS {
        let found: Option<ActivityId> = activities::table.find(&of).select(activities::copied_from).first(conn)?;
        let Some(ancestor) = found else { break };
        ancestors.push(ancestor.clone());
        of = ancestor;
    }
    Ok(ancestors)
}

/// The LMS's ids of the links of a course that open another activity.
///
/// # Errors
/// When the database fails.
pub fn list_links_of_others(conn: &mut Conn, activity: &ActivityId, course: &CourseId) -> StoreResult<Vec<String>> {
    Ok(placements::table
        .inner_join(links::table.on(links::id.eq(placements::link_id)))
        .filter(links::course_id.eq(course))
        .filter(placements::activity_id.ne(activity))
        .select(links::resource_link_id)
        .load(conn)?)
}

/// Stores an activity.
///
/// # Errors
/// When the database fails.
pub fn create(conn: &mut Conn, new: &Activity, now: UtcTime) -> StoreResult<()> {
    let times = (activities::created_at.eq(now), activities::updated_at.eq(now));
    diesel::insert_into(activities::table).values((&Row::from(new.clone()), times)).execute(conn)?;
    Ok(())
}

/// Stores a changed activity if nobody changed it since `revision` was read. Says whether it did.
///
/// # Errors
/// When the database fails.
pub fn update(conn: &mut Conn, changed: &Activity, revision: i32, now: UtcTime) -> StoreResult<bool> {
    let rows = diesel::update(activities::table.find(&changed.id).filter(activities::revision.eq(revision)))
        .set((
            RulesRow::from(changed.rules.clone()),
            activities::title.eq(&changed.title),
            activities::brief_html.eq(&changed.brief_html),
            activities::rubric_version_id.eq(&changed.rubric_version_id),
            activities::released_at.eq(changed.released_at),
            activities::planned_at.eq(changed.planned_at),
            activities::revision.eq(revision + 1),
            activities::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(rows == 1)
}

/// Stores a placement.
///
/// # Errors
/// `Duplicate` when the link has an activity already.
pub fn create_placement(conn: &mut Conn, new: &Placement, now: UtcTime) -> StoreResult<()> {
    diesel::insert_into(placements::table)
        .values((
            placements::id.eq(&new.id),
            placements::activity_id.eq(&new.activity_id),
            placements::link_id.eq(&new.link_id),
            placements::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Activities that are not released and end something between two moments, for jobs, which nobody asks.
///
/// # Errors
/// When the database fails.
pub fn list_ending(conn: &mut Conn, from: UtcTime, to: UtcTime) -> StoreResult<Vec<Activity>> {
    let rows: Vec<Row> = activities::table
        .filter(activities::released_at.is_null())
        .filter(activities::work_due_at.between(from, to).or(activities::review_due_at.between(from, to)))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Activities whose reviews have begun for everybody and are not planned, for jobs, which nobody asks.
///
/// # Errors
/// When the database fails.
pub fn list_unplanned(conn: &mut Conn, now: UtcTime) -> StoreResult<Vec<ActivityId>> {
    Ok(activities::table
        .filter(activities::released_at.is_null())
        .filter(activities::planned_at.is_null())
        .filter(activities::review_from_at.le(now))
        .filter(activities::review_due_at.is_null().or(activities::review_due_at.gt(now)))
        .order(activities::id)
        .select(activities::id)
        .load(conn)?)
}

/// Activities whose marks are to be released by themselves now, for jobs, which nobody asks.
///
/// # Errors
/// When the database fails.
pub fn list_to_release(conn: &mut Conn, now: UtcTime) -> StoreResult<Vec<ActivityId>> {
    Ok(activities::table
        .filter(activities::released_at.is_null())
        .filter(activities::release_at.le(now))
        .order(activities::id)
        .select(activities::id)
        .load(conn)?)
}

/// What somebody who set an activity up may see and do in the first course where it is placed: for what they asked to
/// happen later. None where it is placed nowhere.
///
/// # Errors
/// When the database fails.
pub fn find_scope_of_creator(conn: &mut Conn, activity: &Activity) -> StoreResult<Option<Scope>> {
    let place: Option<(RegistrationId, CourseId, LinkId)> = placements::table
        .inner_join(links::table.on(links::id.eq(placements::link_id)))
        .inner_join(courses::table.on(courses::id.eq(links::course_id)))
        .inner_join(deployments::table.on(deployments::id.eq(courses::deployment_id)))
        .filter(placements::activity_id.eq(&activity.id))
        .order((placements::created_at, placements::id))
        .select((deployments::registration_id, courses::id, links::id))
        .first(conn)
        .optional()?;
    Ok(place.map(|(registration, course, link)| Scope {
        registration,
        person: activity.created_by.clone(),
        course,
        link: Some(link),
        role: Role::Trainer,
    }))
}

/// Stores when it was planned who reviews whom, None to plan it anew. That is no change of the settings, which keep their
/// revision.
///
/// # Errors
/// When the database fails.
pub fn set_planned(conn: &mut Conn, id: &ActivityId, at: Option<UtcTime>) -> StoreResult<()> {
    diesel::update(activities::table.find(id)).set(activities::planned_at.eq(at)).execute(conn)?;
    Ok(())
}

/// Some activities by their ids, for jobs, which nobody asks.
///
/// # Errors
/// When the database fails.
pub fn list_by_ids(conn: &mut Conn, ids: Vec<ActivityId>) -> StoreResult<Vec<Activity>> {
    let rows: Vec<Row> = activities::table.filter(activities::id.eq_any(ids)).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}
