//! What the robust aggregate must achieve on simulated groups, measured against the mean and the median of the same
//! reviews: 200 groups for each case, with fixed seeds. And that it agrees with its reference in numpy.

use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::data::count;
use super::model::TWO_PI;
use super::*;

const RUNS: u64 = 200;

/// How a group reviews.
#[derive(Clone, Copy, Default)]
struct World {
    careless: f64,
    inflating: f64,
    /// Who uses a third of the scale.
    compressing: f64,
    deflating: f64,
    heavy_tails: bool,
    /// Good authors review better.
    correlation: f64,
    /// Who never reviews.
    gone: f64,
    /// Who gives one other too much, and gets the same back.
    reciprocal: f64,
    /// Works that everybody marks, and whose marks are known; they come after the others.
    practice: usize,
}

const CLEAN: World = World {
    careless: 0.0,
    inflating: 0.0,
    compressing: 0.0,
    deflating: 0.0,
    heavy_tails: false,
    correlation: 0.0,
    gone: 0.0,
    reciprocal: 0.0,
    practice: 0,
};
const BASE: World = World { careless: 0.1, inflating: 0.1, ..CLEAN };
const HEAVY: World = World { careless: 0.2, inflating: 0.2, ..CLEAN };
const OTHERWISE: World =
    World { careless: 0.05, inflating: 0.05, compressing: 0.15, deflating: 0.1, heavy_tails: true, ..CLEAN };
const CORRELATED: World = World { correlation: 0.4, ..BASE };
const DROPPED_OUT: World = World { gone: 0.15, ..BASE };
const RECIPROCAL: World = World { reciprocal: 0.1, ..BASE };
const ALL: [(&str, World); 7] = [
    ("clean", CLEAN),
    ("base", BASE),
    ("heavy", HEAVY),
    ("otherwise", OTHERWISE),
    ("correlated", CORRELATED),
    ("dropped out", DROPPED_OUT),
    ("reciprocal", RECIPROCAL),
];

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (a, b): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - a).ln()).sqrt() * (TWO_PI * b).cos()
}

fn share(of: f64, n: usize) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small number")]
    let share = (of * count(n)).round() as usize;
    share
}

fn shuffled(rng: &mut ChaCha8Rng, n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, rng.random_range(0..=i));
    }
    order
}

/// Everybody reviews k others and is reviewed by k others: k derangements without a common pair.
fn allocation(rng: &mut ChaCha8Rng, n: usize, k: usize) -> Vec<Vec<usize>> {
    let mut of: Vec<Vec<usize>> = vec![Vec::new(); n];
    while of[0].len() < k {
        let mut next = shuffled(rng, n);
        let is_bad = |next: &[usize], of: &[Vec<usize>], i: usize| next[i] == i || of[i].contains(&next[i]);
        for _ in 0..50 * n {
            let bad: Vec<usize> = (0..n).filter(|i| is_bad(&next, &of, *i)).collect();
            let Some(first) = bad.get(rng.random_range(0..bad.len().max(1))) else { break };
            next.swap(*first, rng.random_range(0..n));
        }
        if (0..n).all(|i| !is_bad(&next, &of, i)) {
            for i in 0..n {
                of[i].push(next[i]);
            }
        }
    }
    of
}

fn name(n: usize) -> String {
    format!("{n:04}")
}

