//! The control work: a work that the trainer marked and that every reviewer gets once, like any other. What they give it
//! tells how they mark (spot checks, peer-assessment.md §4.7), without their knowing which one it is.

use super::super::model::{Report, ReportState, Submission, SubmissionState};
use super::super::practice::Example;
use super::super::{PeerError, store};
use super::{for_trainer, work};
use crate::activity::model::Activity;
use crate::clock::UtcTime;
use crate::ids::{ActivityId, ExampleId, SubmissionId};
use crate::launch::Scope;
use crate::store::{Conn, StoreError, dialect};
use crate::web::html::CleanHtml;

/// Whether a control work can hide: with names, reviewers would look for one; and of one review each, none would be left
/// for the learners' works.
pub(super) fn can_hide(activity: &Activity) -> bool {
    !activity.rules.anonymity.shows_authors() && activity.rules.wanted() > 1
}

/// Why an activity takes no control work; the key of its text.
pub(super) fn refuse(conn: &mut Conn, activity: &Activity) -> Result<Option<&'static str>, PeerError> {
    if !can_hide(activity) {
        return Ok(Some("control-settings"));
    }
    let has_one = store::list_examples(conn, &activity.id)?.iter().any(|e| e.control.is_some());
    Ok(has_one.then_some("control-there"))
}

/// Puts a trainer's work among the learners' works, where it looks like any other.
pub(super) fn hide(
    conn: &mut Conn,
    scope: &Scope,
    activity: &Activity,
    html: &CleanHtml,
    now: UtcTime,
) -> Result<SubmissionId, PeerError> {
    let draft = work::new_submission(conn, scope, activity, html)?;
    let handed_in_html = Some(draft.draft_html.clone());
    let (state, handed_in_at) = (SubmissionState::HandedIn, Some(now));
    let hidden = Submission { state, handed_in_html, handed_in_at, team: None, control: true, ..draft };
    store::create_submission(conn, &hidden, now)?;
    Ok(hidden.id)
}

/// Withdraws it. What nobody has seen is gone, and leaves its place to another one.
pub(super) fn withdraw(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    example: &Example,
    now: UtcTime,
) -> Result<(), PeerError> {
    // Somebody may be getting it at this moment.
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    let control = example.control.as_ref().ok_or(StoreError::NotFound)?;
    settle_reports(conn, scope, id, control, ReportState::Upheld, now)?;
    if store::list_reviews(conn, id)?.iter().any(|r| r.submission_id == *control) {
        return Ok(store::withdraw_example(conn, &example.id, Some(now))?);
    }
    store::delete_example(conn, &example.id)?;
    Ok(store::delete_submission(conn, control)?)
}

/// Answers what reviewers reported about it.
fn settle_reports(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    control: &SubmissionId,
    state: ReportState,
    now: UtcTime,
) -> Result<(), PeerError> {
    let is_open = |r: &Report| r.state == ReportState::Open && r.submission_id == *control;
    for report in store::list_reports(conn, id)?.into_iter().filter(is_open) {
        store::decide_report(conn, &report.id, state, &scope.person, now)?;
    }
    Ok(())
}

/// The trainer has looked at what was reported about it, and leaves it as it is.
///
/// # Errors
/// `NotFound` for a work that is none, or [`PeerError::Role`] for anybody but a trainer.
pub fn looked(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    example: &ExampleId,
    now: UtcTime,
) -> Result<(), PeerError> {
    for_trainer(conn, scope, id)?;
    let control = store::get_example(conn, id, example)?.control.ok_or(StoreError::NotFound)?;
    settle_reports(conn, scope, id, &control, ReportState::Rejected, now)
}
