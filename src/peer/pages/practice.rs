//! Practising, and the works for it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::assessment::{Assessment, read_body};
use crate::context::Context;
use crate::ids::{ActivityId, ExampleId};
use crate::launch::{Posted, SignedIn};
use crate::peer::PeerError;
use crate::peer::model::ReviewBody;
use crate::peer::practice::{MOST, USUAL_TOLERANCE};
use crate::peer::rubric::{Missing, Rubric};
use crate::peer::service::control;
use crate::peer::service::practice::{self, Examples, Shown, Trying, Typed, Wrong};
use crate::store::Conn;
use crate::store::columns::{Points, Role};
use crate::web::html::CleanHtml;
use crate::web::{PageError, PageResult, View, page, page_with, see_other};

/// A learner's mark of a work beside the trainer's.
struct Compared {
    /// The learner's total.
    own: Points,
    /// Whether it is close to the trainer's.
    near: bool,
    /// Each criterion: its title, what the learner chose, what the trainer chose, and what they wrote.
    lines: Vec<Line>,
}

struct Line {
    title: String,
    own: String,
    trainers: String,
    comment: Option<String>,
    trainers_comment: Option<String>,
}

impl Compared {
    fn of(rubric: &Rubric, t: &Trying) -> Option<Self> {
        let own = t.practice.total?;
        let (mine, theirs) = (&t.practice.body, &t.example.reference);
        let lines = rubric.criteria.iter().map(|c| {
            let label = |body: &ReviewBody| c.chosen(body).map(|l| l.label).unwrap_or_default();
            let comment = |body: &ReviewBody| c.comment(body).map(str::to_owned);
            Line {
                title: c.title.clone(),
                own: label(mine),
                trainers: label(theirs),
                comment: comment(mine),
                trainers_comment: comment(theirs),
            }
        });
        Some(Self { own, near: t.example.is_near(own), lines: lines.collect() })
    }
}

#[derive(Template)]
#[template(path = "practice.html")]
struct PracticePage {
    v: View,
    t: Trying,
    work: CleanHtml,
    missing: Missing,
    assessment: Assessment,
    compared: Option<Compared>,
}

impl PracticePage {
    fn new(v: View, mut t: Trying, missing: Missing) -> Self {
        let compared = Compared::of(&t.rubric, &t);
        let (rubric, body) = (std::mem::take(&mut t.rubric), t.practice.body.clone());
        let assessment = Assessment::new(&v, rubric, body, &missing, false);
        Self { work: CleanHtml::sanitise(&t.example.html), assessment, compared, missing, v, t }
    }
}

type Ids = web::Path<(String, String)>;

fn ids(path: Ids) -> (ActivityId, ExampleId) {
    let (activity, example) = path.into_inner();
    (ActivityId(activity), ExampleId(example))
}

async fn show(user: SignedIn, context: web::Data<Context>, path: Ids) -> PageResult {
    let (scope, (id, example), now) = (user.scope(), ids(path), context.clock.now());
    let loaded = context.db.read(move |c| practice::load(c, &scope, &id, &example, now)).await?;
    page(&PracticePage::new(user.view, loaded, Missing::default()))
}

async fn save(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, (id, example), body) = (by.scope(), ids(path), read_body(&fields));
    context.db.write(move |c| practice::save(c, &scope, &id, &example, body, at)).await.map_err(PageError::from)?;
    Ok(HttpResponse::Ok().json(serde_json::json!({})))
}

async fn send(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, (id, example), body) = (by.scope(), ids(path), read_body(&fields));
    let here = format!("/peer/{id}/practice/{example}");
    let (write_scope, write_id, write_example) = (scope.clone(), id.clone(), example.clone());
    let typed = body.clone();
    let sent = move |c: &mut Conn| practice::send(c, &write_scope, &write_id, &write_example, body, at);
    let Err(missing) = context.db.write(sent).await? else {
        return Ok(see_other(&here));
    };
    let mut loaded = context.db.read(move |c| practice::load(c, &scope, &id, &example, at)).await?;
    loaded.practice.body = typed;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &PracticePage::new(by.view, loaded, missing))
}

#[derive(Template)]
#[template(path = "examples.html")]
struct ExamplesPage {
    v: View,
    e: Examples,
    may_change: bool,
    /// Whether reports can be answered, which is also after the release.
    may_moderate: bool,
    assessment: Assessment,
    typed: Typed,
    /// What is wrong with what was typed.
    problem: Option<String>,
}

