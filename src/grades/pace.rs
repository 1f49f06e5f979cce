//! How fast scores go to one LMS (reliability-security.md §2.6): additive increase, multiplicative decrease.

use std::time::{Duration, Instant};

use crate::settings::Ags;

/// So much time without a complaint adds one score a second.
const CLEAN: Duration = Duration::from_mins(1);

/// The pace of one registration, on the monotonic clock.
pub struct Pace {
    rate: u32,
    most: u32,
    next: Instant,
    clean_since: Instant,
}

impl Pace {
    /// The pace at the start.
    #[must_use]
    pub fn new(limits: &Ags, now: Instant) -> Self {
        let number = |setting: i64| u32::try_from(setting).unwrap_or(u32::MAX).max(1);
        let most = number(limits.rate_max);
        Self { rate: number(limits.rate).min(most), most, next: now, clean_since: now }
    }

    /// Scores a second.
    #[must_use]
    pub const fn rate(&self) -> u32 {
        self.rate
    }

    /// When the next score may go. Time that nobody used is not saved up, but for one score.
    pub fn slot(&mut self, now: Instant) -> Instant {
        let minutes = now.saturating_duration_since(self.clean_since).as_secs() / CLEAN.as_secs();
        if minutes > 0 {
            let more = u32::try_from(minutes).unwrap_or(u32::MAX);
            self.rate = self.rate.saturating_add(more).min(self.most);
            self.clean_since += CLEAN * more;
        }
        let gap = Duration::from_secs(1) / self.rate;
        let at = self.next.max(now.checked_sub(gap).unwrap_or(now));
        self.next = at + gap;
        at
    }

    /// The LMS asks for less: half the pace.
    pub fn slow_down(&mut self, now: Instant) {
        self.rate = (self.rate / 2).max(1);
        self.clean_since = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rises_by_one_a_minute_and_halves_at_once() {
        let start = Instant::now();
        let mut pace = Pace::new(&Ags::default(), start);
        let mut now = start;
        let mut sent = 0_u32;
        while now < start + Duration::from_mins(10) {
            now = pace.slot(now).max(now);
            sent += 1;
        }
        // 10, 11, … 19 scores a second for a minute each.
        assert!((8_695..=8_705).contains(&sent), "{sent}");
        now = pace.slot(now);
        assert_eq!(pace.rate(), 20);
        pace.slow_down(now);
        assert_eq!(pace.rate(), 10);
        for _ in 0..10 {
            pace.slow_down(now);
        }
        assert_eq!(pace.rate(), 1, "never nothing");
    }

    #[test]
    fn rest_is_not_saved_up() {
        let start = Instant::now();
        let mut pace = Pace::new(&Ags::default(), start);
        let later = start + Duration::from_secs(30);
        let early = (0..10).filter(|_| pace.slot(later) <= later).count();
        assert!(early <= 2, "{early}");
    }
}
