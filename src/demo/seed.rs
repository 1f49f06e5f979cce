//! The schools' people and courses, and the seeded SPOC in the tool: works and reviews in different
//! stages, stored by the same use cases that the pages call.

use serde::Deserialize;

use super::campus::{Kind, LineItem, Link, Part, School, User, school, stable_uuid};
use super::messages;
use crate::activity;
use crate::app::StartError;
use crate::clock::UtcTime;
use crate::context::Context;
use crate::launch::Scope;
use crate::lti::message::{AgsEndpoint, Context as LtiContext, Launch, Message};
use crate::lti::roles;
use crate::peer::PeerError;
use crate::peer::model::ReviewBody;
use crate::peer::rubric;
use crate::peer::service::review::Sending;
use crate::peer::service::{review, settings, work};
use crate::peer::setup::Setup;
use crate::platform::{self, model::Registration};
use crate::store::{Conn, StoreError};
use crate::web::html::CleanHtml;
use crate::web::i18n::Lang;

#[derive(Deserialize)]
struct Story {
    school: String,
    course: String,
    label: String,
    locale: String,
    trainer: (String, String),
    learners: Vec<(String, String)>,
    links: Vec<String>,
    brief: String,
    works: Vec<String>,
    draft: String,
    comments: Vec<String>,
}

fn story(kind: Kind) -> Story {
    let json = match kind {
        Kind::Moodle => include_str!("seed/fr.json"),
        Kind::Canvas => include_str!("seed/en.json"),
    };
    // Part of the program: a test reads both.
    serde_json::from_str(json).unwrap_or_else(|_| Story {
        school: String::new(),
        course: String::new(),
        label: String::new(),
        locale: "en".to_owned(),
        trainer: (String::new(), String::new()),
        learners: Vec::new(),
        links: Vec::new(),
        brief: String::new(),
        works: Vec::new(),
        draft: String::new(),
        comments: Vec::new(),
    })
}

/// The Moodle-like school: numbers as ids, everything on one site.
#[must_use]
pub fn moodle(base: &str) -> School {
    let made = school(Kind::Moodle, "", &format!("{base}/moodle"), "AbCdEfGh1234567", "3");
    let id = |i: usize| (i + 2).to_string();
    fill(made, "2", id, std::borrow::ToOwned::to_owned, |i| (i + 1).to_string())
}

/// The Canvas-like school: UUIDs, a fixed issuer that is not its address, a login hint that is not the
/// `sub`.
#[must_use]
pub fn canvas(_base: &str) -> School {
    let deployment = "106:8865aa05b4b79b64a91a86042e43af5ea8ae79eb";
    let made = school(Kind::Canvas, "", "https://canvas.instructure.com", "10000000000068", deployment);
    let sub = |i: usize| stable_uuid(&format!("canvas user {i}"));
    let hint = |sub: &str| crate::crypto::sha256_text(sub);
    let course = "4dde05e8ca1973bcca9bffc13e1548820eee93a3";
    fill(made, course, sub, hint, |i| stable_uuid(&format!("canvas link {i}")))
}

fn fill(
    mut made: School,
    course_id: &str,
    sub: impl Fn(usize) -> String,
    hint: impl Fn(&str) -> String,
    link_id: impl Fn(usize) -> String,
) -> School {
    let story = story(made.kind);
    made.name = story.school;
    course_id.clone_into(&mut made.course_id);
    made.course_title = story.course;
    made.course_label = story.label;
    made.locale = story.locale;
    let people = std::iter::once((story.trainer, Part::Trainer))
        .chain(story.learners.into_iter().map(|name| (name, Part::Learner)));
    for (i, ((given_name, family_name), part)) in people.enumerate() {
        let sub = sub(i);
        made.users.push(User { hint: hint(&sub), sub, given_name, family_name, part });
    }
    for (i, title) in story.links.into_iter().enumerate() {
        let line_item = format!("{}", 9 + i);
        let link = Link {
            id: link_id(i),
            title: title.clone(),
            line_item: Some(line_item.clone()),
            custom: std::collections::BTreeMap::new(),
            published: true,
        };
        made.line_items.push(LineItem {
            id: line_item,
            label: title,
            maximum: if made.kind == Kind::Moodle { 100.0 } else { 20.0 },
            resource_id: String::new(),
            tag: String::new(),
            link: Some(link.id.clone()),
        });
        made.links.push(link);
    }
    made
}

fn launch_of(school: &School, base: &str, user: &User, link: &Link, now: UtcTime) -> Launch {
    Launch {
        message: Message::ResourceLink { id: link.id.clone(), title: Some(link.title.clone()) },
        deployment_id: school.deployment_id.clone(),
        sub: user.sub.clone(),
        name: Some(user.name()),
        given_name: Some(user.given_name.clone()),
        family_name: Some(user.family_name.clone()),
        email: None,
        locale: Some(school.locale.clone()),
        roles: messages::roles(school.kind, user.part),
        context: Some(LtiContext {
            id: school.course_id.clone(),
            title: Some(school.course_title.clone()),
            label: Some(school.course_label.clone()),
        }),
        target_link_uri: None,
        ags: Some(AgsEndpoint {
            scopes: school.scopes.iter().filter(|s| s.contains("lti-ags")).cloned().collect(),
            line_items: Some(messages::line_items_url(school, base)),
            line_item: link.line_item.as_ref().map(|i| messages::line_item_url(school, base, i)),
        }),
        memberships_url: Some(messages::memberships_url(school, base)),
        notices: None,
        return_url: Some(format!("{base}/{}/course", school.kind.path())),
        document_target: None,
        product_family: None,
        platform_url: None,
        custom: std::collections::BTreeMap::new(),
        expires_at: now,
    }
}

