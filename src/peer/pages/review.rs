//! Reviewing.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::assessment::{Assessment, read_body};
use super::files::{FileList, Reader};
use super::{Typed, participant};
use crate::context::Context;
use crate::ids::{ActivityId, ReviewId};
use crate::launch::{Posted, SignedIn};
use crate::peer::PeerError;
use crate::peer::model::{Declined, ReviewState};
use crate::peer::rubric::Missing;
use crate::peer::service::review::{self, MAX_REPORT, Reviewing, Sending};
use crate::store::Conn;
use crate::web::html::CleanHtml;
use crate::web::{PageError, PageResult, View, page, page_with, see_other};

#[derive(Template)]
#[template(path = "review.html")]
struct ReviewPage {
    v: View,
    r: Reviewing,
    work: CleanHtml,
    files: FileList,
    author: String,
    missing: Missing,
    assessment: Assessment,
    /// Not sent yet.
    open: bool,
    /// Sent, and may be sent again.
    changing: bool,
    /// What was said about the work and refused.
    typed: Option<Typed>,
}

impl ReviewPage {
    fn new(v: View, mut r: Reviewing, missing: Missing, now: crate::clock::UtcTime) -> Self {
        let reader = if r.activity.rules.anonymity.shows_authors() { Reader::Peer } else { Reader::Blind };
        let files = FileList::new(&v, &r.activity.id, std::mem::take(&mut r.files), reader);
        let author = r.author.clone().unwrap_or_else(|| participant(&v, &r.activity, r.number));
        let (is_sent, in_time) = (r.review.state == ReviewState::Sent, r.activity.takes_reviews(now));
        let open = !is_sent && in_time && r.review.declined.is_none();
        let changing = is_sent && in_time;
        let body = std::mem::take(&mut r.review.body);
        let rubric = std::mem::take(&mut r.rubric);
        let assessment = Assessment::new(&v, rubric, body, &missing, !open && !changing);
        let work = CleanHtml::sanitise(&r.html);
        Self { work, files, v, r, author, missing, assessment, open, changing, typed: None }
    }
}

type Ids = web::Path<(String, String)>;

fn ids(path: Ids) -> (ActivityId, ReviewId) {
    let (activity, review) = path.into_inner();
    (ActivityId(activity), ReviewId(review))
}

async fn start(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id, at) = (form.by.scope(), ActivityId(id.into_inner()), form.at);
    let home = format!("/peer/{id}");
    let outcome = context.db.write(move |c| review::start_next(c, &scope, &id, at)).await;
    match outcome {
        Ok(review) => Ok(see_other(&format!("{home}/reviews/{review}"))),
        // The page says the same in a calmer way.
        Err(PeerError::Refused("review-none-waiting" | "review-practise-first" | "review-not-begun")) => {
            Ok(see_other(&home))
        }
        Err(error) => Err(error.into()),
    }
}

async fn show(user: SignedIn, context: web::Data<Context>, path: Ids) -> PageResult {
    let (scope, (id, review), now) = (user.scope(), ids(path), context.clock.now());
    let loaded = context.db.read(move |c| review::load(c, &scope, &id, &review)).await?;
    page(&ReviewPage::new(user.view, loaded, Missing::default(), now))
}

async fn save(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, (id, review), body) = (by.scope(), ids(path), read_body(&fields));
    context.db.write(move |c| review::save(c, &scope, &id, &review, body, at)).await.map_err(PageError::from)?;
    Ok(HttpResponse::Ok().json(serde_json::json!({})))
}

async fn send(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, (id, review), body) = (by.scope(), ids(path), read_body(&fields));
    let home = format!("/peer/{id}");
    let (write_scope, write_id, write_review) = (scope.clone(), id.clone(), review.clone());
    let sending = Sending { body: body.clone(), anyway: fields.has("anyway") };
    let sent = move |c: &mut Conn| review::send(c, &write_scope, &write_id, &write_review, sending, at);
    let Err(missing) = context.db.write(sent).await? else {
        return Ok(see_other(&home));
    };
    let mut loaded = context.db.read(move |c| review::load(c, &scope, &id, &review)).await?;
    // As it was typed: what cannot be chosen is not stored, nor are changes to a review that was sent before.
    loaded.review.body = body;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &ReviewPage::new(by.view, loaded, missing, at))
}

/// The work goes to somebody else for good.
async fn decline(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, (id, review), text) = (by.scope(), ids(path), fields.raw("text").unwrap_or_default().to_owned());
    let why = match fields.text("why") {
        "conflict" => Declined::Conflict,
        _ => Declined::Problem,
    };
    let home = format!("/peer/{id}");
    let (write_scope, write_id, write_review, typed) = (scope.clone(), id.clone(), review.clone(), text.clone());
    let declined = move |c: &mut Conn| review::decline(c, &write_scope, &write_id, &write_review, (why, &text), at);
    let rule = match context.db.write(declined).await {
        Ok(()) => return Ok(see_other(&home)),
        Err(PeerError::Refused(rule)) => rule,
        Err(error) => return Err(error.into()),
    };
    let loaded = context.db.read(move |c| review::load(c, &scope, &id, &review)).await?;
    let typed = Typed::refused(&by.view, rule, "decline", typed);
    let page = ReviewPage::new(by.view, loaded, Missing::default(), at);
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &ReviewPage { typed: Some(typed), ..page })
}

async fn give_back(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let (scope, (id, review), at) = (form.by.scope(), ids(path), form.at);
    let home = format!("/peer/{id}");
    context.db.write(move |c| review::give_back(c, &scope, &id, &review, at)).await.map_err(PageError::from)?;
    Ok(see_other(&home))
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/peer/{activity}/reviews").route(web::post().to(start)))
        .service(
            web::resource("/peer/{activity}/reviews/{review}").route(web::get().to(show)).route(web::post().to(send)),
        )
        .service(web::resource("/peer/{activity}/reviews/{review}/draft").route(web::post().to(save)))
        .service(web::resource("/peer/{activity}/reviews/{review}/decline").route(web::post().to(decline)))
        .service(web::resource("/peer/{activity}/reviews/{review}/back").route(web::post().to(give_back)));
}
