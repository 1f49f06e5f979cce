//! How reviews become marks: the mean, the median, or the robust aggregate, which finds out how strict, how careful
//! and how honest each reviewer was from the reviews alone.
//!
//! The robust aggregate is PG1 of Piech et al. 2013 (arXiv 1307.2579) by mean-field updates, with a chance for each
//! reviewer of being careless, centred biases and unshrunk marks. A model of the whole group: mark of a review =
//! quality of the work + bias of the reviewer + noise of the reviewer. Deterministic: rows are put into one order
//! first, so that the same reviews give the same bits however they come.

#[cfg(test)]
mod gates;

use std::collections::{BTreeMap, BTreeSet};

/// How marks are made from reviews. Its name and number are stored with each mark, so that it can be made again.
pub const VERSION: &str = "robust-1";

/// Fewer works than that cannot tell a strict reviewer from a weak work.
const LEAST_WORKS: usize = 8;
/// Fewer reviews for each work, on average, than that neither.
const LEAST_REVIEWS: f64 = 2.5;
/// No mark is further from the mean of its reviews than this, on 0–100, unless a trainer decides: it could not be
/// explained.
const GUARD: f64 = 10.0;
/// Passes over the data; it has settled long before.
const SWEEPS: usize = 60;
/// The shape of the prior of each reviewer's precision.
const SHAPE: f64 = 4.0;
/// The share of careless reviewers that is expected at first.
const CARELESS: f64 = 0.12;
/// The variance of a trainer's mark: it is nearly, but not quite, the truth.
const TRAINER_VARIANCE: f64 = 9.0;
/// So many marks of a trainer say as much about the level as the reviews themselves: a mark differs from the
/// trainer's by about 6 points, and the level of a group by about 1.5.
const LEVEL_MARKS: f64 = 15.0;
/// A reviewer's weight lies between these shares of the median weight.
const WEIGHTS: (f64, f64) = (0.05, 4.0);
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

/// Which way marks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The robust aggregate, where the group is large enough for it.
    Robust,
    /// The mean.
    Mean,
    /// The median.
    Median,
}

/// Why the mean was used instead of the robust aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// The group has fewer than eight works.
    FewWorks,
    /// There are fewer than two and a half reviews for each work.
    FewReviews,
    /// The reviews fall into parts that have nobody in common.
    Disconnected,
}

/// What is known of a reviewer afterwards.
#[derive(Clone, Copy, Debug, PartialEq)]
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
    Aggregate { works: works.collect(), reviewers: reviewers.collect(), fallback }
}

/// The reviews in one order, with numbers instead of names.
struct Data<'a> {
    works: Vec<&'a str>,
    reviewers: Vec<&'a str>,
    /// Work, reviewer, value; by work and then by reviewer.
    rows: Vec<(usize, usize, f64)>,
    trainer: Vec<(usize, f64)>,
}

