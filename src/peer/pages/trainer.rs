//! The trainer's group page, a learner's sheet, and the release.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::{grade_tag, grade_words, participant};
use crate::activity;
use crate::clock::UtcTime;
use crate::cohort::roster::{self, Roster, RosterState};
use crate::context::Context;
use crate::ids::{ActivityId, PersonId};
use crate::launch::{Posted, SignedIn};
use crate::peer::PeerError;
use crate::peer::model::{ReviewState, SubmissionState};
use crate::peer::service::group::{self, Group, MarkDecision, Next, Row, Sheet};
use crate::peer::service::release::{self, Effect, Preview};
use crate::platform::model::Person;
use crate::store::columns::{Points, Role};
use crate::web::fields::Fields;
use crate::web::html::CleanHtml;
use crate::web::{PageError, PageResult, View, page, page_with, see_other};

#[derive(Template)]
#[template(path = "group.html")]
struct GroupPage {
    v: View,
    group: Group,
    may_change: bool,
    base: String,
    roster: Option<Roster>,
    now: UtcTime,
}

impl GroupPage {
    /// The roster is due and will be read in a moment.
    fn is_being_read(&self) -> bool {
        self.roster.as_ref().is_some_and(|r| r.due_at <= self.now)
    }

    fn wanted(&self) -> usize {
        usize::try_from(self.group.activity.reviews_per_learner).unwrap_or(0)
    }

    /// A copy that nobody has worked in yet: its dates and task want a look.
    fn is_fresh_copy(&self) -> bool {
        self.group.activity.copied_from.is_some() && !self.group.rows.iter().any(is_handed_in)
    }

    fn count(&self, wanted: &[Next]) -> usize {
        self.group.rows.iter().filter(|r| wanted.contains(&r.next)).count()
    }

    fn not_handed_in(&self) -> usize {
        self.count(&[Next::Start, Next::HandIn, Next::MissedHandIn])
    }

    /// How many reviews a work is still to get and a learner still to give: none after the release.
    fn open_wanted(&self) -> usize {
        if self.group.activity.released_at.is_some() { 0 } else { self.wanted() }
    }

    fn reviews_owed(&self) -> usize {
        self.group.rows.iter().filter(|r| is_handed_in(r)).map(|r| self.open_wanted().saturating_sub(r.given)).sum()
    }

    fn short_of_reviews(&self) -> usize {
        self.group.rows.iter().filter(|r| is_handed_in(r) && r.received < self.open_wanted()).count()
    }

    fn unsent_grades(&self) -> usize {
        self.group.rows.iter().flat_map(Row::grade_states).filter(|s| !s.is_in_lms()).count()
    }

    /// Grades that wait for a person.
    fn stuck_grades(&self) -> usize {
        self.group.rows.iter().flat_map(Row::grade_states).filter(|s| s.needs_somebody()).count()
    }

    fn marked(&self) -> usize {
        self.group.rows.iter().filter(|r| r.mark.value.is_some()).count()
    }
}

fn is_handed_in(row: &Row) -> bool {
    row.submission.as_ref().is_some_and(|s| s.state == SubmissionState::HandedIn)
}

/// What templates ask about a row; the same for all of the trainer's pages.
trait RowWords {
    fn view(&self) -> &View;

    fn name(&self, person: &Person) -> String {
        person.display_name(&self.view().t("participant"))
    }

    fn number(&self, row: &Row) -> String {
        row.submission.as_ref().map_or_else(String::new, |s| participant(self.view(), s.number))
    }

    fn next_words(&self, row: &Row) -> String {
        self.view().t(match row.next {
            Next::Start => "next-start",
            Next::HandIn => "next-hand-in",
            Next::MissedHandIn => "next-missed-hand-in",
            Next::Review => "next-review",
            Next::MissedReviews => "next-missed-reviews",
            Next::Wait => "next-wait",
            Next::Ready => "next-ready",
            Next::Done => "next-done",
        })
    }

    fn work_step(&self, row: &Row) -> (&'static str, &'static str, &'static str) {
        match &row.submission {
            None => ("n", "–", "step-not-started"),
            Some(s) if s.state == SubmissionState::Draft => ("d", "✎", "step-draft"),
            Some(_) => ("ok", "✓", "step-handed-in"),
        }
    }

    fn mark_words(&self, row: &Row) -> String {
        row.mark.value.map_or_else(|| "–".to_owned(), |m| self.view().points(&m))
    }

    fn grade_words(&self, row: &Row) -> String {
        match &row.released {
            None => self.view().t("grade-after-release"),
            Some(released) => grade_words(self.view(), released.state.as_ref()),
        }
    }

    fn reviewing_words(&self, row: &Row) -> String {
        row.reviewing.map_or_else(|| "–".to_owned(), |r| self.view().points(&r.value))
    }

    fn reviewing_state(&self, row: &Row) -> String {
        grade_words(self.view(), row.released_reviewing.as_ref().and_then(|r| r.state.as_ref()))
    }

    fn reviewing_tag(&self, row: &Row) -> &'static str {
        grade_tag(row.released_reviewing.as_ref().and_then(|r| r.state.as_ref()))
    }

    fn grade_tag(&self, row: &Row) -> &'static str {
        row.released.as_ref().map_or("plain", |r| grade_tag(r.state.as_ref()))
    }
}

