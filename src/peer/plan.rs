//! Who reviews whom, decided for everybody at once: a random graph in which everybody gives and gets the same number
//! of reviews, nobody reviews themselves, and all hang together (peer-assessment.md §4.7). The same seed gives the
//! same plan.

use std::collections::{HashSet, VecDeque};

use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Plans that are drawn at most until one hangs together.
const DRAWS: u64 = 20;

/// Somebody who hands in a work and reviews others'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Who.
    pub id: String,
    /// The group, where there is one.
    pub group: Option<String>,
    /// The company, where there is one.
    pub company: Option<String>,
}

impl Participant {
    /// Somebody without a group or a company.
    #[must_use]
    pub fn alone(id: String) -> Self {
        Self { id, group: None, company: None }
    }
}

/// Where reviews go with regard to a group or a company. Who has none may review everybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bounds {
    /// It does not matter.
    Any,
    /// To one's own.
    Within,
    /// To others.
    #[default]
    Across,
}

impl Bounds {
    /// Whether somebody of the first may review somebody of the second.
    #[must_use]
    pub fn allow(self, a: Option<&String>, b: Option<&String>) -> bool {
        match (self, a, b) {
            (Self::Within, Some(a), Some(b)) => a == b,
            (Self::Across, Some(a), Some(b)) => a != b,
            _ => true,
        }
    }
}

/// What a plan must hold to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Reviews that everybody gives and gets.
    pub reviews: usize,
    /// With regard to groups.
    pub groups: Bounds,
    /// With regard to companies.
    pub companies: Bounds,
}

impl Rules {
    fn allow(&self, a: &Participant, b: &Participant) -> bool {
        self.groups.allow(a.group.as_ref(), b.group.as_ref())
            && self.companies.allow(a.company.as_ref(), b.company.as_ref())
    }
}

/// Who reviews whom, as positions in the list of participants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Reviewer and author, by reviewer.
    pub pairs: Vec<(usize, usize)>,
    /// Those pairs for which a bound had to give way, because otherwise somebody would go short.
    pub relaxed: Vec<(usize, usize)>,
    /// Reviews that nobody can give, because there are too few others.
    pub missing: usize,
    /// Whether everybody hangs together, which robust marks need.
    pub connected: bool,
}

/// Pairs of a reviewer and an author, as positions in the list of participants, that are not to be: unlike a bound, this
/// never gives way.
pub type Never = HashSet<(usize, usize)>;

/// Plans all reviews. Of several plans the first that hangs together is taken; where none does, the first.
#[must_use]
pub fn plan(people: &[Participant], rules: &Rules, never: &Never, seed: u64) -> Plan {
    let mut first = None;
    for draw in 0..DRAWS {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(draw);
        let drawn = one(people, rules, never, &mut rng);
        if drawn.connected {
            return drawn;
        }
        first.get_or_insert(drawn);
    }
    first.unwrap_or(Plan { pairs: Vec::new(), relaxed: Vec::new(), missing: 0, connected: true })
}

fn one(people: &[Participant], rules: &Rules, never: &Never, rng: &mut ChaCha8Rng) -> Plan {
    let n = people.len();
    let mut taken = vec![false; n * n];
    let mut pairs = Vec::with_capacity(n * rules.reviews);
    let mut missing = 0;
    for _ in 0..rules.reviews {
        // Each round gives everybody one work, and each work one reviewer.
        let mut order: Vec<usize> = (0..n).collect();
        order.shuffle(rng);
        let is_free = |a: usize, b: usize| a != b && !taken[a * n + b] && !never.contains(&(a, b));
        let is_allowed = |a: usize, b: usize| is_free(a, b) && rules.allow(&people[a], &people[b]);
        let mut round = Round::new(n);
        for (reviewer, author) in order.iter().enumerate() {
            if is_allowed(reviewer, *author) {
                round.put(reviewer, *author);
            }
        }
        let begin = rng.random_range(0..n.max(1));
        round.complete(begin, &is_allowed);
        // Better a review across a bound than none.
        round.complete(begin, &is_free);
        for (reviewer, author) in round.of_reviewer.iter().enumerate() {
            match author {
                Some(author) => {
                    taken[reviewer * n + author] = true;
                    pairs.push((reviewer, *author));
                }
                None => missing += 1,
            }
        }
    }
    pairs.sort_unstable();
    let relaxed = pairs.iter().copied().filter(|(a, b)| !rules.allow(&people[*a], &people[*b])).collect();
    Plan { connected: is_connected(n, &pairs), relaxed, missing, pairs }
}

/// One work for each reviewer.
struct Round {
    of_reviewer: Vec<Option<usize>>,
    of_author: Vec<Option<usize>>,
}

impl Round {
    fn new(n: usize) -> Self {
        Self { of_reviewer: vec![None; n], of_author: vec![None; n] }
    }

    fn put(&mut self, reviewer: usize, author: usize) {
        self.of_reviewer[reviewer] = Some(author);
        self.of_author[author] = Some(reviewer);
    }

    /// Finds works for those who have none, where that is possible at all: by passing works on along the shortest
    /// chain (augmenting paths).
    fn complete(&mut self, begin: usize, is_allowed: &impl Fn(usize, usize) -> bool) {
        let n = self.of_reviewer.len();
        for reviewer in 0..n {
            if self.of_reviewer[reviewer].is_some() {
                continue;
            }
            // From which reviewer a work was reached.
            let mut reached: Vec<Option<usize>> = vec![None; n];
            let mut waiting = VecDeque::from([reviewer]);
            let mut free = None;
            'search: while let Some(giver) = waiting.pop_front() {
                for author in (begin..n).chain(0..begin) {
                    if reached[author].is_some() || !is_allowed(giver, author) {
                        continue;
                    }
                    reached[author] = Some(giver);
                    let Some(holder) = self.of_author[author] else {
                        free = Some(author);
                        break 'search;
                    };
                    waiting.push_back(holder);
                }
            }
            while let Some(author) = free {
                let Some(giver) = reached[author] else { break };
                free = self.of_reviewer[giver];
                self.put(giver, author);
                if giver == reviewer {
                    break;
                }
            }
        }
    }
}

