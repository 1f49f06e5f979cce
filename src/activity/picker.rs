//! Choosing what a link opens: what is offered, what was chosen, and the answer to the LMS that asked
//! (Deep Linking 2.0, lti.md §4).

use std::collections::BTreeMap;

use super::model::{Activity, GradeTag};
use super::service;
use super::store::{self, Offered};
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::cohort;
use crate::context::Context;
use crate::crypto::provider::sign_jwt;
use crate::crypto::{self, CryptoError};
use crate::ids::ActivityId;
use crate::launch::{self, Scope, Session};
use crate::lti::deep_linking::{self, Item, LineItem, Parties, Settings};
use crate::lti::{ACTIVITY_ID, PLACEMENT, PLACEMENT_AGAIN};
use crate::platform;
use crate::platform::keys::{self, KeyError};
use crate::platform::model::Family;
use crate::platform::store::Home;
use crate::store::columns::Role;
use crate::store::{Conn, StoreError};
use crate::web::html::CleanHtml;

/// How many activities one page of the picker shows.
pub const PAGE: usize = 20;
/// The most items of one answer.
const MAX_CHOSEN: usize = 50;
/// The longest description that goes to the LMS, in characters.
const MAX_TEXT: usize = 1_000;

/// Why nothing was placed.
#[derive(Debug, thiserror::Error)]
pub enum PickError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The signing key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// OpenSSL.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// Only trainers choose.
    #[error("the role does not allow this")]
    Role,
    /// A rule refuses it; the key of its text.
    #[error("refused: {0}")]
    Refused(&'static str),
}

/// One page of what is offered.
#[derive(Clone, Debug)]
pub struct Page {
    /// The activities of this page.
    pub offered: Vec<Offered>,
    /// How many there are on all pages.
    pub total: usize,
    /// The number of this page, from 1.
    pub number: usize,
    /// How many pages there are.
    pub pages: usize,
}

/// The page of those activities whose title or course holds every word of the search, whatever its case.
#[must_use]
pub fn page_of(offered: Vec<Offered>, search: &str, number: usize) -> Page {
    let words: Vec<String> = search.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let fits = |offered: &Offered| {
        let text = format!("{} {}", offered.title, offered.course).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let fitting: Vec<Offered> = offered.into_iter().filter(fits).collect();
    let pages = fitting.len().div_ceil(PAGE).max(1);
    let number = number.clamp(1, pages);
    let total = fitting.len();
    Page { offered: fitting.into_iter().skip((number - 1) * PAGE).take(PAGE).collect(), total, number, pages }
}

/// What a trainer chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// An activity of this course, behind its first link or a further one.
    Place(ActivityId),
    /// A fresh activity with the same settings.
    Copy(ActivityId),
}

impl Choice {
    /// Reads the value of a field: `place:ID` or `copy:ID`.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let (what, id) = value.split_once(':')?;
        let id = ActivityId(id.to_owned());
        match what {
            "place" => Some(Self::Place(id)),
            "copy" => Some(Self::Copy(id)),
            _ => None,
        }
    }

    const fn id(&self) -> &ActivityId {
        match self {
            Self::Place(id) | Self::Copy(id) => id,
        }
    }
}

/// An activity that a link shall open.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The activity.
    pub activity: Activity,
    /// Whether another link of the course opens it already.
    pub again: bool,
}

/// What the asker may place or copy.
///
/// # Errors
/// [`PickError::Role`] for anybody but a trainer.
pub fn list(conn: &mut Conn, scope: &Scope) -> Result<Vec<Offered>, PickError> {
    if scope.role != Role::Trainer {
        return Err(PickError::Role);
    }
    Ok(store::list_offered(conn, scope)?)
}

/// Takes choices: copies are made, and each must be one that was offered.
///
/// # Errors
/// `NotFound` for an activity that was not offered; refused when nothing or too much was chosen.
pub fn choose(conn: &mut Conn, scope: &Scope, choices: &[Choice], now: UtcTime) -> Result<Vec<Chosen>, PickError> {
    let offered = list(conn, scope)?;
    if choices.is_empty() {
        return Err(PickError::Refused("picker-nothing"));
    }
    if choices.len() > MAX_CHOSEN {
        return Err(PickError::Refused("picker-too-many"));
    }
    let binding = cohort::service::ensure_course_cohort(conn, scope, now)?;
    let mut chosen = Vec::with_capacity(choices.len());
    for choice in choices {
        let known = offered.iter().find(|o| o.id == *choice.id()).ok_or(StoreError::NotFound)?;
        let source = store::find_of_registration(conn, &scope.registration, choice.id())?;
        let source = source.ok_or(StoreError::NotFound)?;
        chosen.push(match choice {
            Choice::Place(_) if known.is_here => Chosen { activity: source, again: known.is_placed },
            Choice::Place(_) => return Err(StoreError::NotFound.into()),
            Choice::Copy(_) => Chosen { activity: service::copy(conn, scope, &binding, &source, now)?, again: false },
        });
    }
    Ok(chosen)
}

