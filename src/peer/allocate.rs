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
}

/// The work to review next: never one's own, never one that this reviewer had before or that the trainer keeps from
/// them; first what the trainer asks them for, then the least loaded one. Among those first the works whose authors still owe the most reviews: otherwise the last
/// reviewer may find nothing left but their own work, which then stays without a review. Then the one
/// that waits longest.
#[must_use]
pub fn next(reviewer: &PersonId, candidates: &[Candidate]) -> Option<SubmissionId> {
    candidates
        .iter()
        .filter(|c| c.author != *reviewer && !c.had_by_reviewer && c.rule != Some(PairRule::Never))
        .min_by_key(|c| {
            (c.rule != Some(PairRule::Asked), c.load, Reverse(c.author_owes), c.handed_in_at, &c.submission)
        })
        .map(|c| c.submission.clone())
}

#[cfg(test)]
mod tests {
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
                })
                .collect();
            if let Some(submission) = next(&ids[reviewer].0, &candidates) {
                let index = ids.iter().position(|(_, s)| *s == submission).unwrap();
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
        };
        let all = [
            candidate("a", 5, 1, false),
            candidate("b", 3, 0, false),
            candidate("c", 2, 0, true),
            candidate("d", 9, 0, false),
            candidate("me", 1, 0, false),
        ];
        assert_eq!(next(&me, &all), Some(SubmissionId("b".into())));
        let with_debtor = [&all[..], &[candidate("f", 99, 0, false)]].concat();
        assert_eq!(next(&me, &with_debtor), Some(SubmissionId("f".into())), "who still reviews goes first");
        assert_eq!(next(&me, &all[2..3]), None);
        assert_eq!(next(&me, &all[4..]), None);
        assert_eq!(next(&me, &[]), None);
    }

    /// One class over time: works come in, and reviewers take theirs one after the other whenever they come. Some never
    /// do, and half of those open one and leave it; some stop in the middle. The same play as in peer-assessment.md
    /// §4.7. Returns the reviews that each work got.
    fn play(rng: &mut ChaCha8Rng, people: usize, k: usize) -> Vec<usize> {
        const LEFT: f64 = 0.10;
        let ids: Vec<(PersonId, SubmissionId)> =
            (0..people).map(|i| (PersonId(format!("p{i:03}")), SubmissionId(format!("s{i:03}")))).collect();
        let mut handed_in: Vec<f64> = (0..people).map(|_| rng.random::<f64>()).collect();
        handed_in.sort_by(f64::total_cmp);
        let mut moves: Vec<(f64, usize, bool)> = Vec::new();
        for (person, since) in handed_in.iter().enumerate() {
            let does = match rng.random::<f64>() {
                x if x < 0.15 => 0,
                x if x < 0.25 => rng.random_range(1..k),
                _ => k,
            };
            let begins = since + (1.6 - since) * rng.random::<f64>();
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
                })
                .collect();
            let Some(found) = next(&ids[person].0, &candidates) else { continue };
            let work = ids.iter().position(|(_, s)| *s == found).unwrap();
            had[person].insert(work);
            if finishes {
                (done[work], given[person]) = (done[work] + 1, given[person] + 1);
            } else {
                left.push((at + LEFT, work));
            }
        }
        done
    }

    #[test]
    fn drop_outs_leave_nobody_behind() {
        const RUNS: u64 = 150;
        const PEOPLE: usize = 100;
        const K: usize = 4;
        let (mut without, mut short) = (0, 0);
        for seed in 0..RUNS {
            let done = play(&mut ChaCha8Rng::seed_from_u64(seed), PEOPLE, K);
            without += done.iter().filter(|n| **n == 0).count();
            short += done.iter().filter(|n| **n < K - 1).count();
            assert!(done.iter().all(|n| *n <= K + 1), "nobody gets many more than others: {done:?}");
        }
        assert_eq!(without, 0, "works without a review");
        let all = usize::try_from(RUNS).unwrap() * PEOPLE;
        assert!(short * 100 <= all * 2, "{short} of {all} works have fewer than {} reviews", K - 1);
    }
}