/// A group: the true marks, and what was observed.
fn group(rng: &mut ChaCha8Rng, world: World, n: usize, k: usize) -> (Vec<f64>, Vec<Observation>) {
    let mut truth: Vec<f64> = (0..n).map(|_| (70.0 + 12.0 * normal(rng)).clamp(5.0, 100.0)).collect();
    truth.extend([60.0, 80.0, 70.0].iter().take(world.practice));
    let order = shuffled(rng, n);
    let mut ends = 0;
    let mut next = |of: f64| {
        let begin = ends;
        ends += share(of, n);
        order[begin..ends].to_vec()
    };
    let (careless, inflating) = (next(world.careless), next(world.inflating));
    let (compressing, deflating, gone) = (next(world.compressing), next(world.deflating), next(world.gone));
    let pairs = next(world.reciprocal);
    let mut of = allocation(rng, n, k);
    for pair in pairs.chunks_exact(2) {
        for (a, b) in [(pair[0], pair[1]), (pair[1], pair[0])] {
            if !of[a].contains(&b) {
                of[a][0] = b;
            }
        }
    }
    for works in &mut of {
        works.extend(n..n + world.practice);
    }
    let mut observed = Vec::new();
    for (v, works) in of.iter().enumerate().filter(|(v, _)| !gone.contains(v)) {
        let (bias, is_constant, constant) = (6.0 * normal(rng), rng.random::<bool>(), 80.0 + 5.0 * normal(rng));
        let noise = 8.0 * (0.35 * normal(rng) - world.correlation * (truth[v] - 70.0) / 12.0).exp();
        for u in works {
            let s = truth[*u];
            let mut error = normal(rng);
            if world.heavy_tails {
                let spread = (0..3).map(|_| normal(rng).powi(2)).sum::<f64>() / 3.0;
                error /= spread.sqrt() * 1.73;
            }
            let is_friend = pairs.chunks_exact(2).any(|p| p.contains(&v) && p.contains(u));
            let z = if careless.contains(&v) {
                if is_constant { constant + 2.0 * normal(rng) } else { rng.random_range(45.0..100.0) }
            } else if inflating.contains(&v) {
                s + 18.0 + 5.0 * normal(rng)
            } else if compressing.contains(&v) {
                76.0 + 0.3 * (s - 70.0) + 4.0 * normal(rng)
            } else if deflating.contains(&v) {
                s - 15.0 + 6.0 * normal(rng)
            } else if is_friend {
                s + 25.0
            } else {
                s + bias + noise * error
            };
            let value = (z.clamp(0.0, 100.0) / 5.0).round() * 5.0;
            observed.push(Observation { reviewer: name(v), work: name(*u), value });
        }
    }
    (truth, observed)
}

/// Errors of one method over all runs.
#[derive(Default)]
struct Errors {
    rmse: f64,
    far: f64,
    covered: f64,
}

impl Errors {
    fn add(&mut self, truth: &[f64], found: &Aggregate) {
        let errors: Vec<f64> = found.works.iter().map(|(u, w)| w.mark - truth[u.parse::<usize>().unwrap()]).collect();
        let n = count(errors.len());
        let runs = count(usize::try_from(RUNS).unwrap());
        self.rmse += (errors.iter().map(|e| e * e).sum::<f64>() / n).sqrt() / runs;
        self.far += count(errors.iter().filter(|e| e.abs() > 10.0).count()) / n / runs;
        let covered = errors.iter().zip(found.works.values()).filter(|(e, w)| w.margin.is_some_and(|m| e.abs() <= m));
        self.covered += count(covered.count()) / n / runs;
    }
}

struct Measured {
    robust: Errors,
    mean: Errors,
    median: Errors,
}

fn each_group(world: World, n: usize, k: usize, mut look: impl FnMut(&mut ChaCha8Rng, &[f64], &[Observation])) {
    for seed in 1..=RUNS {
        let mut rng = ChaCha8Rng::seed_from_u64(seed * 1_000_000 + u64::try_from(n * 10 + k).unwrap());
        let (truth, observed) = group(&mut rng, world, n, k);
        look(&mut rng, &truth, &observed);
    }
}

fn measure(world: World, n: usize, k: usize) -> Measured {
    let [mut robust, mut mean, mut median] = [const { Errors { rmse: 0.0, far: 0.0, covered: 0.0 } }; 3];
    each_group(world, n, k, |_, truth, observed| {
        robust.add(truth, &aggregate(Method::Robust, observed, &[]));
        mean.add(truth, &aggregate(Method::Mean, observed, &[]));
        median.add(truth, &aggregate(Method::Median, observed, &[]));
    });
    Measured { robust, mean, median }
}

