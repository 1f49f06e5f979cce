//! One try to bring one grade into its LMS, and what its outcome means for the row.

use std::time::Instant;

use super::fault;
use super::line_item::{self, Column, NoColumn, Place, Relatives};
use super::model::{LineItem, OutboxState, Outgoing};
use super::rules::{self, GIVE_UP_AFTER, PARKED_PAUSE};
use super::store::{self, Finished};
use crate::activity;
use crate::clock::UtcTime;
use crate::context::Context;
use crate::ids::AttemptId;
use crate::lti::ags::{Ags, AgsError};
use crate::lti::score::{
    self, SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT, SCOPE_SCORE, Score, Verdict, classify,
};
use crate::lti::token::TokenError;
use crate::net::{Answer, NetError};
use crate::platform;
use crate::platform::model::{Course, Link, Registration};
use crate::platform::store::Home;
use crate::store::columns::Points;
use crate::store::{Conn, StoreError};

/// What a try needs to know.
struct Job {
    registration: Registration,
    deployment_id: String,
    course: Course,
    link: Link,
    item: LineItem,
    label: String,
    relatives: Relatives,
    key: std::sync::Arc<crate::crypto::rsa::SigningKey>,
}

/// What a try came to.
#[derive(Debug)]
struct Outcome {
    verdict: Verdict,
    class: &'static str,
    status: Option<u16>,
    text: String,
    /// Whether the LMS may have applied the score unseen.
    ambiguous: bool,
    overloaded: bool,
    retry_after: Option<i64>,
}

impl Outcome {
    fn of(verdict: Verdict) -> Self {
        Self {
            verdict,
            class: verdict.as_str(),
            status: None,
            text: String::new(),
            ambiguous: false,
            overloaded: false,
            retry_after: None,
        }
    }

    fn because(verdict: Verdict, class: &'static str, text: String) -> Self {
        Self { class, text, ..Self::of(verdict) }
    }
}

fn load(conn: &mut Conn, context: &Context, row: &Outgoing) -> Result<Job, platform::keys::KeyError> {
    let item = store::get_line_item(conn, &row.line_item_id)?;
    let Home { course, deployment, registration } = platform::store::get_home(conn, &item.course_id)?;
    let link = match activity::store::find_link(conn, &item.activity_id, &item.course_id)? {
        Some(link) => link,
        None => platform::store::get_link(conn, &item.link_id)?,
    };
    let key = platform::keys::signing_key(conn, &context.key, context.clock.now())?;
    let label = if link.title.is_empty() { course.title.clone() } else { link.title.clone() };
    // Only the search for a column needs to know more.
    let relatives = if item.url.is_none() { relatives(conn, &item)? } else { Relatives::default() };
    let deployment_id = deployment.deployment_id;
    Ok(Job { registration, deployment_id, course, link, item, label, relatives, key })
}

fn relatives(conn: &mut Conn, item: &LineItem) -> Result<Relatives, StoreError> {
    Ok(Relatives {
        score_maximum: activity::store::score_maximum(conn, &item.activity_id)?,
        ancestors: activity::store::list_ancestors(conn, &item.activity_id)?,
        columns: store::list_columns_of_others(conn, &item.activity_id, &item.course_id)?,
        links: activity::store::list_links_of_others(conn, &item.activity_id, &item.course_id)?,
    })
}

/// Tries to send one claimed row, and stores what came of it.
pub async fn deliver(context: &Context, row: Outgoing, attempt: AttemptId, token: String) {
    let started = Instant::now();
    let job = {
        let (inner, row) = (context.clone(), row.clone());
        context.db.read(move |c| load(c, &inner, &row)).await
    };
    let outcome = match job {
        Ok(job) if !job.registration.enabled => {
            Outcome::because(Verdict::Forbidden, "registration_disabled", String::new())
        }
        Ok(job) => send(context, &job, &row).await,
        Err(error) => Outcome::because(Verdict::Unavailable, "internal", error.to_string()),
    };
    fault::point("before_finish");
    let latency_ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
    let stored = store_outcome(context, &row, attempt, token, outcome, latency_ms).await;
    if let Err(error) = stored {
        // The lease runs out and the row is tried again with the same timestamp: nothing is lost.
        tracing::error!(event = "ags.finish", outbox = %row.id, %error, "the outcome of a try could not be stored");
    }
}

