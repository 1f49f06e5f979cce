//! When the next try is due.

use crate::clock::UtcTime;

/// The least pause after a time-out or an unnumbered 429, in seconds.
const OVERLOAD_PAUSE: i64 = 60;

/// The pause after the n-th failed try (n ≥ 1): `first · 2^(n-1)`, at most `longest`, ±20 % by `jitter` in
/// 0…=1000 so that many rows do not come back at once (reliability-security.md §2.6). In seconds.
#[must_use]
pub fn pause(first: i64, longest: i64, n: i32, jitter: u16) -> i64 {
    let doublings = u32::try_from((n - 1).clamp(0, 40)).unwrap_or(0);
    let plain = first.saturating_mul(1_i64 << doublings.min(40)).clamp(1, longest.max(1));
    (plain * (800 + i64::from(jitter.min(1000)) * 400 / 1000) / 1000).max(1)
}

/// When the next try is due. `retry_after` is what the LMS asked for, obeyed between the own pause
/// and one hour.
#[must_use]
pub fn next_try(now: UtcTime, own_pause: i64, overloaded: bool, retry_after: Option<i64>) -> UtcTime {
    let own = if overloaded { own_pause.max(OVERLOAD_PAUSE) } else { own_pause };
    let pause = retry_after.map_or(own, |asked| asked.clamp(own_pause.min(3600), 3600));
    now.plus_seconds(pause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LONGEST: i64 = 6 * 3600;

    #[test]
    fn pauses_double_to_six_hours() {
        assert_eq!(pause(30, LONGEST, 1, 500), 30);
        assert_eq!(pause(30, LONGEST, 2, 500), 60);
        assert_eq!(pause(30, LONGEST, 11, 500), LONGEST);
        assert_eq!(pause(30, LONGEST, 1, 0), 24);
        assert_eq!(pause(30, LONGEST, 1, 1000), 36);
    }

    #[test]
    fn the_lms_may_ask_for_more_time_but_not_for_days() {
        let now = UtcTime(0);
        assert_eq!(next_try(now, 30, false, None), UtcTime(30_000_000));
        assert_eq!(next_try(now, 30, true, None), UtcTime(60_000_000));
        assert_eq!(next_try(now, 30, true, Some(120)), UtcTime(120_000_000));
        assert_eq!(next_try(now, 30, true, Some(1)), UtcTime(30_000_000));
        assert_eq!(next_try(now, 30, true, Some(999_999)), UtcTime(3_600_000_000));
    }

    proptest! {
        #[test]
        fn pauses_stay_in_bounds(first in 1i64..4000, n in -5i32..10_000, jitter in 0u16..2000) {
            let p = pause(first, LONGEST, n, jitter);
            prop_assert!((1..=LONGEST * 12 / 10).contains(&p));
        }
    }
}
