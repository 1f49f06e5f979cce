//! How far reviews of the same work agree: intraclass correlation of the totals (Shrout and Fleiss 1979, one-way
//! random), Krippendorff's alpha of each criterion, and how many reviews would be enough (Spearman–Brown).

use std::collections::BTreeMap;

use super::marks::Given;
use super::model::Review;
use super::rubric::Rubric;
use crate::ids::SubmissionId;

/// Below so many works with two reviews or more nothing is said: the numbers would be chance.
pub const LEAST_WORKS: usize = 8;
/// Means of reviews that agree less than this want a look.
pub const AMBER: f64 = 0.6;
/// Means of reviews that agree less than this say little.
pub const RED: f64 = 0.4;
/// What the number of reviews that would be enough aims at.
const AIM: f64 = 0.7;
/// Nobody is asked for more reviews than this.
const MOST_REVIEWS: usize = 20;

/// How far reviews agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Reliability {
    /// Of one review: ICC(1,1), at most 1; 0 and less means no more than by chance.
    pub single: f64,
    /// Of the mean of a work's reviews: ICC(1,k).
    pub mean: f64,
    /// How many reviews of each work would make the mean's 0.7; None where no reasonable number would.
    pub enough: Option<usize>,
    /// Krippendorff's alpha of each criterion, ordinal, by its title; None where all chose the same level.
    pub criteria: Vec<(String, Option<f64>)>,
}

impl Reliability {
    /// Of the reviews of an activity; None while there are too few works with two reviews or more.
    #[must_use]
    pub fn of(totals: &[Given], reviews: &[Review], rubric: &Rubric) -> Option<Self> {
        let mut of_work: BTreeMap<&SubmissionId, Vec<f64>> = BTreeMap::new();
        for given in totals {
            #[expect(clippy::cast_precision_loss, reason = "points are far below 2^53")]
            of_work.entry(&given.work).or_default().push(given.total.0 as f64);
        }
        let groups: Vec<Vec<f64>> = of_work.into_values().filter(|values| values.len() > 1).collect();
        if groups.len() < LEAST_WORKS {
            return None;
        }
        let (single, mean) = icc(&groups)?;
        let criteria = rubric.criteria.iter().filter(|criterion| criterion.is_marked()).map(|criterion| {
            let mut chosen: BTreeMap<&SubmissionId, Vec<usize>> = BTreeMap::new();
            for review in reviews.iter().filter(|r| r.counts()) {
                if let Some(level) = review.body.levels.get(&criterion.id) {
                    chosen.entry(&review.submission_id).or_default().push(*level);
                }
            }
            (criterion.title.clone(), alpha(&chosen.into_values().collect::<Vec<_>>()))
        });
        Some(Self { single, mean, enough: enough(single), criteria: criteria.collect() })
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of reviews are far below 2^53")]
const fn count(n: usize) -> f64 {
    n as f64
}

/// ICC(1,1) and ICC(1,k) of values in groups; None where all values are the same.
fn icc(groups: &[Vec<f64>]) -> Option<(f64, f64)> {
    let (n, all) = (count(groups.len()), count(groups.iter().map(Vec::len).sum()));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / count(values.len());
    let grand = groups.iter().flatten().sum::<f64>() / all;
    let between: f64 = groups.iter().map(|g| count(g.len()) * (mean(g) - grand).powi(2)).sum::<f64>() / (n - 1.0);
    let within: f64 =
        groups.iter().map(|g| g.iter().map(|z| (z - mean(g)).powi(2)).sum::<f64>()).sum::<f64>() / (all - n);
    // Works have different numbers of reviews: what stands for them all.
    let size = (all - groups.iter().map(|g| count(g.len()).powi(2)).sum::<f64>() / all) / (n - 1.0);
    let single = (between - within) / (between + (size - 1.0) * within);
    let of_mean = 1.0 - within / between;
    (single.is_finite() && of_mean.is_finite()).then_some((single, of_mean))
}

/// How many reviews make a mean that agrees well enough, where one agrees so far (Spearman–Brown).
fn enough(single: f64) -> Option<usize> {
    (1..=MOST_REVIEWS).find(|k| {
        let k = count(*k);
        single > 0.0 && k * single / (1.0 + (k - 1.0) * single) >= AIM
    })
}

/// Krippendorff's alpha for ordinal values, of units with any number of them; units with one say nothing
/// (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"). None where all values are the same.
fn alpha(units: &[Vec<usize>]) -> Option<f64> {
    let units: Vec<&Vec<usize>> = units.iter().filter(|unit| unit.len() > 1).collect();
    let levels = units.iter().flat_map(|unit| unit.iter()).max()? + 1;
    // How often two values stand beside each other in a unit.
    let mut pairs = vec![vec![0.0; levels]; levels];
    for unit in &units {
        for (i, a) in unit.iter().enumerate() {
            for (j, b) in unit.iter().enumerate() {
                if i != j {
                    pairs[*a][*b] += 1.0 / (count(unit.len()) - 1.0);
                }
            }
        }
    }
    let totals: Vec<f64> = pairs.iter().map(|row| row.iter().sum()).collect();
    let all: f64 = totals.iter().sum();
    let distance = |a: usize, b: usize| {
        let (low, high) = (a.min(b), a.max(b));
        (totals[low..=high].iter().sum::<f64>() - f64::midpoint(totals[low], totals[high])).powi(2)
    };
    let (mut observed, mut expected) = (0.0, 0.0);
    for a in 0..levels {
        for b in 0..levels {
            observed += pairs[a][b] * distance(a, b);
            expected += totals[a] * totals[b] * distance(a, b);
        }
    }
    let value = 1.0 - (all - 1.0) * observed / expected;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 0.001, "{found} is not {wanted}");
    }

