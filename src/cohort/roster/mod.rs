//! Rosters: who takes part in a course, as its LMS lists them (Names and Role Provisioning Services).
//!
//! A roster touches only the memberships of its own binding, and only once its last page has arrived. Who
//! is no longer listed leaves the cohort and keeps their history; where that would be many at once, nobody
//! leaves before a trainer has said so.

pub mod jobs;
pub mod plan;
pub mod store;

use std::collections::HashMap;
use std::sync::Arc;

use url::Url;

use super::model::{Binding, Membership};
use super::store as cohorts;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::ids::{BindingId, CourseId, MembershipId, PersonId, RegistrationId};
use crate::launch::{self, Scope};
use crate::lti::SCOPE_ROSTER;
use crate::lti::nrps::{self, Heard, Member, RosterError, Wanted};
use crate::lti::token::TokenError;
use crate::platform;
use crate::platform::keys::{self, KeyError};
use crate::platform::model::Person;
use crate::platform::store::Home;
use crate::store::columns::text_enum;
use crate::store::{Conn, StoreError, StoreResult, dialect};

/// After a failure it is tried again after this long, in seconds.
const RETRY: i64 = 3600;
/// A trainer may ask for it once in so many seconds (lti.md N-09).
pub const ON_DEMAND: i64 = 300;
/// How long one process may hold a roster, in seconds.
const LEASE: i64 = 600;
/// After so many seconds everybody is read again, whatever changed.
const WHOLE: i64 = 7 * 24 * 3600;
/// So many people are looked up at once.
const LOOKED_UP: usize = 500;

text_enum! {
    /// How the last reading came out.
    RosterState {
        /// It was applied.
        Fresh => "fresh",
        /// It could not be read.
        Failed => "failed",
        /// It was read, and so many would leave that a trainer is asked.
        Held => "held",
    }
}

/// What is known of the roster of a course.
#[derive(Clone, Debug)]
pub struct Roster {
    /// The binding.
    pub binding_id: BindingId,
    /// How the last reading came out.
    pub state: RosterState,
    /// How many learners would leave.
    pub leaving: i32,
    /// Whether a trainer said that they have left.
    pub confirmed: bool,
    /// When it was last applied.
    pub read_at: Option<UtcTime>,
    /// When it is read next.
    pub due_at: UtcTime,
    /// Where the LMS tells what changed since.
    pub differences_url: Option<String>,
    /// When it was read as a whole last.
    pub whole_at: Option<UtcTime>,
}

impl Roster {
    /// Where to ask for what changed, if that is enough: once a week everybody is read.
    fn differences(&self, now: UtcTime) -> Option<Url> {
        let recent = self.whole_at.is_some_and(|at| now.seconds_since(at) < WHOLE);
        self.differences_url
            .as_ref()
            .filter(|_| recent && self.state == RosterState::Fresh)
            .and_then(|u| Url::parse(u).ok())
    }
}

/// A roster that is due, and what is needed to read it.
#[derive(Clone, Debug)]
pub struct Due {
    /// The binding.
    pub binding_id: BindingId,
    /// The course.
    pub course_id: CourseId,
}

/// Why a roster was not applied. The code is what the log says.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The signing key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The access token.
    #[error("{0}")]
    Token(String),
    /// The roster.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// The course offers none any more, or its registration is switched off.
    #[error("no roster is offered")]
    NotOffered,
}

/// Reads a roster and applies it. What came of it is stored in any case.
///
/// # Errors
/// When the database fails.
pub async fn sync(context: &Context, due: &Due) -> StoreResult<()> {
    let asked_at = context.clock.now();
    let outcome = match read(context, due).await {
        Ok(heard) => {
            let now = context.clock.now();
            let again = now.plus_seconds(i64::from(context.settings.roster_hours.max(1)) * 3600);
            let (heard, times) = (Arc::new(heard), (asked_at, now, again));
            let apply_once = || {
                let (due, heard) = (due.clone(), Arc::clone(&heard));
                context.db.write(move |c| apply(c, &due, &heard, times))
            };
            // Somebody's first launch may store the same person at this moment: the second look finds them.
            match apply_once().await {
                Err(SyncError::Store(StoreError::Duplicate(_))) => apply_once().await,
                applied => applied,
            }
        }
        Err(error) => Err(error),
    };
    if let Err(error) = outcome {
        tracing::warn!(event = "roster", course = %due.course_id, %error, "a roster was not applied");
        let (id, again) = (due.binding_id.clone(), context.clock.now().plus_seconds(RETRY));
        context.db.write(move |c| store::fail(c, &id, again)).await?;
    }
    Ok(())
}

