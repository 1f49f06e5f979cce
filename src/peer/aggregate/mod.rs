//! How reviews become marks: the mean, the median, or the robust aggregate, which finds out how strict, how careful
//! and how honest each reviewer was from the reviews alone.
//!
//! The robust aggregate is PG1 of Piech et al. 2013 (arXiv 1307.2579) by mean-field updates, with a chance for each
//! reviewer of being careless, centred biases and unshrunk marks. A model of the whole group: mark of a review =
//! quality of the work + bias of the reviewer + noise of the reviewer. Deterministic: rows are put into one order
//! first, so that the same reviews give the same bits however they come.

mod data;
#[cfg(test)]
mod gates;
mod model;

use std::collections::BTreeMap;

use data::Data;
pub use data::LEAST_WORKS;
use model::Model;
use serde::{Deserialize, Serialize};

pub use crate::activity::model::MarkMethod as Method;

/// How marks are made from reviews. Its name and number are stored with each mark, so that it can be made again.
pub const VERSION: &str = "robust-1";

/// No mark is further from the mean of its reviews than this, on 0–100, unless a trainer decides: it could not be
/// explained.
const GUARD: f64 = 10.0;
/// What widens the model's interval to one that holds nine times in ten (measured).
const WIDENED: f64 = 1.45;
/// The normal quantile of a two-sided interval of 90 %.
const QUANTILE: f64 = 1.645;

/// One review's total.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Who reviewed.
    pub reviewer: String,
    /// The work.
    pub work: String,
    /// The total, on 0–100.
    pub value: f64,
}

/// A trainer's mark of a work.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainerMark {
    /// The work.
    pub work: String,
    /// The mark, on 0–100.
    pub value: f64,
}

/// Why the mean was used instead of the robust aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// The group has fewer than eight works.
    FewWorks,
    /// There are fewer than two and a half reviews for each work.
    FewReviews,
    /// The reviews fall into parts that have nobody in common.
    Disconnected,
}

/// What is known of a reviewer afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reviewer {
    /// How many points more than others they give; negative for a strict one.
    pub bias: f64,
    /// How far their marks scatter, in points.
    pub scatter: f64,
    /// The chance that they did not look, 0–1.
    pub careless: f64,
    /// How much each of their reviews counts, where 1 is the median.
    pub weight: f64,
}

impl Reviewer {
    /// What is taken off each of their totals: their bias, as far as they looked at all.
    #[must_use]
    pub fn correction(&self) -> f64 {
        self.bias * (1.0 - self.careless)
    }
}

/// A work's mark and how it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkMark {
    /// The mark, on 0–100.
    pub mark: f64,
    /// The plain mean of its reviews.
    pub mean: f64,
    /// Their median.
    pub median: f64,
    /// How many there are.
    pub reviews: usize,
    /// Half the width of the interval that holds the true mark nine times in ten; None without a model.
    pub margin: Option<f64>,
    /// Whether the mark would have been further from the mean than may be explained.
    pub guarded: bool,
}

/// The marks of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// By work.
    pub works: BTreeMap<String, WorkMark>,
    /// By reviewer; empty where the mean or the median was used.
    pub reviewers: BTreeMap<String, Reviewer>,
    /// Why the mean was used, where the robust aggregate was asked for.
    pub fallback: Option<Fallback>,
    /// What is added to every mark because the trainer's are higher or lower.
    pub level: f64,
}

/// The marks of all works with a review. Values are cut to 0–100; those that are no numbers are left out. Of two
/// reviews of one work by one reviewer the later one counts.
#[must_use]
pub fn aggregate(method: Method, observations: &[Observation], trainer: &[TrainerMark]) -> Aggregate {
    let data = Data::of(observations, trainer);
    let fallback = if method == Method::Robust { data.obstacle() } else { None };
    let (means, medians, counts) = (data.means(), data.medians(), data.counts());
    let (marks, model) = match method {
        Method::Median => (medians.clone(), None),
        Method::Robust if fallback.is_none() => {
            let model = Model::fit(&data, true);
            (model.marks.clone(), Some(model))
        }
        _ => (means.clone(), None),
    };
    let level = if model.is_some() { data.level(&marks) } else { 0.0 };
    let works = data.works.iter().enumerate().map(|(u, work)| {
        let limited = (marks[u] + level).clamp(0.0, 100.0).clamp(means[u] - GUARD, means[u] + GUARD);
        let mark = if model.is_some() { limited } else { marks[u] };
        let margin = model.as_ref().map(|m| QUANTILE * WIDENED * m.deviations[u]);
        let guarded = model.is_some() && (marks[u] + level - means[u]).abs() > GUARD;
        let of_work = WorkMark { mark, mean: means[u], median: medians[u], reviews: counts[u], margin, guarded };
        ((*work).to_owned(), of_work)
    });
    let reviewers = model
        .iter()
        .flat_map(|m| data.reviewers.iter().zip(&m.reviewers).map(|(name, reviewer)| ((*name).to_owned(), *reviewer)));
    Aggregate { works: works.collect(), reviewers: reviewers.collect(), fallback, level }
}