/// Whether everybody is reached from everybody by reviews, in whichever direction.
fn is_connected(n: usize, pairs: &[(usize, usize)]) -> bool {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); n];
    for (a, b) in pairs {
        next[*a].push(*b);
        next[*b].push(*a);
    }
    let mut seen = vec![false; n];
    let mut waiting: Vec<usize> = (0..n.min(1)).collect();
    while let Some(at) = waiting.pop() {
        if !std::mem::replace(&mut seen[at], true) {
            waiting.extend(next[at].iter().copied().filter(|b| !seen[*b]));
        }
    }
    seen.into_iter().all(|s| s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn people(n: usize, groups: usize, companies: usize) -> Vec<Participant> {
        let of = |i: usize, count: usize| (count > 0).then(|| (i % count).to_string());
        (0..n)
            .map(|i| Participant { id: format!("p{i}"), group: of(i, groups), company: of(i / 2, companies) })
            .collect()
    }

    fn plan(people: &[Participant], rules: &Rules, seed: u64) -> Plan {
        super::plan(people, rules, &Never::new(), seed)
    }

    fn rules(reviews: usize, groups: Bounds) -> Rules {
        Rules { reviews, groups, companies: Bounds::Any }
    }

    fn counts(plan: &Plan, n: usize) -> (Vec<usize>, Vec<usize>) {
        let (mut given, mut got) = (vec![0; n], vec![0; n]);
        for (a, b) in &plan.pairs {
            given[*a] += 1;
            got[*b] += 1;
        }
        (given, got)
    }

    #[test]
    fn bounds_give_way_before_anybody_goes_short() {
        // Nine of one company and one of another: only one pair of companies could review each other.
        let mut ten = people(10, 0, 0);
        for (i, person) in ten.iter_mut().enumerate() {
            person.company = Some(if i < 9 { "a" } else { "b" }.to_owned());
        }
        let drawn = plan(&ten, &Rules { reviews: 2, groups: Bounds::Any, companies: Bounds::Across }, 1);
        assert_eq!((drawn.pairs.len(), drawn.missing), (20, 0));
        assert!(!drawn.relaxed.is_empty() && drawn.relaxed.len() < 20);
        // Within groups of three there are two others: the third review goes elsewhere.
        let drawn = plan(&people(9, 3, 0), &rules(3, Bounds::Within), 1);
        assert_eq!((drawn.pairs.len(), drawn.missing, drawn.relaxed.len()), (27, 0, 9));
    }

    #[test]
    fn too_few_others_are_told() {
        let drawn = plan(&people(3, 0, 0), &rules(4, Bounds::Any), 1);
        assert_eq!((drawn.pairs.len(), drawn.missing), (6, 6));
        assert_eq!(plan(&people(1, 0, 0), &rules(2, Bounds::Any), 1).missing, 2);
        assert!(plan(&[], &rules(2, Bounds::Any), 1).pairs.is_empty());
    }

    #[test]
    fn who_is_kept_apart_stays_apart() {
        let four = people(4, 0, 0);
        let never: Never = [(0, 1), (1, 0)].into();
        let drawn = super::plan(&four, &rules(3, Bounds::Any), &never, 1);
        assert_eq!((drawn.pairs.len(), drawn.missing), (10, 2), "rather a review less than one of those");
        assert!(drawn.pairs.iter().all(|pair| !never.contains(pair)));
        let drawn = super::plan(&four, &rules(2, Bounds::Any), &never, 1);
        assert_eq!((drawn.pairs.len(), drawn.missing), (8, 0), "the others go round");
    }

    #[test]
    fn a_large_group_is_planned() {
        let drawn =
            plan(&people(400, 40, 7), &Rules { reviews: 5, groups: Bounds::Across, companies: Bounds::Across }, 3);
        assert_eq!((drawn.pairs.len(), drawn.missing, drawn.relaxed.len()), (2000, 0, 0));
        assert!(drawn.connected);
    }

    proptest! {
        /// Everybody gives and gets the same, nobody reviews themselves or one work twice, bounds hold unless they
        /// are said to be relaxed, and the seed decides.
        #[test]
        fn plans_are_fair(n in 4usize..40, k in 1usize..5, groups in 0usize..4, seed in any::<u64>()) {
            let all = people(n, groups, 3);
            let rules = Rules { reviews: k.min(n - 1), groups: Bounds::Across, companies: Bounds::Any };
            let drawn = plan(&all, &rules, seed);
            let (given, got) = counts(&drawn, n);
            prop_assert!(given.iter().chain(&got).all(|c| *c == rules.reviews), "{given:?} {got:?}");
            let mut unique = drawn.pairs.clone();
            unique.dedup();
            prop_assert_eq!(unique.len(), drawn.pairs.len());
            for (a, b) in &drawn.pairs {
                prop_assert!(a != b);
                prop_assert!(rules.allow(&all[*a], &all[*b]) || drawn.relaxed.contains(&(*a, *b)));
            }
            prop_assert_eq!(plan(&all, &rules, seed), drawn);
        }
    }
}
