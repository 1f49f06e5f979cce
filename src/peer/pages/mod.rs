//! The pages of peer assessment.

mod learner;
mod review;
mod setup;
mod trainer;

use actix_web::web;

use super::PeerError;
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

/// Where a grade is, in words for a learner: sent or not, never an error text.
fn grade_words_for_learner(v: &View, state: Option<&GradeState>) -> String {
    match state {
        None => v.t("grade-nowhere"),
        Some(GradeState::Sent) => v.t("grade-sent"),
        Some(_) => v.t("grade-not-yet"),
    }
}

/// Where a grade is, in words for a trainer.
fn grade_words(v: &View, state: Option<&GradeState>) -> String {
    match state {
        None => v.t("grade-nowhere"),
        Some(GradeState::Sent) => v.t("grade-sent"),
        Some(GradeState::Waiting) => v.t("grade-waiting"),
        Some(GradeState::Conflict) => v.t("grade-conflict"),
        Some(GradeState::Retrying { class, .. }) => {
            v.a("grade-retrying", "reason", v.t(&format!("grade-class-{}", known_class(class))))
        }
        Some(GradeState::Failed { class }) => {
            v.a("grade-failed", "reason", v.t(&format!("grade-class-{}", known_class(class))))
        }
    }
}

/// The classes that have a text of their own.
fn known_class(class: &str) -> &str {
    const KNOWN: [&str; 12] = [
        "no_service",
        "unreachable",
        "no_answer",
        "unavailable",
        "throttled",
        "token_refused",
        "user_not_gradable",
        "line_item_missing",
        "lms_not_accepting",
        "forbidden",
        "scope_missing",
        "registration_disabled",
    ];
    if KNOWN.contains(&class) {
        return class;
    }
    match class {
        "token_unavailable" | "suspicious" | "result_unavailable" | "unreadable" => "unavailable",
        "gave_up" => "gave_up",
        _ => "other",
    }
}

/// How a state looks: the class of its tag.
fn grade_tag(state: Option<&GradeState>) -> &'static str {
    match state {
        None | Some(GradeState::Waiting) => "plain",
        Some(GradeState::Sent) => "",
        Some(GradeState::Retrying { .. }) => "warn",
        Some(GradeState::Conflict | GradeState::Failed { .. }) => "bad",
    }
}

/// "Participant 07".
fn participant(v: &View, number: i32) -> String {
    v.a("participant-number", "number", format!("{number:02}"))
}

/// The routes.
pub fn routes(config: &mut web::ServiceConfig) {
    setup::routes(config);
    learner::routes(config);
    review::routes(config);
    trainer::routes(config);
}
