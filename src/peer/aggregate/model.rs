//! The model of a group: how good each work is, and how strict, careful and honest each reviewer.

use super::Reviewer;
use super::data::{Axis, Data, count, median};

/// Passes over the data; it has settled long before.
const SWEEPS: usize = 60;
/// The shape of the prior of each reviewer's precision.
const SHAPE: f64 = 4.0;
/// The share of careless reviewers that is expected at first.
const CARELESS: f64 = 0.12;
/// The variance of a trainer's mark: it is nearly, but not quite, the truth.
const TRAINER_VARIANCE: f64 = 9.0;
/// A reviewer's weight lies between these shares of the median weight.
pub(super) const WEIGHTS: (f64, f64) = (0.05, 4.0);

fn log_add(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if high == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

pub(super) const TWO_PI: f64 = 2.0 * std::f64::consts::PI;

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
pub(super) struct Model {
    pub(super) marks: Vec<f64>,
    pub(super) deviations: Vec<f64>,
    pub(super) reviewers: Vec<Reviewer>,
}

impl Model {
    /// `centred`: the careful reviewers' own level counts, not that of all reviewers.
    pub(super) fn fit(data: &Data<'_>, centred: bool) -> Self {
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
