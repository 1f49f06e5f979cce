//! The learner's own page and the editor.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::files::{ACCEPT, FileList, Reader};
use super::rubric::RubricView;
use super::{Typed, grade_words_for_learner, marks, participant};
use crate::activity::model::Activity;
use crate::clock::UtcTime;
use crate::context::Context;
use crate::grades::service::Released;
use crate::ids::ActivityId;
use crate::launch::{Posted, SignedIn};
use crate::news::pages::greet;
use crate::peer::PeerError;
use crate::peer::model::{Appeal, AppealState, Consent, Reaction, Report, ReportState, Submission};
use crate::peer::reviewing::overall;
use crate::peer::service::home::{self, Given, Home, LearnerResult, Received, Waiting};
use crate::peer::service::respond::{MAX_APPEAL, MAX_REPLY};
use crate::peer::service::review::MAX_REPORT;
use crate::peer::service::teams::Team;
use crate::peer::service::work::{self, Writing};
use crate::store::columns::Points;
use crate::web::html::CleanHtml;
use crate::web::{PageError, PageResult, View, page, page_with, see_other};

#[derive(Template)]
#[template(path = "learner.html")]
pub(super) struct LearnerPage {
    v: View,
    home: Home,
    brief: CleanHtml,
    rubric: RubricView,
    work: CleanHtml,
    files: FileList,
    now: UtcTime,
    typed: Option<Typed>,
    /// What is new since the last visit.
    news: Vec<String>,
}

/// Where a learner stands: what the page's one button is for.
#[derive(PartialEq, Eq)]
enum Stage {
    Watch,
    Write,
    Missed,
    Practise,
    Review,
    NotBegun,
    NoWork,
    ReviewsOver,
    Waiting,
    Result,
    NoResult,
}

impl LearnerPage {
    pub(super) fn new(v: View, mut home: Home, now: UtcTime) -> Self {
        let files = FileList::new(&v, &home.activity.id, std::mem::take(&mut home.files), Reader::Knowing);
        let html = |s: Option<&str>| CleanHtml::sanitise(s.unwrap_or_default());
        let work = home.submission.as_ref();
        let (rubric, history) = &home.rubric;
        Self {
            rubric: RubricView::new(&v, rubric.clone()).with_history(history),
            brief: html(Some(&home.activity.brief_html)),
            work: html(work.and_then(|s| s.handed_in_html.as_deref().or(Some(&s.draft_html)))),
            v,
            home,
            files,
            now,
            typed: None,
            news: Vec::new(),
        }
    }

    pub(super) fn with(self, typed: Typed) -> Self {
        Self { typed: Some(typed), ..self }
    }

    /// What was refused in the form of an element.
    fn typed_in(&self, place: &str) -> Option<&Typed> {
        Typed::at(self.typed.as_ref(), place)
    }

    /// What stands in the field of an element.
    fn text_in(&self, place: &str) -> &str {
        Typed::text(self.typed_in(place))
    }

    fn given_words(&self, given: &Given) -> String {
        if let Some(Points(d)) = given.control {
            return match d {
                d if d.abs() < 5_000 => self.v.t("given-control-same"),
                d if d > 0 => self.v.a("given-control-more", "points", self.v.points(&Points(d))),
                d => self.v.a("given-control-less", "points", self.v.points(&Points(-d))),
            };
        }
        match given.difference {
            None => self.v.t("given-alone"),
            Some(Points(d)) if d.abs() < 5_000 => self.v.t("given-same"),
            Some(d) if d.0 > 0 => self.v.a("given-more", "points", self.v.points(&d)),
            Some(d) => self.v.a("given-less", "points", self.v.points(&Points(-d.0))),
        }
    }

    fn author(&self, given: &Given) -> String {
        self.shown(&given.name, &given.number)
    }

    /// A name as far as it is shown.
    fn shown(&self, name: &Option<String>, number: &i32) -> String {
        name.clone().unwrap_or_else(|| self.numbered(number))
    }

