//! Setting up, and settings.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::rubric::RubricView;
use super::{dates, spreadsheet, table_words};
use crate::activity;
use crate::activity::model::{Anonymity, CHECKED, CompanyRule, Days, GroupRule, MarkMethod, ReviewingMethod, Rules};
use crate::activity::pages::answer_page;
use crate::context::Context;
use crate::ids::ActivityId;
use crate::launch::{Posted, SignedIn};
use crate::peer::rubric::{self, Kind, Problem, Template as RubricTemplate};
use crate::peer::rubric_file;
use crate::peer::service::settings;
use crate::peer::setup::Setup;
use crate::peer::table::Wrong;
use crate::platform;
use crate::store::columns::Role;
use crate::store::{Conn, StoreError};
use crate::web::html::CleanHtml;
use crate::web::{PageError, PageResult, View, page, page_with, see_other};

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage {
    v: View,
    setup: Setup,
    problems: Vec<Problem>,
    templates: Vec<RubricTemplate>,
    action: String,
    existing: bool,
    rubric_in_use: bool,
    /// The rubric to read, where it no longer changes.
    rubric: RubricView,
    home: Option<String>,
    /// Where the answer to a deep linking request waits for this form.
    choosing: Option<Choosing>,
    /// Whether there are activities to place or copy instead.
    offers_others: bool,
}

/// What the form has more where a trainer chooses what to place in the course.
struct Choosing {
    /// Whether the LMS takes a column.
    column: bool,
}

impl SetupPage {
    fn problem_text(&self, problem: &Problem) -> String {
        match problem.criterion {
            0 => self.v.t(problem.key),
            n => self.v.aa("rubric-problem-in", "n", n, "problem", self.v.t(problem.key)),
        }
    }

    fn method_key(&self, method: &MarkMethod) -> &'static str {
        match method {
            MarkMethod::Robust => "method-robust",
            MarkMethod::Mean => "method-mean",
            MarkMethod::Median => "method-median",
        }
    }

    fn method_help(&self, method: &MarkMethod) -> &'static str {
        match method {
            MarkMethod::Robust => "method-robust-help",
            MarkMethod::Mean => "method-mean-help",
            MarkMethod::Median => "method-median-help",
        }
    }

    fn group_key(&self, rule: &GroupRule) -> &'static str {
        match rule {
            GroupRule::Any => "groups-any",
            GroupRule::Within => "groups-within",
            GroupRule::Across => "groups-across",
            GroupRule::Teams => "groups-teams",
        }
    }

    fn company_key(&self, rule: &CompanyRule) -> &'static str {
        match rule {
            CompanyRule::Any => "companies-any",
            CompanyRule::Within => "companies-within",
            CompanyRule::Across => "companies-across",
        }
    }

    /// Whether something behind "More" is not as it is by default.
    fn is_unusual(&self) -> bool {
        let rules = &self.setup.rules;
        rules.mark_method != MarkMethod::Robust
            || rules.reviewing_column.is_some()
            || rules.self_assessment
            || rules.check_percent != CHECKED
            || rules.reviewing_weight != 0
            || rules.trainer_blind
            || rules.reviews_received != 0
            || rules.group_rule != GroupRule::Any
            || self.setup.companies != CompanyRule::Any
    }

    /// Whether something behind "More about dates" is set.
    fn has_unusual_dates(&self) -> bool {
        let rules = &self.setup.rules;
        let has_dates = rules.review_from_at.is_some() || rules.release_at.is_some();
        has_dates
            || self.setup.days != Days::default()
            || rules.late_days != 0
            || rules.late_penalty != 0
            || rules.pool_minutes != 0
    }

    /// What stands in a field for days.
    fn days(&self, days: &Option<i32>) -> String {
        days.map(|days| days.to_string()).unwrap_or_default()
    }

    fn not_imported(&self, wrong: &Wrong) -> String {
        table_words(&self.v, wrong)
    }

    fn anonymity_key(&self, anonymity: &Anonymity) -> &'static str {
        match anonymity {
            Anonymity::DoubleBlind => "anonymity-double-blind",
            Anonymity::SingleBlind => "anonymity-single-blind",
            Anonymity::Open => "anonymity-open",
        }
    }

    fn anonymity_help(&self, anonymity: &Anonymity) -> &'static str {
        match anonymity {
            Anonymity::DoubleBlind => "anonymity-double-blind-help",
            Anonymity::SingleBlind => "anonymity-single-blind-help",
            Anonymity::Open => "anonymity-open-help",
        }
    }
}

async fn fresh(user: SignedIn, context: web::Data<Context>) -> PageResult {
    if user.session.role != Role::Trainer {
        return Err(PageError::forbidden());
    }
    let scope = user.scope();
    let (placed, link, offers_others) = context
        .db
        .read(move |c: &mut Conn| -> Result<_, StoreError> {
            let placed = activity::store::find_placed(c, &scope)?;
            let link = scope.link.as_ref().map(|link| platform::store::get_link(c, link)).transpose()?;
            Ok((placed, link, activity::store::offers_any(c, &scope)?))
        })
        .await?;
    if let Some(activity) = placed {
        return Ok(see_other(&format!("/peer/{activity}")));
    }
    let asked = user.deep_linking.as_ref();
    let title = asked.and_then(|d| d.title.clone()).or_else(|| link.map(|l| l.title)).unwrap_or_default();
    let mut setup = Setup::fresh(user.view.lang(), &title);
    if let Some(text) = asked.and_then(|d| d.text.as_ref()) {
        setup.brief = CleanHtml::of_text(text);
    }
    let mut shown = form(&user, setup, Vec::new());
    shown.offers_others = offers_others;
    page(&shown)
}

