//! Registering LMSs, and taking in what a verified launch says.

use super::model::{
    Course, Deployment, DeploymentPolicy, DeploymentState, Link, NewRegistration, Person, Registration,
};
use super::store::{self, Known, Wanted};
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::ids::{CourseId, DeploymentId, LinkId, PersonId, RegistrationId};
use crate::lti::message::Launch;
use crate::lti::reject::Reject;
use crate::lti::roles::Mapped;
use crate::lti::verify::MAX_ID;
use crate::lti::{ACTIVITY_ID, CONTEXT_HISTORY, PLACEMENT, PLACEMENT_AGAIN};
use crate::store::{Conn, StoreResult};
use crate::web::i18n::Lang;

/// Registers an LMS by hand.
///
/// # Errors
/// `Duplicate` when issuer, client id and key set are registered already.
pub fn register(conn: &mut Conn, new: NewRegistration, actor: &Actor, now: UtcTime) -> StoreResult<Registration> {
    register_as(conn, RegistrationId::new(), new, actor, now)
}

/// [`register`] under an id that was given out before, by whoever it was.
///
/// # Errors
/// As [`register`].
pub fn register_as(
    conn: &mut Conn,
    id: RegistrationId,
    new: NewRegistration,
    actor: &Actor,
    now: UtcTime,
) -> StoreResult<Registration> {
    let policy = new.deployment_policy.unwrap_or(if new.deployments.is_empty() {
        DeploymentPolicy::Auto
    } else {
        DeploymentPolicy::Approve
    });
    let registration = Registration {
        id,
        name: new.name,
        issuer: new.issuer,
        client_id: new.client_id,
        authorization_endpoint: new.authorization_endpoint,
        token_endpoint: new.token_endpoint,
        jwks_uri: new.jwks_uri,
        token_audience: new.token_audience,
        family: new.family,
        deployment_policy: policy,
        enabled: true,
        created_at: now,
        updated_at: now,
        granted_scopes: new.granted_scopes,
    };
    store::create_registration(conn, &registration)?;
    for deployment_id in new.deployments {
        let state = DeploymentState::Approved;
        let id = DeploymentId::new();
        store::create_deployment(
            conn,
            &Deployment { id, registration_id: registration.id.clone(), deployment_id, state, created_at: now },
        )?;
    }
    audit::record(
        conn,
        now,
        actor,
        "registration.create",
        registration.id.as_str(),
        &serde_json::json!({
            "issuer": registration.issuer, "client_id": registration.client_id,
        }),
    )?;
    Ok(registration)
}

/// Switches a registration on or off.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn set_enabled(
    conn: &mut Conn,
    id: &RegistrationId,
    enabled: bool,
    actor: &Actor,
    now: UtcTime,
) -> StoreResult<()> {
    store::set_registration_enabled(conn, id, enabled, now)?;
    let action = if enabled { "registration.enable" } else { "registration.disable" };
    audit::record(conn, now, actor, action, id.as_str(), &serde_json::json!({}))
}

/// Lets the launches of a deployment in, or not.
///
/// # Errors
/// `NotFound` for one that was never seen.
pub fn set_deployment_state(
    conn: &mut Conn,
    id: &RegistrationId,
    deployment_id: &str,
    state: DeploymentState,
    actor: &Actor,
    now: UtcTime,
) -> StoreResult<()> {
    store::set_deployment_state(conn, id, deployment_id, state)?;
    let details = serde_json::json!({"deployment_id": deployment_id, "state": state});
    audit::record(conn, now, actor, "deployment.set", id.as_str(), &details)
}

/// The deployment of a launch. An unknown one is taken in or noted as waiting, by the policy.
///
/// # Errors
/// The reason why its launches are not let in; the row of a waiting deployment is stored all the same.
fn admit_deployment(
    conn: &mut Conn,
    registration: &Registration,
    known: Option<Deployment>,
    deployment_id: &str,
    now: UtcTime,
) -> StoreResult<Result<DeploymentId, Reject>> {
    let deployment = if let Some(known) = known {
        known
    } else {
        let state = match registration.deployment_policy {
            DeploymentPolicy::Auto => DeploymentState::Approved,
            DeploymentPolicy::Approve => DeploymentState::Pending,
        };
        let new = Deployment {
            id: DeploymentId::new(),
            registration_id: registration.id.clone(),
            deployment_id: deployment_id.to_owned(),
            state,
            created_at: now,
        };
        store::create_deployment(conn, &new)?;
        audit::record(
            conn,
            now,
            &Actor::System,
            "deployment.seen",
            new.id.as_str(),
            &serde_json::json!({
                "deployment_id": deployment_id, "state": state,
            }),
        )?;
        new
    };
    Ok(match deployment.state {
        DeploymentState::Approved => Ok(deployment.id),
        DeploymentState::Pending => Err(Reject::DeploymentPending),
        DeploymentState::Disabled => Err(Reject::DeploymentDisabled),
    })
}