fn scopes(course: &Course) -> Vec<String> {
    let offered = |s: &&str| course.ags_scopes.split(' ').any(|o| o == *s);
    let mut wanted: Vec<&str> = [SCOPE_SCORE, SCOPE_RESULT, SCOPE_LINE_ITEM].into_iter().filter(offered).collect();
    if !wanted.contains(&SCOPE_LINE_ITEM) && offered(&SCOPE_LINE_ITEM_READ) {
        wanted.push(SCOPE_LINE_ITEM_READ);
    }
    wanted.into_iter().map(str::to_owned).collect()
}

async fn send(context: &Context, job: &Job, row: &Outgoing) -> Outcome {
    let request = job.registration.token_request(&job.deployment_id, scopes(&job.course));
    if !request.scopes.iter().any(|s| s == SCOPE_SCORE) {
        return Outcome::because(Verdict::Forbidden, "no_service", "the LMS offers no score service here".to_owned());
    }
    // A refused token is fetched anew once.
    let mut last = Outcome::of(Verdict::Unauthorized);
    for _ in 0..2 {
        let token = match context.tokens.get(&request, &job.key).await {
            Ok(token) => token,
            Err(error) => return token_failure(&error),
        };
        fault::point("after_token");
        let ags = Ags { outbound: &context.outbound, token: &token };
        last = send_with(context, &ags, job, row).await;
        if last.verdict != Verdict::Unauthorized {
            return last;
        }
        context.tokens.forget(&request, &token).await;
    }
    last
}

fn token_failure(error: &TokenError) -> Outcome {
    match error {
        TokenError::Unavailable(text) => Outcome::because(Verdict::Unavailable, "token_unavailable", text.clone()),
        TokenError::Refused(text) => Outcome::because(Verdict::Unavailable, "token_refused", text.clone()),
        TokenError::ScopeMissing(scope) => Outcome::because(Verdict::Forbidden, "scope_missing", scope.clone()),
        TokenError::Signing => Outcome::because(Verdict::Unavailable, "internal", error.to_string()),
    }
}

async fn send_with(context: &Context, ags: &Ags<'_>, job: &Job, row: &Outgoing) -> Outcome {
    let place =
        Place { item: &job.item, link: &job.link, course: &job.course, label: &job.label, relatives: &job.relatives };
    let column = match line_item::resolve(context, ags, &place).await {
        Ok(column) => column,
        Err(error) => return no_column(error),
    };
    let score = Score {
        user_id: &row.lms_sub,
        given: score::scale(row.desired_points, row.desired_maximum, column.maximum),
        maximum: column.maximum,
        timestamp: row.desired_ts,
        submitted_at: row.submitted_at,
        family: job.registration.family,
    };
    fault::point("before_send");
    let answer = ags.post_score(&column.url, score.body()).await;
    fault::point("after_send");
    let outcome = match answer {
        Ok(answer) => read(&answer),
        Err(error) => net_failure(&error),
    };
    match outcome.verdict {
        Verdict::Stale => settle(ags, job, row, &column, score.given, outcome).await,
        Verdict::LineItemMissing => {
            if let Err(error) = line_item::loose(context, &job.item).await {
                tracing::error!(event = "ags.loose", %error, "a lost column could not be noted");
            }
            outcome
        }
        _ => outcome,
    }
}

fn read(answer: &Answer) -> Outcome {
    let text = answer.text();
    let verdict = classify(answer.status, answer.is_html(), &text);
    let retry_after = answer.header("retry-after").and_then(|v| v.trim().parse().ok());
    Outcome {
        status: Some(answer.status),
        text: text.chars().filter(|c| !c.is_control()).take(500).collect(),
        ambiguous: verdict == Verdict::Suspicious,
        overloaded: verdict == Verdict::Throttled,
        retry_after,
        ..Outcome::of(verdict)
    }
}

fn net_failure(error: &NetError) -> Outcome {
    let outcome = Outcome { text: error.to_string(), ..Outcome::of(Verdict::Unavailable) };
    match error {
        NetError::Connect(_) => Outcome { class: "unreachable", ..outcome },
        NetError::Blocked(_) => Outcome { class: "blocked_address", verdict: Verdict::Forbidden, ..outcome },
        NetError::Ambiguous(_) | NetError::TooLarge(_) => {
            Outcome { class: "no_answer", ambiguous: true, overloaded: true, ..outcome }
        }
    }
}

