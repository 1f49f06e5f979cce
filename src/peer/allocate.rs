//! Who reviews which work next: the least loaded one.
//!
//! A queue in the order of arrival starves whoever hands in last; the least loaded first leaves nobody
//! without a review at the same effort (peer-assessment.md §4.7).

use std::cmp::Reverse;

use crate::clock::UtcTime;
use crate::ids::{PersonId, SubmissionId};
use crate::peer::model::PairRule;

/// How long a work is kept for a reviewer after their last move, in seconds.
pub const LEASE: i64 = 24 * 3600;

/// A work that may be reviewed.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The work.
    pub submission: SubmissionId,
    /// Its author.
    pub author: PersonId,
    /// When it was handed in.
    pub handed_in_at: UtcTime,
    /// Reviews sent, and works kept for a reviewer now.
    pub load: usize,
    /// Whether this reviewer had it before.
    pub had_by_reviewer: bool,
    /// How many reviews its author still owes.
    pub author_owes: usize,
    /// What the trainer decided about this reviewer and its author.
    pub rule: Option<PairRule>,
    /// Where it stands in the plan, where reviews began for everybody at once.
    pub place: Option<Place>,
}

/// While there is time, a work that was planned for a reviewer goes to them although it has so many reviews more than the
/// least loaded one. In the simulation below three in four reviews then are the planned ones, and no more works go short
/// than without a plan; with such a lead until the end one in eight would.
pub const AHEAD: usize = 2;

/// The work to review next: never one's own, never one that this reviewer had before or that the trainer keeps from
/// them; first what the trainer asks them for, then works that no plan has and that are short by more than one of the
/// `wanted` reviews, then what was planned for them, if it is not more than `ahead` reviews before others. Then the least
/// loaded one; among those first the works whose authors still owe the most reviews: otherwise the last reviewer may find
/// nothing left but their own work, which then stays without a review. Then the one that waits longest.
#[must_use]
pub fn next<'a>(
    reviewer: &PersonId,
    (wanted, ahead): (usize, usize),
    candidates: &'a [Candidate],
) -> Option<&'a Candidate> {
    let is_open = |c: &&Candidate| c.author != *reviewer && !c.had_by_reviewer && c.rule != Some(PairRule::Never);
    let least = candidates.iter().filter(is_open).map(|c| c.load).min()?;
    candidates.iter().filter(is_open).min_by_key(|c| {
        let is_asked = c.rule == Some(PairRule::Asked);
        let is_left = c.place == Some(Place::LeftOut) && c.load < wanted.saturating_sub(1).max(1);
        let is_planned = c.place == Some(Place::Theirs) && c.load <= least + ahead;
        (!is_asked, !is_left, !is_planned, c.load, Reverse(c.author_owes), c.handed_in_at, &c.submission)
    })
}

/// Where a work stands in the plan, as one reviewer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// This reviewer was meant to get it.
    Theirs,
    /// Others were.
    Others,
    /// Nobody was: it came later.
    LeftOut,
}

/// Who was meant to review whom when reviews began for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The reviewer.
    pub reviewer_id: PersonId,
    /// Whose work.
    pub author_id: PersonId,
}

