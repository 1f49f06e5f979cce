//! Rosters: who takes part in a course, as its LMS lists them (Names and Role Provisioning Services).
//!
//! A roster touches only the memberships of its own binding, and only once its last page has arrived. Who
//! is no longer listed leaves the cohort and keeps their history; where that would be many at once, nobody
//! leaves before a trainer has said so.

pub mod jobs;
pub mod store;

use std::collections::{HashMap, HashSet};

use url::Url;

use super::model::{Binding, Membership};
use super::store as cohorts;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::ids::{BindingId, CourseId, MembershipId, PersonId, RegistrationId};
use crate::launch::{self, Scope};
use crate::lti::SCOPE_ROSTER;
use crate::lti::nrps::{self, Member, RosterError};
use crate::lti::token::TokenError;
use crate::platform;
use crate::platform::keys::{self, KeyError};
use crate::platform::model::Person;
use crate::store::columns::{Role, text_enum};
use crate::store::{Conn, StoreError, StoreResult, dialect};

/// After a failure it is tried again after this long, in seconds.
const RETRY: i64 = 3600;
/// A trainer may ask for it once in so many seconds (lti.md N-09).
pub const ON_DEMAND: i64 = 300;
/// How long one process may hold a roster, in seconds.
const LEASE: i64 = 600;
/// So many people are looked up at once.
const LOOKED_UP: usize = 500;
/// More than this share of the learners leaving at once, in per cent, is held for a person.
const GUARD: usize = 30;

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
}

/// What a roster changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Who is new: the position in the roster.
    pub join: Vec<usize>,
    /// Who is a member in another role, or was one: the membership and the role.
    pub change: Vec<(MembershipId, Role)>,
    /// Who is no longer listed.
    pub leave: Vec<MembershipId>,
}

/// A member that is stored, with the LMS's id.
#[derive(Clone, Debug)]
pub struct Known {
    /// The membership.
    pub membership: Membership,
    /// The LMS's id of the person.
    pub sub: String,
    /// When it was last changed.
    pub updated_at: UtcTime,
}

/// Compares a whole roster with the memberships of its binding. Only learners leave: whoever teaches may
/// come from outside the roster, as administrators do. Whoever came while it was being read stays.
#[must_use]
pub fn plan(known: &[Known], members: &[Member], asked_at: UtcTime) -> Plan {
    let by_sub: HashMap<&str, &Known> = known.iter().map(|k| (k.sub.as_str(), k)).collect();
    let listed: HashSet<&str> = members.iter().map(|m| m.sub.as_str()).collect();
    let mut plan = Plan::default();
    for (position, member) in members.iter().enumerate() {
        let role = member.mapped.role;
        match by_sub.get(member.sub.as_str()) {
            // Mentors and people without a role in the course need no place in the group.
            None if role != Role::Observer => plan.join.push(position),
            Some(k) if k.updated_at < asked_at && changes(&k.membership, role) => {
                plan.change.push((k.membership.id.clone(), role));
            }
            _ => {}
        }
    }
    let gone = |k: &&Known| {
        let m = &k.membership;
        m.active && m.role == Role::Learner && !listed.contains(k.sub.as_str()) && k.updated_at < asked_at
    };
    plan.leave = known.iter().filter(gone).map(|k| k.membership.id.clone()).collect();
    plan
}

/// Whether a listed role says something new. Staff win: Moodle lists its non-editing teachers as learners.
fn changes(known: &Membership, role: Role) -> bool {
    if !known.active {
        return true;
    }
    known.role != role && !(known.role.is_staff() && role == Role::Learner)
}

