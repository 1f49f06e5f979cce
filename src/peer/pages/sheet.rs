//! A learner's sheet for the trainer: the mark and the decision about it, more time, appeals.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::files::{FileList, Reader};
use super::trainer::RowWords;
use super::{Typed, dates, marks};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::ids::{ActivityId, PersonId, ReviewId};
use crate::launch::{Posted, SignedIn};
use crate::peer::PeerError;
use crate::peer::marks::Made;
use crate::peer::model::{AppealState, Consent, Declined, Report, ReportState, Review, ReviewState};
use crate::peer::service::decide::{self, MarkDecision};
use crate::peer::service::extension::{self, MAX_REASON, Wish};
use crate::peer::service::moderate::{self, Verdict};
use crate::peer::service::respond::MAX_APPEAL;
use crate::peer::service::sheet::{self, Sheet, Whose};
use crate::peer::setup::read_date;
use crate::platform::model::Person;
use crate::store::Conn;
use crate::store::columns::{Points, Role};
use crate::web::fields::Fields;
use crate::web::html::CleanHtml;
use crate::web::{PageError, PageResult, View, page, page_with, see_other};

#[derive(Template)]
#[template(path = "sheet.html")]
struct SheetPage {
    v: View,
    sheet: Sheet,
    work: CleanHtml,
    files: FileList,
    may_change: bool,
    base: String,
    seen: i32,
    typed_mark: String,
    typed_reason: String,
    typed_judges: bool,
    /// The dates and the reason of an extension as they were typed and refused, and why.
    typed_extension: Option<(String, Wish)>,
    /// What was typed in one of the other forms.
    typed: Option<Typed>,
    problem: Option<String>,
}

impl RowWords for SheetPage {
    fn view(&self) -> &View {
        &self.v
    }
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
    let (mut sheet, seen) = context
        .db
        .read(move |c| -> Result<_, PeerError> {
            let seen = decide::decision_number(c, &scope, &read_id, &read_person)?;
            Ok((sheet::load(c, &scope, &read_id, &read_person, now)?, seen))
        })
        .await?;
    let reader = if sheet.activity.shows_staff_names() { Reader::Knowing } else { Reader::Blind };
    let files = FileList::new(&user.view, id, std::mem::take(&mut sheet.files), reader);
    let submission = sheet.row.submission.as_ref();
    // A draft is its author's alone.
    let work = submission.and_then(|s| s.handed_in_html.as_deref()).unwrap_or_default();
    let reason = sheet.row.mark.reason().map(str::to_owned);
    let typed_mark = match (&reason, sheet.row.mark.value) {
        (Some(_), Some(mark)) => user.view.points(&mark),
        _ => String::new(),
    };
    let typed_judges = sheet.row.mark.decision.as_ref().is_none_or(|d| d.judges);
    Ok(SheetPage {
        v: user.view.clone(),
        work: CleanHtml::sanitise(work),
        files,
        may_change,
        base: format!("/peer/{id}"),
        seen,
        typed_mark,
        typed_reason: reason.unwrap_or_default(),
        typed_judges,
        typed: None,
        typed_extension: None,
        problem: None,
        sheet,
    })
}

async fn show_sheet(user: SignedIn, context: web::Data<Context>, path: Ids) -> PageResult {
    let (id, person) = path.into_inner();
    page(&load_sheet(&user, &context, &ActivityId(id), &PersonId(person)).await?)
}

/// The sheet with what was typed in one of its forms and refused.
pub(super) async fn sheet_again(
    by: &SignedIn,
    context: &Context,
    (id, person): (&ActivityId, &PersonId),
    typed: Typed,
) -> PageResult {
    let sheet = load_sheet(by, context, id, person).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &SheetPage { typed: Some(typed), ..sheet })
}

impl SheetPage {
    /// What was refused in the form of a place.
    fn typed_in(&self, place: &str) -> Option<&Typed> {
        Typed::at(self.typed.as_ref(), place)
    }

    /// What stands in the field of a place.
    fn text_in(&self, place: &str) -> &str {
        Typed::text(self.typed_in(place))
    }