async fn read(context: &Context, due: &Due) -> Result<Heard, SyncError> {
    let (wanted, master, now) = (due.course_id.clone(), context.key.clone(), context.clock.now());
    let binding = due.binding_id.clone();
    let (home, key, roster, link) = context
        .db
        .read(move |c: &mut Conn| -> Result<_, SyncError> {
            let home = platform::store::get_home(c, &wanted)?;
            let key = keys::signing_key(c, &master, now)?;
            Ok((home, key, store::find(c, &binding)?, store::find_only_link(c, &binding)?))
        })
        .await?;
    let Home { course, deployment, registration } = home;
    let url = course.memberships_url.as_deref().filter(|_| registration.enabled).and_then(|u| Url::parse(u).ok());
    let url = url.ok_or(SyncError::NotOffered)?;
    let request = registration.token_request(&deployment.deployment_id, vec![SCOPE_ROSTER.to_owned()]);
    let fetch =
        async || context.tokens.get(&request, &key).await.map_err(|e: TokenError| SyncError::Token(e.to_string()));
    // In Canvas a link without an assignment bears the course's own id, which filters nothing.
    let link = link.filter(|l| *l != course.context_id);
    let mut wanted = Vec::new();
    wanted.extend(roster.and_then(|r| r.differences(now)).map(Wanted::Differences));
    wanted.extend(link.as_deref().map(|link| Wanted::Whole { link: Some(link) }));
    wanted.push(Wanted::Whole { link: None });
    let mut last = SyncError::NotOffered;
    for wanted in &wanted {
        let token = fetch().await?;
        let mut heard = nrps::read(&context.outbound, &token, &url, &course.context_id, wanted).await;
        if matches!(heard, Err(RosterError::Status(401))) {
            // A token that the LMS has forgotten is fetched anew once.
            context.tokens.forget(&request, &token).await;
            heard = nrps::read(&context.outbound, &fetch().await?, &url, &course.context_id, wanted).await;
        }
        last = match heard {
            Ok(heard) => return Ok(heard),
            // Whoever cannot be reached is not asked for another list.
            Err(error @ RosterError::Net(_)) => return Err(error.into()),
            Err(RosterError::Status(status)) if status >= 500 && !matches!(wanted, Wanted::Differences(_)) => {
                return Err(RosterError::Status(status).into());
            }
            Err(error) => error.into(),
        };
        if !matches!(wanted, Wanted::Whole { link: None }) {
            tracing::info!(event = "roster", course = %due.course_id, error = %last, "a wider list is asked for");
        }
    }
    Err(last)
}

