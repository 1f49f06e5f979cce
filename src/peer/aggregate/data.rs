//! Reviews, put into one order and numbered; what can be said of them without a model.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fallback, Observation, TrainerMark};

/// Fewer works than that cannot tell a strict reviewer from a weak work.
pub const LEAST_WORKS: usize = 8;
/// Fewer reviews for each work, on average, than that neither.
const LEAST_REVIEWS: f64 = 2.5;
/// So many marks of a trainer say as much about the level as the reviews themselves: a mark differs from the
/// trainer's by about 6 points, and the level of a group by about 1.5.
const LEVEL_MARKS: f64 = 15.0;

/// The reviews in one order, with numbers instead of names.
pub(super) struct Data<'a> {
    pub(super) works: Vec<&'a str>,
    pub(super) reviewers: Vec<&'a str>,
    /// Work, reviewer, value; by work and then by reviewer.
    pub(super) rows: Vec<(usize, usize, f64)>,
    pub(super) trainer: Vec<(usize, f64)>,
}

impl<'a> Data<'a> {
    pub(super) fn of(observations: &'a [Observation], trainer: &'a [TrainerMark]) -> Self {
        let cells: BTreeMap<(&str, &str), f64> = observations
            .iter()
            .filter(|o| o.value.is_finite())
            .map(|o| ((o.work.as_str(), o.reviewer.as_str()), o.value.clamp(0.0, 100.0)))
            .collect();
        let works: Vec<&str> = cells.keys().map(|(work, _)| *work).collect::<BTreeSet<_>>().into_iter().collect();
        let reviewers: Vec<&str> = cells.keys().map(|(_, by)| *by).collect::<BTreeSet<_>>().into_iter().collect();
        let at = |names: &[&str], name: &str| names.binary_search(&name).unwrap_or_default();
        let rows = cells.iter().map(|((work, by), z)| (at(&works, work), at(&reviewers, by), *z)).collect();
        let by_work: BTreeMap<&str, f64> =
            trainer.iter().filter(|t| t.value.is_finite()).map(|t| (t.work.as_str(), t.value)).collect();
        let known = by_work.into_iter().filter_map(|(work, z)| Some((works.binary_search(&work).ok()?, z)));
        let trainer = known.map(|(u, z)| (u, z.clamp(0.0, 100.0))).collect();
        Self { works, reviewers, rows, trainer }
    }

    /// Sums over the rows of each work, or of each reviewer.
    pub(super) fn sum(&self, of: Axis, mut value: impl FnMut(usize, usize, f64) -> f64) -> Vec<f64> {
        let mut sums = vec![0.0; if of == Axis::Work { self.works.len() } else { self.reviewers.len() }];
        for (u, v, z) in &self.rows {
            sums[if of == Axis::Work { *u } else { *v }] += value(*u, *v, *z);
        }
        sums
    }

    pub(super) fn means(&self) -> Vec<f64> {
        let count = self.sum(Axis::Work, |_, _, _| 1.0);
        self.sum(Axis::Work, |_, _, z| z).iter().zip(count).map(|(sum, n)| sum / n).collect()
    }

    pub(super) fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.works.len()];
        for (u, _, _) in &self.rows {
            counts[*u] += 1;
        }
        counts
    }

    pub(super) fn medians(&self) -> Vec<f64> {
        let mut of_work: Vec<Vec<f64>> = vec![Vec::new(); self.works.len()];
        for (u, _, z) in &self.rows {
            of_work[*u].push(*z);
        }
        of_work.iter_mut().map(|values| median(values).unwrap_or_default()).collect()
    }

    /// How far all marks are from a trainer's: whether everybody is too kind, only a trainer can tell. A few marks
    /// say it less surely than many.
    pub(super) fn level(&self, marks: &[f64]) -> f64 {
        let n = count(self.trainer.len());
        if self.trainer.len() < 2 {
            return 0.0;
        }
        let sum: f64 = self.trainer.iter().map(|(u, mark)| mark - marks[*u]).sum();
        sum / (n + LEVEL_MARKS)
    }

    /// Why the model would say nothing about these reviews.
    pub(super) fn obstacle(&self) -> Option<Fallback> {
        if self.works.len() < LEAST_WORKS {
            return Some(Fallback::FewWorks);
        }
        if count(self.rows.len()) < LEAST_REVIEWS * count(self.works.len()) {
            return Some(Fallback::FewReviews);
        }
        // Works and reviewers as one graph: whatever the first work leads to.
        let mut part: Vec<usize> = (0..self.works.len() + self.reviewers.len()).collect();
        for (u, v, _) in &self.rows {
            let (a, b) = (root(&mut part, *u), root(&mut part, self.works.len() + v));
            part[a.max(b)] = a.min(b);
        }
        let is_one = (0..part.len()).all(|i| root(&mut part, i) == 0);
        (!is_one).then_some(Fallback::Disconnected)
    }
}

fn root(part: &mut [usize], of: usize) -> usize {
    let mut at = of;
    while part[at] != at {
        part[at] = part[part[at]];
        at = part[at];
    }
    at
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    Work,
    Reviewer,
}

#[expect(clippy::cast_precision_loss, reason = "groups are far smaller than 2^53")]
pub(super) const fn count(n: usize) -> f64 {
    n as f64
}

pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (n, middle) = (values.len(), values.len() / 2);
    match n {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}
