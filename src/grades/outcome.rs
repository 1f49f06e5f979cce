//! What one try to bring a grade into its LMS came to, and what becomes of its row
//! (reliability-security.md §2.6, §2.7). Pure.

use super::circuit::Blame;
use super::line_item::NoColumn;
use super::model::{Circuit, GAVE_UP, NO_SERVICE, OutboxState, Outgoing};
use super::rules;
use super::store::Finished;
use crate::clock::UtcTime;
use crate::lti::ags::{AgsError, LmsResult};
use crate::lti::score::{Verdict, classify};
use crate::lti::token::TokenError;
use crate::net::{Answer, NetError};
use crate::settings::Ags;
use crate::store::columns::Points;

/// The LMS failed so often in a row over one grade, while it took others: it is about that grade.
const REFUSALS: i32 = 5;

/// What a try came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the answer means for the row.
    pub verdict: Verdict,
    /// The same in one word, kept with the row and shown in words.
    pub class: &'static str,
    /// Whose fault it was; None where it says nothing about the LMS.
    pub blame: Option<Blame>,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// The start of the answer.
    pub text: String,
    /// Whether the LMS may have applied the score unseen.
    pub ambiguous: bool,
    /// Whether the LMS has too much to do.
    pub overloaded: bool,
    /// The pause that the LMS asks for, in seconds.
    pub retry_after: Option<i64>,
    /// Whether the LMS's own value was read and is ours.
    pub confirmed: bool,
    /// What the LMS has instead of ours.
    pub seen: Option<LmsResult>,
    /// How far the LMS's clock is ahead of ours, in milliseconds.
    pub skew_ms: Option<i64>,
}

impl Outcome {
    /// What a verdict comes to by itself.
    #[must_use]
    pub fn of(verdict: Verdict) -> Self {
        let blame = match verdict {
            Verdict::Unavailable | Verdict::Suspicious => Blame::Lms,
            Verdict::ServerError => Blame::Server,
            Verdict::Unauthorized => Blame::Registration(Circuit::Auth),
            Verdict::Moved => Blame::Registration(Circuit::Moved),
            _ => Blame::Grade,
        };
        Self {
            verdict,
            class: verdict.as_str(),
            blame: Some(blame),
            status: None,
            text: String::new(),
            ambiguous: false,
            overloaded: false,
            retry_after: None,
            confirmed: false,
            seen: None,
            skew_ms: None,
        }
    }

    /// A refusal of our own, before the LMS was asked.
    #[must_use]
    pub fn because(verdict: Verdict, class: &'static str, text: &str) -> Self {
        Self { class, text: excerpt(text), blame: None, ..Self::of(verdict) }
    }

