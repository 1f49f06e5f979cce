//! The trainer's grade page: where each released grade is, what to do about it, and a list for a spreadsheet.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{grade_tag, grade_words, known_class};
use crate::context::Context;
use crate::grades;
use crate::grades::model::{GradeState, Tried};
use crate::grades::wishes::Wish;
use crate::ids::{ActivityId, PersonId};
use crate::launch::{Posted, SignedIn};
use crate::peer::PeerError;
use crate::peer::service::group::{self, Group, Row};
use crate::store::columns::Role;
use crate::web::fields::Fields;
use crate::web::{PageError, PageResult, View, page, see_other};

#[derive(Template)]
#[template(path = "grades.html")]
struct GradesPage {
    v: View,
    group: Group,
    tries: Vec<Tried>,
    may_change: bool,
    base: String,
}

impl GradesPage {
    fn rows(&self) -> Vec<&Row> {
        self.group.rows.iter().filter(|r| r.released.is_some()).collect()
    }

    fn name(&self, row: &Row) -> String {
        row.learner.person.display_name(&self.v.t("participant"))
    }

    fn state<'a>(&self, row: &'a Row) -> Option<&'a GradeState> {
        row.released.as_ref().and_then(|r| r.state.as_ref())
    }

    fn ours(&self, row: &Row) -> String {
        row.released.as_ref().map_or_else(String::new, |r| self.v.points(&r.revision.points))
    }

    fn words(&self, row: &Row) -> String {
        grade_words(&self.v, self.state(row))
    }

    fn tag(&self, row: &Row) -> &'static str {
        grade_tag(self.state(row))
    }

    fn is_disputed(&self, row: &Row) -> bool {
        matches!(self.state(row), Some(GradeState::Conflict { .. }))
    }

    fn theirs(&self, row: &Row) -> Option<String> {
        match self.state(row) {
            Some(GradeState::Conflict { theirs: Some(theirs), .. }) => Some(self.v.points(theirs)),
            _ => None,
        }
    }

    fn is_stuck(&self, row: &Row) -> bool {
        matches!(self.state(row), Some(GradeState::Failed { .. }))
    }

    /// What the person in front of the page can do about it.
    fn advice(&self, row: &Row) -> Option<String> {
        match self.state(row)? {
            GradeState::Failed { class } | GradeState::Retrying { class, .. } => {
                let known = known_class(class);
                ADVICE.contains(&known).then(|| self.v.t(&format!("grade-advice-{known}")))
            }
            _ => None,
        }
    }

    fn not_confirmed(&self) -> usize {
        let confirmed = |r: &&&Row| !matches!(self.state(r), Some(GradeState::Confirmed { .. }));
        self.rows().iter().filter(confirmed).count()
    }

    fn unsent(&self) -> usize {
        self.rows().iter().filter(|r| self.state(r).is_some_and(|s| !s.is_in_lms())).count()
    }

    fn lost_columns(&self) -> usize {
        let lost =
            |r: &&&Row| matches!(self.state(r), Some(GradeState::Failed { class }) if class == "line_item_missing");
        self.rows().iter().filter(lost).count()
    }

    fn tries_of(&self, row: &Row) -> Vec<(crate::clock::UtcTime, String)> {
        let of_this = self.tries.iter().filter(|t| t.person_id == row.learner.person.id);
        of_this.map(|t| (t.at, self.try_words(t))).collect()
    }

    fn try_words(&self, tried: &Tried) -> String {
        match tried.class.as_deref() {
            None => self.v.t("try-unknown"),
            Some("accepted" | "confirmed" | "unchecked") => self.v.t("try-taken"),
            Some("stale" | "changed_there") => self.v.t("grade-conflict"),
            Some(class) => self.v.t(&format!("grade-class-{}", known_class(class))),
        }
    }
}