    fn numbered(&self, number: &i32) -> String {
        participant(&self.v, &self.home.activity, *number)
    }

    fn team_words(&self, team: &Team) -> String {
        team_words(&self.v, team)
    }

    fn report_words(&self, report: &Report) -> String {
        self.v.t(match report.state {
            ReportState::Open => "report-open",
            ReportState::Upheld => "report-upheld",
            ReportState::Rejected => "report-rejected",
        })
    }

    fn appeal_words(&self, appeal: &Appeal) -> String {
        self.v.t(match appeal.state {
            AppealState::Open => "appeal-open",
            AppealState::Accepted => "appeal-accepted",
            AppealState::Rejected => "appeal-rejected",
        })
    }

    fn handed_in(&self) -> bool {
        self.home.submission.as_ref().is_some_and(Submission::is_handed_in)
    }

    fn wanted(&self) -> usize {
        self.home.activity.rules.wanted()
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
        } else if activity.reviews_over(self.now) {
            Stage::ReviewsOver
        } else if self.home.practising.comes_first {
            Stage::Practise
        } else if !activity.rules.reviews_begun(self.now) {
            Stage::NotBegun
        } else if self.home.open_review.is_some() || self.has_work() {
            Stage::Review
        } else {
            Stage::NoWork
        }
    }

    fn has_work(&self) -> bool {
        self.home.waiting != Waiting::Nothing
    }

    fn is_asked(&self) -> bool {
        self.home.waiting == Waiting::Asked
    }

    /// Whether somebody who has sent enough reviews may write one more.
    fn may_volunteer(&self) -> bool {
        let is_there = self.home.open_review.is_some() || self.has_work();
        is_there && self.home.activity.takes_reviews(self.now)
    }

    /// Whether it is time to assess the own work: once there is nothing left to review.
    fn may_assess(&self) -> bool {
        let is_time = matches!(self.stage(), Stage::Waiting | Stage::NoWork);
        is_time && !self.home.activity.reviews_over(self.now)
    }

    fn can_take_back(&self) -> bool {
        let since = self.home.submission.as_ref().and_then(|s| s.handed_in_at);
        !self.home.work_opened && since.is_some_and(|at| self.home.activity.gives_back(at, self.now))
    }

    /// When reviews begin, where they have not.
    fn begins(&self) -> Option<UtcTime> {
        let activity = &self.home.activity;
        activity
            .rules
            .review_from_at
            .filter(|_| !activity.rules.reviews_begun(self.now) && activity.released_at.is_none())
    }

    /// Until when late works are taken, where they are.
    fn late_until(&self) -> Option<UtcTime> {
        self.home.activity.rules.works_end().filter(|_| self.home.activity.rules.late_days > 0)
    }

    fn is_late(&self) -> bool {
        self.home.activity.rules.days_late(self.now) > 0
    }

    /// The points that a late work loses for each day.
    fn penalty(&self) -> i32 {
        self.home.activity.rules.late_penalty
    }

    /// What the work and the reviewing count in the grade. What became of the reviewing after the release (authors rate
    /// reviews then) is not in it.
    fn weights(&self, result: &LearnerResult) -> Option<String> {
        let weight = Some(self.home.activity.rules.reviewing_weight).filter(|weight| *weight > 0)?;
        let (mark, Some(reviewing)) = (result.mark.value?, result.reviewing.as_ref()) else {
            return Some(self.v.t("weights-work-only"));
        };
        let (of_work, of_reviewing) = (self.v.points(&mark), self.v.points(&reviewing.value));
        let words = self.v.nk("weights", 100 - weight, weight);
        let is_same = overall(mark, Some(reviewing), weight) == result.released.revision.points;
        if !is_same {
            return Some(words);
        }
        Some(format!("{words} {}", self.v.aa("weights-parts", "work", of_work, "reviewing", of_reviewing)))
    }

    fn mark_text(&self) -> String {
        self.home.result.as_ref().map_or_else(String::new, |r| self.v.points(&r.released.revision.points))
    }

    fn state_text(&self, released: &Released) -> String {
        grade_words_for_learner(&self.v, released.state.as_ref())
    }
}

