//! Whether an LMS is asked now (reliability-security.md §2.6): a circuit for each registration, so that one
//! school's fault costs the others nothing, and one locked grade costs its school nothing.

use std::collections::{HashSet, VecDeque};

use super::model::{Circuit, Health};
use crate::clock::UtcTime;
use crate::ids::OutboxId;
use crate::settings::Ags;

/// Whose fault an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// Nobody's, or the grade's own: the LMS does its work.
    Grade,
    /// A fault of the LMS that may be about this one grade (500).
    Server,
    /// The LMS as a whole: no answer, 502 to 504, a page of a proxy.
    Lms,
    /// The connection between the two: it fails for every grade until somebody changes something.
    Registration(Circuit),
}

/// What may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Grades, at most so many at a time.
    Send(usize),
    /// One grade, to see how the LMS does.
    Probe,
    /// Nothing before this time.
    Wait(UtcTime),
}

struct Try {
    at: UtcTime,
    row: OutboxId,
    blame: Blame,
}

/// How many good answers double the parallel calls after a pause.
const SLOW_START: u32 = 20;
/// Good answers that close a circuit.
const CLOSING: i32 = 2;
/// The window of the share of failures, in seconds, and how many tries it needs.
const WINDOW: (i64, usize) = (60, 10);
/// The pause of a certificate or an address that will not mend by itself, in seconds.
const SLOW_PAUSE: i64 = 3600;

/// The circuit of one registration, with what this process remembers of its last tries.
pub struct Gate {
    /// What is stored.
    pub health: Health,
    recent: VecDeque<Try>,
    /// Failures in a row.
    streak: usize,
    parallel: usize,
    good: u32,
    last_good: Option<UtcTime>,
}

impl Gate {
    /// A circuit as it was stored.
    #[must_use]
    pub const fn new(health: Health) -> Self {
        Self { health, recent: VecDeque::new(), streak: 0, parallel: usize::MAX, good: 0, last_good: None }
    }

    /// What may be sent now, with at most `limit` parallel calls.
    #[must_use]
    pub fn permission(&self, now: UtcTime, limit: usize) -> Permission {
        match self.health.circuit {
            Circuit::Closed => Permission::Send(self.parallel.min(limit)),
            Circuit::Half => Permission::Probe,
            _ => {
                let wait = self.health.next_probe_at.seconds_since(now);
                // Nothing waits longer than that: the clock was set back.
                let is_astray = wait > 30 * SLOW_PAUSE;
                let due = now >= self.health.next_probe_at || is_astray;
                if due { Permission::Probe } else { Permission::Wait(self.health.next_probe_at) }
            }
        }
    }

    /// Whether the LMS took another grade since a time.
    #[must_use]
    pub fn took_since(&self, time: UtcTime) -> bool {
        self.last_good.is_some_and(|t| t > time)
    }

    /// Notes how a try ended; `jitter` in 0…=1000 spreads the next probe. Returns whether the circuit changed.
    pub fn note(&mut self, row: &OutboxId, blame: Blame, limits: &Ags, now: UtcTime, jitter: u16) -> bool {
        let before = (self.health.circuit, self.health.next_probe_at, self.health.successes);
        match blame {
            Blame::Grade => self.note_answer(now),
            Blame::Registration(circuit) => self.note_refusal(circuit, limits, now, jitter),
            Blame::Server | Blame::Lms => {
                self.remember(row, blame, now);
                self.streak += 1;
                let pause = match self.health.circuit {
                    Circuit::Closed if !self.is_down(limits, now) => return false,
                    Circuit::Open | Circuit::Half => {
                        (self.health.pause_seconds * 2).clamp(limits.circuit_seconds, limits.circuit_max_seconds)
                    }
                    _ => limits.circuit_seconds,
                };
                self.stop(Circuit::Open, pause, limits.circuit_max_seconds, now, jitter);
            }
        }
        if blame == Blame::Grade {
            self.remember(row, blame, now);
        }
        before != (self.health.circuit, self.health.next_probe_at, self.health.successes)
    }

