//! Everything that was said in reviews, one line for each review and criterion.

use std::collections::HashMap;

use serde::Serialize;

use super::super::model::ReviewState;
use super::super::rubric::Rubric;
use super::super::{PeerError, store};
use super::{for_trainer, group};
use crate::clock::UtcTime;
use crate::ids::{ActivityId, PersonId, RubricVersionId};
use crate::launch::Scope;
use crate::platform::model::Person;
use crate::store::Conn;
use crate::store::columns::Points;

/// One review's word on one criterion.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Our id of the review.
    pub review: String,
    /// Who wrote the work, or the team.
    pub author: String,
    /// Who reviewed it.
    pub reviewer: String,
    /// When it was sent, UTC.
    pub sent_at: String,
    /// The criterion.
    pub criterion: String,
    /// What it counts, in per cent of the total.
    pub weight: u32,
    /// The level.
    pub level: String,
    /// What the reviewer wrote about it.
    pub comment: String,
    /// What the reviewer wrote about the whole.
    pub overall: String,
    /// The review's total, 0–100.
    pub total: Points,
    /// The total without what its reviewer gives more or less than others; None where all count the same.
    pub corrected: Option<Points>,
    /// How helpful the author found it, 1 to 5.
    pub helpful: Option<i32>,
    /// Why the trainer took it out of the marks, if so.
    pub excluded: Option<String>,
}

/// How those are called who have no name in the list.
#[derive(Clone, Debug)]
pub struct Words {
    /// Somebody whose name the LMS does not tell.
    pub nameless: String,
    /// The trainer's control work.
    pub control: String,
}

/// All sent reviews of an activity.
///
/// # Errors
/// `NotFound`, or [`PeerError::Role`] for anybody but a trainer.
pub fn reviews(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    words: &Words,
    now: UtcTime,
) -> Result<Vec<Line>, PeerError> {
    for_trainer(conn, scope, id)?;
    let group = group::load(conn, scope, id, now)?;
    let mut responses = store::list_responses(conn, id)?;
    let people: HashMap<&PersonId, &Person> =
        group.rows.iter().map(|row| (&row.learner.person.id, &row.learner.person)).collect();
    // Who has left the course is in the group no longer, and their reviews still count.
    let name = |person: Option<&PersonId>| {
        let known = person.and_then(|id| people.get(id));
        known.map_or_else(|| words.nameless.clone(), |person| person.display_name(&words.nameless))
    };
    let mut rubrics: HashMap<RubricVersionId, Rubric> = HashMap::new();
    let mut lines = Vec::new();
    for review in group.reviews.iter().filter(|r| r.state == ReviewState::Sent) {
        if !rubrics.contains_key(&review.rubric_version_id) {
            let rubric = store::get_rubric(conn, &review.rubric_version_id)?;
            rubrics.insert(review.rubric_version_id.clone(), rubric);
        }
        let (Some(rubric), Some(total)) = (rubrics.get(&review.rubric_version_id), review.total) else { continue };
        let work = group.submissions.iter().find(|s| s.id == review.submission_id);
        let author = match work {
            Some(work) if work.control => words.control.clone(),
            Some(work) => work.team.clone().unwrap_or_else(|| name(Some(&work.person_id))),
            None => name(None),
        };
        let helpful = responses.remove(&review.id).and_then(|response| response.helpful);
        let corrected = group.marks.counted(review).map(|counted| counted.corrected);
        lines.extend(rubric.criteria.iter().map(|criterion| Line {
            review: review.id.to_string(),
            author: author.clone(),
            reviewer: name(Some(&review.reviewer_id)),
            sent_at: review.sent_at.map(UtcTime::iso_seconds).unwrap_or_default(),
            criterion: criterion.title.clone(),
            weight: rubric.share(criterion),
            level: criterion.chosen(&review.body).map(|level| level.label).unwrap_or_default(),
            comment: criterion.comment(&review.body).unwrap_or_default().to_owned(),
            overall: review.body.overall.clone(),
            total,
            corrected,
            helpful,
            excluded: review.excluded_reason.clone(),
        }));
    }
    Ok(lines)
}
