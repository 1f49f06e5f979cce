//! How long the robust aggregate takes, and planning who reviews whom: `cargo bench --bench peer`.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints what it measures, and stops when it cannot"
)]

use std::time::{Duration, Instant};

use cercle::peer::aggregate::{Method, Observation, aggregate};
use cercle::peer::plan::{Bounds, Never, Participant, Rules, plan};

/// Everybody reviews the next k; marks that scatter, without a random number.
fn group(n: usize, k: usize) -> Vec<Observation> {
    let name = |i: usize| format!("{i:05}");
    let value = |v: usize, u: usize| f64::from(u32::try_from(40 + (u * 7919) % 50 + (v * 104_729) % 11).unwrap());
    // Distances that no two reviewers share, so that the group is one.
    let next = |v: usize, d: usize| (v + d * d + 1) % n;
    (0..n)
        .flat_map(|v| (0..k).map(move |d| (v, next(v, d))))
        .map(|(v, u)| Observation { reviewer: name(v), work: name(u), value: value(v, u) })
        .collect()
}

fn median_of(runs: usize, rows: &[Observation]) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let begun = Instant::now();
            let found = aggregate(Method::Robust, rows, &[]);
            assert!(found.fallback.is_none() && !found.works.is_empty());
            begun.elapsed()
        })
        .collect();
    times.sort();
    (times[runs / 2], times[runs * 95 / 100])
}

fn main() {
    for (n, k, runs, goal) in [(100, 5, 200, "2 ms"), (10_000, 5, 20, "500 ms")] {
        let (median, high) = median_of(runs, &group(n, k));
        println!("N={n} k={k}: median {median:.2?}, 95th {high:.2?} (goal {goal})");
    }
    let person = |i: usize| Participant {
        id: format!("{i:05}"),
        group: Some((i % 200).to_string()),
        company: Some((i % 7).to_string()),
    };
    let people: Vec<Participant> = (0..2000).map(person).collect();
    let rules = Rules { reviews: 5, groups: Bounds::Across, companies: Bounds::Across };
    let begun = Instant::now();
    let drawn = plan(&people, &rules, &Never::new(), 1);
    assert!(drawn.connected && drawn.relaxed.is_empty() && drawn.missing == 0);
    println!("allocation of 2,000 people x 5: {:.2?} (goal 1 s)", begun.elapsed());
}