/// The most that is let pass in one case, for k = 3, 4 and 5: shares of the error of the mean and of the median,
/// points, and the share of marks that are further off than ten points.
struct Limits {
    what: &'static str,
    n: usize,
    to_mean: [f64; 3],
    to_median: [f64; 3],
    error: [f64; 3],
    far: [f64; 3],
}

const ANY: [f64; 3] = [f64::INFINITY; 3];
const FAR: [f64; 3] = [0.14, 0.08, 0.05];
const OF_MEDIAN: [f64; 3] = [0.80, 0.80, 0.70];
const OF_MEAN_OTHERWISE: [f64; 3] = [0.87, 0.80, 0.79];
const LIMITS: [Limits; 4] = [
    Limits {
        what: "base",
        n: 30,
        to_mean: [0.91, 0.85, 0.82],
        to_median: OF_MEDIAN,
        error: [6.75, 5.75, 4.95],
        far: FAR,
    },
    Limits {
        what: "base",
        n: 100,
        to_mean: [0.89, 0.83, 0.79],
        to_median: OF_MEDIAN,
        error: [6.7, 5.55, 4.85],
        far: FAR,
    },
    Limits { what: "otherwise", n: 30, to_mean: OF_MEAN_OTHERWISE, to_median: ANY, error: ANY, far: ANY },
    Limits { what: "otherwise", n: 100, to_mean: OF_MEAN_OTHERWISE, to_median: ANY, error: ANY, far: ANY },
];

/// Never worse than the mean or the median, whatever the group does; and better by so much where a limit says so.
fn groups_of(n: usize, worlds: &[(&str, World)]) {
    for (what, world) in worlds {
        for (i, k) in (3..=5).enumerate() {
            let Measured { robust, mean, median } = measure(*world, n, k);
            let (of_mean, of_median) = (robust.rmse / mean.rmse, robust.rmse / median.rmse);
            let case = format!(
                "{what} N={n} k={k}: mean {:.2}, median {:.2}, robust {:.2} ({:.0} % off by more than ten, 90 % interval \
                 holds {:.0} %)",
                mean.rmse,
                median.rmse,
                robust.rmse,
                100.0 * robust.far,
                100.0 * robust.covered
            );
            println!("{case}");
            assert!(of_mean <= 1.0 && of_median < 1.0, "{case}");
            for limits in LIMITS.iter().filter(|l| l.what == *what && l.n == n) {
                assert!(of_mean <= limits.to_mean[i] && of_median <= limits.to_median[i], "{case}");
                assert!(robust.rmse <= limits.error[i] && robust.far <= limits.far[i], "{case}");
            }
            if *what == "base" && n > 12 {
                assert!((0.85..=0.95).contains(&robust.covered), "{case}");
            }
        }
    }
}

// Each a test of its own, so that they share the cores.
#[test]
fn groups_of_12_and_30_gain() {
    groups_of(12, &ALL);
    groups_of(30, &ALL);
}

#[test]
fn groups_of_100_gain() {
    groups_of(100, &ALL[..4]);
}

#[test]
fn groups_of_100_with_more_trouble_gain() {
    groups_of(100, &ALL[4..]);
}

