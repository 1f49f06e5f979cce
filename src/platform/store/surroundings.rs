//! Courses, links and people: what surrounds a launch.

use diesel::prelude::*;

use super::registrations::{DeploymentRow, RegistrationRow};
use crate::clock::UtcTime;
use crate::ids::{CourseId, DeploymentId, LinkId, PersonId, RegistrationId};
use crate::platform::model::{Course, Deployment, Link, Person, Registration};
use crate::store::schema::{courses, deployments, links, people, registrations};
use crate::store::{Conn, StoreResult, on_engine, row_of};

/// What is stored of the surroundings of a launch.
#[derive(Clone, Debug)]
pub struct Known {
    /// Whether launches of the registration are let in.
    pub enabled: bool,
    /// The deployment.
    pub deployment: Option<Deployment>,
    /// The course.
    pub course: Option<Course>,
    /// The link.
    pub link: Option<Link>,
    /// The person.
    pub person: Option<Person>,
}

/// Which surroundings are looked for, in the LMS's own ids, byte for byte.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The deployment.
    pub deployment_id: &'a str,
    /// The context, or the link of a launch without one.
    pub context_id: &'a str,
    /// Whether there is no context.
    pub contextless: bool,
    /// The resource link.
    pub resource_link_id: &'a str,
    /// The person.
    pub sub: &'a str,
}

/// Everything that is known of the surroundings of a launch, in one query.
///
/// # Errors
/// `NotFound` for an unknown registration.
pub fn find_known(conn: &mut Conn, registration: &RegistrationId, wanted: Wanted<'_>) -> StoreResult<Known> {
    type Row = (bool, Option<DeploymentRow>, Option<CourseRow>, Option<LinkRow>, Option<PersonRow>);
    let in_deployment = deployments::registration_id
        .eq(registrations::id)
        .and(deployments::deployment_id.eq(wanted.deployment_id.to_owned()));
    let in_course = courses::deployment_id
        .eq(deployments::id)
        .and(courses::context_id.eq(wanted.context_id.to_owned()))
        .and(courses::contextless.eq(wanted.contextless));
    let in_link = links::course_id.eq(courses::id).and(links::resource_link_id.eq(wanted.resource_link_id.to_owned()));
    let is_person = people::registration_id.eq(registrations::id).and(people::sub.eq(wanted.sub.to_owned()));
    let (enabled, deployment, course, link, person): Row = on_engine!(conn, c => registrations::table
        .left_join(deployments::table.on(in_deployment))
        .left_join(courses::table.on(in_course))
        .left_join(links::table.on(in_link))
        .left_join(people::table.on(is_person))
        .filter(registrations::id.eq(registration.clone()))
        .select((
            registrations::enabled,
            Option::<DeploymentRow>::as_select(),
            Option::<CourseRow>::as_select(),
            Option::<LinkRow>::as_select(),
            Option::<PersonRow>::as_select(),
        ))
        .first(c))?;
    Ok(Known {
        enabled,
        deployment: deployment.map(Into::into),
        course: course.map(Into::into),
        link: link.map(Into::into),
        person: person.map(Into::into),
    })
}

row_of! {
    Course as CourseRow in courses {
        id: CourseId,
        deployment_id: DeploymentId,
        context_id: String,
        contextless: bool,
        title: String,
        label: String,
        line_items_url: Option<String>,
        memberships_url: Option<String>,
        ags_scopes: String,
        history: String,
    }
}

/// A course by our id.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn get_course(conn: &mut Conn, id: &CourseId) -> StoreResult<Course> {
    Ok(courses::table.find(id).select(CourseRow::as_select()).first(conn)?.into())
}

/// Where a course is at home.
#[derive(Clone, Debug)]
pub struct Home {
    /// The course.
    pub course: Course,
    /// The deployment through which the LMS shows the tool there.
    pub deployment: Deployment,
    /// The LMS.
    pub registration: Registration,
}

/// A course with its deployment and its registration.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn get_home(conn: &mut Conn, id: &CourseId) -> StoreResult<Home> {
    let (course, deployment, registration): (CourseRow, DeploymentRow, RegistrationRow) = courses::table
        .inner_join(deployments::table.on(deployments::id.eq(courses::deployment_id)))
        .inner_join(registrations::table.on(registrations::id.eq(deployments::registration_id)))
        .filter(courses::id.eq(id))
        .select((CourseRow::as_select(), DeploymentRow::as_select(), RegistrationRow::as_select()))
        .first(conn)?;
    Ok(Home { course: course.into(), deployment: deployment.into(), registration: registration.into() })
}

/// Stores a course.
///
/// # Errors
/// `Duplicate` when it is there already.
pub fn create_course(conn: &mut Conn, new: &Course, now: UtcTime) -> StoreResult<()> {
    let row = CourseRow::from(new.clone());
    let times = (courses::created_at.eq(now), courses::updated_at.eq(now));
    diesel::insert_into(courses::table).values((&row, times)).execute(conn)?;
    Ok(())
}

