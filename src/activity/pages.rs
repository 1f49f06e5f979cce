//! `GET /open`, where a launch ends; `/pick`, where a trainer chooses what a link opens; and
//! `POST /lti/deep-links`, which tells the LMS what was chosen.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::picker::{self, Answer, Choice, PickError};
use super::service::{self, Opened};
use crate::context::Context;
use crate::ids::CourseId;
use crate::launch::{self, Posted, SignedIn};
use crate::platform;
use crate::store::columns::Role;
use crate::store::{Conn, StoreError};
use crate::web::fields::Fields;
use crate::web::{PageError, PageResult, View, page, see_other};

#[derive(Template)]
#[template(path = "not_set_up.html")]
struct NotSetUp {
    v: View,
    course: String,
}

#[derive(Template)]
#[template(path = "no_work.html")]
struct NoWork {
    v: View,
    course: String,
    group: String,
}

impl From<PickError> for PageError {
    fn from(error: PickError) -> Self {
        match error {
            PickError::Store(error) => error.into(),
            PickError::Key(error) => Self::internal(&error),
            PickError::Crypto(error) => error.into(),
            PickError::Role => Self::forbidden(),
            PickError::Refused(rule) => Self::refused(rule),
        }
    }
}

async fn open(user: SignedIn, context: web::Data<Context>) -> PageResult {
    let (scope, now) = (user.scope(), context.clock.now());
    let (role, registration) = (scope.role, scope.registration.clone());
    // A learner's own page shows their work; whoever teaches is shown the learner's sheet.
    let review_of = user.session.review_of.clone().filter(|_| role.is_staff());
    let opened = context
        .db
        .write(move |c: &mut Conn| match review_of {
            Some(sub) => service::open_work(c, &scope, &sub, now),
            None => service::open(c, &scope, now),
        })
        .await?;
    if let Opened::Unknown(unknown) = &opened {
        let reason = unknown.code();
        tracing::info!(event = "activity", outcome = "unknown", reason, %registration, "a link names an activity in vain");
        launch::note_refused(&context, Some(registration), reason, "–").await;
    }
    Ok(match (opened, role) {
        (Opened::Activity(activity), _) => see_other(&format!("/peer/{activity}")),
        (Opened::Work(activity, person), _) => see_other(&format!("/peer/{activity}/learners/{person}")),
        (Opened::NoWork(activity), _) => {
            let course = course_title(&context, user.scope().course).await?;
            return page(&NoWork { v: user.view, course, group: format!("/peer/{activity}") });
        }
        (Opened::Choosing, _) => see_other("/pick"),
        (Opened::Fresh, Role::Trainer) => see_other("/peer/set-up"),
        (Opened::Unknown(_), Role::Trainer) => see_other("/pick?named=unknown"),
        _ => {
            let course = course_title(&context, user.scope().course).await?;
            return page(&NotSetUp { v: user.view, course });
        }
    })
}

/// One person's work, by the address that the LMS was given: whoever teaches is shown the sheet, where the
/// mark can be set; the author their own page; nobody else anything.
async fn open_named(user: SignedIn, path: web::Path<(String, String)>) -> PageResult {
    let (activity, person) = path.into_inner();
    let scope = user.scope();
    match scope.role {
        role if role.is_staff() => Ok(see_other(&format!("/peer/{activity}/learners/{person}"))),
        Role::Learner if scope.person.as_str() == person => Ok(see_other(&format!("/peer/{activity}"))),
        _ => Err(PageError::forbidden()),
    }
}

async fn course_title(context: &Context, id: CourseId) -> Result<String, StoreError> {
    let course = context.db.read(move |c| platform::store::get_course(c, &id)).await?;
    Ok(course.title)
}

#[derive(Template)]
#[template(path = "pick.html")]
struct Pick {
    v: View,
    /// Whether the LMS asks what to place; else a link is open that has no activity yet.
    choosing: bool,
    /// Whether several may be chosen.
    several: bool,
    /// Whether the link names an activity that it may not open.
    unknown: bool,
    search: String,
    page: picker::Page,
}

impl Pick {
    fn address(&self, number: usize) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &self.search)
            .append_pair("page", &number.to_string())
            .finish();
        format!("/pick?{query}")
    }
}

/// What may be placed or copied. Where there is nothing, a new activity is what is left.
async fn pick(request: HttpRequest, user: SignedIn, context: web::Data<Context>) -> PageResult {
    let scope = user.scope();
    let (offered, placed) = context
        .db
        .read(move |c: &mut Conn| -> Result<_, PickError> {
            Ok((picker::list(c, &scope)?, super::store::find_placed(c, &scope)?))
        })
        .await?;
    if let Some(activity) = placed {
        return Ok(see_other(&format!("/peer/{activity}")));
    }
    let query = Fields::parse(request.query_string().as_bytes())?;
    let unknown = query.text("named") == "unknown";
    if offered.is_empty() && !unknown {
        return Ok(see_other("/peer/set-up"));
    }
    let search: String = query.text("q").chars().take(100).collect();
    page(&Pick {
        choosing: user.deep_linking.is_some(),
        several: user.deep_linking.is_some_and(|d| d.accept_multiple),
        unknown,
        page: picker::page_of(offered, &search, query.text("page").parse().unwrap_or(1)),
        search,
        v: user.view,
    })
}

fn choices(fields: &Fields) -> Vec<Choice> {
    fields.iter().filter(|(name, _)| *name == "choice").filter_map(|(_, value)| Choice::parse(value)).collect()
}

/// Places one activity, or a copy of it, behind the link that is open.
async fn place(form: Posted, context: web::Data<Context>) -> PageResult {
    let Posted { by: user, fields, at } = form;
    let scope = user.scope();
    if scope.link.is_none() {
        return Err(PageError::bad_request());
    }
    let choice = choices(&fields).into_iter().next().ok_or_else(|| PageError::refused("picker-nothing"))?;
    let activity = context.db.write(move |c| picker::place(c, &scope, &choice, at)).await?;
    Ok(see_other(&format!("/peer/{activity}")))
}

/// Answers the LMS: with what was chosen, or with nothing when the trainer cancels.
async fn answer(form: Posted, context: web::Data<Context>) -> PageResult {
    let Posted { by: user, fields, at } = form;
    let Some(asked) = user.deep_linking else {
        return Err(PageError::bad_request());
    };
    let choices = (fields.text("action") != "cancel").then(|| choices(&fields));
    let (session, inner) = (user.session, context.get_ref().clone());
    let answered = context.db.write(move |c: &mut Conn| -> Result<_, PickError> {
        let chosen = choices.map(|choices| picker::choose(c, &session.scope(), &choices, at)).transpose()?;
        picker::answer(c, &inner, &session, &asked, &chosen.unwrap_or_default(), at)
    });
    answer_page(user.view, answered.await?)
}

#[derive(Template)]
#[template(path = "answer.html")]
struct AnswerPage {
    v: View,
    answer: Answer,
}

/// The form that takes an answer to the LMS; it sends itself where scripts run. It follows a click of
/// the trainer, and may end at that LMS only (reliability-security.md T58).
///
/// # Errors
/// When the template fails.
pub fn answer_page(view: View, answer: Answer) -> Result<HttpResponse, PageError> {
    page(&AnswerPage { v: view, answer })
}

/// The routes.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/open", web::get().to(open))
        .route("/lti/works/{activity}/{person}", web::get().to(open_named))
        .service(web::resource("/pick").route(web::get().to(pick)).route(web::post().to(place)))
        .route("/lti/deep-links", web::post().to(answer));
}
