//! Learners who hand in together.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Review, Submission};
use crate::activity::model::GroupRule;
use crate::ids::{PersonId, SubmissionId};

/// The teams of an activity, by learner. Who has none hands in alone; where works are not handed in by teams, everybody
/// does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Teams {
    of: BTreeMap<PersonId, String>,
}

impl Teams {
    /// Of an activity with such a rule and such groups.
    #[must_use]
    pub fn new(rule: GroupRule, groups: BTreeMap<PersonId, String>) -> Self {
        Self { of: if rule == GroupRule::Teams { groups } else { BTreeMap::new() } }
    }

    /// The teams of some people, without the others in them.
    #[must_use]
    pub fn only(&self, is_meant: impl Fn(&PersonId) -> bool) -> Self {
        Self { of: self.of.iter().filter(|(who, _)| is_meant(who)).map(|(w, t)| (w.clone(), t.clone())).collect() }
    }

    /// The team of somebody.
    #[must_use]
    pub fn name_of(&self, person: &PersonId) -> Option<&str> {
        self.of.get(person).map(String::as_str)
    }

    /// Those who hand in with somebody, that person among them.
    #[must_use]
    pub fn members(&self, person: &PersonId) -> Vec<PersonId> {
        self.name_of(person).map_or_else(|| vec![person.clone()], |team| self.members_of(team))
    }

    fn members_of(&self, team: &str) -> Vec<PersonId> {
        self.of.iter().filter(|(_, name)| *name == team).map(|(who, _)| who.clone()).collect()
    }

    /// Who hands a work in.
    #[must_use]
    pub fn authors(&self, work: &Submission) -> Vec<PersonId> {
        let members = work.team.as_deref().map(|team| self.members_of(team)).unwrap_or_default();
        if members.is_empty() { vec![work.person_id.clone()] } else { members }
    }

    /// Whether somebody is one of those who hand a work in.
    #[must_use]
    pub fn is_author(&self, work: &Submission, person: &PersonId) -> bool {
        self.authors(work).contains(person)
    }

    /// The work that somebody hands in: the team's; as long as it has none, what they began on their own.
    #[must_use]
    pub fn work_of<'w>(&self, works: &'w [Submission], person: &PersonId) -> Option<&'w Submission> {
        let of_team = self.name_of(person).and_then(|team| works.iter().find(|w| w.team.as_deref() == Some(team)));
        // Whoever has just left a team keeps what they began, whatever it says.
        of_team.or_else(|| works.iter().find(|w| !w.control && w.person_id == *person))
    }
}

/// Whose a work becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The work.
    pub work: SubmissionId,
    /// One of its authors.
    pub person: PersonId,
    /// The team; None for a learner's own.
    pub team: Option<String>,
}

/// Why teams cannot be as they are wished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// A work that was handed in would be nobody's.
    Nobodys,
    /// Somebody handed in a work, and the team has another one.
    TwoWorks(PersonId),
    /// Somebody reviews the team's work.
    Reviews(PersonId),
    /// The trainer has judged a work whose authors would be others.
    Judged,
}

/// What becomes of the works of an activity whose teams change: they stay with their team, or with the learner who handed
/// in alone and is in a team now. A draft of one's own stays one's own. `judged` are the works whose mark the trainer
/// decided; the teams are of those who can be in one.
///
/// # Errors
/// [`Conflict`] where a work that was handed in would be lost to its authors, or somebody reviewed what becomes their own.
pub fn settle(
    (works, reviews): (&[Submission], &[Review]),
    judged: &[SubmissionId],
    (before, after): (&Teams, &Teams),
) -> Result<Vec<Move>, Conflict> {
    let mut settled = works.to_vec();
    let is_teams = |work: &&mut Submission| work.team.is_some();
    for work in settled.iter_mut().filter(is_teams) {
        let Some(team) = work.team.take() else { continue };
        if before.members_of(&team).is_empty() {
            // All who wrote it have left the course: it is whose who began it, and no new team's of that name.
            continue;
        }
        work.team = follow(&team, before, after);
        if work.team.is_none() && work.is_handed_in() {
            return Err(Conflict::Nobodys);
        }
    }
    // Of teams that become one, the work that was handed in is the one that counts; a draft is its author's again.
    let mut order: Vec<usize> = (0..settled.len()).filter(|at| settled[*at].team.is_some()).collect();
    order.sort_by_key(|at| !settled[*at].is_handed_in());
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for at in order {
        let work = &mut settled[at];
        let is_first = work.team.clone().is_some_and(|team| taken.insert(team));
        if !is_first && work.is_handed_in() {
            return Err(Conflict::TwoWorks(work.person_id.clone()));
        }
        if !is_first {
            work.team = None;
        }
    }
    let mut owners: BTreeSet<PersonId> = works.iter().map(|w| w.person_id.clone()).collect();
    for work in settled.iter_mut().filter(is_teams) {
        let members = after.authors(work);
        if !members.contains(&work.person_id) {
            // Whoever began it has left; somebody who stays, and has begun nothing, stands for the team.
            let Some(heir) = members.into_iter().find(|who| !owners.contains(who)) else {
                if work.is_handed_in() {
                    return Err(Conflict::Nobodys);
                }
                work.team = None;
                continue;
            };
            owners.remove(&work.person_id);
            owners.insert(heir.clone());
            work.person_id = heir;
        }
    }
    for at in 0..settled.len() {
        let work = &settled[at];
        let Some(team) = after.name_of(&work.person_id).filter(|_| work.team.is_none() && work.is_handed_in()) else {
            continue;
        };
        if settled.iter().any(|w| w.team.as_deref() == Some(team)) {
            return Err(Conflict::TwoWorks(work.person_id.clone()));
        }
        settled[at].team = Some(team.to_owned());
    }
    for (work, was) in settled.iter().zip(works) {
        let is_stranger = |r: &&Review| r.submission_id == work.id && r.declined.is_none();
        let mut reviewers = reviews.iter().filter(is_stranger).map(|r| &r.reviewer_id);
        if let Some(reviewer) = reviewers.find(|who| after.is_author(work, who)) {
            return Err(Conflict::Reviews(reviewer.clone()));
        }
        if judged.contains(&work.id) && before.authors(was) != after.authors(work) {
            return Err(Conflict::Judged);
        }
    }
    let is_moved = |(work, was): &(Submission, &Submission)| work.team != was.team || work.person_id != was.person_id;
    let moved = settled.into_iter().zip(works).filter(is_moved);
    Ok(moved.map(|(work, _)| Move { work: work.id, person: work.person_id, team: work.team }).collect())
}