/// Overwrites what a launch may change of a course.
///
/// # Errors
/// When the database fails.
pub fn update_course(conn: &mut Conn, course: &Course, now: UtcTime) -> StoreResult<()> {
    diesel::update(courses::table.find(&course.id))
        .set((
            courses::title.eq(&course.title),
            courses::label.eq(&course.label),
            courses::line_items_url.eq(&course.line_items_url),
            courses::memberships_url.eq(&course.memberships_url),
            courses::ags_scopes.eq(&course.ags_scopes),
            courses::history.eq(&course.history),
            courses::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

row_of! {
    Link as LinkRow in links {
        id: LinkId,
        course_id: CourseId,
        resource_link_id: String,
        title: String,
        line_item_url: Option<String>,
        named_activity: Option<String>,
        opens_again: bool,
    }
}

/// A link by our id.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn get_link(conn: &mut Conn, id: &LinkId) -> StoreResult<Link> {
    Ok(links::table.find(id).select(LinkRow::as_select()).first(conn)?.into())
}

/// Stores a link.
///
/// # Errors
/// `Duplicate` when it is there already.
pub fn create_link(conn: &mut Conn, new: &Link, now: UtcTime) -> StoreResult<()> {
    let row = LinkRow::from(new.clone());
    let times = (links::created_at.eq(now), links::updated_at.eq(now));
    diesel::insert_into(links::table).values((&row, times)).execute(conn)?;
    Ok(())
}

/// Overwrites what a launch may change of a link.
///
/// # Errors
/// When the database fails.
pub fn update_link(conn: &mut Conn, link: &Link, now: UtcTime) -> StoreResult<()> {
    diesel::update(links::table.find(&link.id))
        .set((
            links::title.eq(&link.title),
            links::line_item_url.eq(&link.line_item_url),
            links::named_activity.eq(&link.named_activity),
            links::opens_again.eq(link.opens_again),
            links::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

row_of! {
    Person as PersonRow in people {
        id: PersonId,
        registration_id: RegistrationId,
        sub: String,
        name: Option<String>,
        given_name: Option<String>,
        family_name: Option<String>,
        email: Option<String>,
        test_user: bool,
        lang: Option<String>,
    }
}

/// A person by our id.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn get_person(conn: &mut Conn, id: &PersonId) -> StoreResult<Person> {
    Ok(on_engine!(conn, c => people::table.find(id).select(PersonRow::as_select()).first(c))?.into())
}

/// A person by the LMS's id.
///
/// # Errors
/// When the database fails.
pub fn find_person(conn: &mut Conn, registration: &RegistrationId, sub: &str) -> StoreResult<Option<Person>> {
    let row: Option<PersonRow> = people::table
        .filter(people::registration_id.eq(registration))
        .filter(people::sub.eq(sub))
        .select(PersonRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// Those of some people, by the LMS's ids, who are known.
///
/// # Errors
/// When the database fails.
pub fn list_people_by_sub(
    conn: &mut Conn,
    registration: &RegistrationId,
    subs: Vec<String>,
) -> StoreResult<Vec<Person>> {
    let rows: Vec<PersonRow> = people::table
        .filter(people::registration_id.eq(registration))
        .filter(people::sub.eq_any(subs))
        .select(PersonRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Several people by our ids.
///
/// # Errors
/// When the database fails.
pub fn list_people(conn: &mut Conn, ids: Vec<PersonId>) -> StoreResult<Vec<Person>> {
    let rows: Vec<PersonRow> =
        people::table.filter(people::id.eq_any(ids)).select(PersonRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Stores a person.
///
/// # Errors
/// `Duplicate` when the person is there already.
pub fn create_person(conn: &mut Conn, new: &Person, now: UtcTime) -> StoreResult<()> {
    let row = PersonRow::from(new.clone());
    let times = (people::created_at.eq(now), people::updated_at.eq(now));
    diesel::insert_into(people::table).values((&row, times)).execute(conn)?;
    Ok(())
}

/// Stores several people at once.
///
/// # Errors
/// `Duplicate` when somebody is there already.
pub fn create_people(conn: &mut Conn, new: Vec<Person>, now: UtcTime) -> StoreResult<()> {
    match conn {
        Conn::Pg(c) => {
            let times = (people::created_at.eq(now), people::updated_at.eq(now));
            let rows: Vec<_> = new.into_iter().map(|p| (PersonRow::from(p), times)).collect();
            diesel::insert_into(people::table).values(&rows).execute(c)?;
            Ok(())
        }
        // Nothing travels there: one after the other is as fast.
        Conn::Sqlite(_) => new.iter().try_for_each(|person| create_person(conn, person, now)),
    }
}

/// Overwrites what a launch says about a person.
///
/// # Errors
/// When the database fails.
pub fn update_person(conn: &mut Conn, person: &Person, now: UtcTime) -> StoreResult<()> {
    diesel::update(people::table.find(&person.id))
        .set((
            people::name.eq(&person.name),
            people::given_name.eq(&person.given_name),
            people::family_name.eq(&person.family_name),
            people::email.eq(&person.email),
            people::test_user.eq(person.test_user),
            people::lang.eq(&person.lang),
            people::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// A service that an LMS offers in a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The gradebook.
    LineItems,
    /// The roster.
    Roster,
}

/// The course of a registration that changed last among those that have a service.
///
/// # Errors
/// When the database fails.
pub fn find_newest_course(
    conn: &mut Conn,
    registration: &RegistrationId,
    service: Service,
) -> StoreResult<Option<Course>> {
    let of_registration = courses::table
        .inner_join(deployments::table.on(deployments::id.eq(courses::deployment_id)))
        .filter(deployments::registration_id.eq(registration.clone()))
        .order(courses::updated_at.desc())
        .select(CourseRow::as_select())
        .into_boxed();
    let row: Option<CourseRow> = match service {
        Service::LineItems => of_registration.filter(courses::line_items_url.is_not_null()).first(conn).optional()?,
        Service::Roster => of_registration.filter(courses::memberships_url.is_not_null()).first(conn).optional()?,
    };
    Ok(row.map(Into::into))
}
