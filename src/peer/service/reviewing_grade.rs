//! The grade for reviewing: what it is measured by.

use std::collections::HashMap;

use super::super::marks::{Judged, Marks};
use super::super::model::{Override, Response, Review, Submission};
use super::super::reviewing::{Quality, Reviewing, reviewing};
use super::super::teams::Teams;
use super::super::{PeerError, store};
use crate::activity::model::{Activity, ReviewingMethod};
use crate::ids::{PersonId, ReviewId};
use crate::store::Conn;
use crate::store::columns::Points;

/// What the grade for reviewing is measured by.
pub(super) struct Asks {
    /// Whether the activity has that grade.
    graded: bool,
    wanted: usize,
    works: usize,
    /// By reviewer, where quality counts.
    qualities: Option<HashMap<PersonId, Quality>>,
}

/// What the quality of reviews is measured by.
pub(super) struct Measures<'a> {
    /// All reviews.
    pub(super) reviews: &'a [Review],
    /// The marks.
    pub(super) marks: &'a Marks,
    /// The trainer's decisions.
    pub(super) decisions: &'a [Override],
    /// The trainer's marks of works that are nobody's here.
    pub(super) references: &'a [Judged],
}

impl Measures<'_> {
    /// How far each review is from the mark of its work: what it counted as, where that is known, so that nobody loses by
    /// being strict with everybody. A work with one review says nothing, unless the trainer judged it.
    fn qualities(
        &self,
        (submissions, teams): (&[Submission], &Teams),
        responses: &HashMap<ReviewId, Response>,
    ) -> HashMap<PersonId, Quality> {
        let mut of: HashMap<PersonId, (Vec<Points>, Vec<i32>)> = HashMap::new();
        for review in self.reviews.iter().filter(|r| r.counts()) {
            let (distances, ratings) = of.entry(review.reviewer_id.clone()).or_default();
            ratings.extend(responses.get(&review.id).and_then(|response| response.helpful));
            let judged = submissions.iter().find(|s| s.id == review.submission_id).and_then(|work| {
                let of_control = self.references.iter().find(|j| j.work == work.id).map(|j| j.mark);
                let decided = || self.decisions.iter().find(|d| d.judges && teams.is_author(work, &d.person_id));
                of_control.or_else(|| decided().and_then(|d| d.mark))
            });
            let made =
                self.marks.works.get(&review.submission_id).filter(|made| made.reviews > 1).map(|made| made.mark);
            let counted = self.marks.counted(review).map(|counted| counted.corrected).or(review.total);
            distances.extend(judged.or(made).zip(counted).map(|(mark, given)| Points(given.0 - mark.0)));
        }
        of.into_iter().map(|(who, (distances, ratings))| (who, Quality::of(&distances, &ratings))).collect()
    }
}

impl Asks {
    /// Of an activity with these works. How authors received the reviews is read only where it counts.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn load(
        conn: &mut Conn,
        activity: &Activity,
        works: (&[Submission], &Teams),
        measures: &Measures<'_>,
    ) -> Result<Self, PeerError> {
        let graded = activity.rules.grades_reviewing();
        let qualities = if graded && activity.rules.reviewing_method == ReviewingMethod::Quality {
            Some(measures.qualities(works, &store::list_responses(conn, &activity.id)?))
        } else {
            None
        };
        let is_there = |s: &&Submission| !s.control || measures.references.iter().any(|j| j.work == s.id);
        let works = works.0.iter().filter(|s| s.is_handed_in()).filter(is_there).count();
        Ok(Self { graded, wanted: activity.rules.wanted(), works, qualities })
    }

    /// The grade of somebody with such a work who gave so many reviews; whoever has not handed in cannot review.
    pub(super) fn reviewing(
        &self,
        person: &PersonId,
        own_work: Option<&Submission>,
        given: usize,
    ) -> Option<Reviewing> {
        own_work.filter(|s| self.graded && s.is_handed_in())?;
        let others = self.works.saturating_sub(1);
        let known = |all: &HashMap<PersonId, Quality>| all.get(person).copied().unwrap_or_default();
        reviewing(given, self.wanted, others, self.qualities.as_ref().map(known))
    }
}