    fn report_state(&self, report: &Report) -> String {
        self.v.t(match report.state {
            ReportState::Open => "reported-open",
            ReportState::Upheld => "reported-upheld",
            ReportState::Rejected => "reported-rejected",
        })
    }

    /// What was reported about a review, or about the work itself.
    fn reports_about(&self, review: Option<&Review>) -> Vec<&(Report, Option<Person>)> {
        let is_about = |report: &Report| report.review_id.as_ref() == review.map(|r| &r.id);
        self.sheet.reports.iter().filter(|(report, _)| is_about(report)).collect()
    }

    /// Whether something of it waits for a word.
    fn has_open_report(&self, review: Option<&Review>) -> bool {
        self.reports_about(review).iter().any(|(report, _)| report.state == ReportState::Open)
    }

    /// Why a review of the work was not sent.
    fn unsent_words(&self, review: &Review) -> String {
        self.v.t(match review.declined {
            None => "review-under-way",
            Some(Declined::Conflict) => "review-declined-conflict",
            Some(Declined::Problem) => "review-declined-problem",
            Some(Declined::Withheld) => "review-declined-withheld",
        })
    }

    /// A date of the extension as the form shows it, and everybody's in its place.
    fn until(&self, of_work: bool) -> Option<UtcTime> {
        let known = self.sheet.row.extension.as_ref().map(|e| (e.work_until, e.review_until));
        let typed = self.typed_extension.as_ref().map(|(_, wish)| (wish.work_until, wish.review_until));
        let (work, review) = typed.or(known).unwrap_or_default();
        if of_work { work } else { review }
    }

    /// Whether the work can be shown to the group.
    fn may_show_work(&self) -> bool {
        self.sheet.activity.released_at.is_some() && self.sheet.row.is_handed_in() && !self.sheet.row.is_withheld()
    }

    fn consent_words(&self) -> String {
        self.v.t(match self.sheet.consent {
            None => "exemplar-help",
            Some(Consent::Asked) => "exemplar-asked",
            Some(Consent::Given) => "exemplar-given",
            Some(Consent::Refused) => "exemplar-refused",
        })
    }

    /// What the trainer can wish now; nothing after a no.
    fn wish(&self) -> &'static str {
        match self.sheet.consent {
            None => "show",
            Some(Consent::Asked | Consent::Given) => "hide",
            Some(Consent::Refused) => "",
        }
    }

    /// What reviewing counts in the grade, in per cent.
    fn weight(&self) -> i32 {
        self.sheet.activity.rules.reviewing_weight
    }

    fn extension_reason(&self) -> &str {
        match (&self.typed_extension, &self.sheet.row.extension) {
            (Some((_, wish)), _) => &wish.reason,
            (None, Some(extension)) => &extension.reason,
            (None, None) => "",
        }
    }

    /// The marks of single criteria.
    fn criteria(&self) -> Vec<(String, Made)> {
        let work = self.sheet.row.submission.as_ref();
        work.map(|work| self.sheet.marks.criteria_of(&work.id)).unwrap_or_default()
    }

    /// Whose work a review is about.
    fn whose(&self, whose: &Whose) -> String {
        match whose {
            Whose::Learner(Some(person)) => self.v.a("review-of", "name", self.name(person)),
            Whose::Learner(None) => self.v.t("participant"),
            Whose::Team(team) => self.v.a("review-of", "name", team),
            Whose::Control => self.v.t("control-work"),
        }
    }

    /// Whether something can still be given.
    fn may_extend(&self) -> bool {
        self.may_change && self.sheet.activity.released_at.is_none()
    }

    fn is_exempt(&self) -> bool {
        let typed = self.typed_extension.as_ref().map(|(_, wish)| wish.exempt);
        typed.unwrap_or_else(|| self.sheet.row.is_exempt())
    }
}