/// The form for a new activity.
fn form(user: &SignedIn, setup: Setup, problems: Vec<Problem>) -> SetupPage {
    let v = user.view.clone();
    SetupPage {
        templates: rubric::templates(v.lang()),
        action: "/peer/set-up".to_owned(),
        home: None,
        existing: false,
        rubric_in_use: false,
        rubric: RubricView::new(&v, setup.rubric.clone()),
        choosing: user.deep_linking.as_ref().map(|d| Choosing { column: d.accept_line_item }),
        offers_others: false,
        problems,
        setup,
        v,
    }
}

/// The form for the settings of an activity.
fn settings_form(
    user: &SignedIn,
    setup: Setup,
    problems: Vec<Problem>,
    id: &ActivityId,
    rubric_in_use: bool,
) -> SetupPage {
    SetupPage {
        action: format!("/peer/{id}/settings"),
        home: Some(format!("/peer/{id}")),
        existing: true,
        rubric_in_use,
        choosing: None,
        ..form(user, setup, problems)
    }
}

async fn create(form_data: Posted, context: web::Data<Context>) -> PageResult {
    let Posted { by: user, fields, at } = form_data;
    if user.session.role != Role::Trainer {
        return Err(PageError::forbidden());
    }
    let mut setup = Setup::read(&fields, user.view.lang());
    if setup.apply(fields.text("action"), user.view.lang()) {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &form(&user, setup, Vec::new()));
    }
    setup.count_days();
    let mut problems = setup.problems();
    problems.extend(setup.past(&Rules::default(), at));
    if !problems.is_empty() {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &form(&user, setup, problems));
    }
    let scope = user.scope();
    if let Some(settings) = user.deep_linking {
        let (session, inner) = (user.session, context.get_ref().clone());
        let create = move |c: &mut Conn| settings::create_and_answer(c, &inner, &session, &settings, &setup, at);
        return answer_page(user.view, context.db.write(create).await?);
    }
    let activity = context.db.write(move |c| settings::create(c, &scope, &setup, at)).await?;
    Ok(see_other(&format!("/peer/{activity}")))
}

async fn edit(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id) = (user.scope(), ActivityId(id.into_inner()));
    let read = id.clone();
    let loaded = context.db.read(move |c| settings::load(c, &scope, &read)).await?;
    let mut setup = Setup::of(&loaded.activity, loaded.rubric);
    setup.days = loaded.days;
    setup.companies = loaded.companies;
    page(&settings_form(&user, setup, Vec::new(), &id, loaded.rubric_in_use))
}

async fn update(form_data: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let Posted { by: user, fields, at } = form_data;
    let (scope, id) = (user.scope(), ActivityId(id.into_inner()));
    let (read_scope, read_id) = (scope.clone(), id.clone());
    let known = context.db.read(move |c| settings::load(c, &read_scope, &read_id)).await?;
    let mut setup = Setup::read(&fields, user.view.lang());
    if known.rubric_in_use {
        setup.rubric = known.rubric.clone();
    }
    let asked = setup.apply(fields.text("action"), user.view.lang());
    if !asked && fields.has("shift") {
        setup.shift(&known.activity.rules);
    }
    if !asked {
        setup.count_days();
    }
    let before = &known.activity.rules;
    let mut problems = if asked { Vec::new() } else { [setup.problems(), setup.past(before, at)].concat() };
    if !asked && known.is_reviewed() && setup.rules.review_from_at.is_some_and(|from| at < from) {
        problems.push(Problem { key: "setup-review-from-begun", criterion: 0 });
    }
    if !asked && let Some(key) = known.control_problem(&setup) {
        problems.push(Problem { key, criterion: 0 });
    }
    if !asked && known.moves_works(&setup) {
        problems.push(Problem { key: "setup-teams-handed-in", criterion: 0 });
    }
    if asked || !problems.is_empty() {
        let shown = settings_form(&user, setup, problems, &id, known.rubric_in_use);
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    let stored = id.clone();
    context.db.write(move |c| settings::update(c, &scope, &stored, &setup, at)).await?;
    Ok(see_other(&format!("/peer/{id}")))
}

/// The rubric of an activity, to use it elsewhere.
async fn load_rubric(user: &SignedIn, context: &Context, id: String) -> Result<rubric::Rubric, PageError> {
    let (scope, id) = (user.scope(), ActivityId(id));
    Ok(context.db.read(move |c| settings::load(c, &scope, &id)).await?.rubric)
}

async fn rubric_csv(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let rubric = load_rubric(&user, &context, id.into_inner()).await?;
    let rows = rubric_file::lines(&rubric).into_iter().map(|line| line.map(|text| spreadsheet::cell(&text)));
    spreadsheet::file("rubric.csv", rubric_file::COLUMNS.map(str::to_owned), rows)
}

async fn rubric_json(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let rubric = load_rubric(&user, &context, id.into_inner()).await?;
    let body = serde_json::to_vec_pretty(&rubric).map_err(|e| PageError::internal(&e))?;
    Ok(spreadsheet::download("rubric.json", "application/json", body))
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/peer/set-up").route(web::get().to(fresh)).route(web::post().to(create)))
        .route("/peer/{activity}/rubric.csv", web::get().to(rubric_csv))
        .route("/peer/{activity}/rubric.json", web::get().to(rubric_json))
        .service(web::resource("/peer/{activity}/settings").route(web::get().to(edit)).route(web::post().to(update)));
}
