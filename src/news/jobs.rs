//! Mails what is due, and forgets what is old.

use std::time::Duration;

use super::rules::DAY;
use super::service::{self, Outcome};
use super::store;
use crate::context::Context;
use crate::jobs::Job;
use crate::mail::SendError;
use crate::store::{Conn, StoreError};

/// The rest between two rounds.
const REST: Duration = Duration::from_mins(1);
/// News are kept for so many days.
const KEEP: i64 = 90;

/// The job that sends mails.
#[must_use]
pub fn mail(context: &Context) -> Job {
    Job::by_time("news.mail", context, mail_round)
}

/// The job that removes old news.
#[must_use]
pub fn purge(context: &Context) -> Job {
    Job::by_time("news.purge", context, purge_round)
}

async fn mail_round(context: Context) -> Duration {
    if !context.mailer.is_on() {
        return Duration::from_hours(24);
    }
    if let Err(error) = run_round(&context).await {
        tracing::warn!(event = "news.mail", %error, "mails cannot be looked after now");
    }
    REST
}

/// Sends what is due. Says how many mails went.
///
/// # Errors
/// When the database fails.
pub async fn run_round(context: &Context) -> Result<usize, StoreError> {
    let (now, settings) = (context.clock.now(), context.settings.clone());
    let due = context.db.write(move |c: &mut Conn| service::claim(c, &settings, now)).await?;
    let mut sent = 0;
    for mail in due {
        let outcome = match context.mailer.send(&mail.letter).await {
            Ok(()) => Outcome::Sent,
            Err(SendError::Never(error)) => {
                tracing::warn!(event = "news.mail", person = %mail.person, error, "an address takes no mail");
                Outcome::Never
            }
            Err(SendError::Later(error)) => {
                tracing::warn!(event = "news.mail", person = %mail.person, error, "a mail is tried again later");
                Outcome::Later
            }
        };
        sent += usize::from(outcome == Outcome::Sent);
        metrics::counter!("mails_total", "outcome" => format!("{outcome:?}").to_lowercase()).increment(1);
        let now = context.clock.now();
        context.db.write(move |c: &mut Conn| service::settle(c, &mail, outcome, now)).await?;
    }
    Ok(sent)
}

async fn purge_round(context: Context) -> Duration {
    let before = context.clock.now().plus_seconds(-KEEP * DAY);
    let purged = context.db.write(move |c: &mut Conn| store::delete_before(c, before)).await;
    if let Err(error) = purged {
        tracing::warn!(event = "news.purge", %error, "old news cannot be removed now");
    }
    Duration::from_hours(6)
}