/// The trainer looks at one work in ten, where the model is least sure; those marks win, and teach the model about
/// the reviewers.
#[test]
fn spot_checks_help() {
    // The cases of the prototype's table.
    let cases = [(30, 3), (30, 4), (100, 3), (100, 4)];
    let [mut robust, mut checked] = [const { Errors { rmse: 0.0, far: 0.0, covered: 0.0 } }; 2];
    for (n, k) in cases {
        each_group(BASE, n, k, |rng, truth, observed| {
            let first = aggregate(Method::Robust, observed, &[]);
            let mut least_sure: Vec<(&String, f64)> =
                first.works.iter().map(|(work, made)| (work, made.margin.unwrap())).collect();
            least_sure.sort_by(|a, b| b.1.total_cmp(&a.1));
            let spot: Vec<TrainerMark> = least_sure[..n / 10]
                .iter()
                .map(|(work, _)| {
                    let value = truth[work.parse::<usize>().unwrap()] + 3.0 * normal(rng);
                    TrainerMark { work: (*work).clone(), value: value.clamp(0.0, 100.0) }
                })
                .collect();
            let mut second = aggregate(Method::Robust, observed, &spot);
            for mark in &spot {
                second.works.get_mut(&mark.work).unwrap().mark = mark.value;
            }
            robust.add(truth, &first);
            checked.add(truth, &second);
        });
    }
    let (without, with) = (robust.rmse / 4.0, checked.rmse / 4.0);
    println!("{without:.2} without, {with:.2} with spot checks");
    assert!(with <= 0.92 * without, "{with} of {without}");
}

/// Everybody practises on two works whose marks the trainer knows before reviewing: the model learns how strict each one
/// is, and all of them together.
#[test]
fn practice_helps() {
    for (n, k, most) in [(12, 3, 0.94), (30, 3, 0.94), (30, 4, 0.95), (100, 3, 0.94)] {
        let [mut without, mut with] = [const { Errors { rmse: 0.0, far: 0.0, covered: 0.0 } }; 2];
        each_group(World { practice: 2, ..BASE }, n, k, |rng, truth, observed| {
            let is_practice = |work: &str| work.parse::<usize>().unwrap() >= n;
            let reviews: Vec<Observation> = observed.iter().filter(|o| !is_practice(&o.work)).cloned().collect();
            let known = [n, n + 1].map(|u| TrainerMark { work: name(u), value: truth[u] + 3.0 * normal(rng) });
            let mut taught = aggregate(Method::Robust, observed, &known);
            taught.works.retain(|work, _| !is_practice(work));
            without.add(truth, &aggregate(Method::Robust, &reviews, &[]));
            with.add(truth, &taught);
        });
        let case = format!("N={n} k={k}: {:.2} without, {:.2} with practice", without.rmse, with.rmse);
        println!("{case}");
        assert!(with.rmse <= most * without.rmse, "{case}");
    }
}

/// Worlds with what the reference in numpy made of them.
#[test]
fn the_reference_agrees() {
    let worlds: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/data/peer_aggregate.json")).unwrap();
    for world in worlds.as_array().unwrap() {
        let number = |v: &serde_json::Value| v.as_f64().unwrap();
        let index = |v: &serde_json::Value| usize::try_from(v.as_u64().unwrap()).unwrap();
        let rows = world["rows"].as_array().unwrap().iter().map(|r| Observation {
            reviewer: name(index(&r[0])),
            work: name(index(&r[1])),
            value: number(&r[2]),
        });
        let trainer = world["trainer"].as_array().unwrap();
        let trainer = trainer.iter().map(|t| TrainerMark { work: name(index(&t[0])), value: number(&t[1]) });
        let (rows, trainer): (Vec<_>, Vec<_>) = (rows.collect(), trainer.collect());
        let data = Data::of(&rows, &trainer);
        // Where a trainer gave marks the reference does not centre; here they move the level afterwards.
        let model = Model::fit(&data, trainer.is_empty());
        for u in 0..index(&world["n"]) {
            let near = |found: f64, of: &str| {
                let wanted = number(&world[of][u]);
                assert!((found - wanted).abs() < 1e-6, "{} {of} {u}: {found} for {wanted}", world["name"]);
            };
            near(model.marks[u], "mark");
            near(model.deviations[u], "sd");
            near(model.reviewers[u].careless, "careless");
        }
    }
}