impl<'a> Data<'a> {
    fn of(observations: &'a [Observation], trainer: &'a [TrainerMark]) -> Self {
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
    fn sum(&self, of: Axis, mut value: impl FnMut(usize, usize, f64) -> f64) -> Vec<f64> {
        let mut sums = vec![0.0; if of == Axis::Work { self.works.len() } else { self.reviewers.len() }];
        for (u, v, z) in &self.rows {
            sums[if of == Axis::Work { *u } else { *v }] += value(*u, *v, *z);
        }
        sums
    }

    fn means(&self) -> Vec<f64> {
        let count = self.sum(Axis::Work, |_, _, _| 1.0);
        self.sum(Axis::Work, |_, _, z| z).iter().zip(count).map(|(sum, n)| sum / n).collect()
    }

    fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.works.len()];
        for (u, _, _) in &self.rows {
            counts[*u] += 1;
        }
        counts
    }

    fn medians(&self) -> Vec<f64> {
        let mut of_work: Vec<Vec<f64>> = vec![Vec::new(); self.works.len()];
        for (u, _, z) in &self.rows {
            of_work[*u].push(*z);
        }
        of_work.iter_mut().map(|values| median(values).unwrap_or_default()).collect()
    }

    /// How far all marks are from a trainer's: whether everybody is too kind, only a trainer can tell. A few marks
    /// say it less surely than many.
    fn level(&self, marks: &[f64]) -> f64 {
        let n = count(self.trainer.len());
        if self.trainer.len() < 2 {
            return 0.0;
        }
        let sum: f64 = self.trainer.iter().map(|(u, mark)| mark - marks[*u]).sum();
        sum / (n + LEVEL_MARKS)
    }

    /// Why the model would say nothing about these reviews.
    fn obstacle(&self) -> Option<Fallback> {
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
enum Axis {
    Work,
    Reviewer,
}

#[expect(clippy::cast_precision_loss, reason = "groups are far smaller than 2^53")]
const fn count(n: usize) -> f64 {
    n as f64
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (n, middle) = (values.len(), values.len() / 2);
    match n {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

fn log_add(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if high == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

const TWO_PI: f64 = 2.0 * std::f64::consts::PI;

/// The variance components of `z = mean + work + reviewer + noise`, by moments with posterior variances.
struct Variances {
    mean: f64,
    works: f64,
    biases: f64,
    noise: f64,
    bias: Vec<f64>,
}

impl Variances {
    fn of(data: &Data<'_>) -> Self {
        let (n_u, n_v, n) = (count(data.works.len()), count(data.reviewers.len()), count(data.rows.len()));
        let of_work = data.sum(Axis::Work, |_, _, _| 1.0);
        let of_reviewer = data.sum(Axis::Reviewer, |_, _, _| 1.0);
        let mut mean = data.rows.iter().map(|r| r.2).sum::<f64>() / n;
        let (mut works, mut biases, mut noise) = (100.0, 36.0, 81.0);
        let mut level = vec![0.0; data.works.len()];
        let mut bias = vec![0.0; data.reviewers.len()];
        for _ in 0..60 {
            let spread = |count: &[f64], prior: f64, noise: f64| -> Vec<f64> {
                count.iter().map(|c| 1.0 / (c / noise + 1.0 / prior)).collect()
            };
            let (p_u, p_v) = (spread(&of_work, works, noise), spread(&of_reviewer, biases, noise));
            let rest = data.sum(Axis::Work, |_, v, z| z - mean - bias[v]);
            level = rest.iter().zip(&p_u).map(|(sum, p)| sum / noise * p).collect();
            let rest = data.sum(Axis::Reviewer, |u, _, z| z - mean - level[u]);
            bias = rest.iter().zip(&p_v).map(|(sum, p)| sum / noise * p).collect();
            works = level.iter().zip(&p_u).map(|(s, p)| s * s + p).sum::<f64>() / n_u;
            biases = bias.iter().zip(&p_v).map(|(b, p)| b * b + p).sum::<f64>() / n_v;
            let left = |(u, v, z): &(usize, usize, f64)| (z - mean - level[*u] - bias[*v]).powi(2) + p_u[*u] + p_v[*v];
            noise = data.rows.iter().map(left).sum::<f64>() / n;
            mean = data.rows.iter().map(|(u, v, z)| z - level[*u] - bias[*v]).sum::<f64>() / n;
        }
        Self { mean, works: works.max(9.0), biases: biases.max(1.0), noise: noise.max(9.0), bias }
    }
}

/// What the sweeps end with.
struct Model {
    marks: Vec<f64>,
    deviations: Vec<f64>,
    reviewers: Vec<Reviewer>,
}

impl Model {
    /// `centred`: the careful reviewers' own level counts, not that of all reviewers.
    fn fit(data: &Data<'_>, centred: bool) -> Self {
        let Variances { mean: mut mu, works: mut vs, biases: vb, noise: ve, mut bias } = Variances::of(data);
        let (n_u, n_v) = (count(data.works.len()), count(data.reviewers.len()));
        let scale = ve * (SHAPE - 1.0) * 0.8;
        let of_reviewer = data.sum(Axis::Reviewer, |_, _, _| 1.0);
        let careless = careless_likelihoods(data, &of_reviewer);
        let mut precision = vec![SHAPE / scale; data.reviewers.len()];
        // The chance that a reviewer did look.
        let mut careful = vec![0.9; data.reviewers.len()];
        let mut expected = CARELESS;
        for _ in 0..SWEEPS {
            let mut weight = data.sum(Axis::Work, |_, v, _| precision[v] * careful[v]);
            let mut sum = data.sum(Axis::Work, |_, v, z| precision[v] * careful[v] * (z - bias[v]));
            for u in 0..data.works.len() {
                weight[u] += 1.0 / vs;
                sum[u] += mu / vs;
            }
            for (u, mark) in &data.trainer {
                weight[*u] += 1.0 / TRAINER_VARIANCE;
                sum[*u] += mark / TRAINER_VARIANCE;
            }
            let quality: Vec<f64> = sum.iter().zip(&weight).map(|(y, r)| y / r).collect();
            let spread: Vec<f64> = weight.iter().map(|r| 1.0 / r).collect();
            let first = data.sum(Axis::Reviewer, |u, _, z| z - quality[u]);
            let second = data.sum(Axis::Reviewer, |u, _, z| (z - quality[u]).powi(2) + spread[u]);
            let of_bias: Vec<f64> = of_reviewer.iter().zip(&precision).map(|(n, t)| 1.0 / vb + n * t).collect();
            for v in 0..bias.len() {
                bias[v] = precision[v] * first[v] / of_bias[v];
            }
            let left = data.sum(Axis::Reviewer, |u, v, z| (z - quality[u] - bias[v]).powi(2) + spread[u]);
            for v in 0..bias.len() {
                let n = of_reviewer[v];
                precision[v] = (SHAPE + n / 2.0) / (scale + f64::midpoint(left[v], n / of_bias[v]));
                let honest = honest_likelihood(n, first[v], second[v], vb, scale);
                let odds = (honest - careless[v] + ((1.0 - expected) / expected).ln()).clamp(-50.0, 50.0);
                careful[v] = 1.0 - 1.0 / (1.0 + odds.exp());
            }
            expected = (1.0 + careful.iter().map(|r| 1.0 - r).sum::<f64>()) / (10.0 + n_v);
            mu = quality.iter().sum::<f64>() / n_u;
            let around: f64 = quality.iter().zip(&spread).map(|(s, p)| (s - mu).powi(2) + p).sum();
            vs = ((around + 400.0) / (n_u + 4.0)).clamp(16.0, 600.0);
        }
        Self::marks(data, &bias, &precision, &careful, centred)
    }

    /// Marks without shrinking: the group's mean says nothing about one person's work.
    fn marks(data: &Data<'_>, bias: &[f64], precision: &[f64], careful: &[f64], centred: bool) -> Self {
        let mut of_careful: Vec<f64> = bias.iter().zip(careful).filter(|(_, r)| **r > 0.5).map(|(b, _)| *b).collect();
        let centre = if centred { median(&mut of_careful).unwrap_or_default() } else { 0.0 };
        let counts: Vec<f64> = precision.iter().zip(careful).map(|(t, r)| t * r).collect();
        let middle = median(&mut counts.clone()).unwrap_or(1.0);
        let weight: Vec<f64> = counts.iter().map(|w| w.clamp(WEIGHTS.0 * middle, WEIGHTS.1 * middle)).collect();
        let shift: Vec<f64> = bias.iter().zip(careful).map(|(b, r)| (b - centre) * r).collect();
        let total = data.sum(Axis::Work, |_, v, _| weight[v]);
        let sum = data.sum(Axis::Work, |_, v, z| weight[v] * (z - shift[v]));
        let reviewers = (0..bias.len()).map(|v| Reviewer {
            bias: bias[v] - centre,
            scatter: precision[v].recip().sqrt(),
            careless: 1.0 - careful[v],
            weight: weight[v] / middle,
        });
        Self {
            marks: sum.iter().zip(&total).map(|(y, w)| (y / w).clamp(0.0, 100.0)).collect(),
            deviations: total.iter().map(|w| w.recip().sqrt()).collect(),
            reviewers: reviewers.collect(),
        }
    }
}

/// How likely each reviewer's marks are if they did not look: near one level of their own, or anywhere.
fn careless_likelihoods(data: &Data<'_>, of_reviewer: &[f64]) -> Vec<f64> {
    let n_all = count(data.rows.len());
    let usual = data.rows.iter().map(|r| r.2).sum::<f64>() / n_all + 4.0;
    let first = data.sum(Axis::Reviewer, |_, _, z| z);
    let second = data.sum(Axis::Reviewer, |_, _, z| z * z);
    let likelihood = |v: usize, within: f64, between: f64| {
        let n = of_reviewer[v];
        let mean = first[v] / n;
        let around = second[v] - n * mean * mean;
        let variance = within / n + between;
        -0.5 * (n - 1.0) * (TWO_PI * within).ln()
            - 0.5 * around / within
            - 0.5 * n.ln()
            - 0.5 * (TWO_PI * variance).ln()
            - 0.5 * (mean - usual).powi(2) / variance
    };
    (0..of_reviewer.len())
        .map(|v| log_add(likelihood(v, 9.0, 64.0), likelihood(v, 260.0, 20.0)) + 0.5_f64.ln())
        .collect()
}

/// How likely a reviewer's marks are if they looked: bias integrated, noise on a grid of three.
fn honest_likelihood(n: f64, first: f64, second: f64, vb: f64, scale: f64) -> f64 {
    let at = |factor: f64| {
        let noise = scale / SHAPE * factor;
        let of_bias = 1.0 / vb + n / noise;
        let mean = first / noise / of_bias;
        -0.5 * n * (TWO_PI * noise).ln() - 0.5 * second / noise - 0.5 * vb.ln() - 0.5 * of_bias.ln()
            + 0.5 * of_bias * mean * mean
    };
    log_add(log_add(at(0.5), at(1.0)), at(2.0)) - 3.0_f64.ln()
}

#[cfg(test)]
mod tests {
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
