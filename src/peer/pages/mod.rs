//! The pages of peer assessment.

mod assessment;
mod columns;
mod dates;
mod exemplars;
mod export;
mod files;
mod grades;
mod learner;
mod marks;
mod pairs;
mod practice;
mod queues;
mod release;
mod respond;
mod review;
mod reviewers;
mod rubric;
mod self_assessment;
mod setup;
mod sheet;
mod spreadsheet;
mod trainer;

use actix_web::web;

use super::PeerError;
use super::table::Wrong;
use crate::activity::model::{Activity, GroupRule};
use crate::grades::model::GradeState;
use crate::web::{PageError, View};

impl From<PeerError> for PageError {
    fn from(error: PeerError) -> Self {
        match error {
            PeerError::Store(error) => error.into(),
            PeerError::Pick(error) => error.into(),
            PeerError::Role => Self::forbidden(),
            PeerError::Refused(rule) => Self::refused(rule),
        }
    }
}

/// What was typed and refused, so that it is shown again.
struct Typed {
    /// Why.
    problem: String,
    /// The id of the element with the form.
    place: String,
    /// What stood in it.
    text: String,
}

impl Typed {
    /// What was refused by a rule.
    fn refused(v: &View, rule: &str, place: &str, text: String) -> Self {
        Self { problem: v.t(&format!("refused-{rule}")), place: place.to_owned(), text }
    }

    /// What was refused in a place.
    fn at<'a>(typed: Option<&'a Self>, place: &str) -> Option<&'a Self> {
        typed.filter(|typed| typed.place == place)
    }

    /// What stands in the field of a place.
    fn text(typed: Option<&Self>) -> &str {
        typed.map_or("", |typed| &typed.text)
    }
}

/// Where a grade is, in words for a learner: sent or not, never an error text.
fn grade_words_for_learner(v: &View, state: Option<&GradeState>) -> String {
    match state {
        None => v.t("grade-nowhere"),
        Some(state) if state.is_in_lms() => v.t("grade-sent"),
        Some(_) => v.t("grade-not-yet"),
    }
}

/// Where a grade is, in words for a trainer.
fn grade_words(v: &View, state: Option<&GradeState>) -> String {
    let reason = |class: &str| v.t(&format!("grade-class-{}", known_class(class)));
    match state {
        None => v.t("grade-nowhere"),
        Some(GradeState::Confirmed { .. }) => v.t("grade-sent"),
        Some(GradeState::Sent) => v.t("grade-taken"),
        Some(GradeState::Waiting) => v.t("grade-waiting"),
        Some(GradeState::Paused) => v.t("grade-paused"),
        Some(GradeState::Conflict { theirs: Some(theirs), .. }) => {
            v.a("grade-conflict-with", "theirs", v.points(theirs))
        }
        Some(GradeState::Conflict { theirs: None, .. }) => v.t("grade-conflict"),
        Some(GradeState::Kept { theirs: Some(_) }) => v.t("grade-kept"),
        Some(GradeState::Kept { theirs: None }) => v.t("grade-stopped"),
        Some(GradeState::Retrying { class, .. }) => v.a("grade-retrying", "reason", reason(class)),
        Some(GradeState::Failed { class }) => v.a("grade-failed", "reason", reason(class)),
    }
}

/// The classes that have a text of their own; others share one.
fn known_class(class: &str) -> &str {
    const KNOWN: [&str; 18] = [
        "no_service",
        "unreachable",
        "no_answer",
        "unavailable",
        "throttled",
        "token_refused",
        "user_not_gradable",
        "line_item_missing",
        "lms_not_accepting",
        "lms_refuses",
        "forbidden",
        "scope_missing",
        "registration_disabled",
        "certificate",
        "blocked_address",
        "moved",
        "clock",
        "gave_up",
    ];
    if KNOWN.contains(&class) {
        return class;
    }
    match class {
        "token_unavailable" | "suspicious" | "result_unavailable" | "unreadable" | "server_error" => "unavailable",
        "unauthorized" => "token_refused",
        "internal" | "busy" => "busy",
        _ => "other",
    }
}

/// How a state looks: the class of its tag.
fn grade_tag(state: Option<&GradeState>) -> &'static str {
    match state {
        None | Some(GradeState::Waiting | GradeState::Kept { .. }) => "plain",
        Some(GradeState::Confirmed { .. } | GradeState::Sent) => "",
        Some(GradeState::Retrying { .. } | GradeState::Paused) => "warn",
        Some(GradeState::Conflict { .. } | GradeState::Failed { .. }) => "bad",
    }
}

/// Why a list cannot be used, in words.
fn table_words(v: &View, wrong: &Wrong) -> String {
    match wrong {
        Wrong::Whole(key) => v.t(key),
        Wrong::Cell { key, line, column, text } => v.lang().text_with(
            key,
            &[
                ("line", line.to_string().into()),
                ("column", (*column).to_owned().into()),
                ("text", text.chars().take(60).collect::<String>().into()),
            ],
        ),
    }
}

/// "Participant 07", or "Team 07" in an activity whose works are handed in by teams.
fn participant(v: &View, activity: &Activity, number: i32) -> String {
    let key = if activity.rules.group_rule == GroupRule::Teams { "team-number" } else { "participant-number" };
    v.a(key, "number", format!("{number:02}"))
}

/// The routes.
pub fn routes(config: &mut web::ServiceConfig) {
    setup::routes(config);
    learner::routes(config);
    review::routes(config);
    pairs::routes(config);
    reviewers::routes(config);
    queues::routes(config);
    practice::routes(config);
    self_assessment::routes(config);
    respond::routes(config);
    trainer::routes(config);
    sheet::routes(config);
    release::routes(config);
    columns::routes(config);
    grades::routes(config);
    exemplars::routes(config);
    export::routes(config);
    files::routes(config);
}
