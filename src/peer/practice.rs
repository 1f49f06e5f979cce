//! Practice: learners mark works that their trainer has marked already, and compare, before they review others'. How
//! they mark them shows how strict they are (calibration, peer-assessment.md §4.7).

use std::ops::RangeInclusive;

use super::model::ReviewBody;
use crate::activity::model::Activity;
use crate::clock::UtcTime;
use crate::ids::{ActivityId, ExampleId, PersonId, RubricVersionId, SubmissionId};
use crate::store::columns::Points;

/// At most so many works are practised on.
pub const MOST: usize = 5;
/// How many points apart a mark may be and still be close.
pub const TOLERANCE: RangeInclusive<i32> = 1..=50;
/// What that is unless the trainer says otherwise.
pub const USUAL_TOLERANCE: i32 = 10;

/// A work that the trainer marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Our id.
    pub id: ExampleId,
    /// The activity.
    pub activity_id: ActivityId,
    /// The rubric it was marked by.
    pub rubric_version_id: RubricVersionId,
    /// The work, sanitised.
    pub html: String,
    /// What the trainer chose and wrote.
    pub reference: ReviewBody,
    /// The trainer's total, on 0–100.
    pub total: Points,
    /// A total is close that is at most so many points away, 1 to 50.
    pub tolerance: i32,
    /// Since when nobody practises on it any more.
    pub withdrawn_at: Option<UtcTime>,
    /// The work as which reviewers get it without knowing, where it is a control work; nobody practises on it.
    pub control: Option<SubmissionId>,
}

/// How a learner marked one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practice {
    /// The work.
    pub example_id: ExampleId,
    /// The learner.
    pub person_id: PersonId,
    /// What was chosen and written.
    pub body: ReviewBody,
    /// The total on 0–100, once sent.
    pub total: Option<Points>,
    /// When it was sent. There is one try.
    pub sent_at: Option<UtcTime>,
}

impl Example {
    /// Whether it is in use: not withdrawn, and marked by the rubric of today.
    #[must_use]
    pub fn is_asked(&self, activity: &Activity) -> bool {
        self.withdrawn_at.is_none() && self.rubric_version_id == activity.rubric_version_id
    }

    /// The work as which it takes part in making marks.
    #[must_use]
    pub fn work(&self) -> SubmissionId {
        self.control.clone().unwrap_or_else(|| SubmissionId(self.id.to_string()))
    }

    /// How many points more than the trainer a total is.
    #[must_use]
    pub fn difference(&self, total: Points) -> Points {
        Points(total.0 - self.total.0)
    }

    /// Whether a total is close to the trainer's.
    #[must_use]
    pub fn is_near(&self, total: Points) -> bool {
        self.difference(total).0.abs() <= Points::whole(self.tolerance.into()).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_is_close_up_to_the_tolerance_on_both_sides() {
        let example = Example {
            id: ExampleId::new(),
            activity_id: ActivityId::new(),
            rubric_version_id: RubricVersionId::new(),
            html: String::new(),
            reference: ReviewBody::default(),
            total: Points::whole(70),
            tolerance: 10,
            withdrawn_at: None,
            control: None,
        };
        for (total, near) in [(60, true), (70, true), (80, true), (59, false), (81, false)] {
            assert_eq!(example.is_near(Points::whole(total)), near, "{total}");
        }
        assert!(!example.is_near(Points(Points::whole(80).0 + 1)));
        assert_eq!(example.difference(Points::whole(65)), Points(-50_000));
    }
}
