//! The learner's own page and the editor.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{grade_words_for_learner, participant};
use crate::activity::model::Activity;
use crate::context::Context;
use crate::grades::service::Released;
use crate::ids::ActivityId;
use crate::launch::{Posted, SignedIn};
use crate::peer::PeerError;
use crate::peer::model::SubmissionState;
use crate::peer::service::work::{self, Home};
use crate::web::html::CleanHtml;
use crate::web::{PageError, PageResult, View, page, page_with, see_other};

#[derive(Template)]
#[template(path = "learner.html")]
pub(super) struct LearnerPage {
    v: View,
    home: Home,
    brief: CleanHtml,
    work: CleanHtml,
    now: crate::clock::UtcTime,
}

/// Where a learner stands: what the page's one button is for.
#[derive(PartialEq, Eq)]
enum Stage {
    Watch,
    Write,
    Missed,
    Review,
    NoWork,
    ReviewsOver,
    Waiting,
    Result,
    NoResult,
}

impl LearnerPage {
    pub(super) fn new(v: View, home: Home, now: crate::clock::UtcTime) -> Self {
        let html = |s: Option<&str>| CleanHtml::sanitise(s.unwrap_or_default());
        let work = home.submission.as_ref();
        Self {
            brief: html(Some(&home.activity.brief_html)),
            work: html(work.and_then(|s| s.handed_in_html.as_deref().or(Some(&s.draft_html)))),
            v,
            home,
            now,
        }
    }

    fn handed_in(&self) -> bool {
        self.home.submission.as_ref().is_some_and(|s| s.state == SubmissionState::HandedIn)
    }

    fn wanted(&self) -> usize {
        usize::try_from(self.home.activity.reviews_per_learner).unwrap_or(0)
    }

    fn stage(&self) -> Stage {
        let activity = &self.home.activity;
        if !self.home.takes_part {
            Stage::Watch
        } else if activity.released_at.is_some() {
            if self.home.result.is_some() { Stage::Result } else { Stage::NoResult }
        } else if !self.handed_in() {
            if activity.takes_works(self.now) { Stage::Write } else { Stage::Missed }
        } else if self.home.given >= self.wanted() {
            Stage::Waiting
        } else if !activity.takes_reviews(self.now) {
            Stage::ReviewsOver
        } else if self.home.open_review.is_some() || self.home.work_waiting {
            Stage::Review
        } else {
            Stage::NoWork
        }
    }

    fn can_take_back(&self) -> bool {
        self.handed_in() && !self.home.work_opened && self.home.activity.takes_works(self.now)
    }

    fn mark_text(&self) -> String {
        self.home.result.as_ref().map_or_else(String::new, |r| self.v.points(&r.released.revision.points))
    }

    fn grade_text(&self) -> String {
        let state = self.home.result.as_ref().and_then(|r| r.released.state.as_ref());
        grade_words_for_learner(&self.v, state)
    }

    fn state_text(&self, released: &Released) -> String {
        grade_words_for_learner(&self.v, released.state.as_ref())
    }

    fn own_name(&self) -> String {
        self.home.submission.as_ref().map_or_else(String::new, |s| participant(&self.v, s.number))
    }
}

async fn show(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id, now) = (user.scope(), ActivityId(id.into_inner()), context.clock.now());
    if scope.role.is_staff() {
        return super::trainer::show_group(user, context, id).await;
    }
    let home = context.db.read(move |c| work::home(c, &scope, &id, now)).await?;
    page(&LearnerPage::new(user.view, home, now))
}

#[derive(Template)]
#[template(path = "editor.html")]
struct Editor {
    v: View,
    activity: Activity,
    brief: CleanHtml,
    text: String,
    revision: i32,
    problem: Option<String>,
    open: bool,
}

impl Editor {
    fn new(v: View, activity: Activity, text: String, revision: i32, now: crate::clock::UtcTime) -> Self {
        let brief = CleanHtml::sanitise(&activity.brief_html);
        Self { open: activity.takes_works(now), v, brief, activity, text, revision, problem: None }
    }
}

async fn editor(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id, now) = (user.scope(), ActivityId(id.into_inner()), context.clock.now());
    let home = format!("/peer/{id}");
    let (activity, submission) = context.db.read(move |c| work::open_editor(c, &scope, &id)).await?;
    match submission {
        Some(s) if s.state == SubmissionState::HandedIn => Ok(see_other(&home)),
        Some(s) => page(&Editor::new(user.view, activity, s.draft_html, s.draft_revision, now)),
        None => page(&Editor::new(user.view, activity, String::new(), 0, now)),
    }
}

async fn save(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, id) = (by.scope(), ActivityId(id.into_inner()));
    let html = fields.raw("text").unwrap_or_default().to_owned();
    let revision = fields.text("revision").parse().unwrap_or(0);
    let saved = context.db.write(move |c| work::save_draft(c, &scope, &id, &html, revision, at)).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "revision": saved })))
}

async fn hand_in(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, id) = (by.scope(), ActivityId(id.into_inner()));
    let html = fields.raw("text").unwrap_or_default().to_owned();
    let revision = fields.text("revision").parse().unwrap_or(0);
    let (write_scope, write_id, write_html) = (scope.clone(), id.clone(), html.clone());
    let outcome = context.db.write(move |c| work::hand_in(c, &write_scope, &write_id, &write_html, revision, at)).await;
    context.wake.wake();
    let home = format!("/peer/{id}");
    let rule = match outcome {
        // A double click: the first one has handed it in.
        Ok(Ok(()) | Err(PeerError::Refused("work-handed-in"))) => return Ok(see_other(&home)),
        Ok(Err(PeerError::Refused(rule))) | Err(PeerError::Refused(rule)) => rule,
        Ok(Err(error)) | Err(error) => return Err(error.into()),
    };
    // The page comes back with the whole text, whether or not it could be stored.
    let (activity, known) = context.db.read(move |c| work::open_editor(c, &scope, &id)).await?;
    let revision = known.map_or(0, |s| s.draft_revision);
    let problem = Some(by.view.t(&format!("refused-{rule}")));
    let text = CleanHtml::sanitise(&html).as_str().to_owned();
    let editor = Editor { problem, ..Editor::new(by.view, activity, text, revision, at) };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &editor)
}

async fn take_back(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id, at) = (form.by.scope(), ActivityId(id.into_inner()), form.at);
    let editor = format!("/peer/{id}/work");
    context.db.write(move |c| work::take_back(c, &scope, &id, at)).await.map_err(PageError::from)?;
    Ok(see_other(&editor))
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/peer/{activity}").route(web::get().to(show)))
        .service(web::resource("/peer/{activity}/work").route(web::get().to(editor)).route(web::post().to(hand_in)))
        .service(web::resource("/peer/{activity}/work/draft").route(web::post().to(save)))
        .service(web::resource("/peer/{activity}/work/back").route(web::post().to(take_back)));
}