    fn note_answer(&mut self, now: UtcTime) {
        self.streak = 0;
        self.last_good = Some(now);
        match self.health.circuit {
            Circuit::Closed => {
                self.good += 1;
                if self.good >= SLOW_START {
                    self.good = 0;
                    self.parallel = self.parallel.saturating_mul(2);
                }
            }
            circuit => {
                let earlier = if circuit == Circuit::Half { self.health.successes } else { 0 };
                self.health.successes = earlier + 1;
                let closes = self.health.successes >= CLOSING;
                let next = if closes { Circuit::Closed } else { Circuit::Half };
                if next != circuit {
                    self.health.since = now;
                }
                self.health.circuit = next;
                self.health.next_probe_at = now;
                if closes {
                    // An LMS that just came back is not run over.
                    (self.parallel, self.good, self.health.pause_seconds) = (1, 0, 0);
                    self.recent.clear();
                }
            }
        }
    }

    fn note_refusal(&mut self, circuit: Circuit, limits: &Ags, now: UtcTime, jitter: u16) {
        let longest = match circuit {
            Circuit::Tls | Circuit::Blocked => limits.refused_seconds.max(SLOW_PAUSE),
            _ => limits.refused_seconds,
        };
        self.stop(circuit, longest, longest, now, jitter);
    }

    fn stop(&mut self, circuit: Circuit, pause: i64, longest: i64, now: UtcTime, jitter: u16) {
        // Half open and then down again is one outage.
        if self.health.circuit != circuit && self.health.circuit != Circuit::Half {
            self.health.since = now;
        }
        self.health.circuit = circuit;
        self.health.successes = 0;
        self.health.pause_seconds = pause;
        let spread = pause * (800 + i64::from(jitter.min(1000)) * 400 / 1000) / 1000;
        self.health.next_probe_at = now.plus_seconds(spread.clamp(1, longest));
    }

    fn remember(&mut self, row: &OutboxId, blame: Blame, now: UtcTime) {
        self.recent.push_back(Try { at: now, row: row.clone(), blame });
        while self.recent.len() > 200 || self.recent.front().is_some_and(|t| now.seconds_since(t.at) > 600) {
            self.recent.pop_front();
        }
    }

    /// Five failures in a row, or half of the last minute's tries. Where they may be about single grades,
    /// they must be of three; an LMS that cannot be reached says so whichever grade asks.
    fn is_down(&self, limits: &Ags, now: UtcTime) -> bool {
        let (failures, rows) = (as_count(limits.circuit_failures), as_count(limits.circuit_rows));
        let about_the_lms = |tries: &[&Try]| {
            let lms = tries.iter().filter(|t| t.blame == Blame::Lms).count();
            let distinct: HashSet<&OutboxId> = tries.iter().map(|t| &t.row).collect();
            lms >= failures || distinct.len() >= rows
        };
        let streak: Vec<&Try> = self.recent.iter().rev().take(self.streak).collect();
        if self.streak >= failures && about_the_lms(&streak) {
            return true;
        }
        let minute: Vec<&Try> = self.recent.iter().filter(|t| now.seconds_since(t.at) <= WINDOW.0).collect();
        let failed: Vec<&Try> = minute.iter().copied().filter(|t| t.blame != Blame::Grade).collect();
        minute.len() >= WINDOW.1 && failed.len() * 2 >= minute.len() && about_the_lms(&failed)
    }
}

