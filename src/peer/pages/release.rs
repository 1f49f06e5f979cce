//! The preview of a release, and the release.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::marks;
use super::trainer::RowWords;
use crate::context::Context;
use crate::ids::ActivityId;
use crate::launch::{Posted, SignedIn};
use crate::peer::PeerError;
use crate::peer::service::group::Row;
use crate::peer::service::release::{self, Effect, Preview};
use crate::store::columns::{Points, Role};
use crate::web::{PageError, PageResult, View, page, page_with, see_other};

#[derive(Template)]
#[template(path = "release.html")]
struct PreviewPage {
    v: View,
    preview: Preview,
    may_change: bool,
    base: String,
    problem: Option<String>,
}

impl PreviewPage {
    fn rows(&self) -> Vec<(&Row, Effect)> {
        self.preview.group.rows.iter().zip(self.preview.effects.iter().copied()).collect()
    }

    fn effect_words(&self, effect: &Effect) -> String {
        self.v.t(match effect {
            Effect::New => "effect-new",
            Effect::Changed => "effect-changed",
            Effect::Same => "effect-same",
            Effect::None => "effect-none",
        })
    }

    fn effect_tag(&self, effect: &Effect) -> &'static str {
        match effect {
            Effect::New | Effect::Changed => "",
            Effect::Same => "plain",
            Effect::None => "warn",
        }
    }

    fn changes(&self) -> usize {
        self.preview.effects.iter().filter(|e| matches!(e, Effect::New | Effect::Changed)).count()
    }

    fn without_mark(&self) -> usize {
        self.preview.effects.iter().filter(|e| **e == Effect::None).count()
    }

    fn is_robust(&self) -> bool {
        self.preview.group.marks.is_robust()
    }

    fn mean(&self, row: &Row) -> String {
        row.mark.made.as_ref().map_or_else(|| "–".to_owned(), |made| self.v.points(&made.mean))
    }

    /// How many marks are more than five points from the plain mean.
    fn moved(&self) -> usize {
        let made = self.preview.group.rows.iter().filter_map(|r| r.mark.made.as_ref());
        made.filter(|made| (made.mark.0 - made.mean.0).abs() > Points::whole(5).0).count()
    }

    fn before(&self, row: &Row) -> String {
        row.released.as_ref().map_or_else(|| "–".to_owned(), |r| self.v.points(&r.revision.points))
    }
}

impl RowWords for PreviewPage {
    fn view(&self) -> &View {
        &self.v
    }
}

async fn load_preview(user: &SignedIn, context: &Context, id: &ActivityId) -> Result<PreviewPage, PageError> {
    let (scope, read_id, now) = (user.scope(), id.clone(), context.clock.now());
    let may_change = scope.role == Role::Trainer;
    let preview = context.db.read(move |c| release::preview(c, &scope, &read_id, now)).await?;
    Ok(PreviewPage { v: user.view.clone(), preview, may_change, base: format!("/peer/{id}"), problem: None })
}

async fn show_preview(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    page(&load_preview(&user, &context, &ActivityId(id.into_inner())).await?)
}

async fn release_marks(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, id, digest) = (by.scope(), ActivityId(id.into_inner()), fields.text("digest").to_owned());
    let write_id = id.clone();
    let outcome = context
        .db
        .write(move |c| {
            let released = release::release(c, &scope, &write_id, &digest, at);
            crate::fault::point("before_commit");
            released
        })
        .await;
    crate::fault::point("after_release");
    context.wake.wake();
    match outcome {
        Ok(_) => Ok(see_other(&format!("/peer/{id}"))),
        Err(PeerError::Refused(rule)) => {
            let mut preview = load_preview(&by, &context, &id).await?;
            preview.problem = Some(by.view.t(&format!("refused-{rule}")));
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &preview)
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/peer/{activity}/release")
            .route(web::get().to(show_preview))
            .route(web::post().to(release_marks)),
    );
}
