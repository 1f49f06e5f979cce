//! Whether people of one company, or one group, mark each other's works higher than those of others
//! (peer-assessment.md §5).

use std::collections::BTreeMap;

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use super::{Seen, value};
use crate::ids::PersonId;
use crate::peer::marks::Marks;

/// How often it is drawn anew which reviews were of their own people's works.
const DRAWS: usize = 2_000;
/// Chance alone does as much less often than once in so many times.
const RARE: usize = 100;
/// Less than so many points is not worth a look.
const LEAST: f64 = 5.0;

/// How far reviews within companies, or groups, lie above the same people's other reviews.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kin {
    /// By how many points, rounded.
    pub points: i64,
    /// How many reviews within a company those are.
    pub reviews: usize,
}

/// How far the reviews of one reviewer lie above the works' marks.
#[derive(Default)]
struct Residuals {
    own: Vec<f64>,
    others: Vec<f64>,
}

/// The same, those of their own people's works first.
struct Reviewer {
    residuals: Vec<f64>,
    own: usize,
}

/// Whether people mark works of their own company higher than the same people mark others, each measured by the work's
/// mark, and more than chance would do: by a permutation test over which of a reviewer's reviews were of their own people's
/// works. So it does not matter how kind a reviewer is as such. Which company favours its own, or looks down on others,
/// such reviews cannot tell. The same reviews always lead to the same answer.
#[must_use]
pub fn kin(reviews: &[Seen<'_>], of: &BTreeMap<PersonId, String>, marks: &Marks) -> Option<Kin> {
    let mut by: BTreeMap<&PersonId, Residuals> = BTreeMap::new();
    for review in reviews {
        let made = marks.works.get(review.work).filter(|made| made.reviews > 1);
        let (Some(made), Some(name)) = (made, of.get(review.reviewer)) else { continue };
        let known = by.entry(review.reviewer).or_default();
        let is_own = review.authors.iter().any(|author| of.get(author) == Some(name));
        let list = if is_own { &mut known.own } else { &mut known.others };
        list.push(value(review.total) - value(made.mark));
    }
    // Who has reviewed works of one kind only says nothing about the difference.
    let mixed = by.into_values().filter(|known| !known.own.is_empty() && !known.others.is_empty());
    let reviewers: Vec<Reviewer> = mixed.map(Reviewer::of).collect();
    let points = difference(&reviewers)?;
    #[expect(clippy::cast_possible_truncation, reason = "a difference is at most 200")]
    let rounded = points.round() as i64;
    let reviews = reviewers.iter().map(|r| r.own).sum();
    (points >= LEAST && is_rare(reviewers)).then_some(Kin { points: rounded, reviews })
}

impl Reviewer {
    fn of(Residuals { mut own, mut others }: Residuals) -> Self {
        // The order in which reviews came must not matter.
        own.sort_by(f64::total_cmp);
        others.sort_by(f64::total_cmp);
        Self { own: own.len(), residuals: [own, others].concat() }
    }

    /// How far the first lie above the others, summed over the first.
    fn lead(&self) -> f64 {
        let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
        let (own, others) = self.residuals.split_at(self.own);
        (mean(own) - mean(others)) * self.own as f64
    }
}

/// The mean difference over all reviews of their own people's works; None without any.
fn difference(reviewers: &[Reviewer]) -> Option<f64> {
    let own: usize = reviewers.iter().map(|r| r.own).sum();
    (own > 0).then(|| reviewers.iter().map(Reviewer::lead).sum::<f64>() / own as f64)
}

/// Whether as large a difference is rare where it is drawn which reviews were which.
fn is_rare(mut reviewers: Vec<Reviewer>) -> bool {
    let seen = difference(&reviewers);
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut as_large = 1;
    for _ in 0..DRAWS {
        for reviewer in &mut reviewers {
            reviewer.residuals.shuffle(&mut rng);
        }
        // Sums of the same numbers in another order differ in their last digits.
        let is_as_large = difference(&reviewers).zip(seen).is_some_and(|(drawn, seen)| drawn >= seen - 1e-9);
        as_large += usize::from(is_as_large);
    }
    as_large * RARE < DRAWS + 1
}