impl ExamplesPage {
    fn new(v: View, e: Examples, role: Role, typed: Typed, wrong: Option<Wrong>) -> Self {
        let (missing, problem) = match wrong {
            None => (Missing::default(), None),
            Some(Wrong::Rule(rule)) => (Missing::default(), Some(v.t(&format!("refused-{rule}")))),
            Some(Wrong::Missing(missing)) => {
                let words = v.nk("review-missing", missing.levels.len(), missing.comments.len());
                (missing, Some(words))
            }
        };
        let assessment = Assessment::new(&v, e.rubric.clone(), typed.body.clone(), &missing, false);
        let may_moderate = role == Role::Trainer;
        let may_change = may_moderate && e.activity.released_at.is_none();
        Self { v, e, may_change, may_moderate, assessment, typed, problem }
    }

    fn asked(&self) -> usize {
        self.e.works.iter().filter(|w| w.example.control.is_none() && w.example.is_asked(&self.e.activity)).count()
    }

    fn is_asked(&self, work: &Shown) -> bool {
        work.example.is_asked(&self.e.activity)
    }

    fn may_add(&self) -> bool {
        self.may_change && self.asked() < MOST
    }

    /// Whether a control work can be added.
    fn may_control(&self) -> bool {
        self.may_change && self.e.works.iter().all(|w| w.example.control.is_none())
    }

    /// The work, sanitised once more.
    fn html(&self, work: &Shown) -> CleanHtml {
        CleanHtml::sanitise(&work.example.html)
    }

    fn tried(&self, work: &Shown) -> String {
        let Some(mean) = work.mean else { return self.v.n("examples-tried", 0) };
        let tried = self.v.n("examples-tried", work.tried);
        format!("{tried} {}", self.v.aa("examples-results", "near", work.near, "mean", self.v.points(&mean)))
    }
}

fn usual() -> Typed {
    Typed { tolerance: USUAL_TOLERANCE.to_string(), ..Typed::default() }
}

async fn list(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id) = (user.scope(), ActivityId(id.into_inner()));
    let role = scope.role;
    let found = context.db.read(move |c| practice::list(c, &scope, &id)).await?;
    page(&ExamplesPage::new(user.view, found, role, usual(), None))
}

async fn add(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, id) = (by.scope(), ActivityId(id.into_inner()));
    let typed = Typed {
        html: fields.raw("text").unwrap_or_default().to_owned(),
        body: read_body(&fields),
        tolerance: fields.text("tolerance").to_owned(),
        control: fields.text("use") == "control",
    };
    let (write_scope, write_id, write_typed) = (scope.clone(), id.clone(), typed.clone());
    let added = move |c: &mut Conn| practice::add(c, &write_scope, &write_id, write_typed, at);
    let Err(wrong) = context.db.write(added).await? else {
        return Ok(see_other(&format!("/peer/{id}/examples")));
    };
    let role = scope.role;
    let found = context.db.read(move |c| practice::list(c, &scope, &id)).await?;
    let typed = Typed { html: CleanHtml::sanitise(&typed.html).as_str().to_owned(), ..typed };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &ExamplesPage::new(by.view, found, role, typed, Some(wrong)))
}

/// Takes over the works of the activity that this one is a copy of.
async fn inherit(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id, at) = (form.by.scope(), ActivityId(id.into_inner()), form.at);
    let list = format!("/peer/{id}/examples");
    context.db.write(move |c: &mut Conn| practice::inherit(c, &scope, &id, at)).await?;
    Ok(see_other(&list))
}

async fn withdraw(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, (id, example)) = (by.scope(), ids(path));
    let action = fields.text("action").to_owned();
    if !["withdraw", "restore", "looked"].contains(&action.as_str()) {
        return Err(PageError::bad_request());
    }
    let list = format!("/peer/{id}/examples");
    let change = move |c: &mut Conn| match action.as_str() {
        "looked" => control::looked(c, &scope, &id, &example, at),
        action => practice::withdraw(c, &scope, &id, &example, action == "withdraw", at),
    };
    let done = context.db.write(change).await;
    done.map_err(|e: PeerError| PageError::from(e))?;
    Ok(see_other(&list))
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/peer/{activity}/examples").route(web::get().to(list)).route(web::post().to(add)))
        .service(web::resource("/peer/{activity}/examples/inherit").route(web::post().to(inherit)))
        .service(web::resource("/peer/{activity}/examples/{example}/withdraw").route(web::post().to(withdraw)))
        .service(
            web::resource("/peer/{activity}/practice/{example}").route(web::get().to(show)).route(web::post().to(send)),
        )
        .service(web::resource("/peer/{activity}/practice/{example}/draft").route(web::post().to(save)));
}