impl RowWords for GroupPage {
    fn view(&self) -> &View {
        &self.v
    }
}
impl RowWords for SheetPage {
    fn view(&self) -> &View {
        &self.v
    }
}
impl RowWords for PreviewPage {
    fn view(&self) -> &View {
        &self.v
    }
}

pub(super) async fn show_group(user: SignedIn, context: web::Data<Context>, id: ActivityId) -> PageResult {
    let (scope, now, base) = (user.scope(), context.clock.now(), format!("/peer/{id}"));
    let may_change = scope.role == Role::Trainer;
    let (group, roster) = context
        .db
        .read(move |c| -> Result<_, PeerError> {
            Ok((group::load(c, &scope, &id, now)?, roster::of_course(c, &scope)?))
        })
        .await?;
    page(&GroupPage { v: user.view, group, may_change, base, roster, now })
}

/// Asks for the LMS's roster now; where it is held, the trainer may say that those people have left.
async fn ask_roster(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id, at) = (form.by.scope(), ActivityId(id.into_inner()), form.at);
    if scope.role != Role::Trainer {
        return Err(PageError::forbidden());
    }
    let (home, left) = (format!("/peer/{id}"), form.fields.text("action") == "left");
    let asked = move |c: &mut crate::store::Conn| -> Result<(), PeerError> {
        activity::store::get(c, &scope, &id)?;
        Ok(roster::ask(c, &scope, left, at)?)
    };
    context.db.write(asked).await?;
    context.wake.wake();
    Ok(see_other(&home))
}

#[derive(Template)]
#[template(path = "sheet.html")]
struct SheetPage {
    v: View,
    sheet: Sheet,
    work: CleanHtml,
    may_change: bool,
    base: String,
    seen: i32,
    typed_mark: String,
    typed_reason: String,
    problem: Option<String>,
}

type Ids = web::Path<(String, String)>;

async fn load_sheet(
    user: &SignedIn,
    context: &Context,
    id: &ActivityId,
    person: &PersonId,
) -> Result<SheetPage, PageError> {
    let (scope, now) = (user.scope(), context.clock.now());
    let may_change = scope.role == Role::Trainer;
    let (read_id, read_person) = (id.clone(), person.clone());
    let (sheet, seen) = context
        .db
        .read(move |c| -> Result<_, PeerError> {
            let seen = group::decision_number(c, &scope, &read_id, &read_person)?;
            Ok((group::sheet(c, &scope, &read_id, &read_person, now)?, seen))
        })
        .await?;
    let submission = sheet.row.submission.as_ref();
    // A draft is its author's alone.
    let work = submission.and_then(|s| s.handed_in_html.as_deref()).unwrap_or_default();
    let reason = sheet.row.mark.reason.clone();
    let typed_mark = match (&reason, sheet.row.mark.value) {
        (Some(_), Some(mark)) => user.view.points(&mark),
        _ => String::new(),
    };
    Ok(SheetPage {
        v: user.view.clone(),
        work: CleanHtml::sanitise(work),
        may_change,
        base: format!("/peer/{id}"),
        seen,
        typed_mark,
        typed_reason: reason.unwrap_or_default(),
        problem: None,
        sheet,
    })
}

async fn show_sheet(user: SignedIn, context: web::Data<Context>, path: Ids) -> PageResult {
    let (id, person) = path.into_inner();
    page(&load_sheet(&user, &context, &ActivityId(id), &PersonId(person)).await?)
}

fn read_decision(fields: &Fields) -> Result<MarkDecision, PeerError> {
    let typed = fields.text("mark");
    let mark = match (fields.text("action"), Points::parse(typed)) {
        ("peers", _) => None,
        (_, Some(mark)) => Some(mark),
        (_, None) => return Err(PeerError::Refused("mark-range")),
    };
    Ok(MarkDecision { mark, reason: fields.text("reason").to_owned(), seen: fields.text("seen").parse().unwrap_or(0) })
}

async fn decide(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let Posted { by, fields, at } = form;
    let (id, person) = path.into_inner();
    let (id, person) = (ActivityId(id), PersonId(person));
    let (scope, write_id, write_person, read) = (by.scope(), id.clone(), person.clone(), read_decision(&fields));
    let outcome = match read {
        Ok(decision) => {
            context.db.write(move |c| group::decide_mark(c, &scope, &write_id, &write_person, &decision, at)).await
        }
        Err(error) => Err(error),
    };
    context.wake.wake();
    match outcome {
        Ok(()) => Ok(see_other(&format!("/peer/{id}/learners/{person}"))),
        Err(PeerError::Refused(rule)) => {
            let mut sheet = load_sheet(&by, &context, &id, &person).await?;
            sheet.problem = Some(by.view.t(&format!("refused-{rule}")));
            fields.text("mark").clone_into(&mut sheet.typed_mark);
            fields.text("reason").clone_into(&mut sheet.typed_reason);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &sheet)
        }
        Err(error) => Err(error.into()),
    }
}

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

    fn before(&self, row: &Row) -> String {
        row.released.as_ref().map_or_else(|| "–".to_owned(), |r| self.v.points(&r.revision.points))
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
    config
        .service(web::resource("/peer/{activity}/learners/{person}").route(web::get().to(show_sheet)))
        .route("/peer/{activity}/roster", web::post().to(ask_roster))
        .service(web::resource("/peer/{activity}/learners/{person}/mark").route(web::post().to(decide)))
        .service(
            web::resource("/peer/{activity}/release")
                .route(web::get().to(show_preview))
                .route(web::post().to(release_marks)),
        );
}