/// Where the work of a team goes: with its people where they all stay together, under whatever name; else with the name.
fn follow(team: &str, before: &Teams, after: &Teams) -> Option<String> {
    let now: BTreeSet<Option<&str>> = before.members_of(team).iter().map(|who| after.name_of(who)).collect();
    let together = now.first().copied().flatten().filter(|_| now.len() == 1);
    let kept = || (!after.members_of(team).is_empty()).then_some(team);
    together.or_else(kept).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::UtcTime;
    use crate::ids::{ActivityId, CourseId};
    use crate::peer::model::SubmissionState;
    use proptest::prelude::*;

    fn who(n: usize) -> PersonId {
        PersonId(format!("p{n}"))
    }

    fn teams(groups: &[(usize, &str)]) -> Teams {
        let groups = groups.iter().map(|(n, team)| (who(*n), (*team).to_owned())).collect();
        Teams::new(GroupRule::Teams, groups)
    }

    fn work(by: usize, team: Option<&str>, is_handed_in: bool) -> Submission {
        Submission {
            id: SubmissionId(format!("w{by}")),
            activity_id: ActivityId("a".to_owned()),
            person_id: who(by),
            course_id: CourseId("c".to_owned()),
            number: 1,
            state: if is_handed_in { SubmissionState::HandedIn } else { SubmissionState::Draft },
            draft_html: String::new(),
            draft_revision: 1,
            handed_in_html: None,
            handed_in_at: is_handed_in.then_some(UtcTime(0)),
            withheld_reason: None,
            team: team.map(str::to_owned),
            control: false,
        }
    }

    fn moves(works: &[Submission], before: &Teams, after: &Teams) -> Result<Vec<Move>, Conflict> {
        settle((works, &[]), &[], (before, after))
    }

    #[test]
    fn a_team_has_one_work_and_everybody_else_their_own() {
        let both = teams(&[(1, "Blue"), (2, "Blue")]);
        let works = [work(1, Some("Blue"), true), work(2, None, false), work(3, None, true)];
        let of = |n| both.work_of(&works, &who(n)).map(|w| w.id.to_string());
        assert_eq!((of(1), of(2), of(3), of(4)), (Some("w1".into()), Some("w1".into()), Some("w3".into()), None));
        assert_eq!(both.authors(&works[0]), [who(1), who(2)]);
        assert_eq!((both.authors(&works[1]), both.members(&who(3))), (vec![who(2)], vec![who(3)]));
        assert!(both.is_author(&works[0], &who(2)) && !both.is_author(&works[0], &who(3)));
        let alone = Teams::new(GroupRule::Across, [(who(1), "Blue".to_owned())].into());
        assert_eq!(alone.name_of(&who(1)), None, "groups are teams only where the trainer wants that");
    }

    #[test]
    fn a_work_stays_with_the_team_when_its_first_author_goes() {
        let before = teams(&[(1, "Blue"), (2, "Blue"), (3, "Red")]);
        let after = teams(&[(1, "Red"), (2, "Blue"), (3, "Red")]);
        let works = [work(1, Some("Blue"), true), work(3, Some("Red"), false)];
        let moved = moves(&works, &before, &after).unwrap();
        assert_eq!(moved, [Move { work: works[0].id.clone(), person: who(2), team: Some("Blue".into()) }]);
        let gone = teams(&[(2, "Blue"), (3, "Red")]).only(|who| *who == PersonId("p3".to_owned()));
        let left = moves(&works[..1], &gone, &teams(&[(3, "Blue")])).unwrap();
        assert_eq!(
            left,
            [Move { work: works[0].id.clone(), person: who(1), team: None }],
            "a name alone inherits nothing"
        );
        let heirless = [work(1, Some("Blue"), true), work(2, None, false)];
        assert_eq!(moves(&heirless, &before, &after), Err(Conflict::Nobodys));
        assert_eq!(moves(&works, &before, &teams(&[(3, "Red")])), Err(Conflict::Nobodys));
        let renamed = moves(&works, &before, &teams(&[(1, "Red"), (2, "Red"), (3, "Blue")])).unwrap();
        let names: Vec<_> = renamed.iter().map(|change| (change.person.clone(), change.team.as_deref())).collect();
        assert_eq!(names, [(who(1), Some("Red")), (who(3), Some("Blue"))], "a work follows its people");
        let merged = moves(&works, &before, &teams(&[(1, "Red"), (2, "Red"), (3, "Red")])).unwrap();
        assert_eq!(merged.iter().map(|change| change.team.as_deref()).collect::<Vec<_>>(), [Some("Red"), None]);
        let draft = [work(1, Some("Blue"), false)];
        let alone = moves(&draft, &before, &Teams::default()).unwrap();
        assert_eq!(alone, [Move { work: draft[0].id.clone(), person: who(1), team: None }]);
    }

    #[test]
    fn what_was_handed_in_alone_becomes_the_teams_if_it_has_none() {
        let (none, both) = (Teams::default(), teams(&[(1, "Blue"), (2, "Blue")]));
        let alone = [work(1, None, true), work(2, None, false)];
        let moved = moves(&alone, &none, &both).unwrap();
        assert_eq!(moved, [Move { work: alone[0].id.clone(), person: who(1), team: Some("Blue".into()) }]);
        let two = [work(1, None, true), work(2, None, true)];
        assert_eq!(moves(&two, &none, &both), Err(Conflict::TwoWorks(who(2))));
        let one = teams(&[(1, "Blue")]);
        let judged = settle((&alone, &[]), &[alone[0].id.clone()], (&none, &both));
        assert_eq!(judged, Err(Conflict::Judged));
        assert_eq!(settle((&alone, &[]), &[alone[0].id.clone()], (&none, &one)).unwrap().len(), 1);
    }

    proptest! {
        /// However teams change: what was handed in keeps an author, and nobody has two works or loses one.
        #[test]
        fn nothing_that_was_handed_in_is_lost(
            states in prop::collection::vec((0usize..4, prop::bool::ANY, prop::bool::ANY), 1..8),
            wished in prop::collection::vec(0usize..4, 8),
        ) {
            const NAMES: [Option<&str>; 4] = [None, Some("Blue"), Some("Red"), Some("Green")];
            let named = |at: usize, n: usize| NAMES[at].map(|name| (n, name));
            let before: Vec<(usize, &str)> = states.iter().enumerate().filter_map(|(n, s)| named(s.0, n)).collect();
            let before = teams(&before);
            let mut works: Vec<Submission> = Vec::new();
            for (n, (team, has_begun, is_handed_in)) in states.iter().enumerate() {
                let team = NAMES[*team];
                let is_first = team.is_none() || works.iter().all(|w| w.team.as_deref() != team);
                if *has_begun {
                    works.push(work(n, team.filter(|_| is_first), *is_handed_in && is_first));
                }
            }
            let after: Vec<(usize, &str)> = wished.iter().enumerate().filter_map(|(n, at)| named(*at, n)).collect();
            let after = teams(&after);
            let Ok(moved) = moves(&works, &before, &after) else { return Ok(()) };
            let mut settled = works.clone();
            for change in moved {
                let work = settled.iter_mut().find(|w| w.id == change.work).unwrap();
                (work.person_id, work.team) = (change.person, change.team);
            }
            for (at, work) in settled.iter().enumerate() {
                let others = || settled.iter().enumerate().filter(move |(other, _)| *other != at).map(|(_, w)| w);
                prop_assert!(others().all(|w| w.person_id != work.person_id));
                prop_assert!(work.team.is_none() || others().all(|w| w.team != work.team));
                let authors = after.authors(work);
                prop_assert!(authors.contains(&work.person_id));
                if work.is_handed_in() {
                    prop_assert!(authors.iter().all(|who| after.work_of(&settled, who).map(|w| &w.id) == Some(&work.id)));
                }
            }
        }
    }
}
