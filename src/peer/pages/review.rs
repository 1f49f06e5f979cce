//! Reviewing.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::participant;
use crate::context::Context;
use crate::ids::{ActivityId, ReviewId};
use crate::launch::{Posted, SignedIn};
use crate::peer::PeerError;
use crate::peer::model::{ReviewBody, ReviewState};
use crate::peer::rubric::{Criterion, Missing};
use crate::peer::service::review::{self, Reviewing};
use crate::web::fields::Fields;
use crate::web::html::CleanHtml;
use crate::web::{PageError, PageResult, View, page, page_with, see_other};

#[derive(Template)]
#[template(path = "review.html")]
struct ReviewPage {
    v: View,
    r: Reviewing,
    work: CleanHtml,
    author: String,
    missing: Missing,
    open: bool,
}

impl ReviewPage {
    fn new(v: View, r: Reviewing, missing: Missing, now: crate::clock::UtcTime) -> Self {
        let author = r.author.clone().unwrap_or_else(|| participant(&v, r.number));
        let open = r.review.state != ReviewState::Sent && r.activity.takes_reviews(now);
        Self { work: CleanHtml::sanitise(&r.html), v, r, author, missing, open }
    }

    fn is_chosen(&self, criterion: &Criterion, level: &usize) -> bool {
        self.r.review.body.levels.get(&criterion.id) == Some(level)
    }

    fn comment(&self, criterion: &Criterion) -> String {
        criterion.comment(&self.r.review.body).unwrap_or_default().to_owned()
    }

    fn lacks_level(&self, criterion: &Criterion) -> bool {
        self.missing.levels.contains(&criterion.id)
    }

    fn lacks_comment(&self, criterion: &Criterion) -> bool {
        self.missing.comments.contains(&criterion.id)
    }
}

/// Fields `level_ID`, `comment_ID`, `overall`.
fn read_body(fields: &Fields) -> ReviewBody {
    let mut body =
        ReviewBody { overall: fields.raw("overall").unwrap_or_default().to_owned(), ..ReviewBody::default() };
    for (name, value) in fields.iter() {
        if let Some(id) = name.strip_prefix("level_") {
            if let Ok(level) = value.parse() {
                body.levels.insert(id.to_owned(), level);
            }
        } else if let Some(id) = name.strip_prefix("comment_") {
            body.comments.insert(id.to_owned(), value.to_owned());
        }
    }
    body
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
        Err(PeerError::Refused("review-none-waiting" | "review-enough")) => Ok(see_other(&home)),
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
    let outcome = context.db.write(move |c| review::send(c, &write_scope, &write_id, &write_review, body, at)).await?;
    let Err(missing) = outcome else {
        return Ok(see_other(&home));
    };
    let loaded = context.db.read(move |c| review::load(c, &scope, &id, &review)).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &ReviewPage::new(by.view, loaded, missing, at))
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
        .service(web::resource("/peer/{activity}/reviews/{review}/back").route(web::post().to(give_back)));
}