/// Applies a whole roster in one transaction. The times: when it was asked for, now, and when it is read
/// again.
fn apply(
    conn: &mut Conn,
    due: &Due,
    heard: &Heard,
    (asked_at, now, again): (UtcTime, UtcTime, UtcTime),
) -> Result<(), SyncError> {
    dialect::lock_for_transaction(conn, &format!("roster {}", due.binding_id))?;
    let roster = store::find(conn, &due.binding_id)?.ok_or(StoreError::NotFound)?;
    let binding = store::get_binding(conn, &due.binding_id)?;
    let known = store::list_known(conn, &due.binding_id)?;
    let plan = plan::plan(&known, heard, asked_at);
    let held = plan::is_guarded(&known, &plan) && !roster.confirmed;
    let joining: Vec<&Member> = plan.join.iter().filter_map(|position| heard.members.get(*position)).collect();
    join(conn, due, &binding, &joining, now)?;
    for (id, role) in &plan.change {
        cohorts::update_role(conn, id, *role, now)?;
    }
    let leaving = if held { plan.leave.len() } else { 0 };
    if !held {
        for id in &plan.leave {
            let person = store::deactivate(conn, id, now)?;
            launch::end_sessions(conn, &person, &due.course_id, now)?;
        }
    }
    let state = if held { RosterState::Held } else { RosterState::Fresh };
    let leaving = i32::try_from(leaving).unwrap_or(i32::MAX);
    // Whoever is held back is asked about again, so that nothing is forgotten between two lists.
    let differences = heard.differences.as_ref().filter(|_| !held).map(Url::to_string);
    let whole_at = if heard.whole { Some(now) } else { roster.whole_at };
    let read = Roster {
        state,
        leaving,
        confirmed: false,
        read_at: Some(now),
        due_at: again,
        differences_url: differences,
        whole_at,
        ..roster
    };
    store::finish(conn, &read)?;
    let changed = !plan.join.is_empty() || !plan.change.is_empty() || !plan.leave.is_empty();
    if changed {
        let detail = serde_json::json!({
            "joined": plan.join.len(), "changed": plan.change.len(), "left": plan.leave.len(), "held": held,
        });
        audit::record(conn, now, &Actor::System, "roster.apply", due.course_id.as_str(), &detail)?;
    }
    Ok(())
}

/// People who have never opened anything here take part from now on; their first launch finds them.
fn join(conn: &mut Conn, due: &Due, binding: &Binding, members: &[&Member], now: UtcTime) -> StoreResult<()> {
    let registration = platform::store::get_home(conn, &due.course_id)?.registration.id;
    for some in members.chunks(LOOKED_UP) {
        let subs = some.iter().map(|m| m.sub.clone()).collect();
        let known = platform::store::list_people_by_sub(conn, &registration, subs)?;
        let mut known: HashMap<String, PersonId> = known.into_iter().map(|p| (p.sub, p.id)).collect();
        let (mut fresh, mut joining) = (Vec::new(), Vec::new());
        for member in some {
            let person_id = known.remove(&member.sub).unwrap_or_else(|| {
                let person = person_of(&registration, member);
                let id = person.id.clone();
                fresh.push(person);
                id
            });
            joining.push(Membership {
                id: MembershipId::new(),
                cohort_id: binding.cohort_id.clone(),
                person_id,
                binding_id: binding.id.clone(),
                role: member.mapped.role,
                active: true,
            });
        }
        if !fresh.is_empty() {
            platform::store::create_people(conn, fresh, now)?;
        }
        cohorts::create_memberships(conn, &joining, now)?;
    }
    Ok(())
}

fn person_of(registration: &RegistrationId, member: &Member) -> Person {
    Person {
        id: PersonId::new(),
        registration_id: registration.clone(),
        sub: member.sub.clone(),
        name: member.name.clone(),
        given_name: member.given_name.clone(),
        family_name: member.family_name.clone(),
        email: None,
        test_user: member.mapped.test_user,
        lang: None,
    }
}

/// The roster of the asker's course, where it has been read or tried.
///
/// # Errors
/// When the database fails.
pub fn of_course(conn: &mut Conn, scope: &Scope) -> StoreResult<Option<Roster>> {
    match cohorts::find_course_binding(conn, &scope.course)? {
        Some(binding) => store::find(conn, &binding.id),
        None => Ok(None),
    }
}

/// A trainer asks for the roster now, and may say that those who are no longer listed have left.
///
/// # Errors
/// `NotFound` where the course has none.
pub fn ask(conn: &mut Conn, scope: &Scope, confirmed: bool, now: UtcTime) -> StoreResult<()> {
    let roster = of_course(conn, scope)?.ok_or(StoreError::NotFound)?;
    let recently = roster.read_at.is_some_and(|at| now.seconds_since(at) < ON_DEMAND);
    // Once in five minutes is enough for the LMS, unless there is something to decide.
    if recently && !confirmed {
        return Ok(());
    }
    store::ask(conn, &roster.binding_id, confirmed && roster.state == RosterState::Held, now)?;
    let actor = Actor::Person(scope.person.clone());
    let detail = serde_json::json!({"confirmed": confirmed});
    audit::record(conn, now, &actor, "roster.ask", scope.course.as_str(), &detail)
}
