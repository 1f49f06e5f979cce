//! Queries about registrations, deployments, courses, links and people.

use diesel::prelude::*;

use super::model::{Course, Deployment, DeploymentState, Link, Person, Registration};
use crate::clock::UtcTime;
use crate::ids::{CourseId, DeploymentId, LinkId, PersonId, RegistrationId};
use crate::store::schema::{courses, deployments, links, people, registrations};
use crate::store::{Conn, StoreResult};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = registrations)]
struct RegistrationRow {
    id: RegistrationId,
    name: String,
    issuer: String,
    client_id: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    token_audience: Option<String>,
    family: super::model::Family,
    deployment_policy: super::model::DeploymentPolicy,
    enabled: bool,
    created_at: UtcTime,
    updated_at: UtcTime,
}

impl From<RegistrationRow> for Registration {
    fn from(r: RegistrationRow) -> Self {
        Self {
            id: r.id,
            name: r.name,
            issuer: r.issuer,
            client_id: r.client_id,
            authorization_endpoint: r.authorization_endpoint,
            token_endpoint: r.token_endpoint,
            jwks_uri: r.jwks_uri,
            token_audience: r.token_audience,
            family: r.family,
            deployment_policy: r.deployment_policy,
            enabled: r.enabled,
            created_at: r.created_at,
            updated_at: r.updated_at,
        }
    }
}

/// Stores a registration.
///
/// # Errors
/// `Duplicate` when issuer, client id and key set are registered already.
pub fn create_registration(conn: &mut Conn, new: &Registration) -> StoreResult<()> {
    let r = new.clone();
    let row = RegistrationRow {
        id: r.id,
        name: r.name,
        issuer: r.issuer,
        client_id: r.client_id,
        authorization_endpoint: r.authorization_endpoint,
        token_endpoint: r.token_endpoint,
        jwks_uri: r.jwks_uri,
        token_audience: r.token_audience,
        family: r.family,
        deployment_policy: r.deployment_policy,
        enabled: r.enabled,
        created_at: r.created_at,
        updated_at: r.updated_at,
    };
    diesel::insert_into(registrations::table).values(&row).execute(conn)?;
    Ok(())
}

/// A registration by its id.
///
/// # Errors
/// When the database fails.
pub fn find_registration(conn: &mut Conn, id: &RegistrationId) -> StoreResult<Option<Registration>> {
    let row = registrations::table.find(id).select(RegistrationRow::as_select()).first(conn).optional()?;
    Ok(row.map(Into::into))
}

