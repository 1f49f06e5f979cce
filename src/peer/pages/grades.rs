//! The trainer's grade page: where each released grade is, what to do about it, and a list for a spreadsheet.

use actix_web::web;
use askama::Template;

use super::spreadsheet::{self, cell};
use super::{grade_tag, grade_words, known_class};
use crate::activity::model::GradeTag;
use crate::context::Context;
use crate::grades;
use crate::grades::model::{GradeState, Tried};
use crate::grades::service::Released;
use crate::grades::wishes::Wish;
use crate::ids::{ActivityId, PersonId};
use crate::launch::{Posted, SignedIn};
use crate::lti::score::Verdict;
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

/// One released grade of a learner.
struct Entry<'a> {
    row: &'a Row,
    tag: GradeTag,
    released: &'a Released,
}

impl Entry<'_> {
    fn state(&self) -> Option<&GradeState> {
        self.released.state.as_ref()
    }

    /// How a form names it.
    fn value(&self) -> String {
        format!("{}:{}", self.tag, self.row.learner.person.id)
    }

    fn is_disputed(&self) -> bool {
        matches!(self.state(), Some(GradeState::Conflict { .. }))
    }

    fn is_stuck(&self) -> bool {
        matches!(self.state(), Some(GradeState::Failed { .. }))
    }

    fn is_lost(&self) -> bool {
        matches!(self.state(), Some(GradeState::Failed { class }) if class == Verdict::LineItemMissing.as_str())
    }

    fn is_confirmed(&self) -> bool {
        matches!(self.state(), Some(GradeState::Confirmed { .. }))
    }
}

impl GradesPage {
    fn entries(&self) -> Vec<Entry<'_>> {
        let of = |row| Row::grades(row).map(move |(tag, released)| Entry { row, tag, released });
        self.group.rows.iter().flat_map(of).collect()
    }

    fn name(&self, entry: &Entry<'_>) -> String {
        entry.row.learner.person.display_name(&self.v.t("participant"))
    }

    /// Which grade it is, where there are two.
    fn kind(&self, entry: &Entry<'_>) -> Option<String> {
        (entry.tag == GradeTag::Reviewing).then(|| self.v.t("col-reviewing"))
    }

    fn ours(&self, entry: &Entry<'_>) -> String {
        self.v.points(&entry.released.revision.points)
    }

    fn words(&self, entry: &Entry<'_>) -> String {
        grade_words(&self.v, entry.state())
    }

    fn tag(&self, entry: &Entry<'_>) -> &'static str {
        grade_tag(entry.state())
    }

    fn theirs(&self, entry: &Entry<'_>) -> Option<String> {
        match entry.state() {
            Some(GradeState::Conflict { theirs: Some(theirs), .. }) => Some(self.v.points(theirs)),
            _ => None,
        }
    }

    /// What the person in front of the page can do about it.
    fn advice(&self, entry: &Entry<'_>) -> Option<String> {
        match entry.state()? {
            GradeState::Failed { class } | GradeState::Retrying { class, .. } => {
                let known = known_class(class);
                ADVICE.contains(&known).then(|| self.v.t(&format!("grade-advice-{known}")))
            }
            _ => None,
        }
    }

    fn not_confirmed(&self) -> usize {
        self.entries().iter().filter(|e| !e.is_confirmed()).count()
    }

    fn unsent(&self) -> usize {
        self.entries().iter().filter(|e| e.state().is_some_and(|s| !s.is_in_lms())).count()
    }

    fn lost_columns(&self) -> usize {
        self.entries().iter().filter(|e| e.is_lost()).count()
    }

    fn tries_of(&self, entry: &Entry<'_>) -> Vec<(crate::clock::UtcTime, String)> {
        let is_of_this = |t: &&Tried| t.person_id == entry.row.learner.person.id && t.tag == entry.tag;
        self.tries.iter().filter(is_of_this).map(|t| (t.at, self.try_words(t))).collect()
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

/// Grades that a form names.
type Chosen = Vec<(PersonId, GradeTag)>;

/// A grade as a form names it: its kind and its learner.
fn read_entry(text: &str) -> Option<(PersonId, GradeTag)> {
    let (tag, person) = text.split_once(':')?;
    Some((PersonId(person.to_owned()), GradeTag::parse(tag)?))
}

/// What a form wishes: a button of one learner's grade, or one for those that are ticked, or for all.
fn read_wish(fields: &Fields) -> Option<(Wish, Option<Chosen>)> {
    let ticked: Option<Vec<_>> =
        fields.iter().filter(|(name, _)| *name == "grade").map(|(_, text)| read_entry(text)).collect();
    for (name, wish) in [("ours", Wish::Send), ("theirs", Wish::Stop)] {
        if fields.has(name) {
            return Some((wish, Some(vec![read_entry(fields.text(name))?])));
        }
    }
    let ticked = ticked?;
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

/// Everything that is not confirmed, for a spreadsheet.
async fn list(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let shown = load(&user, &context, &ActivityId(id.into_inner())).await?;
    let v = &shown.v;
    let heading = ["col-learner", "col-which", "col-mark", "col-grade", "col-in-lms", "col-do"].map(|key| v.t(key));
    let rows = shown.entries().into_iter().filter(|e| !e.is_confirmed()).map(|entry| {
        [
            cell(&shown.name(&entry)),
            shown.kind(&entry).unwrap_or_else(|| v.t("col-work")),
            shown.ours(&entry),
            cell(&shown.words(&entry)),
            shown.theirs(&entry).unwrap_or_default(),
            cell(&shown.advice(&entry).unwrap_or_default()),
        ]
    });
    spreadsheet::file("grades.csv", heading, rows)
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/peer/{activity}/grades").route(web::get().to(show)).route(web::post().to(act)))
        .route("/peer/{activity}/grades.csv", web::get().to(list));
}