#[cfg(test)]
mod tests {
    use super::super::plan::{Bounds, Never, Participant, Rules, plan};
    use super::*;
    use proptest::prelude::*;
    use rand::{Rng as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;
    use std::collections::{HashMap, HashSet};

    /// Everybody hands in, then everybody asks for works in some order until they have k.
    fn simulate(people: usize, k: usize, order: &[usize]) -> HashMap<usize, HashSet<usize>> {
        let ids: Vec<(PersonId, SubmissionId)> =
            (0..people).map(|i| (PersonId(format!("p{i:03}")), SubmissionId(format!("s{i:03}")))).collect();
        let mut reviewers_of: HashMap<usize, HashSet<usize>> = HashMap::new();
        for reviewer in order.iter().map(|i| i % people) {
            let given = reviewers_of.values().filter(|r| r.contains(&reviewer)).count();
            if given >= k {
                continue;
            }
            let candidates: Vec<Candidate> = (0..people)
                .map(|i| Candidate {
                    submission: ids[i].1.clone(),
                    author: ids[i].0.clone(),
                    handed_in_at: UtcTime(i64::try_from(i).unwrap()),
                    load: reviewers_of.get(&i).map_or(0, HashSet::len),
                    had_by_reviewer: reviewers_of.get(&i).is_some_and(|r| r.contains(&reviewer)),
                    author_owes: k - reviewers_of.values().filter(|r| r.contains(&i)).count(),
                    rule: None,
                    place: None,
                })
                .collect();
            if let Some(found) = next(&ids[reviewer].0, (k, 0), &candidates) {
                let index = ids.iter().position(|(_, s)| *s == found.submission).unwrap();
                assert!(reviewers_of.entry(index).or_default().insert(reviewer), "nobody gets a work twice");
                assert_ne!(index, reviewer, "nobody gets their own work");
            }
        }
        reviewers_of
    }

    proptest! {
        #[test]
        fn loads_stay_level_in_any_order(people in 3usize..30, k in 1usize..6, seed in any::<u64>()) {
            let k = k.min(people - 1);
            let mut order: Vec<usize> = (0..people * k).map(|i| i % people).collect();
            let mut state = seed | 1;
            for i in (1..order.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                order.swap(i, usize::try_from(state >> 33).unwrap() % (i + 1));
            }
            let reviewers_of = simulate(people, k, &order);
            let loads: Vec<usize> = (0..people).map(|i| reviewers_of.get(&i).map_or(0, HashSet::len)).collect();
            prop_assert_eq!(loads.iter().sum::<usize>(), people * k);
            prop_assert!(loads.iter().all(|l| *l + 1 >= k), "a work is left behind: {:?}", loads);
            prop_assert!(loads.iter().all(|l| *l >= 1));
        }
    }

    #[test]
    fn the_one_that_waits_longest_goes_first_among_equals() {
        let me = PersonId("me".into());
        let candidate = |name: &str, at, load, had| Candidate {
            submission: SubmissionId(name.into()),
            author: PersonId(name.into()),
            handed_in_at: UtcTime(at),
            load,
            had_by_reviewer: had,
            author_owes: usize::from(name == "f"),
            rule: None,
            place: None,
        };
        let next = |candidates: &[Candidate]| next(&me, (3, 0), candidates).map(|c| c.submission.clone());
        let all = [
            candidate("a", 5, 1, false),
            candidate("b", 3, 0, false),
            candidate("c", 2, 0, true),
            candidate("d", 9, 0, false),
            candidate("me", 1, 0, false),
        ];
        assert_eq!(next(&all), Some(SubmissionId("b".into())));
        let with_debtor = [&all[..], &[candidate("f", 99, 0, false)]].concat();
        assert_eq!(next(&with_debtor), Some(SubmissionId("f".into())), "who still reviews goes first");
        assert_eq!(next(&all[2..3]), None);
        assert_eq!(next(&all[4..]), None);
        assert_eq!(next(&[]), None);
    }

    /// Who reviews whom in a class of the simulations, where it is planned.
    fn planned(ids: &[(PersonId, SubmissionId)], k: usize, seed: u64) -> Vec<Planned> {
        let participant = |(id, _): &(PersonId, SubmissionId)| Participant::alone(id.to_string());
        let people: Vec<Participant> = ids.iter().map(participant).collect();
        let rules = Rules { reviews: k, groups: Bounds::Any, companies: Bounds::Any };
        let pairs = plan(&people, &rules, &Never::new(), seed).pairs;
        let of = |(a, b): (usize, usize)| Planned { reviewer_id: ids[a].0.clone(), author_id: ids[b].0.clone() };
        pairs.into_iter().map(of).collect()
    }

    /// One class over time: works come in, and reviewers take theirs one after the other whenever they come. Some never
    /// do, and half of those open one and leave it; some stop in the middle. The same play as in peer-assessment.md
    /// §4.7. With a `plan`, everybody has handed in when reviews begin, but for one in twenty, who are late. Returns the
    /// reviews that each work got.
    fn play(rng: &mut ChaCha8Rng, people: usize, k: usize, plan: Option<u64>) -> Vec<usize> {
        const LEFT: f64 = 0.10;
        const END: f64 = 1.6;
        let ids: Vec<(PersonId, SubmissionId)> =
            (0..people).map(|i| (PersonId(format!("p{i:03}")), SubmissionId(format!("s{i:03}")))).collect();
        let mut handed_in: Vec<f64> = (0..people).map(|_| rng.random::<f64>()).collect();
        handed_in.sort_by(f64::total_cmp);
        let in_time = if plan.is_some() { people - people / 20 } else { 0 };
        handed_in[..in_time].fill(0.0);
        let planned = plan.map(|seed| planned(&ids[..in_time], k, seed)).unwrap_or_default();
        let mut moves: Vec<(f64, usize, bool)> = Vec::new();
        for (person, since) in handed_in.iter().enumerate() {
            let does = match rng.random::<f64>() {
                x if x < 0.15 => 0,
                x if x < 0.25 => rng.random_range(1..k),
                _ => k,
            };
            let begins = since + (END - since) * rng.random::<f64>();
            if does == 0 && rng.random::<bool>() {
                moves.push((begins, person, false));
            }
            moves.extend((0..does).map(|i| (begins + 0.01 * f64::from(u32::try_from(i).unwrap()), person, true)));
        }
        moves.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut done = vec![0; people];
        let mut given = vec![0; people];
        let mut left: Vec<(f64, usize)> = Vec::new();
        let mut had: Vec<HashSet<usize>> = vec![HashSet::new(); people];
        for (at, person, finishes) in moves {
            let index = |id: &PersonId| id.as_str()[1..].parse::<usize>().unwrap();
            let place = |whose: usize| {
                let is_theirs = |p: &Planned| index(&p.reviewer_id) == person && index(&p.author_id) == whose;
                match plan {
                    None => None,
                    Some(_) if whose >= in_time => Some(Place::LeftOut),
                    Some(_) if planned.iter().any(is_theirs) => Some(Place::Theirs),
                    Some(_) => Some(Place::Others),
                }
            };
            let candidates: Vec<Candidate> = (0..people)
                .filter(|i| handed_in[*i] <= at)
                .map(|i| Candidate {
                    submission: ids[i].1.clone(),
                    author: ids[i].0.clone(),
                    handed_in_at: UtcTime(i64::try_from(i).unwrap()),
                    load: done[i] + left.iter().filter(|(until, work)| *work == i && at < *until).count(),
                    had_by_reviewer: had[person].contains(&i),
                    author_owes: k - given[i],
                    rule: None,
                    place: place(i),
                })
                .collect();
            let ahead = if at < END * 2.0 / 3.0 { AHEAD } else { 0 };
            let Some(found) = next(&ids[person].0, (k, ahead), &candidates) else { continue };
            let work = index(&found.author);
            had[person].insert(work);
            if finishes {
                (done[work], given[person]) = (done[work] + 1, given[person] + 1);
            } else {
                left.push((at + LEFT, work));
            }
        }
        done
    }

    /// Of many classes: works without a review, works that go short, and the most reviews that one got.
    fn play_many(runs: u64, people: usize, k: usize, is_planned: bool) -> (usize, usize, usize) {
        let (mut without, mut short, mut most) = (0, 0, 0);
        for seed in 0..runs {
            let done = play(&mut ChaCha8Rng::seed_from_u64(seed), people, k, is_planned.then_some(seed));
            without += done.iter().filter(|n| **n == 0).count();
            short += done.iter().filter(|n| **n + 1 < k).count();
            most = most.max(done.into_iter().max().unwrap_or(0));
        }
        (without, short, most)
    }

    #[test]
    fn drop_outs_leave_nobody_behind() {
        let (without, short, most) = play_many(150, 100, 4, false);
        assert_eq!(without, 0, "works without a review");
        assert!(short * 100 <= 150 * 100 * 2, "{short} works of 15,000 have fewer than 3 reviews");
        assert!(most <= 5, "nobody gets many more than others: {most}");
    }

    #[test]
    fn drop_outs_and_late_works_do_not_upset_a_plan() {
        let (without, short, most) = play_many(30, 100, 4, true);
        assert_eq!(without, 0, "works without a review");
        assert!(short * 100 <= 30 * 100 * 2, "{short} works of 3,000 have fewer than 3 reviews");
        assert!(most <= 5, "nobody gets many more than others: {most}");
    }

    #[test]
    fn what_was_planned_comes_first_while_it_is_not_far_ahead() {
        let me = PersonId("me".into());
        let candidate = |name: &str, load, place| Candidate {
            submission: SubmissionId(name.into()),
            author: PersonId(name.into()),
            handed_in_at: UtcTime(0),
            load,
            had_by_reviewer: false,
            author_owes: 0,
            rule: None,
            place: Some(place),
        };
        let next = |ahead, all: &[Candidate]| next(&me, (3, ahead), all).map(|c| c.submission.to_string());
        let other = candidate("other", 0, Place::Others);
        for (load, ahead, first) in [(2, AHEAD, "planned"), (3, AHEAD, "other"), (1, 0, "other"), (0, 0, "planned")] {
            let planned = candidate("planned", load, Place::Theirs);
            assert_eq!(next(ahead, &[other.clone(), planned]).as_deref(), Some(first), "{load} {ahead}");
        }
        let planned = candidate("planned", 0, Place::Theirs);
        let late = candidate("late", 1, Place::LeftOut);
        assert_eq!(next(AHEAD, &[planned.clone(), late]).as_deref(), Some("late"), "nobody was meant to review it");
        let late = candidate("late", 2, Place::LeftOut);
        assert_eq!(next(AHEAD, &[planned.clone(), late]).as_deref(), Some("planned"), "it lacks no more than one");
        let asked = Candidate { rule: Some(PairRule::Asked), ..candidate("asked", 5, Place::Others) };
        assert_eq!(next(AHEAD, &[planned, asked]).as_deref(), Some("asked"));
        // The trainer's word counts also against the plan, and nobody gets the own work because it waits.
        let kept = Candidate { rule: Some(PairRule::Never), ..candidate("kept", 0, Place::Theirs) };
        let (own, far) = (candidate("me", 0, Place::Others), candidate("far", 4, Place::Others));
        assert_eq!(next(AHEAD, &[kept, own, far]).as_deref(), Some("far"));
    }
}