    /// The example of Krippendorff 2011 with four observers and twelve units, some values missing.
    #[test]
    fn alpha_is_that_of_the_textbook() {
        let units = [
            vec![1, 1, 1],
            vec![2, 2, 3, 2],
            vec![3, 3, 3, 3],
            vec![3, 3, 3, 3],
            vec![2, 2, 2, 2],
            vec![1, 2, 3, 4],
            vec![4, 4, 4, 4],
            vec![1, 1, 2, 1],
            vec![2, 2, 2, 2],
            vec![5, 5, 5],
            vec![1, 1],
            vec![3],
        ];
        near(alpha(&units).unwrap(), 0.815);
        assert_eq!(alpha(&[vec![2, 2], vec![2, 2, 2]]), None, "nothing differs, so nothing can agree");
        assert_eq!(alpha(&[vec![2], vec![3]]), None);
        assert_eq!(alpha(&[]), None);
    }

    /// The example of Shrout and Fleiss 1979, table 2: six targets, four judges.
    #[test]
    fn icc_is_that_of_the_textbook() {
        let rows = [
            [9.0, 2.0, 5.0, 8.0],
            [6.0, 1.0, 3.0, 2.0],
            [8.0, 4.0, 6.0, 8.0],
            [7.0, 1.0, 2.0, 6.0],
            [10.0, 5.0, 6.0, 9.0],
            [6.0, 2.0, 4.0, 7.0],
        ];
        let (single, mean) = icc(&rows.map(|row| row.to_vec())).unwrap();
        near(single, 0.166);
        near(mean, 0.443);
        assert_eq!(icc(&[vec![5.0, 5.0], vec![5.0, 5.0]]), None);
    }

    #[test]
    fn enough_reviews_are_counted() {
        assert_eq!((enough(0.5), enough(0.7), enough(0.9)), (Some(3), Some(1), Some(1)));
        assert_eq!((enough(0.2), enough(0.0), enough(-0.3), enough(0.01)), (Some(10), None, None, None));
    }

    proptest! {
        /// Whatever the values, neither is above 1, and both are 1 where all agree.
        #[test]
        fn nothing_agrees_more_than_wholly(units in prop::collection::vec(prop::collection::vec(0usize..5, 2..5), 2..20)) {
            if let Some(found) = alpha(&units) {
                prop_assert!(found <= 1.0 + 1e-9);
            }
            let groups: Vec<Vec<f64>> = units.iter().map(|u| u.iter().map(|z| count(*z)).collect()).collect();
            if let Some((single, mean)) = icc(&groups) {
                prop_assert!(single <= 1.0 + 1e-9 && mean <= 1.0 + 1e-9);
            }
            let agreed: Vec<Vec<usize>> = units.iter().map(|u| vec![u[0]; u.len()]).collect();
            if let Some(found) = alpha(&agreed) {
                prop_assert!((found - 1.0).abs() < 1e-9);
            }
        }
    }
}
