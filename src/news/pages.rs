//! The list of news, what one gets mail about, and the page behind a mail's last line.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::model::{News, Recipient, Topic};
use super::{service, store};
use crate::activity;
use crate::clock::UtcTime;
use crate::context::Context;
use crate::ids::{ActivityId, NewsId};
use crate::launch::{Posted, Scope, SignedIn};
use crate::platform;
use crate::store::{Conn, StoreError};
use crate::web::{PageError, PageResult, View, page, see_other};

/// So many are listed.
const MOST: i64 = 50;

/// Tells somebody who opens an activity what is new about it, once, and how much is new elsewhere.
///
/// # Errors
/// When the database fails.
pub async fn greet(
    context: &Context,
    view: &View,
    scope: &Scope,
    activity: &ActivityId,
    title: &str,
) -> Result<Vec<String>, PageError> {
    let person = scope.person.clone();
    let unseen = context.db.read(move |c| store::list_unseen(c, &person)).await?;
    let (here, elsewhere): (Vec<News>, Vec<News>) = unseen.into_iter().partition(|n| n.activity_id == *activity);
    view.update(|s| s.unseen = Some(elsewhere.len()));
    if here.is_empty() {
        return Ok(Vec::new());
    }
    let texts = here.iter().map(|n| service::words(view.lang(), n.kind, title)).collect();
    see(context, here.into_iter().map(|n| n.id).collect()).await?;
    Ok(texts)
}

async fn see(context: &Context, ids: Vec<NewsId>) -> Result<(), PageError> {
    let now = context.clock.now();
    Ok(context.db.write(move |c: &mut Conn| store::mark_seen(c, ids, now)).await?)
}

struct Item {
    text: String,
    at: UtcTime,
    is_new: bool,
    /// Where it is about, if that can be opened from this course.
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "news.html")]
struct NewsPage {
    v: View,
    items: Vec<Item>,
    email: Option<String>,
    mails: bool,
    recipient: Recipient,
    /// What this person may hear about.
    topics: Vec<Topic>,
}

impl NewsPage {
    fn topic_words(&self, topic: &Topic) -> String {
        self.v.t(match topic {
            Topic::Results => "topic-results",
            Topic::Conversation => "topic-conversation",
            Topic::Reminders => "topic-reminders",
            Topic::Questions => "topic-questions",
        })
    }

    fn is_wanted(&self, topic: &Topic) -> bool {
        !self.recipient.muted.contains(topic)
    }
}

async fn list(user: SignedIn, context: web::Data<Context>) -> PageResult {
    let (scope, view) = (user.scope(), user.view);
    let is_staff = scope.role.is_staff();
    let loaded = context.db.read(move |c| -> Result<_, StoreError> {
        let newest = store::list_newest(c, &scope.person, MOST)?;
        let mut open = Vec::new();
        for (news, title) in newest {
            let is_here = match activity::store::get(c, &scope, &news.activity_id) {
                Ok(_) => true,
                Err(StoreError::NotFound) => false,
                Err(error) => return Err(error),
            };
            open.push((news, title, is_here));
        }
        let person = platform::store::get_person(c, &scope.person)?;
        Ok((open, person.email, service::recipient(c, &scope.person)?))
    });
    let (newest, email, recipient) = loaded.await?;
    let unseen: Vec<NewsId> = newest.iter().filter(|n| n.0.seen_at.is_none()).map(|n| n.0.id.clone()).collect();
    if !unseen.is_empty() {
        see(&context, unseen).await?;
    }
    let item = |(news, title, is_here): (News, String, bool)| Item {
        text: service::words(view.lang(), news.kind, &title),
        at: news.created_at,
        is_new: news.seen_at.is_none(),
        href: is_here.then(|| format!("/peer/{}", news.activity_id)),
    };
    let items = newest.into_iter().map(item).collect();
    let topics = Topic::ALL.iter().copied().filter(|t| is_staff == (*t == Topic::Questions)).collect();
    page(&NewsPage { items, email, mails: context.mailer.is_on(), recipient, topics, v: view })
}

async fn wishes(form: Posted, context: web::Data<Context>) -> PageResult {
    let Posted { by, fields, .. } = form;
    let person = by.scope().person;
    let is_staff = by.scope().role.is_staff();
    let offered = move |t: &Topic| is_staff == (*t == Topic::Questions);
    let chosen: Vec<Topic> = Topic::ALL.iter().copied().filter(|t| !fields.has(t.as_str())).collect();
    let muted = move |c: &mut Conn| {
        // What this role is not asked about stays as it was.
        let before = service::recipient(c, &person)?.muted;
        let kept = before.into_iter().filter(|t| !offered(t));
        service::mute(c, &person, chosen.into_iter().filter(offered).chain(kept).collect())
    };
    context.db.write(muted).await?;
    Ok(see_other("/news"))
}

#[derive(Template)]
#[template(path = "mail_off.html")]
struct MailPage {
    v: View,
    token: String,
    off: bool,
}

/// Whoever has the link of a mail may end mails with it, in whatever program they read them.
async fn show_end(request: HttpRequest, context: web::Data<Context>, token: web::Path<String>) -> PageResult {
    let view = View::of(&request);
    let token = token.into_inner();
    let known = token.clone();
    let recipient = context.db.read(move |c| store::get_recipient_by_token(c, &known)).await?;
    page(&MailPage { v: view, token, off: recipient.muted.len() == Topic::ALL.len() })
}

/// One click of a mail program (RFC 8058), or the page's button.
async fn end(context: web::Data<Context>, token: web::Path<String>, form: web::Bytes) -> PageResult {
    let token = token.into_inner();
    let off = form.as_ref() != b"mails=on";
    let path = format!("/mail/{token}");
    context.db.write(move |c: &mut Conn| service::mute_all(c, &token, off)).await?;
    Ok(see_other(&path))
}

/// The routes.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/news").route(web::get().to(list)).route(web::post().to(wishes)))
        .service(web::resource("/mail/{token}").route(web::get().to(show_end)).route(web::post().to(end)));
}
