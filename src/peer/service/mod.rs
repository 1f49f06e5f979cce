//! The use cases of peer assessment: each loads, applies the rules, and stores in one transaction.

pub mod control;
pub mod decide;
pub mod exemplars;
pub mod export;
pub mod extension;
pub mod files;
pub mod group;
pub mod groups;
pub mod home;
pub mod moderate;
pub mod pairs;
pub mod practice;
pub(super) mod queue;
pub mod release;
pub mod respond;
pub mod review;
pub mod reviewers;
mod reviewing_grade;
pub mod self_assessment;
pub mod settings;
pub mod sheet;
pub(super) mod teams;
pub mod work;

use std::collections::HashMap;

use super::criteria::Bodies;
use super::marks::{Input, Marks};
use super::model::{Override, Review, Submission};
use super::teams::Teams;
use super::{PeerError, store};
use crate::activity;
use crate::activity::model::Activity;
use crate::clock::UtcTime;
use crate::cohort;
use crate::ids::{ActivityId, PersonId, SubmissionId};
use crate::launch::Scope;
use crate::news;
use crate::news::model::Kind;
use crate::platform;
use crate::store::columns::Role;
use crate::store::{Conn, StoreError};

/// An activity for one of its learners, with the dates that are theirs.
fn for_learner(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> Result<Activity, PeerError> {
    let activity = activity::store::get(conn, scope, id)?;
    let teams = teams::load(conn, &activity)?;
    let extensions = extension::of_authors(conn, id, &scope.person, &teams)?;
    let activity = extension::for_author(&activity, &scope.person, &extensions, &teams);
    if scope.role == Role::Learner { Ok(activity) } else { Err(PeerError::Role) }
}

/// The numbers under which a reviewer knows works: their order among those that this reviewer got. Everybody knows a work
/// by another number, so nobody can tell others which one is theirs (T61).
fn numbers(reviews: &[Review], reviewer: &PersonId) -> HashMap<SubmissionId, i32> {
    let mut own: Vec<&Review> = reviews.iter().filter(|r| r.reviewer_id == *reviewer).collect();
    own.sort_by(|a, b| (a.opened_at, &a.id).cmp(&(b.opened_at, &b.id)));
    own.into_iter().map(|r| r.submission_id.clone()).zip(1..).collect()
}

/// The name of a work's author, or of the team, as far as reviewers see it.
fn author_name(conn: &mut Conn, activity: &Activity, work: &Submission) -> Result<Option<String>, PeerError> {
    if !activity.rules.anonymity.shows_authors() {
        return Ok(None);
    }
    match &work.team {
        Some(team) => Ok(Some(team.clone())),
        None => Ok(platform::store::get_person(conn, &work.person_id)?.known_name()),
    }
}

/// The name of a reviewer, as far as authors see it.
fn reviewer_name(conn: &mut Conn, activity: &Activity, reviewer: &PersonId) -> Result<Option<String>, PeerError> {
    let is_shown = activity.rules.anonymity.shows_reviewers();
    Ok(if is_shown { platform::store::get_person(conn, reviewer)?.known_name() } else { None })
}

/// An activity for whoever sees the group.
fn for_staff(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> Result<Activity, PeerError> {
    let activity = activity::store::get(conn, scope, id)?;
    if scope.role.is_staff() { Ok(activity) } else { Err(PeerError::Role) }
}

/// An activity for whoever may change it.
fn for_trainer(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> Result<Activity, PeerError> {
    let activity = activity::store::get(conn, scope, id)?;
    if scope.role == Role::Trainer { Ok(activity) } else { Err(PeerError::Role) }
}

/// Tells the trainers of an activity something.
fn tell_trainers(conn: &mut Conn, id: &ActivityId, kind: Kind, about: &str, now: UtcTime) -> Result<(), PeerError> {
    let activity = activity::store::list_by_ids(conn, vec![id.clone()])?.pop().ok_or(StoreError::NotFound)?;
    for person in cohort::store::list_trainers(conn, &activity.cohort_id)? {
        news::service::tell(conn, &person, id, kind, about, now)?;
    }
    Ok(())
}

/// What the marks of an activity are made from now.
fn marks_input(
    conn: &mut Conn,
    activity: &Activity,
    works: (&[Submission], &Teams),
    reviews: &[Review],
    decisions: &[Override],
) -> Result<Input, PeerError> {
    let (examples, practices) = (store::list_examples(conn, &activity.id)?, store::list_practices(conn, &activity.id)?);
    let input = Input::of(activity.rules.mark_method, works, reviews, decisions);
    Ok(input.with_practice(&examples, &practices, reviews))
}

/// The same with what the reviews gave each criterion: for the pages that show that, and for a release.
fn with_criteria(conn: &mut Conn, activity: &Activity, input: Input, reviews: &[Review]) -> Result<Input, PeerError> {
    let (examples, practices) = (store::list_examples(conn, &activity.id)?, store::list_practices(conn, &activity.id)?);
    let (version, mut bodies) = (&activity.rubric_version_id, Bodies::default());
    for review in reviews.iter().filter(|r| r.rubric_version_id == *version) {
        bodies.given.insert((review.submission_id.clone(), review.reviewer_id.clone()), &review.body);
    }
    for example in examples.iter().filter(|e| e.rubric_version_id == *version) {
        bodies.references.insert(example.work(), &example.reference);
        for practice in practices.iter().filter(|p| p.example_id == example.id) {
            bodies.given.insert((example.work(), practice.person_id.clone()), &practice.body);
        }
    }
    let rubric = store::get_rubric(conn, version)?;
    Ok(input.with_criteria(&rubric, &bodies))
}

/// The marks as they stand: those of the last release, else what a release would make now.
fn standing_marks(conn: &mut Conn, id: &ActivityId, input: &Input) -> Result<Marks, PeerError> {
    Ok(store::find_run(conn, id)?.unwrap_or_else(|| input.run()))
}