/// Who and where a launch is, after it was taken in.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The person.
    pub person: Person,
    /// The course.
    pub course: Course,
    /// The link; None for a launch that opens none.
    pub link: Option<Link>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    None,
    New,
    Updated,
}

impl Change {
    const fn of(is_new: bool, changed: bool) -> Self {
        match (is_new, changed) {
            (true, _) => Self::New,
            (false, true) => Self::Updated,
            (false, false) => Self::None,
        }
    }
}

/// What a launch would change.
struct Changes {
    arrival: Arrival,
    person: Change,
    course: Change,
    link: Change,
}

fn surroundings(launch: &Launch) -> Wanted<'_> {
    // No resource link has an empty id.
    let link = launch.resource_link_id().unwrap_or_default();
    Wanted {
        deployment_id: &launch.deployment_id,
        context_id: launch.context.as_ref().map_or(link, |c| &c.id),
        contextless: launch.context.is_none(),
        resource_link_id: link,
        sub: &launch.sub,
    }
}

/// Who and where a launch is, if it is let in and says nothing that is not stored already.
///
/// # Errors
/// When the database fails.
pub fn recognise(
    conn: &mut Conn,
    registration: &Registration,
    launch: &Launch,
    mapped: Mapped,
) -> StoreResult<Option<Arrival>> {
    let known = store::find_known(conn, &registration.id, surroundings(launch))?;
    let approved = known.deployment.as_ref().filter(|d| known.enabled && d.state == DeploymentState::Approved);
    let Some(deployment) = approved.map(|d| d.id.clone()) else {
        return Ok(None);
    };
    let changes = compare(known, registration, &deployment, launch, mapped);
    let nothing_new = [changes.person, changes.course, changes.link].iter().all(|c| *c == Change::None);
    Ok(nothing_new.then_some(changes.arrival))
}

/// Takes in what a verified launch says: its deployment, person, course and link.
///
/// # Errors
/// The reason why its launches are not let in (the row of a waiting deployment is stored all the
/// same); `Duplicate` when another launch stored the same in between: take it in again.
pub fn take_in(
    conn: &mut Conn,
    registration: &Registration,
    launch: &Launch,
    mapped: Mapped,
    now: UtcTime,
) -> StoreResult<Result<Arrival, Reject>> {
    let mut known = store::find_known(conn, &registration.id, surroundings(launch))?;
    // The caller's registration may be a few seconds old.
    if !known.enabled {
        return Ok(Err(Reject::PlatformDisabled));
    }
    let admitted = admit_deployment(conn, registration, known.deployment.take(), &launch.deployment_id, now)?;
    let deployment = match admitted {
        Ok(deployment) => deployment,
        Err(reason) => return Ok(Err(reason)),
    };
    let changes = compare(known, registration, &deployment, launch, mapped);
    let Arrival { person, course, link } = &changes.arrival;
    match changes.person {
        Change::New => store::create_person(conn, person, now)?,
        Change::Updated => store::update_person(conn, person, now)?,
        Change::None => {}
    }
    match changes.course {
        Change::New => store::create_course(conn, course, now)?,
        Change::Updated => store::update_course(conn, course, now)?,
        Change::None => {}
    }
    match (link, changes.link) {
        (Some(link), Change::New) => store::create_link(conn, link, now)?,
        (Some(link), Change::Updated) => store::update_link(conn, link, now)?,
        _ => {}
    }
    Ok(Ok(changes.arrival))
}

fn compare(
    known: Known,
    registration: &Registration,
    deployment: &DeploymentId,
    launch: &Launch,
    mapped: Mapped,
) -> Changes {
    let may_change = mapped.role.is_staff();
    let (person, person_change) = compare_person(known.person, registration, launch, mapped);
    let (course, course_change) = compare_course(known.course, registration, deployment, launch, may_change);
    let (link, link_change) = match launch.resource_link_id() {
        Some(id) => {
            let (link, change) = compare_link(known.link, registration, &course, launch, id, may_change);
            (Some(link), change)
        }
        None => (None, Change::None),
    };
    Changes {
        arrival: Arrival { person, course, link },
        person: person_change,
        course: course_change,
        link: link_change,
    }
}

