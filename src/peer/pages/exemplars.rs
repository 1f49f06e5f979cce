//! Works that are shown to the group.

use actix_web::web;
use askama::Template;

use super::files::{FileList, Reader};
use super::{Typed, participant};
use crate::context::Context;
use crate::ids::{ActivityId, PersonId};
use crate::launch::{Posted, SignedIn};
use crate::peer::PeerError;
use crate::peer::service::exemplars::{self, Exemplar, Wish};
use crate::web::html::CleanHtml;
use crate::web::{PageError, PageResult, View, page, see_other};

#[derive(Template)]
#[template(path = "exemplar.html")]
struct ExemplarPage {
    v: View,
    e: Exemplar,
    work: CleanHtml,
    files: FileList,
    name: String,
}

async fn show(user: SignedIn, context: web::Data<Context>, path: web::Path<(String, String)>) -> PageResult {
    let (id, number) = path.into_inner();
    let (scope, id) = (user.scope(), ActivityId(id));
    let number: i32 = number.parse().map_err(|_| PageError::not_found())?;
    let mut e = context.db.read(move |c| exemplars::load(c, &scope, &id, number)).await?;
    let files = FileList::new(&user.view, &e.activity.id, std::mem::take(&mut e.files), Reader::Blind);
    let (work, name) = (CleanHtml::sanitise(&e.html), participant(&user.view, &e.activity, e.number));
    page(&ExemplarPage { v: user.view, e, work, files, name })
}

async fn answer(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, id) = (by.scope(), ActivityId(id.into_inner()));
    let home = format!("/peer/{id}");
    let agrees = match fields.text("answer") {
        "yes" => true,
        "no" => false,
        _ => return Err(PageError::bad_request()),
    };
    context.db.write(move |c| exemplars::answer(c, &scope, &id, agrees, at)).await?;
    Ok(see_other(&home))
}

async fn wish(form: Posted, context: web::Data<Context>, path: web::Path<(String, String)>) -> PageResult {
    let Posted { by, fields, at } = form;
    let (id, person) = path.into_inner();
    let (scope, id, person) = (by.scope(), ActivityId(id), PersonId(person));
    let wish = match fields.text("wish") {
        "show" => Wish::Show,
        "hide" => Wish::Hide,
        _ => return Err(PageError::bad_request()),
    };
    let (write_id, write_person) = (id.clone(), person.clone());
    match context.db.write(move |c| exemplars::wish(c, &scope, &write_id, &write_person, wish, at)).await {
        Ok(()) => Ok(see_other(&format!("/peer/{id}/learners/{person}"))),
        Err(PeerError::Refused(rule)) => {
            let typed = Typed::refused(&by.view, rule, "exemplar", String::new());
            super::sheet::sheet_again(&by, &context, (&id, &person), typed).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/peer/{activity}/exemplars/{number}", web::get().to(show))
        .route("/peer/{activity}/exemplar", web::post().to(answer))
        .route("/peer/{activity}/learners/{person}/exemplar", web::post().to(wish));
}
