//! What is worth a look about somebody's reviews (peer-assessment.md §5). None of it lowers a mark: each sign has harmless
//! reasons, too.

#![expect(clippy::cast_precision_loss, reason = "points and counts of a group are far below 2^53")]

mod kin;
#[cfg(test)]
mod tests;

pub use kin::{Kin, kin};

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::aggregate::Reviewer;
use super::marks::Marks;
use super::model::ReviewBody;
use super::rubric::{Kind, Rubric};
use crate::ids::{PersonId, SubmissionId};
use crate::store::columns::Points;

/// Reviewers whose reviews are more likely careless than not.
const CARELESS: f64 = 0.5;
/// Somebody is kind or strict from so many points on,
const FAR: f64 = 10.0;
/// when that is beyond doubt nine times in ten: so many standard deviations of a normal distribution.
const SURE: f64 = 1.281_6;
/// Totals that scatter less than this share of what the works and the group's scatter lead to are nearly the same.
const STEADY: f64 = 0.3;
/// Fewer chosen levels than this say nothing about how somebody chooses.
const CELLS: usize = 12;
/// Fewer reviews than this say nothing about how they scatter.
const REVIEWS: usize = 3;
/// Texts that share more than this of their runs of words are alike.
const ALIKE: f64 = 0.6;
/// So many words make a run.
const RUN: usize = 5;
/// Shorter texts are alike by chance.
const WORDS: usize = 12;
/// A review that was open for less than this, in seconds,
const QUICK: i64 = 60;
/// and this far below the others', in robust standard deviations, is quick.
const QUICK_BELOW: f64 = -2.5;
/// Two people who gave each other this much more than the works' marks, in standard deviations, were kind to each other.
const MUTUAL: f64 = 1.5;

/// A sent review, as far as this needs it.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// Who wrote it.
    pub reviewer: &'a PersonId,
    /// Whose work it is about: one learner, or the members of a team.
    pub authors: &'a [PersonId],
    /// The work.
    pub work: &'a SubmissionId,
    /// What was chosen and written.
    pub body: &'a ReviewBody,
    /// Its total, 0–100.
    pub total: Points,
    /// How long it was open at most, in seconds.
    pub seconds: i64,
}

/// Something worth a look.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// The totals tell little about the works.
    Careless,
    /// All works got nearly the same total.
    Steady,
    /// The same level of all criteria, in every review.
    StraightLine,
    /// Far kinder than others; by so many points.
    Kind(i64),
    /// Far stricter than others.
    Strict(i64),
    /// Open for so many seconds only, far less than others'.
    Quick(i64),
    /// The same words in two of their own reviews.
    Repeats,
    /// The same words as in a review of somebody else.
    AlikeWith(PersonId),
    /// Somebody and they gave each other much more than others did.
    Mutual(PersonId),
}

/// The signs of each reviewer; those without any are left out.
#[must_use]
pub fn of(reviews: &[Seen<'_>], rubric: &Rubric, marks: &Marks) -> BTreeMap<PersonId, BTreeSet<Sign>> {
    let mut by: BTreeMap<&PersonId, Vec<&Seen<'_>>> = BTreeMap::new();
    for review in reviews {
        by.entry(review.reviewer).or_default().push(review);
    }
    let mark = |r: &Seen<'_>| marks.works.get(r.work).map_or(value(r.total), |made| value(made.mark));
    let residuals: Vec<f64> = reviews.iter().map(|r| value(r.total) - mark(r)).collect();
    let scatter = deviation(&residuals);
    let mut found: BTreeMap<PersonId, BTreeSet<Sign>> = BTreeMap::new();
    let mut add = |who: &PersonId, sign: Sign| {
        found.entry(who.clone()).or_default().insert(sign);
    };
    for (who, own) in &by {
        if let Some(reviewer) = marks.reviewers.get(*who) {
            if reviewer.careless > CARELESS {
                add(who, Sign::Careless);
            }
            if let Some(sign) = kindness(reviewer, own.len()) {
                add(who, sign);
            }
        }
        let levels: Vec<Vec<usize>> = own.iter().map(|r| shares(r.body, rubric)).collect();
        let cells = levels.iter().map(Vec::len).sum::<usize>();
        if own.len() >= REVIEWS && cells >= CELLS {
            let totals: Vec<f64> = own.iter().map(|r| value(r.total)).collect();
            // What the totals of somebody who looks scatter by: the works are not equal, and nobody is exact.
            let of_works = deviation(&own.iter().map(|r| mark(r)).collect::<Vec<_>>());
            let expected = of_works.hypot(scatter);
            let is_line = levels.iter().all(|l| l.windows(2).all(|w| w[0] == w[1]));
            if is_line {
                add(who, Sign::StraightLine);
            } else if expected > 0.0 && deviation(&totals) / expected < STEADY {
                add(who, Sign::Steady);
            }
        }
    }
    for (who, seconds) in quick(reviews) {
        add(who, Sign::Quick(seconds));
    }
    for (one, other) in alike(reviews) {
        if one == other {
            add(one, Sign::Repeats);
        } else {
            add(one, Sign::AlikeWith(other.clone()));
            add(other, Sign::AlikeWith(one.clone()));
        }
    }
    for (one, other) in mutual(reviews, marks) {
        add(one, Sign::Mutual(other.clone()));
        add(other, Sign::Mutual(one.clone()));
    }
    found
}

fn value(points: Points) -> f64 {
    points.0 as f64 / 10_000.0
}

/// The standard deviation of a sample; 0 of fewer than two.
fn deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => 0.0,
        _ if n % 2 == 1 => values[n / 2],
        _ => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// Whether somebody is kind or strict beyond doubt: the estimate is uncertain by about the scatter of so many reviews.
fn kindness(reviewer: &Reviewer, reviews: usize) -> Option<Sign> {
    let error = reviewer.scatter / (reviews.max(1) as f64).sqrt();
    if reviewer.bias.abs() - FAR <= SURE * error {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a bias is at most 100")]
    let points = reviewer.bias.abs().round() as i64;
    Some(if reviewer.bias > 0.0 { Sign::Kind(points) } else { Sign::Strict(points) })
}

/// The chosen levels of a review as hundredths of the best one, so that criteria compare.
fn shares(body: &ReviewBody, rubric: &Rubric) -> Vec<usize> {
    let marked = rubric.criteria.iter().filter(|c| c.is_marked());
    let share = |(chosen, best): (usize, usize)| (chosen * 100).checked_div(best).unwrap_or(0);
    marked
        .filter_map(|c| {
            let best = match c.kind {
                Kind::Number => usize::try_from(c.most).unwrap_or(0),
                _ => c.levels.len().saturating_sub(1),
            };
            Some(share((*body.levels.get(&c.id)?, best)))
        })
        .collect()
}

/// Reviews that were open for a far shorter time than others.
fn quick<'a>(reviews: &[Seen<'a>]) -> Vec<(&'a PersonId, i64)> {
    let log = |seconds: i64| (seconds.max(1) as f64).ln();
    let mut times: Vec<f64> = reviews.iter().map(|r| log(r.seconds)).collect();
    let middle = median(&mut times);
    let mut distances: Vec<f64> = times.iter().map(|t| (t - middle).abs()).collect();
    // The median absolute deviation, scaled to a standard deviation.
    let spread = 1.482_6 * median(&mut distances);
    let is_quick = |r: &&Seen<'a>| {
        r.seconds < QUICK && times.len() >= CELLS && spread > 0.0 && (log(r.seconds) - middle) / spread < QUICK_BELOW
    };
    reviews.iter().filter(is_quick).map(|r| (r.reviewer, r.seconds)).collect()
}

