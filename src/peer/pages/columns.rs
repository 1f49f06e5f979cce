//! Choosing a column in place of one that the LMS has lost.

use actix_web::web;
use askama::Template;

use super::known_class;
use crate::activity::model::GradeTag;
use crate::context::Context;
use crate::grades::columns::{self, Lost};
use crate::ids::{ActivityId, LineItemId};
use crate::launch::{Posted, SignedIn};
use crate::peer::PeerError;
use crate::store::columns::Role;
use crate::web::{PageError, PageResult, View, page, see_other};

#[derive(Template)]
#[template(path = "columns.html")]
struct ColumnsPage {
    v: View,
    title: String,
    base: String,
    lost: Vec<Lost>,
}

impl ColumnsPage {
    fn heading(&self, lost: &Lost) -> String {
        self.v.t(match lost.tag {
            GradeTag::Overall => "columns-for-marks",
            GradeTag::Reviewing => "columns-for-reviewing",
        })
    }

    fn reason(&self, class: &str) -> String {
        self.v.t(&format!("grade-class-{}", known_class(class)))
    }
}

async fn show(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id) = (user.scope(), ActivityId(id.into_inner()));
    if scope.role != Role::Trainer {
        return Err(PageError::forbidden());
    }
    let (title, lost) = columns::list_lost(&context, &scope, &id).await?;
    let base = format!("/peer/{id}/grades");
    if lost.is_empty() {
        return Ok(see_other(&base));
    }
    page(&ColumnsPage { v: user.view, title, base, lost })
}

/// The LMS is asked again, so that only a column that it has can be chosen.
async fn choose(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id, at) = (form.by.scope(), ActivityId(id.into_inner()), form.at);
    if scope.role != Role::Trainer {
        return Err(PageError::forbidden());
    }
    let (item, url) = (LineItemId(form.fields.text("item").to_owned()), form.fields.text("column"));
    let (_, lost) = columns::list_lost(&context, &scope, &id).await?;
    let of_item = lost.into_iter().find(|l| l.id == item).and_then(|l| l.choices.ok());
    let choice = of_item.and_then(|choices| choices.into_iter().find(|c| c.url == url));
    let Some(choice) = choice else {
        return Err(PeerError::Refused("column-gone").into());
    };
    let home = format!("/peer/{id}/grades");
    if !context.db.write(move |c| columns::choose(c, &scope, &id, &item, &choice, at)).await? {
        return Err(PeerError::Refused("column-gone").into());
    }
    context.wake.wake();
    Ok(see_other(&home))
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/peer/{activity}/grades/columns").route(web::get().to(show)).route(web::post().to(choose)),
    );
}
