//! One learner, as staff see them.

use std::collections::HashMap;

use super::super::marks::Marks;
use super::super::model::{Consent, Report, Response, Review, Submission, WorkFile};
use super::super::rubric::Rubric;
use super::super::{PeerError, store};
use super::group::{self, Group, Row};
use super::self_assessment::Beside;
use super::{exemplars, with_criteria};
use crate::activity::model::Activity;
use crate::clock::UtcTime;
use crate::ids::{ActivityId, PersonId, ReviewId};
use crate::launch::Scope;
use crate::platform::model::Person;
use crate::store::{Conn, StoreError};

/// Whose work somebody reviewed.
#[derive(Clone, Debug)]
pub enum Whose {
    /// A learner's; None for one who left.
    Learner(Option<Person>),
    /// A team's.
    Team(String),
    /// The trainer's.
    Control,
}

/// One learner, for staff.
pub struct Sheet {
    /// The activity.
    pub activity: Activity,
    /// The learner's row.
    pub row: Row,
    /// Reviews received, each with its rubric and its reviewer.
    pub received: Vec<(Review, Rubric, Option<Person>)>,
    /// Reviews given, each with whose work it is.
    pub given: Vec<(Review, Whose)>,
    /// How the marks are made.
    pub marks: Marks,
    /// How authors received the reviews, by review.
    pub responses: HashMap<ReviewId, Response>,
    /// What the author says to showing the work, where they were asked.
    pub consent: Option<Consent>,
    /// The files of the work, once it was handed in.
    pub files: Vec<WorkFile>,
    /// The learner's own view beside the peers'.
    pub beside: Option<Beside>,
    /// What was reported about the work and its reviews, each with who did.
    pub reports: Vec<(Report, Option<Person>)>,
}

/// One learner of the group.
///
/// # Errors
/// `NotFound`, also for a person who is no learner of this activity's cohort.
pub fn load(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    person: &PersonId,
    now: UtcTime,
) -> Result<Sheet, PeerError> {
    let Group { activity, rows, mut marks, input, submissions, reviews, .. } = group::load(conn, scope, id, now)?;
    if activity.released_at.is_none() {
        marks.criteria = with_criteria(conn, &activity, input, &reviews)?.run_criteria();
    }
    let people: HashMap<PersonId, Person> =
        rows.iter().map(|r| (r.learner.person.id.clone(), r.learner.person.clone())).collect();
    let row = rows.into_iter().find(|r| r.learner.person.id == *person).ok_or(StoreError::NotFound)?;
    let beside = match row.submission.as_ref().filter(|_| activity.rules.self_assessment) {
        Some(work) => Beside::load(conn, work, &reviews)?,
        None => None,
    };
    let (mut received, mut given) = (Vec::new(), Vec::new());
    for review in reviews {
        if row.is_own(&review.submission_id) {
            let rubric = store::get_rubric(conn, &review.rubric_version_id)?;
            let reviewer = people.get(&review.reviewer_id).cloned();
            received.push((review, rubric, reviewer));
        } else if review.reviewer_id == *person {
            let work = submissions.iter().find(|s| s.id == review.submission_id);
            let whose = match work {
                Some(work) if work.control => Whose::Control,
                Some(Submission { team: Some(team), .. }) => Whose::Team(team.clone()),
                _ => Whose::Learner(work.and_then(|work| people.get(&work.person_id).cloned())),
            };
            given.push((review, whose));
        }
    }
    let responses = store::list_responses(conn, id)?;
    let consents = exemplars::consents(conn, &activity)?;
    let consent = row.submission.as_ref().and_then(|work| consents.get(&work.id)).copied();
    let files = match row.submission.as_ref().filter(|s| s.is_handed_in()) {
        Some(work) => store::list_files_of(conn, &work.id)?,
        None => Vec::new(),
    };
    let mut reports = store::list_reports(conn, id)?;
    reports.retain(|r| row.is_own(&r.submission_id));
    let with_name = |report: Report| {
        let who = people.get(&report.reporter_id).cloned();
        (report, who)
    };
    let reports = reports.into_iter().map(with_name).collect();
    Ok(Sheet { activity, row, received, given, marks, responses, consent, files, beside, reports })
}