fn compare_person(
    known: Option<Person>,
    registration: &Registration,
    launch: &Launch,
    mapped: Mapped,
) -> (Person, Change) {
    let is_new = known.is_none();
    let mut person = known.unwrap_or_else(|| Person {
        id: PersonId::new(),
        registration_id: registration.id.clone(),
        sub: launch.sub.clone(),
        name: None,
        given_name: None,
        family_name: None,
        email: None,
        test_user: false,
        lang: None,
    });
    let mut changed = false;
    // A launch without a name never blanks one that is known (lti.md C-161).
    let mut take = |known: &mut Option<String>, said: &Option<String>| {
        if said.is_some() && known != said {
            known.clone_from(said);
            changed = true;
        }
    };
    take(&mut person.name, &launch.name);
    take(&mut person.given_name, &launch.given_name);
    take(&mut person.family_name, &launch.family_name);
    take(&mut person.email, &launch.email);
    take(&mut person.lang, &launch.locale.as_deref().map(|l| Lang::of_locale(l).tag().to_owned()));
    if mapped.test_user && !person.test_user {
        person.test_user = true;
        changed = true;
    }
    (person, Change::of(is_new, changed))
}

/// The host of the page that the launch came from, which the LMS signed.
fn launch_host(launch: &Launch) -> Option<String> {
    let address = launch.return_url.as_deref().or(launch.platform_url.as_deref())?;
    url::Url::parse(address).ok()?.host_str().map(str::to_owned)
}

/// Whether an address that a launch names belongs to its LMS.
#[must_use]
pub fn is_owned(registration: &Registration, launch: &Launch, address: &str) -> bool {
    registration.owns(address, launch_host(launch).as_deref())
}

fn owned(registration: &Registration, launch: &Launch, address: Option<&String>) -> Option<String> {
    let address = address?;
    if is_owned(registration, launch, address) {
        return Some(address.clone());
    }
    tracing::warn!(
        event = "lti.service.foreign",
        registration = %registration.id,
        "a launch names a service address on a host that does not belong to its LMS; it is not used"
    );
    None
}

fn compare_course(
    known: Option<Course>,
    registration: &Registration,
    deployment: &DeploymentId,
    launch: &Launch,
    may_change: bool,
) -> (Course, Change) {
    let is_new = known.is_none();
    let wanted = surroundings(launch);
    let mut course = known.unwrap_or_else(|| Course {
        id: CourseId::new(),
        deployment_id: deployment.clone(),
        context_id: wanted.context_id.to_owned(),
        contextless: wanted.contextless,
        title: String::new(),
        label: String::new(),
        line_items_url: None,
        memberships_url: None,
        ags_scopes: String::new(),
        history: String::new(),
    });
    if !is_new && !may_change {
        // A learner's launch changes nothing of the course (reliability-security.md T23).
        return (course, Change::None);
    }
    let before = course.clone();
    let context = launch.context.as_ref();
    let title = context.and_then(|c| c.title.clone().or_else(|| c.label.clone()));
    course.title = title.or_else(|| launch.resource_link_title().map(str::to_owned)).unwrap_or(course.title);
    course.label = context.and_then(|c| c.label.clone()).unwrap_or(course.label);
    if let Some(ags) = &launch.ags {
        course.line_items_url = owned(registration, launch, ags.line_items.as_ref());
        course.ags_scopes = ags.scopes.join(" ");
    }
    course.memberships_url = owned(registration, launch, launch.memberships_url.as_ref()).or(course.memberships_url);
    if let Some(history) = launch.custom.get(CONTEXT_HISTORY) {
        course.history.clone_from(history);
    }
    let changed = before != course;
    (course, Change::of(is_new, changed))
}

fn compare_link(
    known: Option<Link>,
    registration: &Registration,
    course: &Course,
    launch: &Launch,
    resource_link_id: &str,
    may_change: bool,
) -> (Link, Change) {
    let is_new = known.is_none();
    let mut link = known.unwrap_or_else(|| Link {
        id: LinkId::new(),
        course_id: course.id.clone(),
        resource_link_id: resource_link_id.to_owned(),
        title: String::new(),
        line_item_url: None,
        named_activity: None,
        opens_again: false,
    });
    let before = link.clone();
    let said = owned(registration, launch, launch.ags.as_ref().and_then(|a| a.line_item.as_ref()));
    // A learner's launch may complete a link that has no column yet, but not move it to another one.
    let line_item = if may_change || link.line_item_url.is_none() {
        said.or_else(|| link.line_item_url.clone())
    } else {
        if said.is_some() && said != link.line_item_url {
            tracing::warn!(event = "lti.lineitem.mismatch", link = %link.id, "a learner's launch names another line item");
        }
        link.line_item_url.clone()
    };
    link.line_item_url = line_item;
    if is_new || may_change {
        if let Some(title) = launch.resource_link_title() {
            title.clone_into(&mut link.title);
        }
        link.named_activity = launch.custom.get(ACTIVITY_ID).filter(|id| id.len() <= MAX_ID).cloned();
        link.opens_again = launch.custom.get(PLACEMENT).is_some_and(|p| p == PLACEMENT_AGAIN);
    }
    let changed = before != link;
    (link, Change::of(is_new, changed))
}