/// Places one choice behind the link that the asker opened. Where the link has an activity already (a
/// second trainer, a double click) that one is returned.
///
/// # Errors
/// As [`choose`].
pub fn place(conn: &mut Conn, scope: &Scope, choice: &Choice, now: UtcTime) -> Result<ActivityId, PickError> {
    if scope.role != Role::Trainer {
        return Err(PickError::Role);
    }
    service::lock_link(conn, scope)?;
    if let Some(placed) = store::find_placed(conn, scope)? {
        return Ok(placed);
    }
    let chosen = choose(conn, scope, std::slice::from_ref(choice), now)?;
    let activity = chosen.into_iter().next().ok_or(StoreError::NotFound)?.activity;
    service::place(conn, scope, &activity.id, now)?;
    audit::record(
        conn,
        now,
        &Actor::Person(scope.person.clone()),
        "activity.place",
        activity.id.as_str(),
        &serde_json::json!({"link": scope.link}),
    )?;
    Ok(activity.id)
}

/// The signed answer, and where it goes.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The LMS's return address, exactly as it came.
    pub return_url: String,
    /// The `LtiDeepLinkingResponse`.
    pub token: String,
}

/// Answers what the LMS asked a session to choose; once. Nothing chosen means that the trainer cancelled.
///
/// # Errors
/// Refused when it was answered before; [`PickError::Role`] for anybody but a trainer.
pub fn answer(
    conn: &mut Conn,
    context: &Context,
    session: &Session,
    settings: &Settings,
    chosen: &[Chosen],
    now: UtcTime,
) -> Result<Answer, PickError> {
    if session.role != Role::Trainer {
        return Err(PickError::Role);
    }
    if !launch::consume_deep_linking(conn, &session.id, now)? {
        return Err(PickError::Refused("picker-answered"));
    }
    if chosen.len() > 1 && !settings.accept_multiple {
        return Err(PickError::Refused("picker-one"));
    }
    let Home { registration, deployment, .. } = platform::store::get_home(conn, &session.course_id)?;
    let url = context.settings.lti_url(&registration.id, "launch");
    let reviewable = registration.family != Family::Canvas;
    let items: Vec<Item> = chosen.iter().map(|c| item(c, &url, reviewable)).collect();
    let parties = Parties {
        client_id: &registration.client_id,
        issuer: &registration.issuer,
        deployment_id: &deployment.deployment_id,
    };
    let claims = deep_linking::response(parties, settings, &items, &crypto::random_token()?, now);
    let key = keys::signing_key(conn, &context.key, now)?;
    let ids: Vec<&ActivityId> = chosen.iter().map(|c| &c.activity.id).collect();
    let actor = Actor::Person(session.person_id.clone());
    let detail = serde_json::json!({"activities": ids});
    audit::record(conn, now, &actor, "deep_linking.answer", session.course_id.as_str(), &detail)?;
    Ok(Answer { return_url: settings.return_url.clone(), token: sign_jwt(&key, &claims)? })
}

fn item(chosen: &Chosen, url: &str, reviewable: bool) -> Item {
    let activity = &chosen.activity;
    let mut custom = BTreeMap::from([(ACTIVITY_ID.to_owned(), activity.id.to_string())]);
    if chosen.again {
        custom.insert(PLACEMENT.to_owned(), PLACEMENT_AGAIN.to_owned());
    }
    // A further link to one activity gets no column: its marks are in the first one's.
    let line_item = (!chosen.again).then(|| LineItem {
        score_maximum: activity.score_maximum,
        resource_id: activity.id.to_string(),
        tag: GradeTag::Overall.to_string(),
        reviewable,
    });
    Item {
        title: activity.title.clone(),
        text: CleanHtml::sanitise(&activity.brief_html).plain_text().trim().chars().take(MAX_TEXT).collect(),
        url: url.to_owned(),
        custom,
        line_item,
        due: activity.rules.work_due_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(n: usize) -> Vec<Offered> {
        (0..n)
            .map(|i| Offered {
                id: ActivityId(i.to_string()),
                title: format!("Étude {i}"),
                course: if i % 2 == 0 { "Paris" } else { "Lyon" }.to_owned(),
                is_here: true,
                is_placed: false,
                updated_at: UtcTime(0),
            })
            .collect()
    }

    #[test]
    fn pages_hold_everything_once() {
        let first = page_of(offered(45), "", 1);
        assert_eq!((first.offered.len(), first.total, first.pages), (PAGE, 45, 3));
        let ids: Vec<ActivityId> = (1..=3).flat_map(|n| page_of(offered(45), "", n).offered).map(|o| o.id).collect();
        assert_eq!(ids, offered(45).into_iter().map(|o| o.id).collect::<Vec<_>>());
        assert_eq!(page_of(offered(45), "", 99).number, 3, "a page too far is the last one");
        assert_eq!(page_of(offered(45), "", 0).number, 1);
        assert_eq!(page_of(Vec::new(), "", 1).pages, 1);
    }

    #[test]
    fn a_search_looks_for_every_word_whatever_its_case() {
        assert_eq!(page_of(offered(10), "éTUDE 7", 1).total, 1);
        assert_eq!(page_of(offered(10), " lyon  étude ", 1).total, 5);
        assert_eq!(page_of(offered(10), "%", 1).total, 0);
    }

    #[test]
    fn a_choice_says_what_to_do_with_which() {
        assert_eq!(Choice::parse("place:a"), Some(Choice::Place(ActivityId("a".into()))));
        assert_eq!(Choice::parse("copy:a:b"), Some(Choice::Copy(ActivityId("a:b".into()))));
        for bad in ["", "place", "move:a"] {
            assert_eq!(Choice::parse(bad), None, "{bad}");
        }
    }
}
