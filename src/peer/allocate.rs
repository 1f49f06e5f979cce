//! Who reviews which work next: the least loaded one.
//!
//! A queue in the order of arrival starves whoever hands in last; the least loaded first leaves nobody
//! without a review at the same effort (peer-assessment.md §4.7).

use std::cmp::Reverse;

use crate::clock::UtcTime;
use crate::ids::{PersonId, SubmissionId};

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
}

/// The work to review next: never one's own, never one that this reviewer had before, the least loaded
/// one. Among those first the works whose authors still owe the most reviews: otherwise the last
/// reviewer may find nothing left but their own work, which then stays without a review. Then the one
/// that waits longest.
#[must_use]
pub fn next(reviewer: &PersonId, candidates: &[Candidate]) -> Option<SubmissionId> {
    candidates
        .iter()
        .filter(|c| c.author != *reviewer && !c.had_by_reviewer)
        .min_by_key(|c| (c.load, Reverse(c.author_owes), c.handed_in_at, &c.submission))
        .map(|c| c.submission.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
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
}