/// Takes somebody in as their launch would, without a session.
fn arrive(
    conn: &mut Conn,
    registration: &Registration,
    school: &School,
    base: &str,
    user: &User,
    now: UtcTime,
) -> Result<Scope, PeerError> {
    let link = school.links.first().ok_or(StoreError::NotFound)?;
    let launch = launch_of(school, base, user, link, now);
    let mapped = roles::map(&launch.roles);
    let arrival =
        platform::service::take_in(conn, registration, &launch, mapped, now)?.map_err(|_| StoreError::NotFound)?;
    let scope = Scope {
        registration: registration.id.clone(),
        person: arrival.person.id,
        course: arrival.course.id,
        link: arrival.link.map(|link| link.id),
        role: mapped.role,
    };
    activity::service::open(conn, &scope, now)?;
    Ok(scope)
}

/// Seeds one school's SPOC: the first learner is left for whoever plays; of the twelve classmates one
/// has not begun, one has a draft, ten have handed in, and they have given two, one or no reviews.
///
/// # Errors
/// When the database fails.
pub fn seed(context: &Context, registration: &Registration, school: &School, base: &str) -> Result<(), StartError> {
    let now = context.clock.now();
    context
        .db
        .write_blocking(|c| seed_in(c, registration, school, base, now))
        .map_err(|e: PeerError| StartError::Io(format!("the demo cannot be seeded: {e}")))
}

fn seed_in(
    conn: &mut Conn,
    registration: &Registration,
    school: &School,
    base: &str,
    now: UtcTime,
) -> Result<(), PeerError> {
    let story = story(school.kind);
    let hours_ago = |hours: i64| now.plus_seconds(-3600 * hours);
    let days = |days: i64| now.truncated_to_second().plus_seconds(24 * 3600 * days);
    let lang = Lang::of_locale(&school.locale);
    let (trainer, learners) = school.users.split_first().ok_or(StoreError::NotFound)?;
    let trainer = arrive(conn, registration, school, base, trainer, hours_ago(96))?;
    let conversation = rubric::templates(lang).into_iter().find(|t| t.id == "conversation");
    let mut setup = Setup::fresh(lang, story.links.first().map_or("", String::as_str));
    setup.brief = CleanHtml::sanitise(&story.brief);
    setup.rubric = conversation.map(|t| t.rubric).unwrap_or_default();
    setup.rules.work_due_at = Some(days(3));
    setup.rules.review_due_at = Some(days(7));
    setup.rules.reviews_per_learner = 2;
    let activity = settings::create(conn, &trainer, &setup, hours_ago(95))?;
    let mut authors = Vec::new();
    for (i, learner) in learners.iter().enumerate().skip(1) {
        let hour = 90 - i64::try_from(i).unwrap_or(0) * 4;
        let scope = arrive(conn, registration, school, base, learner, hours_ago(hour))?;
        if let Some(text) = story.works.get(i - 1) {
            let handed_in = work::hand_in(conn, &scope, &activity, text, 0, hours_ago(hour - 2))?;
            handed_in?;
            authors.push(scope);
        } else if i == story.works.len() + 1 {
            work::save_draft(conn, &scope, &activity, &story.draft, 0, hours_ago(5))?;
        }
    }
    // The last three owe reviews: whoever plays the first learner finds reviewers to play as well.
    for round in 0..2_usize {
        let busy = authors.len().saturating_sub(if round == 0 { 1 } else { 3 });
        for (i, scope) in authors.iter().take(busy).enumerate() {
            let at = hours_ago(30 - i64::try_from(round * 12 + i).unwrap_or(0));
            let review = review::start_next(conn, scope, &activity, at)?;
            let body = opinion(&story, &setup.rubric, round * authors.len() + i);
            let sent = review::send(conn, scope, &activity, &review, Sending { body, anyway: true }, at)?;
            if sent.is_err() {
                return Err(StoreError::Damaged("a seeded review is incomplete".to_owned()).into());
            }
        }
    }
    Ok(())
}

/// The n-th review: other levels and other comments than the next one. Any two share a third of their comments at most,
/// up to as many reviews as there are comments, and hardly more after that.
fn opinion(story: &Story, rubric: &rubric::Rubric, n: usize) -> ReviewBody {
    let count = story.comments.len().max(1);
    let places = if n < count { [0, 1, 3] } else { [0, 2, 7] };
    let mut body = ReviewBody::default();
    for (i, criterion) in rubric.criteria.iter().enumerate() {
        let level = 1 + (n * 5 + i * 2) % (criterion.levels.len().max(2) - 1);
        body.levels.insert(criterion.id.clone(), level);
        let comment = story.comments.get((n + places[i % places.len()]) % count).cloned();
        body.comments.insert(criterion.id.clone(), comment.unwrap_or_default());
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_stories_are_complete() {
        for kind in [Kind::Moodle, Kind::Canvas] {
            let story = story(kind);
            assert_eq!(story.learners.len(), 13, "one to play and twelve classmates");
            assert_eq!((story.works.len(), story.links.len()), (10, 2));
            assert!(story.comments.len() == 12 && !story.brief.is_empty());
        }
    }
}