/// Gives a learner more time.
async fn extend(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let Posted { by, fields, at } = form;
    let (id, person) = path.into_inner();
    let (scope, id, person) = (by.scope(), ActivityId(id), PersonId(person));
    let dates = (read_date(&fields, "work_until"), read_date(&fields, "review_until"));
    let is_read = dates.0.is_ok() && dates.1.is_ok();
    let wish = Wish {
        work_until: dates.0.unwrap_or_default(),
        review_until: dates.1.unwrap_or_default(),
        exempt: fields.has("exempt"),
        reason: fields.text("reason").to_owned(),
    };
    let (write_id, write_person, wished) = (id.clone(), person.clone(), wish.clone());
    let outcome = if is_read {
        context.db.write(move |c| extension::extend(c, &scope, &write_id, &write_person, &wished, at)).await
    } else {
        Err(PeerError::Refused("extension-unreadable"))
    };
    match outcome {
        Ok(()) => Ok(see_other(&format!("/peer/{id}/learners/{person}"))),
        Err(PeerError::Refused(rule)) => {
            let mut sheet = load_sheet(&by, &context, &id, &person).await?;
            sheet.typed_extension = Some((by.view.t(&format!("refused-{rule}")), wish));
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &sheet)
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes the work or one of its reviews out, or puts it back; the place of the form is `work` or the review's id.
async fn moderated(
    form: Posted,
    context: web::Data<Context>,
    id: ActivityId,
    (person, review): (PersonId, Option<ReviewId>),
) -> PageResult {
    let Posted { by, fields, at } = form;
    let verdict = Verdict::parse(fields.text("verdict")).ok_or_else(PageError::bad_request)?;
    let (scope, reason) = (by.scope(), fields.text("reason").to_owned());
    let place = review.as_ref().map_or_else(|| "work".to_owned(), ToString::to_string);
    let (write_id, write_person, typed) = (id.clone(), person.clone(), reason.clone());
    let decided = move |c: &mut Conn| match &review {
        Some(review) => moderate::review(c, &scope, &write_id, review, (verdict, &reason), at),
        None => moderate::work(c, &scope, &write_id, &write_person, (verdict, &reason), at),
    };
    match context.db.write(decided).await {
        Ok(()) => Ok(see_other(&format!("/peer/{id}/learners/{person}"))),
        Err(PeerError::Refused(rule)) => {
            let typed = Typed::refused(&by.view, rule, &place, typed);
            sheet_again(&by, &context, (&id, &person), typed).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn moderate_work(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let (id, person) = path.into_inner();
    moderated(form, context, ActivityId(id), (PersonId(person), None)).await
}

async fn moderate_review(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let (id, review) = path.into_inner();
    let (scope, id, review) = (form.by.scope(), ActivityId(id), ReviewId(review));
    let (read_id, read_review) = (id.clone(), review.clone());
    let author = context.db.read(move |c| moderate::author_of(c, &scope, &read_id, &read_review)).await?;
    moderated(form, context, id, (author, Some(review))).await
}

fn read_decision(fields: &Fields) -> Result<MarkDecision, PeerError> {
    let typed = fields.text("mark");
    let mark = match (fields.text("action"), Points::parse(typed)) {
        ("peers", _) => None,
        (_, Some(mark)) => Some(mark),
        (_, None) => return Err(PeerError::Refused("mark-range")),
    };
    let (reason, judges) = (fields.text("reason").to_owned(), fields.has("judges"));
    Ok(MarkDecision { mark, reason, judges, seen: fields.text("seen").parse().unwrap_or(0) })
}

async fn decide(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let Posted { by, fields, at } = form;
    let (id, person) = path.into_inner();
    let (id, person) = (ActivityId(id), PersonId(person));
    let (scope, write_id, write_person, read) = (by.scope(), id.clone(), person.clone(), read_decision(&fields));
    let outcome = match read {
        Ok(decision) => {
            context.db.write(move |c| decide::decide_mark(c, &scope, &write_id, &write_person, &decision, at)).await
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
            sheet.typed_judges = fields.has("judges");
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &sheet)
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/peer/{activity}/learners/{person}/work", web::post().to(moderate_work))
        .route("/peer/{activity}/reviews/{review}/moderate", web::post().to(moderate_review))
        .service(web::resource("/peer/{activity}/learners/{person}").route(web::get().to(show_sheet)))
        .service(web::resource("/peer/{activity}/learners/{person}/mark").route(web::post().to(decide)))
        .route("/peer/{activity}/learners/{person}/extension", web::post().to(extend));
}
