//! Works, reviews, marks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::UtcTime;
use crate::ids::{ActivityId, CourseId, PersonId, ReviewId, RubricVersionId, SubmissionId};
use crate::store::columns::{Points, text_enum};

text_enum! {
    /// How far a work is.
    SubmissionState {
        /// Only its author sees it.
        Draft => "draft",
        /// Peers may review it.
        HandedIn => "handed_in",
    }
}

text_enum! {
    /// How far a review is.
    ReviewState {
        /// Leased to its reviewer.
        Open => "open",
        /// The lease ran out or was given back; its text is kept.
        Lapsed => "lapsed",
        /// Sent; it counts.
        Sent => "sent",
    }
}

/// A learner's work.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Our id.
    pub id: SubmissionId,
    /// The activity.
    pub activity_id: ActivityId,
    /// The author.
    pub person_id: PersonId,
    /// The course that the author came from.
    pub course_id: CourseId,
    /// A number for "Participant 07"; says nothing about the author.
    pub number: i32,
    /// How far it is.
    pub state: SubmissionState,
    /// What is being written, sanitised.
    pub draft_html: String,
    /// Counts the saves, so that a late one covers no newer one.
    pub draft_revision: i32,
    /// What was handed in.
    pub handed_in_html: Option<String>,
    /// When it was handed in.
    pub handed_in_at: Option<UtcTime>,
}

/// What a reviewer chose and wrote, by criterion id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewBody {
    /// The chosen level of each criterion, counted from 0.
    #[serde(default)]
    pub levels: BTreeMap<String, usize>,
    /// The comment on each criterion.
    #[serde(default)]
    pub comments: BTreeMap<String, String>,
    /// A comment on the whole.
    #[serde(default)]
    pub overall: String,
}

/// One allocation of a work to a reviewer, from the lease to the sent review.
#[derive(Clone, Debug)]
pub struct Review {
    /// Our id.
    pub id: ReviewId,
    /// The activity.
    pub activity_id: ActivityId,
    /// The work.
    pub submission_id: SubmissionId,
    /// The reviewer.
    pub reviewer_id: PersonId,
    /// The rubric it uses.
    pub rubric_version_id: RubricVersionId,
    /// How far it is.
    pub state: ReviewState,
    /// Until when the work is kept for this reviewer.
    pub leased_until: UtcTime,
    /// What was chosen and written.
    pub body: ReviewBody,
    /// The rubric total on 0–100, once sent.
    pub total: Option<Points>,
    /// When it was sent.
    pub sent_at: Option<UtcTime>,
}

impl Review {
    /// Whether the work is kept for this reviewer now.
    #[must_use]
    pub fn holds(&self, now: UtcTime) -> bool {
        self.state == ReviewState::Open && now < self.leased_until
    }
}

/// A trainer's decision about a mark.
#[derive(Clone, Debug)]
pub struct Override {
    /// The learner.
    pub person_id: PersonId,
    /// Counts the decisions about this learner.
    pub number: i32,
    /// The mark on 0–100; None takes the decision back, so that the peers' mark counts again.
    pub mark: Option<Points>,
    /// Why; the learner reads it.
    pub reason: String,
}

/// A learner's mark and how it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The mark that counts, on 0–100.
    pub value: Option<Points>,
    /// The mean of the reviews' totals, if there is one.
    pub peers: Option<Points>,
    /// How many reviews went into it.
    pub reviews: usize,
    /// The trainer's reason, if the trainer decided.
    pub reason: Option<String>,
}

/// A learner's grade for reviewing and how it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reviewing {
    /// The grade, on 0–100.
    pub value: Points,
    /// Reviews sent.
    pub given: usize,
    /// Reviews that could be asked for.
    pub asked: usize,
}

/// The grade for reviewing: the share of the reviews asked for that were sent. Nobody is asked for more than there
/// are works of others (`available`); where there is none, there is no grade.
#[must_use]
pub fn reviewing(given: usize, wanted: usize, available: usize) -> Option<Reviewing> {
    let asked = wanted.min(available);
    let counted = i64::try_from(given.min(asked)).ok()?;
    let of = i64::try_from(asked).ok().filter(|n| *n > 0)?;
    let value = Points((2 * Points::FULL.0 * counted + of).div_euclid(2 * of));
    Some(Reviewing { value, given, asked })
}

/// The mean of rubric totals on 0–100, rounded half up to 1/10000; None without any.
#[must_use]
pub fn mean(totals: &[Points]) -> Option<Points> {
    let count = i64::try_from(totals.len()).ok().filter(|n| *n > 0)?;
    let sum: i64 = totals.iter().map(|p| p.0).sum();
    Some(Points((2 * sum + count).div_euclid(2 * count)))
}

/// The mark from the reviews' totals and the trainer's decision, which wins.
#[must_use]
pub fn mark(totals: &[Points], decision: Option<&Override>) -> Mark {
    let peers = mean(totals);
    let decided = decision.filter(|d| d.mark.is_some());
    Mark {
        value: decided.and_then(|d| d.mark).or(peers),
        peers,
        reviews: totals.len(),
        reason: decided.map(|d| d.reason.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_trainers_decision_wins_and_can_be_taken_back() {
        let totals = [Points::whole(60), Points::whole(81)];
        assert_eq!(mark(&totals, None).value, Some(Points(705_000)));
        let decided =
            Override { person_id: PersonId::new(), number: 1, mark: Some(Points::whole(90)), reason: "r".into() };
        let with = mark(&totals, Some(&decided));
        assert_eq!(
            (with.value, with.peers, with.reason.as_deref()),
            (Some(Points::whole(90)), Some(Points(705_000)), Some("r"))
        );
        let back = Override { mark: None, ..decided };
        assert_eq!(mark(&totals, Some(&back)), mark(&totals, None));
        assert_eq!(mark(&[], None).value, None);
    }

    #[test]
    fn reviewing_is_the_share_that_could_be_asked_for() {
        let share = |given, wanted, available| reviewing(given, wanted, available).map(|r| (r.value.0, r.asked));
        assert_eq!(share(2, 3, 9), Some((666_667, 3)));
        assert_eq!(share(0, 3, 9), Some((0, 3)));
        assert_eq!(share(3, 3, 9), Some((1_000_000, 3)));
        assert_eq!(share(5, 3, 9), Some((1_000_000, 3)), "no more than all");
        assert_eq!(share(1, 3, 1), Some((1_000_000, 1)), "there was one work only");
        assert_eq!(share(0, 3, 0), None, "nobody could review anything");
    }

    proptest! {
        #[test]
        fn the_mean_lies_between_and_ignores_order(mut totals in prop::collection::vec(0i64..=1_000_000, 1..12)) {
            let points: Vec<Points> = totals.iter().map(|t| Points(*t)).collect();
            let one = mean(&points).unwrap();
            prop_assert!(one.0 >= *totals.iter().min().unwrap() && one.0 <= *totals.iter().max().unwrap());
            totals.reverse();
            let reversed: Vec<Points> = totals.iter().map(|t| Points(*t)).collect();
            prop_assert_eq!(mean(&reversed), Some(one));
        }
    }
}