/// The classes about which somebody can do something.
const ADVICE: [&str; 10] = [
    "user_not_gradable",
    "line_item_missing",
    "lms_not_accepting",
    "lms_refuses",
    "forbidden",
    "no_service",
    "token_refused",
    "scope_missing",
    "registration_disabled",
    "gave_up",
];

async fn load(user: &SignedIn, context: &Context, id: &ActivityId) -> Result<GradesPage, PageError> {
    let (scope, now, base) = (user.scope(), context.clock.now(), format!("/peer/{id}"));
    let (may_change, id) = (scope.role == Role::Trainer, id.clone());
    let (group, tries) = context
        .db
        .read(move |c| -> Result<_, PeerError> {
            Ok((group::load(c, &scope, &id, now)?, grades::wishes::list_tries(c, &scope, &id)?))
        })
        .await?;
    Ok(GradesPage { v: user.view.clone(), group, tries, may_change, base })
}

async fn show(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    page(&load(&user, &context, &ActivityId(id.into_inner())).await?)
}

/// What a form wishes: a button of one learner, or one for those who are ticked, or for all.
fn read_wish(fields: &Fields) -> Option<(Wish, Option<Vec<PersonId>>)> {
    let ticked: Vec<PersonId> =
        fields.iter().filter(|(name, _)| *name == "person").map(|(_, id)| PersonId(id.to_owned())).collect();
    let one = |name: &str| fields.has(name).then(|| Some(vec![PersonId(fields.text(name).to_owned())]));
    if let Some(of) = one("ours") {
        return Some((Wish::Send, of));
    }
    if let Some(of) = one("theirs") {
        return Some((Wish::Stop, of));
    }
    match fields.text("action") {
        "send" => Some((Wish::Send, (!ticked.is_empty()).then_some(ticked))),
        "column" => Some((Wish::NewColumn, None)),
        "check" => Some((Wish::Check, None)),
        _ => None,
    }
}

async fn act(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id, at) = (form.by.scope(), ActivityId(id.into_inner()), form.at);
    if scope.role != Role::Trainer {
        return Err(PageError::forbidden());
    }
    let Some((wish, of)) = read_wish(&form.fields) else {
        return Err(PageError::bad_request());
    };
    let home = format!("/peer/{id}/grades");
    context.db.write(move |c| grades::wishes::wish(c, &scope, &id, wish, of.as_deref(), at)).await?;
    context.wake.wake();
    Ok(see_other(&home))
}

/// A cell that no spreadsheet takes for a formula (reliability-security.md §3).
fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// Everything that is not confirmed, for a spreadsheet.
async fn list(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let shown = load(&user, &context, &ActivityId(id.into_inner())).await?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let v = &shown.v;
    let heading = ["col-learner", "col-mark", "col-grade", "col-in-lms", "col-do"].map(|key| v.t(key));
    let mut written = writer.write_record(&heading);
    for row in shown.rows().into_iter().filter(|r| !matches!(shown.state(r), Some(GradeState::Confirmed { .. }))) {
        let cells = [
            cell(&shown.name(row)),
            shown.ours(row),
            cell(&shown.words(row)),
            shown.theirs(row).unwrap_or_default(),
            cell(&shown.advice(row).unwrap_or_default()),
        ];
        written = written.and_then(|()| writer.write_record(&cells));
    }
    written.map_err(|e| PageError::internal(&e))?;
    let body = writer.into_inner().map_err(|e| PageError::internal(&e))?;
    // Spreadsheets read UTF-8 only with its mark.
    let body = [b"\xEF\xBB\xBF".as_slice(), &body].concat();
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"grades.csv\""))
        .body(body))
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/peer/{activity}/grades").route(web::get().to(show)).route(web::post().to(act)))
        .route("/peer/{activity}/grades.csv", web::get().to(list));
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+33", "-x", "@SUM(A1)", "\t=1"] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        assert_eq!(cell("Ada = Lovelace"), "Ada = Lovelace");
    }
}
