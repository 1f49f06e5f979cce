//! Telling, seeing, mailing.

use super::model::{Kind, News, Recipient, Topic};
use super::rules::{self, LEASE, STALE};
use super::store::{self, Waiting};
use crate::clock::UtcTime;
use crate::crypto;
use crate::ids::{ActivityId, NewsId, PersonId};
use crate::mail::Letter;
use crate::settings::Settings;
use crate::store::{Conn, StoreError, StoreResult, dialect};
use crate::web::i18n::Lang;

/// Mails of one round.
const ROUND: usize = 50;

/// Tells somebody something about an activity, once: `about` tells two of a kind apart.
///
/// # Errors
/// When the database fails.
pub fn tell(
    conn: &mut Conn,
    person: &PersonId,
    activity: &ActivityId,
    kind: Kind,
    about: &str,
    now: UtcTime,
) -> StoreResult<()> {
    let new = News {
        id: NewsId::new(),
        person_id: person.clone(),
        activity_id: activity.clone(),
        kind,
        about: about.to_owned(),
        created_at: now,
        seen_at: None,
        mailed_at: None,
    };
    store::create_once(conn, new)
}

/// What somebody says about mail: as stored, or as it is for whoever has said nothing.
///
/// # Errors
/// When the database fails.
pub fn recipient(conn: &mut Conn, person: &PersonId) -> StoreResult<Recipient> {
    if let Some(known) = store::find_recipient(conn, person)? {
        return Ok(known);
    }
    let random = crypto::random_bytes::<16>().map_err(|e| StoreError::Unavailable(e.to_string()))?;
    Ok(Recipient {
        person_id: person.clone(),
        token: crypto::b64(&random),
        muted: Vec::new(),
        mailed_at: None,
        not_before: None,
        tries: 0,
    })
}

/// Makes the transactions about somebody's mail wait for each other.
fn lock(conn: &mut Conn, person: &PersonId) -> StoreResult<()> {
    dialect::lock_for_transaction(conn, &format!("mail {person}"))
}

/// Stores what somebody wants no mail about.
///
/// # Errors
/// When the database fails.
pub fn mute(conn: &mut Conn, person: &PersonId, muted: Vec<Topic>) -> StoreResult<()> {
    lock(conn, person)?;
    let known = recipient(conn, person)?;
    store::put_recipient(conn, &Recipient { muted, ..known })
}

/// Ends all mails of whoever has a token, or lets them begin again.
///
/// # Errors
/// `NotFound` for an unknown token.
pub fn mute_all(conn: &mut Conn, token: &str, off: bool) -> StoreResult<()> {
    let known = store::get_recipient_by_token(conn, token)?;
    mute(conn, &known.person_id, if off { Topic::ALL.to_vec() } else { Vec::new() })
}

/// A mail that is to be sent now.
pub struct Due {
    /// Who gets it.
    pub person: PersonId,
    /// The mail.
    pub letter: Letter,
    /// What it is about.
    pub news: Vec<NewsId>,
}

/// Takes the mails that are due: nobody else sends them for a while.
///
/// # Errors
/// When the database fails.
pub fn claim(conn: &mut Conn, settings: &Settings, now: UtcTime) -> StoreResult<Vec<Due>> {
    dialect::lock_for_transaction(conn, "mail round")?;
    let waiting = store::list_waiting(conn, now.plus_seconds(-STALE))?;
    let mut due = Vec::new();
    for of_person in waiting.chunk_by(|a, b| a.news.person_id == b.news.person_id) {
        let person = &of_person[0].news.person_id;
        lock(conn, person)?;
        let known = recipient(conn, person)?;
        let wanted: Vec<&Waiting> = of_person.iter().filter(|w| !known.muted.contains(&w.news.kind.topic())).collect();
        let kinds: Vec<(Kind, UtcTime)> = wanted.iter().map(|w| (w.news.kind, w.news.created_at)).collect();
        if !rules::is_due(&known, &kinds, now) {
            continue;
        }
        let letter = letter(settings, &wanted, &known.token);
        let news = wanted.iter().map(|w| w.news.id.clone()).collect();
        due.push(Due { person: person.clone(), letter, news });
        store::put_recipient(conn, &Recipient { not_before: Some(now.plus_seconds(LEASE)), ..known })?;
        if due.len() == ROUND {
            break;
        }
    }
    Ok(due)
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is on its way.
    Sent,
    /// It never will be.
    Never,
    /// It is tried again.
    Later,
}

/// Stores what became of a mail.
///
/// # Errors
/// When the database fails.
pub fn settle(conn: &mut Conn, due: &Due, outcome: Outcome, now: UtcTime) -> StoreResult<()> {
    lock(conn, &due.person)?;
    let known = recipient(conn, &due.person)?;
    if outcome != Outcome::Later {
        store::mark_mailed(conn, due.news.clone(), now)?;
    }
    let after = match outcome {
        Outcome::Sent => Recipient { mailed_at: Some(now), not_before: None, tries: 0, ..known },
        Outcome::Never => Recipient { not_before: None, tries: 0, ..known },
        Outcome::Later => {
            let until = now.plus_seconds(rules::pause(known.tries));
            Recipient { not_before: Some(until), tries: known.tries + 1, ..known }
        }
    };
    store::put_recipient(conn, &after)
}

/// Something to hear in words.
#[must_use]
pub fn words(lang: Lang, kind: Kind, title: &str) -> String {
    lang.text_with(kind.text(), &[("activity", title.to_owned().into())])
}

fn letter(settings: &Settings, waiting: &[&Waiting], token: &str) -> Letter {
    let first = waiting[0];
    let lang = first.lang.as_deref().map(Lang::of_locale).unwrap_or_default();
    let line = |w: &&Waiting| words(lang, w.news.kind, &w.title);
    let lines: Vec<String> = waiting.iter().map(line).collect();
    let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let subject =
        if lines.len() == 1 { lines[0].clone() } else { lang.text_with("mail-subject", &[("n", count.into())]) };
    let end = settings.url(&format!("/mail/{token}"));
    let list: Vec<String> = lines.iter().map(|l| format!("- {l}")).collect();
    let text = format!("{}\n\n{}\n\n{}\n{end}\n", list.join("\n"), lang.text("mail-where"), lang.text("mail-end"));
    // A title may hold whatever a trainer pasted.
    let subject = subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Letter { to: first.email.clone(), subject, text, unsubscribe: end }
}