    /// What could not be done here; another try can.
    #[must_use]
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        Self::because(Verdict::Unavailable, "internal", &error.to_string())
    }

    /// The answer to a score; `now` is the time when it came.
    #[must_use]
    pub fn of_answer(answer: &Answer, now: UtcTime) -> Self {
        let text = answer.text();
        let verdict = classify(answer.status, answer.is_html(), &text);
        Self {
            status: Some(answer.status),
            text: excerpt(&text),
            ambiguous: verdict == Verdict::Suspicious,
            overloaded: verdict == Verdict::Throttled || answer.status == 503,
            retry_after: answer.header("retry-after").and_then(|v| retry_after(v, now)),
            skew_ms: answer.header("date").and_then(http_date).map(|t| (t.0 - now.0) / 1000),
            ..Self::of(verdict)
        }
    }

    /// No complete answer.
    #[must_use]
    pub fn of_net(error: &NetError) -> Self {
        let outcome = Self { text: excerpt(&error.to_string()), ..Self::of(Verdict::Unavailable) };
        match error {
            NetError::Connect(_) => Self { class: "unreachable", ..outcome },
            NetError::Certificate(_) => {
                Self { class: "certificate", blame: Some(Blame::Registration(Circuit::Tls)), ..outcome }
            }
            NetError::Blocked(_) => {
                Self { class: "blocked_address", blame: Some(Blame::Registration(Circuit::Blocked)), ..outcome }
            }
            NetError::Ambiguous(_) | NetError::TooLarge(_) => {
                Self { class: "no_answer", ambiguous: true, overloaded: true, ..outcome }
            }
        }
    }

    /// No token.
    #[must_use]
    pub fn of_token(error: &TokenError) -> Self {
        let stopped = |class, circuit| Self {
            class,
            blame: Some(Blame::Registration(circuit)),
            text: excerpt(&error.to_string()),
            ..Self::of(Verdict::Unavailable)
        };
        match error {
            TokenError::Unavailable(text) => {
                Self { class: "token_unavailable", text: excerpt(text), ..Self::of(Verdict::Unavailable) }
            }
            TokenError::Refused(_) => stopped("token_refused", Circuit::Auth),
            TokenError::ScopeMissing(_) => stopped("scope_missing", Circuit::Auth),
            TokenError::Blocked(_) => stopped("blocked_address", Circuit::Blocked),
            TokenError::Certificate(_) => stopped("certificate", Circuit::Tls),
            TokenError::Signing => Self::internal(error),
        }
    }

    /// A call about columns or results that failed: nothing was written by it.
    #[must_use]
    pub fn of_ags(error: &AgsError) -> Self {
        match error {
            AgsError::Net(error) => Self { ambiguous: false, ..Self::of_net(error) },
            AgsError::Status { status, text } => {
                let verdict = match classify(*status, false, text) {
                    // These belong to scores; from a list they mean that we may not look.
                    Verdict::Accepted | Verdict::Stale | Verdict::UserNotGradable => Verdict::Rejected,
                    other => other,
                };
                Self { status: Some(*status), text: excerpt(text), ..Self::of(verdict) }
            }
            AgsError::Unreadable(text) => {
                Self { class: "unreadable", text: excerpt(text), ..Self::of(Verdict::Suspicious) }
            }
        }
    }

    /// No column.
    #[must_use]
    pub fn of_column(error: &NoColumn) -> Self {
        match error {
            NoColumn::NoService => {
                Self::because(Verdict::Forbidden, NO_SERVICE, "the LMS offers no column to this activity")
            }
            NoColumn::Lost => Self::because(Verdict::LineItemMissing, Verdict::LineItemMissing.as_str(), ""),
            NoColumn::Busy => Self::because(Verdict::Unavailable, "busy", ""),
            NoColumn::Store(error) => Self::internal(error),
            NoColumn::Failed(error) => Self::of_ags(error),
        }
    }

    /// Whether every grade of the registration would fail the same way.
    const fn is_about_the_lms(&self) -> bool {
        matches!(self.blame, Some(Blame::Registration(_)))
    }
}

fn excerpt(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(500).collect()
}

fn http_date(text: &str) -> Option<UtcTime> {
    chrono::DateTime::parse_from_rfc2822(text.trim()).ok().map(|t| UtcTime(t.timestamp_micros()))
}

/// `Retry-After`: seconds, or a date (RFC 9110 §10.2.3).
fn retry_after(text: &str, now: UtcTime) -> Option<i64> {
    let seconds = text.trim().parse().ok().filter(|s: &i64| *s >= 0);
    seconds.or_else(|| http_date(text).map(|at| at.seconds_since(now).max(0)))
}

/// What the rules need to know about the registration.
#[derive(Clone, Copy, Debug)]
pub struct Around {
    /// Whether its circuit was closed when the try began.
    pub was_closed: bool,
    /// Whether it took another grade since this one failed first.
    pub took_others: bool,
    /// Whether results may be read there.
    pub may_check: bool,
    /// 0…=1000; spreads the next try.
    pub jitter: u16,
}