fn no_column(error: NoColumn) -> Outcome {
    match error {
        NoColumn::NoService => {
            Outcome::because(Verdict::Forbidden, "no_service", "the LMS offers no column to this activity".to_owned())
        }
        NoColumn::Busy => Outcome::because(Verdict::Unavailable, "busy", String::new()),
        NoColumn::Store(error) => Outcome::because(Verdict::Unavailable, "internal", error.to_string()),
        NoColumn::Failed(AgsError::Net(error)) => Outcome { ambiguous: false, ..net_failure(&error) },
        NoColumn::Failed(AgsError::Status { status, text }) => {
            let verdict = match classify(status, false, &text) {
                // These belong to scores; from a list they mean that we may not look.
                Verdict::Accepted | Verdict::Stale | Verdict::UserNotGradable => Verdict::Rejected,
                other => other,
            };
            Outcome { status: Some(status), text, ..Outcome::of(verdict) }
        }
        NoColumn::Failed(AgsError::Unreadable(text)) => {
            Outcome::because(Verdict::Unavailable, "unreadable", text.to_owned())
        }
    }
}

/// The LMS says that it has this or a newer grade: its own result tells which. After an attempt whose
/// answer was lost it is ours (reliability-security.md §0.2); otherwise somebody changed the grade
/// there, and a person decides.
async fn settle(ags: &Ags<'_>, job: &Job, row: &Outgoing, column: &Column, given: Points, stale: Outcome) -> Outcome {
    let may_read = job.course.ags_scopes.split(' ').any(|s| s == SCOPE_RESULT);
    if !may_read {
        return if row.ambiguous { Outcome { class: "unchecked", verdict: Verdict::Accepted, ..stale } } else { stale };
    }
    match ags.result_of(&column.url, &row.lms_sub).await {
        Ok(Some((score, maximum))) if equal(score, maximum, given, column.maximum) => {
            Outcome { class: "confirmed", verdict: Verdict::Accepted, ..stale }
        }
        Ok(_) => stale,
        Err(error) => Outcome {
            class: "result_unavailable",
            verdict: Verdict::Unavailable,
            text: error.to_string(),
            ambiguous: row.ambiguous,
            ..stale
        },
    }
}

/// Whether two scores are the same share of their maximum, to 1/10000: LMSs round.
fn equal(a: Points, a_max: Points, b: Points, b_max: Points) -> bool {
    let (left, right) = (i128::from(a.0) * i128::from(b_max.0), i128::from(b.0) * i128::from(a_max.0));
    let scale = i128::from(a_max.0) * i128::from(b_max.0);
    scale > 0 && (left - right).abs() * 10_000 <= scale
}

async fn store_outcome(
    context: &Context,
    row: &Outgoing,
    attempt: AttemptId,
    token: String,
    outcome: Outcome,
    latency_ms: i64,
) -> Result<(), StoreError> {
    let (first_pause, now) = (context.settings.ags_retry_seconds, context.clock.now());
    let jitter = crate::crypto::random_bytes::<2>().map_or(500, |b| u16::from_le_bytes(b) % 1001);
    tracing::info!(
        event = "ags.score", outbox = %row.id, rev = row.desired_rev, attempt = row.attempt,
        class = outcome.class, status = outcome.status, latency_ms, "a score was tried"
    );
    let row = row.clone();
    context
        .db
        .write(move |c: &mut Conn| {
            let first_failed = store::first_failed_at(c, &row.id)?;
            let done = finished(&row, &outcome, first_failed, (first_pause, jitter), latency_ms, now);
            store::finish(c, &attempt, &row, &token, &done, now)?;
            Ok(())
        })
        .await
}

fn finished(
    row: &Outgoing,
    outcome: &Outcome,
    first_failed: Option<UtcTime>,
    (first_pause, jitter): (i64, u16),
    latency_ms: i64,
    now: UtcTime,
) -> Finished {
    let pause = rules::pause(first_pause, row.attempt, jitter);
    let gave_up = first_failed.is_some_and(|t| now.seconds_since(t) > GIVE_UP_AFTER);
    let (state, next_attempt_at) = match outcome.verdict {
        Verdict::Accepted => (OutboxState::Delivered, now),
        Verdict::Stale => (OutboxState::Conflict, now),
        // Kept for ever, shown, and sent when somebody asks.
        _ if gave_up => (OutboxState::Parked, UtcTime(i64::MAX)),
        v if v.is_retriable() => {
            (OutboxState::Pending, rules::next_try(now, pause, outcome.overloaded, outcome.retry_after))
        }
        _ => (OutboxState::Parked, now.plus_seconds(PARKED_PAUSE)),
    };
    Finished {
        state,
        class: if gave_up && state == OutboxState::Parked { "gave_up".to_owned() } else { outcome.class.to_owned() },
        status: outcome.status.map(i32::from),
        text: outcome.text.clone(),
        // Once a try may have arrived, later ones of the same revision stay under that doubt.
        ambiguous: state != OutboxState::Delivered && (outcome.ambiguous || row.ambiguous),
        next_attempt_at,
        latency_ms,
    }
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
}
