//! What is said after the release: ratings of reviews, replies and answers, appeals.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::Typed;
use super::learner::LearnerPage;
use crate::context::Context;
use crate::ids::{ActivityId, PersonId, ReviewId};
use crate::launch::{Posted, SignedIn};
use crate::peer::PeerError;
use crate::peer::model::Reaction;
use crate::peer::service::respond::Said;
use crate::peer::service::{home, respond};
use crate::web::{PageError, PageResult, page_with, see_other};

type Ids = web::Path<(String, String)>;

/// Back to the page, or the page with what was refused, and why, beside what was typed.
async fn answered(
    by: SignedIn,
    context: &Context,
    id: ActivityId,
    outcome: Result<(), PeerError>,
    (place, text): (String, String),
) -> Result<HttpResponse, PageError> {
    let rule = match outcome {
        Ok(()) => return Ok(see_other(&format!("/peer/{id}#{place}"))),
        Err(PeerError::Refused(rule)) => rule,
        Err(error) => return Err(error.into()),
    };
    let (scope, now) = (by.scope(), context.clock.now());
    let home = context.db.read(move |c| home::load(c, &scope, &id, now)).await?;
    let typed = Typed::refused(&by.view, rule, &place, text);
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &LearnerPage::new(by.view, home, now).with(typed))
}

async fn rate(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let Posted { by, fields, at } = form;
    let (id, review) = path.into_inner();
    let (scope, id, review) = (by.scope(), ActivityId(id), ReviewId(review));
    let reactions =
        fields.iter().filter(|(name, _)| *name == "reaction").filter_map(|(_, value)| Reaction::parse(value));
    let said = Said {
        helpful: fields.text("helpful").to_owned(),
        reactions: reactions.collect(),
        reply: fields.raw("reply").unwrap_or_default().to_owned(),
    };
    let typed = (format!("review-{review}"), said.reply.clone());
    let write_id = id.clone();
    let rated = move |c: &mut crate::store::Conn| respond::rate(c, &scope, &write_id, &review, &said, at);
    let outcome = context.db.write(rated).await;
    answered(by, &context, id, outcome, typed).await
}

async fn answer(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let Posted { by, fields, at } = form;
    let (id, review) = path.into_inner();
    let (scope, id, review) = (by.scope(), ActivityId(id), ReviewId(review));
    let text = fields.raw("answer").unwrap_or_default().to_owned();
    let (typed, write_id) = ((format!("given-{review}"), text.clone()), id.clone());
    let outcome = context.db.write(move |c| respond::answer(c, &scope, &write_id, &review, &text, at)).await;
    answered(by, &context, id, outcome, typed).await
}

async fn report(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let Posted { by, fields, at } = form;
    let (id, review) = path.into_inner();
    let (scope, id, review) = (by.scope(), ActivityId(id), ReviewId(review));
    let text = fields.raw("text").unwrap_or_default().to_owned();
    let (typed, write_id) = ((format!("report-{review}"), text.clone()), id.clone());
    let outcome = context.db.write(move |c| respond::report(c, &scope, &write_id, &review, &text, at)).await;
    answered(by, &context, id, outcome, typed).await
}

async fn appeal(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, id) = (by.scope(), ActivityId(id.into_inner()));
    let text = fields.raw("text").unwrap_or_default().to_owned();
    let (typed, write_id) = (("appeal".to_owned(), text.clone()), id.clone());
    let outcome = context.db.write(move |c| respond::appeal(c, &scope, &write_id, &text, at)).await;
    answered(by, &context, id, outcome, typed).await
}

async fn decide(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let Posted { by, fields, at } = form;
    let (id, person) = path.into_inner();
    let (scope, id, person) = (by.scope(), ActivityId(id), PersonId(person));
    let (accepted, text) = (fields.text("action") == "accept", fields.raw("answer").unwrap_or_default().to_owned());
    let (write_id, write_person, typed) = (id.clone(), person.clone(), text.clone());
    let decided = move |c: &mut crate::store::Conn| {
        respond::decide_appeal(c, &scope, &write_id, &write_person, (accepted, &text), at)
    };
    match context.db.write(decided).await {
        Ok(()) => Ok(see_other(&format!("/peer/{id}/learners/{person}"))),
        Err(PeerError::Refused(rule)) => {
            let typed = Typed::refused(&by.view, rule, "appeal", typed);
            super::sheet::sheet_again(&by, &context, (&id, &person), typed).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/peer/{activity}/reviews/{review}/response", web::post().to(rate))
        .route("/peer/{activity}/reviews/{review}/answer", web::post().to(answer))
        .route("/peer/{activity}/reviews/{review}/report", web::post().to(report))
        .route("/peer/{activity}/appeal", web::post().to(appeal))
        .route("/peer/{activity}/learners/{person}/appeal", web::post().to(decide));
}