/// The registrations of an issuer, and of one client where it is named.
///
/// # Errors
/// When the database fails.
pub fn list_registrations_of(conn: &mut Conn, issuer: &str, client_id: Option<&str>) -> StoreResult<Vec<Registration>> {
    let mut query = registrations::table.filter(registrations::issuer.eq(issuer.to_owned())).into_boxed();
    if let Some(client_id) = client_id {
        query = query.filter(registrations::client_id.eq(client_id.to_owned()));
    }
    let rows: Vec<RegistrationRow> = query.limit(2).select(RegistrationRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// All registrations, oldest first.
///
/// # Errors
/// When the database fails.
pub fn list_registrations(conn: &mut Conn) -> StoreResult<Vec<Registration>> {
    let rows: Vec<RegistrationRow> =
        registrations::table.order(registrations::id).select(RegistrationRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Switches a registration on or off.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn set_registration_enabled(conn: &mut Conn, id: &RegistrationId, enabled: bool, now: UtcTime) -> StoreResult<()> {
    let changed = diesel::update(registrations::table.find(id))
        .set((registrations::enabled.eq(enabled), registrations::updated_at.eq(now)))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(crate::store::StoreError::NotFound) }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = deployments)]
struct DeploymentRow {
    id: DeploymentId,
    registration_id: RegistrationId,
    deployment_id: String,
    state: DeploymentState,
    created_at: UtcTime,
}

impl From<DeploymentRow> for Deployment {
    fn from(r: DeploymentRow) -> Self {
        Self {
            id: r.id,
            registration_id: r.registration_id,
            deployment_id: r.deployment_id,
            state: r.state,
            created_at: r.created_at,
        }
    }
}

/// A deployment by the LMS's id.
///
/// # Errors
/// When the database fails.
pub fn find_deployment(
    conn: &mut Conn,
    registration: &RegistrationId,
    deployment_id: &str,
) -> StoreResult<Option<Deployment>> {
    let row = deployments::table
        .filter(deployments::registration_id.eq(registration))
        .filter(deployments::deployment_id.eq(deployment_id))
        .select(DeploymentRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// A deployment by our id.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn get_deployment(conn: &mut Conn, id: &DeploymentId) -> StoreResult<Deployment> {
    Ok(deployments::table.find(id).select(DeploymentRow::as_select()).first(conn)?.into())
}

/// The deployments of a registration, oldest first.
///
/// # Errors
/// When the database fails.
pub fn list_deployments(conn: &mut Conn, registration: &RegistrationId) -> StoreResult<Vec<Deployment>> {
    let rows: Vec<DeploymentRow> = deployments::table
        .filter(deployments::registration_id.eq(registration))
        .order(deployments::id)
        .select(DeploymentRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Stores a deployment.
///
/// # Errors
/// `Duplicate` when it is there already.
pub fn create_deployment(conn: &mut Conn, new: &Deployment) -> StoreResult<()> {
    let row = DeploymentRow {
        id: new.id.clone(),
        registration_id: new.registration_id.clone(),
        deployment_id: new.deployment_id.clone(),
        state: new.state,
        created_at: new.created_at,
    };
    diesel::insert_into(deployments::table).values(&row).execute(conn)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = courses)]
struct CourseRow {
    id: CourseId,
    deployment_id: DeploymentId,
    context_id: String,
    contextless: bool,
    title: String,
    label: String,
    line_items_url: Option<String>,
    memberships_url: Option<String>,
    ags_scopes: String,
}

impl From<CourseRow> for Course {
    fn from(r: CourseRow) -> Self {
        Self {
            id: r.id,
            deployment_id: r.deployment_id,
            context_id: r.context_id,
            contextless: r.contextless,
            title: r.title,
            label: r.label,
            line_items_url: r.line_items_url,
            memberships_url: r.memberships_url,
            ags_scopes: r.ags_scopes,
        }
    }
}

/// A course by the LMS's id.
///
/// # Errors
/// When the database fails.
pub fn find_course(
    conn: &mut Conn,
    deployment: &DeploymentId,
    context_id: &str,
    contextless: bool,
) -> StoreResult<Option<Course>> {
    let row = courses::table
        .filter(courses::deployment_id.eq(deployment))
        .filter(courses::context_id.eq(context_id))
        .filter(courses::contextless.eq(contextless))
        .select(CourseRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// A course by our id.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn get_course(conn: &mut Conn, id: &CourseId) -> StoreResult<Course> {
    Ok(courses::table.find(id).select(CourseRow::as_select()).first(conn)?.into())
}

/// Stores a course.
///
/// # Errors
/// `Duplicate` when it is there already.
pub fn create_course(conn: &mut Conn, new: &Course, now: UtcTime) -> StoreResult<()> {
    diesel::insert_into(courses::table)
        .values((
            courses::id.eq(&new.id),
            courses::deployment_id.eq(&new.deployment_id),
            courses::context_id.eq(&new.context_id),
            courses::contextless.eq(new.contextless),
            courses::title.eq(&new.title),
            courses::label.eq(&new.label),
            courses::line_items_url.eq(&new.line_items_url),
            courses::memberships_url.eq(&new.memberships_url),
            courses::ags_scopes.eq(&new.ags_scopes),
            courses::created_at.eq(now),
            courses::updated_at.eq(now),
        ))
        .execute(conn)?;
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
            courses::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = links)]
struct LinkRow {
    id: LinkId,
    course_id: CourseId,
    resource_link_id: String,
    title: String,
    line_item_url: Option<String>,
}

impl From<LinkRow> for Link {
    fn from(r: LinkRow) -> Self {
        Self {
            id: r.id,
            course_id: r.course_id,
            resource_link_id: r.resource_link_id,
            title: r.title,
            line_item_url: r.line_item_url,
        }
    }
}

/// A link by the LMS's id.
///
/// # Errors
/// When the database fails.
pub fn find_link(conn: &mut Conn, course: &CourseId, resource_link_id: &str) -> StoreResult<Option<Link>> {
    let row = links::table
        .filter(links::course_id.eq(course))
        .filter(links::resource_link_id.eq(resource_link_id))
        .select(LinkRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
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
    diesel::insert_into(links::table)
        .values((
            links::id.eq(&new.id),
            links::course_id.eq(&new.course_id),
            links::resource_link_id.eq(&new.resource_link_id),
            links::title.eq(&new.title),
            links::line_item_url.eq(&new.line_item_url),
            links::created_at.eq(now),
            links::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Overwrites what a launch may change of a link.
///
/// # Errors
/// When the database fails.
pub fn update_link(conn: &mut Conn, link: &Link, now: UtcTime) -> StoreResult<()> {
    diesel::update(links::table.find(&link.id))
        .set((links::title.eq(&link.title), links::line_item_url.eq(&link.line_item_url), links::updated_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = people)]
struct PersonRow {
    id: PersonId,
    registration_id: RegistrationId,
    sub: String,
    name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    email: Option<String>,
    test_user: bool,
}

impl From<PersonRow> for Person {
    fn from(r: PersonRow) -> Self {
        Self {
            id: r.id,
            registration_id: r.registration_id,
            sub: r.sub,
            name: r.name,
            given_name: r.given_name,
            family_name: r.family_name,
            email: r.email,
            test_user: r.test_user,
        }
    }
}

/// A person by the LMS's id, byte for byte.
///
/// # Errors
/// When the database fails.
pub fn find_person(conn: &mut Conn, registration: &RegistrationId, sub: &str) -> StoreResult<Option<Person>> {
    let row = people::table
        .filter(people::registration_id.eq(registration))
        .filter(people::sub.eq(sub))
        .select(PersonRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// A person by our id.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn get_person(conn: &mut Conn, id: &PersonId) -> StoreResult<Person> {
    Ok(people::table.find(id).select(PersonRow::as_select()).first(conn)?.into())
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
    diesel::insert_into(people::table)
        .values((
            people::id.eq(&new.id),
            people::registration_id.eq(&new.registration_id),
            people::sub.eq(&new.sub),
            people::name.eq(&new.name),
            people::given_name.eq(&new.given_name),
            people::family_name.eq(&new.family_name),
            people::email.eq(&new.email),
            people::test_user.eq(new.test_user),
            people::created_at.eq(now),
            people::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
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
            people::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
