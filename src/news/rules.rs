//! When a mail is due.

use super::model::{Kind, Recipient};
use crate::clock::UtcTime;

/// More may come: nothing is mailed before so many seconds have passed. Who opens the page meanwhile gets no mail.
pub const SETTLE: i64 = 600;
/// What can wait comes once a day.
pub const DAY: i64 = 24 * 3600;
/// What is older than that many seconds is no news.
pub const STALE: i64 = 7 * DAY;
/// So long a mail may be under way, in seconds.
pub const LEASE: i64 = 300;
/// The first pause after a failure, in seconds; it doubles, up to a day.
const PAUSE: i64 = 300;

/// Whether somebody gets a mail now about what waits for them (which they want mail about).
#[must_use]
pub fn is_due(recipient: &Recipient, waiting: &[(Kind, UtcTime)], now: UtcTime) -> bool {
    if recipient.not_before.is_some_and(|until| now < until) {
        return false;
    }
    let mut settled = waiting.iter().filter(|(_, at)| now.seconds_since(*at) >= SETTLE).peekable();
    let rested = recipient.mailed_at.is_none_or(|last| now.seconds_since(last) >= DAY);
    if rested { settled.peek().is_some() } else { settled.any(|(kind, _)| kind.is_urgent()) }
}

/// How long to wait after so many failures in a row, in seconds.
#[must_use]
pub fn pause(tries: i32) -> i64 {
    (PAUSE << tries.clamp(0, 20)).min(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::PersonId;
    use crate::news::model::Topic;

    fn recipient(mailed_at: Option<i64>, not_before: Option<i64>) -> Recipient {
        Recipient {
            person_id: PersonId::new(),
            token: String::new(),
            muted: Vec::new(),
            mailed_at: mailed_at.map(UtcTime::from_unix_seconds),
            not_before: not_before.map(UtcTime::from_unix_seconds),
            tries: 0,
        }
    }

    #[test]
    fn mails_settle_first_and_come_once_a_day_unless_they_are_urgent() {
        let at = UtcTime::from_unix_seconds;
        let start = 1_000_000;
        let (calm, urgent) = ((Kind::Reply, at(start)), (Kind::Released, at(start)));
        for (waiting, last, after, due) in [
            (vec![], None, SETTLE, false),
            (vec![calm], None, SETTLE - 1, false),
            (vec![calm], None, SETTLE, true),
            (vec![urgent], None, SETTLE - 1, false),
            (vec![calm], Some(start - 1), SETTLE, false),
            (vec![urgent], Some(start - 1), SETTLE, true),
            (vec![calm, urgent], Some(start - 1), SETTLE, true),
            (vec![calm], Some(start - 1), DAY - 2, false),
            (vec![calm], Some(start - 1), DAY - 1, true),
            (vec![(Kind::Released, at(start + 100)), calm], Some(start - 1), SETTLE, false),
        ] {
            assert_eq!(
                is_due(&recipient(last, None), &waiting, at(start + after)),
                due,
                "{waiting:?} {last:?} {after}"
            );
        }
        let held = recipient(None, Some(start + SETTLE + 5));
        assert!(!is_due(&held, &[urgent], at(start + SETTLE + 4)) && is_due(&held, &[urgent], at(start + SETTLE + 5)));
    }

    #[test]
    fn pauses_double_up_to_a_day() {
        assert_eq!([0, 1, 2, 9, 400].map(pause), [300, 600, 1200, DAY, DAY]);
    }

    #[test]
    fn every_topic_has_something() {
        for topic in Topic::ALL {
            assert!(Kind::ALL.iter().any(|kind| kind.topic() == *topic));
        }
    }
}
