//! What a roster changes: a pure rule over the whole list and the memberships of its binding.

use std::collections::{HashMap, HashSet};

use crate::clock::UtcTime;
use crate::cohort::model::Membership;
use crate::ids::MembershipId;
use crate::lti::nrps::Heard;
use crate::store::columns::Role;

/// More than this share of the learners leaving at once, in per cent, is held for a person.
const GUARD: usize = 30;

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

/// Compares a roster with the memberships of its binding. Only learners leave: whoever teaches may
/// come from outside the roster, as administrators do. Whoever came while it was being read stays.
#[must_use]
pub fn plan(known: &[Known], heard: &Heard, asked_at: UtcTime) -> Plan {
    let members = &heard.members;
    let by_sub: HashMap<&str, &Known> = known.iter().map(|k| (k.sub.as_str(), k)).collect();
    let listed: HashSet<&str> = members.iter().map(|m| m.sub.as_str()).collect();
    let left: HashSet<&str> = heard.gone.iter().map(String::as_str).collect();
    let is_gone = |sub: &str| if heard.whole { !listed.contains(sub) } else { left.contains(sub) };
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
        m.active && m.role == Role::Learner && is_gone(&k.sub) && k.updated_at < asked_at
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{BindingId, CohortId, PersonId};
    use crate::lti::nrps::Member;
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

    fn whole(members: Vec<Member>) -> Heard {
        Heard { members, whole: true, ..Heard::default() }
    }

    #[test]
    fn differences_say_who_left() {
        let before = [known("stays", Role::Learner, true, 1), known("leaves", Role::Learner, true, 1)];
        let heard = Heard {
            members: vec![member("new", Role::Learner)],
            gone: vec!["leaves".into(), "never here".into()],
            ..Heard::default()
        };
        let plan = plan(&before, &heard, ASKED);
        assert_eq!((plan.join, plan.leave), (vec![0], vec![MembershipId("mleaves".into())]));
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
        let members = vec![
            member("stays", Role::Learner),
            member("new", Role::Learner),
            member("mentor", Role::Observer),
            member("assists", Role::Learner),
            member("comes back", Role::Learner),
            member("promoted", Role::Assistant),
        ];
        let plan = plan(&before, &whole(members), ASKED);
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
            assert_eq!(is_guarded(&learners, &plan(&learners, &whole(members), ASKED)), held, "{stay} stay");
        }
        let one = [known("a", Role::Learner, true, 1)];
        assert!(is_guarded(&one, &plan(&one, &whole(vec![]), ASKED)), "everyone");
        assert!(!is_guarded(&[], &plan(&[], &whole(vec![]), ASKED)));
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
            let first = plan(&stored, &whole(members.clone()), ASKED);
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
            prop_assert_eq!(plan(&stored, &whole(members.clone()), ASKED), Plan::default());
        }
    }
}