#[cfg(test)]
mod tests {
    use super::data::count;
    use super::model::WEIGHTS;
    use super::*;
    use proptest::prelude::*;

    fn review(reviewer: &str, work: &str, value: f64) -> Observation {
        Observation { reviewer: reviewer.to_owned(), work: work.to_owned(), value }
    }

    /// A ring in which everybody reviews the next three.
    fn ring(n: usize) -> Vec<Observation> {
        let value = |v: usize, u: usize| count(50 + (u * 7) % 40 + (v * 3) % 9);
        (0..n)
            .flat_map(|v| (1..=3).map(move |d| (v, (v + d) % n)))
            .map(|(v, u)| review(&format!("r{v:02}"), &format!("w{u:02}"), value(v, u)))
            .collect()
    }

    #[test]
    fn small_thin_or_parted_groups_get_the_mean_and_are_told() {
        for (rows, why) in [
            (ring(7), Fallback::FewWorks),
            (
                ring(9).into_iter().enumerate().filter(|(i, _)| i % 3 != 2).map(|(_, o)| o).collect(),
                Fallback::FewReviews,
            ),
            (
                ring(8)
                    .into_iter()
                    .chain(
                        ring(8)
                            .into_iter()
                            .map(|o| review(&format!("x{}", o.reviewer), &format!("x{}", o.work), o.value)),
                    )
                    .collect::<Vec<_>>(),
                Fallback::Disconnected,
            ),
        ] {
            let found = aggregate(Method::Robust, &rows, &[]);
            assert_eq!(found.fallback, Some(why));
            assert!(
                found.reviewers.is_empty()
                    && found.works.values().all(|w| w.mark.to_bits() == w.mean.to_bits() && w.margin.is_none())
            );
        }
        assert_eq!(aggregate(Method::Robust, &ring(8), &[]).fallback, None);
        let nothing = aggregate(Method::Robust, &[], &[]);
        assert!(nothing.works.is_empty() && nothing.fallback == Some(Fallback::FewWorks));
    }

    #[test]
    fn the_mean_and_the_median_are_what_they_say() {
        let rows = [
            review("a", "w", 10.0),
            review("b", "w", 20.0),
            review("c", "w", 90.0),
            review("a", "x", 30.0),
            review("b", "x", 50.0),
        ];
        let of = |method| aggregate(method, &rows, &[]).works.into_iter().map(|(n, w)| (n, w.mark)).collect::<Vec<_>>();
        assert_eq!(of(Method::Mean), [("w".to_owned(), 40.0), ("x".to_owned(), 40.0)]);
        assert_eq!(of(Method::Median), [("w".to_owned(), 20.0), ("x".to_owned(), 40.0)]);
    }

    #[test]
    fn what_is_no_number_is_left_out_and_the_rest_is_cut() {
        let rows = [
            review("a", "w", f64::NAN),
            review("b", "w", 140.0),
            review("c", "w", -3.0),
            review("d", "x", f64::INFINITY),
        ];
        let found = aggregate(Method::Mean, &rows, &[]);
        assert_eq!(found.works.len(), 1);
        assert!((found.works["w"].mark - 50.0).abs() < 1e-9);
    }

    proptest! {
        /// The same reviews in any order give the same bits; marks stay on the scale and near the mean.
        #[test]
        fn order_changes_nothing(seed in any::<u64>(), n in 8usize..25) {
            let mut rows = ring(n);
            for (i, row) in rows.iter_mut().enumerate() {
                row.value = count(usize::try_from((seed >> (i % 50)) % 101).unwrap());
            }
            let first = aggregate(Method::Robust, &rows, &[]);
            let middle = rows.len() / 3;
            rows.rotate_left(middle);
            rows.reverse();
            prop_assert_eq!(&aggregate(Method::Robust, &rows, &[]), &first);
            for work in first.works.values() {
                prop_assert!((0.0..=100.0).contains(&work.mark) && (work.mark - work.mean).abs() <= GUARD + 1e-9);
            }
            for reviewer in first.reviewers.values() {
                prop_assert!((0.0..=1.0).contains(&reviewer.careless) && (WEIGHTS.0..=WEIGHTS.1).contains(&reviewer.weight));
            }
        }
    }
}