/// Whether so many would leave that a person is asked.
#[must_use]
pub fn is_guarded(known: &[Known], plan: &Plan) -> bool {
    let learners = known.iter().filter(|k| k.membership.active && k.membership.role == Role::Learner).count();
    !plan.leave.is_empty() && (plan.leave.len() == learners || plan.leave.len() * 100 > learners * GUARD)
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
        Ok(members) => {
            let (due, now) = (due.clone(), context.clock.now());
            let again = now.plus_seconds(i64::from(context.settings.roster_hours.max(1)) * 3600);
            context.db.write(move |c| apply(c, &due, &members, (asked_at, now, again))).await
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

async fn read(context: &Context, due: &Due) -> Result<Vec<Member>, SyncError> {
    let (wanted, master, now) = (due.course_id.clone(), context.key.clone(), context.clock.now());
    let (course, deployment, registration, key) = context
        .db
        .read(move |c: &mut Conn| -> Result<_, SyncError> {
            let course = platform::store::get_course(c, &wanted)?;
            let deployment = platform::store::get_deployment(c, &course.deployment_id)?;
            let registration = platform::store::find_registration(c, &deployment.registration_id)?;
            let registration = registration.filter(|r| r.enabled).ok_or(SyncError::NotOffered)?;
            Ok((course, deployment, registration, keys::signing_key(c, &master, now)?))
        })
        .await?;
    let url = course.memberships_url.as_deref().and_then(|u| Url::parse(u).ok()).ok_or(SyncError::NotOffered)?;
    let request = registration.token_request(&deployment.deployment_id, vec![SCOPE_ROSTER.to_owned()]);
    let fetch =
        async || context.tokens.get(&request, &key).await.map_err(|e: TokenError| SyncError::Token(e.to_string()));
    let token = fetch().await?;
    match nrps::read(&context.outbound, &token, &url, &course.context_id).await {
        // A token that the LMS has forgotten is fetched anew once.
        Err(RosterError::Status(401)) => {
            context.tokens.forget(&request, &token).await;
            Ok(nrps::read(&context.outbound, &fetch().await?, &url, &course.context_id).await?)
        }
        other => Ok(other?),
    }
}

/// Applies a whole roster in one transaction. The times: when it was asked for, now, and when it is read
/// again.
fn apply(
    conn: &mut Conn,
    due: &Due,
    members: &[Member],
    (asked_at, now, again): (UtcTime, UtcTime, UtcTime),
) -> Result<(), SyncError> {
    dialect::lock_for_transaction(conn, &format!("roster {}", due.binding_id))?;
    let roster = store::find(conn, &due.binding_id)?.ok_or(StoreError::NotFound)?;
    let binding = store::get_binding(conn, &due.binding_id)?;
    let known = store::list_known(conn, &due.binding_id)?;
    let plan = plan(&known, members, asked_at);
    let held = is_guarded(&known, &plan) && !roster.confirmed;
    let joining: Vec<&Member> = plan.join.iter().filter_map(|position| members.get(*position)).collect();
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
    store::finish(conn, &due.binding_id, state, leaving, now, again)?;
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
    let course = platform::store::get_course(conn, &due.course_id)?;
    let registration = platform::store::get_deployment(conn, &course.deployment_id)?.registration_id;
    for some in members.chunks(LOOKED_UP) {
        let subs = some.iter().map(|m| m.sub.clone()).collect();
        let known = platform::store::list_people_by_sub(conn, &registration, subs)?;
        let mut known: HashMap<String, PersonId> = known.into_iter().map(|p| (p.sub, p.id)).collect();
        for member in some {
            let person_id = match known.remove(&member.sub) {
                Some(id) => id,
                None => create_person(conn, &registration, member, now)?,
            };
            let membership = Membership {
                id: MembershipId::new(),
                cohort_id: binding.cohort_id.clone(),
                person_id,
                binding_id: binding.id.clone(),
                role: member.mapped.role,
                active: true,
            };
            cohorts::create_membership(conn, &membership, now)?;
        }
    }
    Ok(())
}

fn create_person(
    conn: &mut Conn,
    registration: &RegistrationId,
    member: &Member,
    now: UtcTime,
) -> StoreResult<PersonId> {
    let person = Person {
        id: PersonId::new(),
        registration_id: registration.clone(),
        sub: member.sub.clone(),
        name: member.name.clone(),
        given_name: member.given_name.clone(),
        family_name: member.family_name.clone(),
        email: None,
        test_user: member.mapped.test_user,
    };
    platform::store::create_person(conn, &person, now)?;
    Ok(person.id)
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

/// How long a claim lasts from a moment.
fn lease_from(now: UtcTime) -> UtcTime {
    now.plus_seconds(LEASE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::CohortId;
    use crate::lti::roles::Mapped;
    use proptest::prelude::*;

    const ASKED: UtcTime = UtcTime(1_000);

    fn known(sub: &str, role: Role, active: bool, updated_at: i64) -> Known {
        let membership = Membership {
            id: MembershipId(format!("m{sub}")),
            cohort_id: CohortId::new(),
            person_id: PersonId::new(),
            binding_id: BindingId::new(),
            role,
            active,
        };
        Known { membership, sub: sub.to_owned(), updated_at: UtcTime(updated_at) }
    }

    fn member(sub: &str, role: Role) -> Member {
        let mapped = Mapped { role, test_user: false };
        Member { sub: sub.to_owned(), mapped, name: None, given_name: None, family_name: None }
    }

    #[test]
    fn a_roster_adds_changes_and_removes() {
        let before = [
            known("stays", Role::Learner, true, 1),
            known("leaves", Role::Learner, true, 1),
            known("came just now", Role::Learner, true, 1_000),
            known("teaches", Role::Trainer, true, 1),
            known("assists", Role::Assistant, true, 1),
            known("left before", Role::Learner, false, 1),
            known("comes back", Role::Learner, false, 1),
            known("promoted", Role::Learner, true, 1),
        ];
        let members = [
            member("stays", Role::Learner),
            member("new", Role::Learner),
            member("mentor", Role::Observer),
            member("assists", Role::Learner),
            member("comes back", Role::Learner),
            member("promoted", Role::Assistant),
        ];
        let plan = plan(&before, &members, ASKED);
        assert_eq!(plan.join, [1]);
        let id = |sub: &str| MembershipId(format!("m{sub}"));
        assert_eq!(plan.change, [(id("comes back"), Role::Learner), (id("promoted"), Role::Assistant)]);
        assert_eq!(plan.leave, [id("leaves")]);
    }

    #[test]
    fn many_leaving_at_once_are_held() {
        let learners: Vec<Known> = (0..10).map(|i| known(&i.to_string(), Role::Learner, true, 1)).collect();
        for (stay, held) in [(10, false), (9, false), (7, false), (6, true), (1, true), (0, true)] {
            let members: Vec<Member> = (0..stay).map(|i| member(&i.to_string(), Role::Learner)).collect();
            assert_eq!(is_guarded(&learners, &plan(&learners, &members, ASKED)), held, "{stay} stay");
        }
        let one = [known("a", Role::Learner, true, 1)];
        assert!(is_guarded(&one, &plan(&one, &[], ASKED)), "everyone");
        assert!(!is_guarded(&[], &plan(&[], &[], ASKED)));
    }

    proptest! {
        /// Whatever a roster lists: who is listed never leaves, staff never leave, and applying it twice
        /// changes nothing more.
        #[test]
        fn a_roster_is_applied_once(
            before in prop::collection::btree_map(0u8..30, (0u8..4, any::<bool>()), 0..20),
            listed in prop::collection::btree_map(0u8..30, 0u8..4, 0..20),
        ) {
            let role = |n: u8| [Role::Learner, Role::Trainer, Role::Assistant, Role::Observer][usize::from(n)];
            let mut stored: Vec<Known> =
                before.iter().map(|(s, (r, active))| known(&s.to_string(), role(*r), *active, 1)).collect();
            let members: Vec<Member> = listed.iter().map(|(s, r)| member(&s.to_string(), role(*r))).collect();
            let first = plan(&stored, &members, ASKED);
            for k in &mut stored {
                let id = &k.membership.id;
                if first.leave.contains(id) {
                    prop_assert!(k.membership.role == Role::Learner && !listed.contains_key(&k.sub.parse().unwrap()));
                    k.membership.active = false;
                }
                if let Some((_, role)) = first.change.iter().find(|(changed, _)| changed == id) {
                    k.membership.role = *role;
                    k.membership.active = true;
                }
            }
            for position in &first.join {
                let m = &members[*position];
                stored.push(known(&m.sub, m.mapped.role, true, 1));
            }
            prop_assert_eq!(plan(&stored, &members, ASKED), Plan::default());
        }
    }
}