async fn show(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id, now) = (user.scope(), ActivityId(id.into_inner()), context.clock.now());
    if scope.role.is_staff() {
        return super::trainer::show_group(user, context, id).await;
    }
    let (asker, of) = (scope.clone(), id.clone());
    let home = context.db.read(move |c| home::load(c, &asker, &of, now)).await?;
    let news = greet(&context, &user.view, &scope, &id, &home.activity.title).await?;
    page(&LearnerPage { news, ..LearnerPage::new(user.view, home, now) })
}

/// With whom somebody hands in.
fn team_words(v: &View, team: &Team) -> String {
    let names: Vec<String> =
        team.others.iter().map(|name| name.clone().unwrap_or_else(|| v.t("participant"))).collect();
    if names.is_empty() { v.t("team-alone") } else { v.a("team-with", "names", names.join(", ")) }
}

#[derive(Template)]
#[template(path = "editor.html")]
struct Editor {
    v: View,
    activity: Activity,
    brief: CleanHtml,
    rubric: RubricView,
    text: String,
    revision: i32,
    files: FileList,
    max_bytes: u64,
    problem: Option<String>,
    /// With whom the work is handed in.
    team: Option<String>,
    /// What was begun alone before.
    before: Option<CleanHtml>,
    open: bool,
    late: bool,
}

impl Editor {
    fn new(v: View, writing: Writing, context: &Context, now: UtcTime) -> Self {
        let Writing { activity, rubric, own, team, before } = writing;
        let (text, revision, files) =
            own.map_or_else(Default::default, |(s, files)| (s.draft_html, s.draft_revision, files));
        Self {
            open: activity.takes_works(now),
            late: activity.rules.days_late(now) > 0,
            files: FileList::new(&v, &activity.id, files, Reader::Writing),
            max_bytes: context.files.max_bytes(),
            brief: CleanHtml::sanitise(&activity.brief_html),
            team: team.map(|team| format!("{} {}", v.a("team-of", "name", &team.name), team_words(&v, &team))),
            rubric: RubricView::new(&v, rubric),
            v,
            activity,
            text,
            revision,
            problem: None,
            before: before.map(|html| CleanHtml::sanitise(&html)).filter(|html| html.words() > 0),
        }
    }

    fn penalty(&self) -> i32 {
        self.activity.rules.late_penalty
    }

    fn max_mib(&self) -> i64 {
        i64::try_from(self.max_bytes / 1024 / 1024).unwrap_or(i64::MAX)
    }
}

async fn editor(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id, now) = (user.scope(), ActivityId(id.into_inner()), context.clock.now());
    let home = format!("/peer/{id}");
    let writing = context.db.read(move |c| work::open_editor(c, &scope, &id)).await?;
    if writing.own.as_ref().is_some_and(|(work, _)| work.is_handed_in()) {
        return Ok(see_other(&home));
    }
    page(&Editor::new(user.view, writing, &context, now))
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
        Ok(Ok(())) => return Ok(see_other(&home)),
        Ok(Err(PeerError::Refused(rule))) | Err(PeerError::Refused(rule)) => rule,
        Ok(Err(error)) | Err(error) => return Err(error.into()),
    };
    // The page comes back with the whole text, whether or not it could be stored.
    let writing = context.db.read(move |c| work::open_editor(c, &scope, &id)).await?;
    let text = CleanHtml::sanitise(&html).as_str().to_owned();
    let handed_in = writing.own.as_ref().and_then(|(work, _)| work.handed_in_html.as_ref());
    if rule == "work-handed-in" && handed_in == Some(&text) {
        // A double click: the first one has handed it in. What somebody else in the team has handed in is another text.
        return Ok(see_other(&home));
    }
    let problem = Some(by.view.t(&format!("refused-{rule}")));
    let editor = Editor { text, problem, ..Editor::new(by.view, writing, &context, at) };
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