/// What becomes of a row.
#[must_use]
pub fn ended(
    row: &Outgoing,
    outcome: &Outcome,
    around: Around,
    limits: &Ags,
    latency_ms: i64,
    now: UtcTime,
) -> Finished {
    let first_failed_at = row.first_failed_at.unwrap_or(now);
    let pause = rules::pause(limits.retry_seconds, limits.retry_max_seconds, row.attempt, around.jitter);
    let later = rules::next_try(now, pause, outcome.overloaded, outcome.retry_after);
    let refusals = if outcome.verdict == Verdict::ServerError { row.refusals + 1 } else { 0 };
    let mut class = outcome.class;
    let parked = |pause: i64| (OutboxState::Parked, now.plus_seconds(pause));
    // A failed probe costs the row nothing, and the next one asks with another row.
    let is_free = outcome.is_about_the_lms() || (!around.was_closed && outcome.blame != Some(Blame::Grade));
    let (mut state, mut next_attempt_at) = match outcome.verdict {
        Verdict::Accepted => (OutboxState::Delivered, now),
        Verdict::Stale => (OutboxState::Conflict, now),
        _ if outcome.is_about_the_lms() => (OutboxState::Pending, now),
        Verdict::ServerError if refusals >= REFUSALS && around.took_others => {
            class = Verdict::Locked.as_str();
            parked(limits.retry_max_seconds)
        }
        Verdict::Locked => parked(limits.retry_max_seconds),
        Verdict::Unavailable
        | Verdict::Suspicious
        | Verdict::ServerError
        | Verdict::Throttled
        | Verdict::Unauthorized
        | Verdict::Moved => (OutboxState::Pending, later),
        _ => parked(limits.parked_hours * 3600),
    };
    if !row.is_grade() && !matches!(state, OutboxState::Delivered | OutboxState::Pending) {
        // That work was handed in is a courtesy: what the LMS does not want to know is not said again.
        (state, next_attempt_at) = (OutboxState::Delivered, now);
    }
    let open = matches!(state, OutboxState::Pending | OutboxState::Parked);
    if open && now.seconds_since(first_failed_at) > limits.give_up_days * 24 * 3600 {
        // Kept for ever, shown, and sent when somebody asks.
        (state, next_attempt_at, class) = (OutboxState::Parked, UtcTime(i64::MAX), GAVE_UP);
    }
    let delivered = state == OutboxState::Delivered;
    let check_in = if outcome.confirmed { limits.check_hours * 3600 } else { limits.check_seconds };
    Finished {
        state,
        class: class.to_owned(),
        status: outcome.status.map(i32::from),
        text: outcome.text.clone(),
        // Once a try may have arrived, later ones of the same revision stay under that doubt.
        ambiguous: open && (outcome.ambiguous || row.ambiguous),
        next_attempt_at,
        latency_ms,
        attempt: if is_free { row.attempt - 1 } else { row.attempt },
        first_failed_at: open.then_some(first_failed_at),
        refusals,
        confirmed: outcome.confirmed,
        check_at: (delivered && row.is_grade() && around.may_check).then(|| now.plus_seconds(check_in)),
        seen: (state == OutboxState::Conflict).then(|| {
            let seen = outcome.seen.as_ref();
            (seen.map(|s| share(s, row)), seen.and_then(|s| s.at).unwrap_or(now))
        }),
    }
}

/// What the LMS has, out of the row's own maximum. A row without a score is a zero (Moodle).
#[must_use]
pub fn share(seen: &LmsResult, row: &Outgoing) -> Points {
    seen.score.map_or(Points(0), |(score, maximum)| crate::lti::score::scale(score, maximum, row.desired_maximum))
}

/// Whether the LMS's own value is one of some of ours, as a share of the maximum to 1/10000: LMSs round.
#[must_use]
pub fn is_ours(seen: &LmsResult, row: &Outgoing, ours: &[Points]) -> bool {
    let (score, maximum) = seen.score.unwrap_or((Points(0), row.desired_maximum));
    ours.iter().any(|own| equal(score, maximum, *own, row.desired_maximum))
}

fn equal(a: Points, a_max: Points, b: Points, b_max: Points) -> bool {
    let (left, right) = (i128::from(a.0) * i128::from(b_max.0), i128::from(b.0) * i128::from(a_max.0));
    let scale = i128::from(a_max.0) * i128::from(b_max.0);
    scale > 0 && (left - right).abs() * 10_000 <= scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_compared_as_shares() {
        let p = Points::whole;
        assert!(equal(Points(167_000), p(20), Points(835_000), p(100)));
        assert!(equal(Points(666_667), p(100), Points(666_700), p(100)));
        assert!(!equal(p(83), p(100), p(84), p(100)));
        assert!(!equal(p(0), p(0), p(0), p(100)));
    }

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_by_date() {
        let now = UtcTime::from_unix_seconds(1_792_238_400);
        assert_eq!(retry_after("120", now), Some(120));
        assert_eq!(retry_after(" 0 ", now), Some(0));
        let date = chrono::DateTime::from_timestamp(1_792_238_490, 0).unwrap().to_rfc2822().replace("+0000", "GMT");
        assert_eq!(retry_after(&date, now), Some(90));
        for bad in ["-5", "soon", "", "1.5"] {
            assert_eq!(retry_after(bad, now), None, "{bad}");
        }
    }
}
