//! Assessing the own work.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::assessment::{Assessment, read_body};
use super::files::{FileList, Reader};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::ids::ActivityId;
use crate::launch::{Posted, SignedIn};
use crate::peer::rubric::Missing;
use crate::peer::service::self_assessment::{self, Assessing};
use crate::store::Conn;
use crate::web::html::CleanHtml;
use crate::web::{PageError, PageResult, View, page, page_with, see_other};

#[derive(Template)]
#[template(path = "self.html")]
struct SelfPage {
    v: View,
    a: Assessing,
    work: CleanHtml,
    files: FileList,
    missing: Missing,
    assessment: Assessment,
    open: bool,
}

impl SelfPage {
    fn new(v: View, mut a: Assessing, missing: Missing, now: UtcTime) -> Self {
        let files = FileList::new(&v, &a.activity.id, std::mem::take(&mut a.files), Reader::Knowing);
        let open = !a.activity.reviews_over(now);
        let (rubric, body) = (std::mem::take(&mut a.rubric), std::mem::take(&mut a.assessment.body));
        let assessment = Assessment::new(&v, rubric, body, &missing, !open);
        Self { work: CleanHtml::sanitise(&a.html), files, v, a, missing, assessment, open }
    }

    fn is_sent(&self) -> bool {
        self.a.assessment.sent_at.is_some()
    }
}

async fn show(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id, now) = (user.scope(), ActivityId(id.into_inner()), context.clock.now());
    let loaded = context.db.read(move |c| self_assessment::load(c, &scope, &id)).await?;
    page(&SelfPage::new(user.view, loaded, Missing::default(), now))
}

async fn save(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, id, body) = (by.scope(), ActivityId(id.into_inner()), read_body(&fields));
    let saved = context.db.write(move |c: &mut Conn| self_assessment::save(c, &scope, &id, body, at)).await;
    saved.map_err(PageError::from)?;
    Ok(HttpResponse::Ok().json(serde_json::json!({})))
}

async fn send(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, id, body) = (by.scope(), ActivityId(id.into_inner()), read_body(&fields));
    let home = format!("/peer/{id}");
    let (write_scope, write_id, typed) = (scope.clone(), id.clone(), body.clone());
    let sent = move |c: &mut Conn| self_assessment::send(c, &write_scope, &write_id, body, at);
    let Err(missing) = context.db.write(sent).await? else {
        return Ok(see_other(&home));
    };
    let mut loaded = context.db.read(move |c| self_assessment::load(c, &scope, &id)).await?;
    loaded.assessment.body = typed;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &SelfPage::new(by.view, loaded, missing, at))
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/peer/{activity}/self").route(web::get().to(show)).route(web::post().to(send)))
        .service(web::resource("/peer/{activity}/self/draft").route(web::post().to(save)));
}