fn as_count(setting: i64) -> usize {
    usize::try_from(setting).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::RegistrationId;

    fn gate() -> Gate {
        Gate::new(Health::new(RegistrationId("r".into()), UtcTime(0)))
    }

    fn row(n: usize) -> OutboxId {
        OutboxId(format!("row {n}"))
    }

    fn at(second: i64) -> UtcTime {
        UtcTime::from_unix_seconds(1_800_000_000 + second)
    }

    #[test]
    fn a_locked_grade_stops_no_school() {
        let (mut gate, limits) = (gate(), Ags::default());
        for (second, n) in (0..50).zip([0, 1].into_iter().cycle()) {
            assert!(!gate.note(&row(n), Blame::Server, &limits, at(second), 500));
        }
        assert_eq!(gate.permission(at(51), 4), Permission::Send(4));
        assert!(gate.note(&row(3), Blame::Server, &limits, at(51), 500), "the third grade tells");
        assert_eq!(gate.permission(at(52), 4), Permission::Wait(at(81)));
    }

    #[test]
    fn an_lms_that_is_gone_is_seen_by_one_grade() {
        let (mut gate, limits) = (gate(), Ags::default());
        for second in 0..4 {
            assert!(!gate.note(&row(1), Blame::Lms, &limits, at(second), 500));
        }
        assert!(gate.note(&row(1), Blame::Lms, &limits, at(4), 500));
        assert_eq!(gate.health.circuit, Circuit::Open);
    }

    #[test]
    fn half_of_a_minute_that_fails_is_enough() {
        let (mut gate, limits) = (gate(), Ags::default());
        for (second, n) in (0..9).zip(0..) {
            let blame = if second % 2 == 0 { Blame::Server } else { Blame::Grade };
            assert!(!gate.note(&row(n), blame, &limits, at(second), 500), "{second}");
        }
        assert!(gate.note(&row(9), Blame::Server, &limits, at(9), 500));
    }

    #[test]
    fn two_good_answers_close_it_and_it_starts_slowly() {
        let (mut gate, limits) = (gate(), Ags::default());
        for n in 0..5 {
            gate.note(&row(n), Blame::Lms, &limits, at(0), 500);
        }
        assert_eq!(gate.permission(at(29), 4), Permission::Wait(at(30)));
        assert_eq!(gate.permission(at(30), 4), Permission::Probe);
        gate.note(&row(0), Blame::Grade, &limits, at(30), 500);
        assert_eq!((gate.health.circuit, gate.permission(at(30), 4)), (Circuit::Half, Permission::Probe));
        gate.note(&row(1), Blame::Grade, &limits, at(31), 500);
        assert_eq!(gate.permission(at(31), 4), Permission::Send(1));
        for n in 0..20 {
            gate.note(&row(n), Blame::Grade, &limits, at(32), 500);
        }
        assert_eq!(gate.permission(at(32), 4), Permission::Send(2));
        for n in 0..20 {
            gate.note(&row(n), Blame::Grade, &limits, at(33), 500);
        }
        assert_eq!(gate.permission(at(33), 4), Permission::Send(4));
    }

    #[test]
    fn a_day_without_an_lms_costs_few_probes() {
        let (mut gate, limits) = (gate(), Ags::default());
        for n in 0..5 {
            gate.note(&row(n), Blame::Lms, &limits, at(0), 0);
        }
        let (mut probes, mut last) = (0, 0);
        for second in 0..86_400 {
            if gate.permission(at(second), 4) == Permission::Probe {
                assert!(second - last <= 900, "the LMS is asked at least every 15 minutes");
                (probes, last) = (probes + 1, second);
                gate.note(&row(1), Blame::Lms, &limits, at(second), 0);
            }
        }
        assert!((90..=145).contains(&probes), "{probes}");
    }

    #[test]
    fn what_only_people_mend_is_asked_seldom() {
        let (mut gate, limits) = (gate(), Ags::default());
        gate.note(&row(1), Blame::Registration(Circuit::Auth), &limits, at(0), 500);
        assert_eq!(gate.permission(at(1), 4), Permission::Wait(at(900)));
        gate.note(&row(1), Blame::Registration(Circuit::Tls), &limits, at(900), 500);
        assert_eq!(gate.permission(at(901), 4), Permission::Wait(at(4500)));
    }

    proptest! {
        #[test]
        fn it_is_never_stuck(notes in prop::collection::vec((0usize..6, 0u8..4, 0i64..400, 0u16..2000), 1..300)) {
            let (mut gate, limits, mut now) = (gate(), Ags::default(), 0);
            for (n, blame, step, jitter) in notes {
                now += step;
                let blame = [Blame::Grade, Blame::Server, Blame::Lms, Blame::Registration(Circuit::Auth)][usize::from(blame)];
                gate.note(&row(n), blame, &limits, at(now), jitter);
                match gate.permission(at(now), 4) {
                    Permission::Send(parallel) => prop_assert!((1..=4).contains(&parallel)),
                    Permission::Probe => {}
                    Permission::Wait(until) => {
                        prop_assert!(until.seconds_since(at(now)) <= 900 && until > at(now));
                    }
                }
            }
        }
    }
}