/// The runs of words of a review's comments; none of a short one.
fn runs(body: &ReviewBody) -> HashSet<Vec<String>> {
    let text = body.comments.values().chain([&body.overall]).map(|t| t.to_lowercase()).collect::<Vec<_>>().join(" ");
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect();
    if words.len() < WORDS { HashSet::new() } else { words.windows(RUN).map(<[String]>::to_vec).collect() }
}

/// Pairs of reviewers, or one twice, who wrote nearly the same about two works.
fn alike<'a>(reviews: &[Seen<'a>]) -> BTreeSet<(&'a PersonId, &'a PersonId)> {
    let of: Vec<HashSet<Vec<String>>> = reviews.iter().map(|r| runs(r.body)).collect();
    // Only what shares a run is compared.
    let mut who_has: HashMap<&Vec<String>, Vec<usize>> = HashMap::new();
    for (at, runs) in of.iter().enumerate() {
        for run in runs {
            who_has.entry(run).or_default().push(at);
        }
    }
    let mut shared: HashMap<(usize, usize), usize> = HashMap::new();
    for places in who_has.values() {
        for (i, one) in places.iter().enumerate() {
            for other in &places[i + 1..] {
                *shared.entry((*one, *other)).or_default() += 1;
            }
        }
    }
    let is_alike = |((one, other), both): &((usize, usize), usize)| {
        let either = of[*one].len() + of[*other].len() - both;
        *both as f64 / either as f64 > ALIKE
    };
    let pair = |((one, other), _): ((usize, usize), usize)| {
        let (a, b) = (reviews[one].reviewer, reviews[other].reviewer);
        if a <= b { (a, b) } else { (b, a) }
    };
    shared.into_iter().filter(is_alike).map(pair).collect()
}

/// Pairs who reviewed each other and gave each other far more than the works' marks.
fn mutual<'a>(reviews: &[Seen<'a>], marks: &Marks) -> Vec<(&'a PersonId, &'a PersonId)> {
    let residual = |r: &Seen<'a>| {
        let made = marks.works.get(r.work).filter(|made| made.reviews > 1)?;
        Some(value(r.total) - value(made.mark))
    };
    let all: Vec<f64> = reviews.iter().filter_map(residual).collect();
    let spread = deviation(&all);
    if all.len() < CELLS || spread <= 0.0 {
        return Vec::new();
    }
    let is_far = |r: &&Seen<'a>| residual(r).is_some_and(|residual| residual > MUTUAL * spread);
    let far: BTreeSet<(&PersonId, &PersonId)> =
        reviews.iter().filter(is_far).flat_map(|r| r.authors.iter().map(|author| (r.reviewer, author))).collect();
    far.iter().copied().filter(|(one, other)| one < other && far.contains(&(*other, *one))).collect()
}

/// How helpful authors found somebody's reviews: the mean of their ratings from 1 to 5, without those of authors who got
/// much less from this reviewer than from others, who may answer with a low rating. None without any.
#[must_use]
pub fn helpfulness(reviews: &[(Seen<'_>, i32)], marks: &Marks) -> Option<f64> {
    let residual = |r: &Seen<'_>| marks.works.get(r.work).map_or(0.0, |made| value(r.total) - value(made.mark));
    let is_fair = |(review, _): &&(Seen<'_>, i32)| residual(review) > -FAR;
    let fair: Vec<f64> = reviews.iter().filter(is_fair).map(|(_, rating)| f64::from(*rating)).collect();
    if fair.is_empty() { None } else { Some(fair.iter().sum::<f64>() / fair.len() as f64) }
}
