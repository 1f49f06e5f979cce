//! What is wrong with a set-up form.

use super::super::rubric::Problem;
use super::Setup;
use crate::activity::model::{DAY, GroupRule};
use crate::clock::UtcTime;

/// How many works a learner may be asked to review.
pub const REVIEWS: std::ops::RangeInclusive<i32> = 1..=6;

/// How many days late works may be taken.
const LATE_DAYS: std::ops::RangeInclusive<i32> = 0..=30;

/// What a late work may lose for each day.
const LATE_PENALTY: std::ops::RangeInclusive<i32> = 0..=100;

/// Which share of the works may be worth a check.
const CHECKS: std::ops::RangeInclusive<i32> = 0..=50;

/// What reviewing may count in the grade.
const WEIGHTS: std::ops::RangeInclusive<i32> = 0..=50;

/// How many minutes works may wait.
const WAITS: std::ops::RangeInclusive<i32> = 0..=1440;

/// What a full mark may count in the LMS's gradebook.
const POINTS: std::ops::RangeInclusive<i32> = 1..=1000;

/// A date may lie so many seconds back and still mean "now".
const JUST_NOW: i64 = 300;

/// Dates for handing in, for reviews, and for the release.
pub type Dates = (Option<UtcTime>, Option<UtcTime>, Option<UtcTime>);

impl Setup {
    /// Everything that must be corrected; empty when it can be stored.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut add = |key| problems.push(Problem { key, criterion: 0 });
        if self.title.is_empty() {
            add("setup-no-title");
        }
        if self.title.chars().count() > 200 {
            add("setup-title-too-long");
        }
        if self.brief.words() == 0 {
            add("setup-no-brief");
        }
        if self.brief_too_long {
            add("setup-brief-too-long");
        }
        if self.unreadable.contains(&"work_due") {
            add("setup-work-date-unreadable");
        }
        if self.unreadable.contains(&"review_due") {
            add("setup-review-date-unreadable");
        }
        self.date_problems(&mut add);
        if !REVIEWS.contains(&self.reviews) {
            add("setup-reviews-range");
        }
        if self.received != 0 && !REVIEWS.contains(&self.received) {
            add("setup-received-range");
        }
        if !self.pasted.trim().is_empty() {
            add("setup-import-pending");
        }
        if !POINTS.contains(&self.points) {
            add("setup-points-range");
        }
        if !CHECKS.contains(&self.check_percent) {
            add("setup-checks-range");
        }
        if !WEIGHTS.contains(&self.reviewing_weight) {
            add("setup-weight-range");
        }
        if self.trainer_blind && self.group_rule == GroupRule::Teams {
            add("setup-teams-blind");
        }
        problems.extend(self.rubric.problems());
        problems
    }

    /// Dates that do not fit each other.
    fn date_problems(&self, add: &mut impl FnMut(&'static str)) {
        if self.unreadable.contains(&"review_from") {
            add("setup-review-from-unreadable");
        }
        let is_wrong = |a: Option<UtcTime>, b: Option<UtcTime>| a.zip(b).is_some_and(|(a, b)| a >= b);
        if is_wrong(self.work_due, self.review_due) {
            add("setup-review-before-work");
        } else if is_wrong(self.review_from, self.review_due) {
            add("setup-review-from-after-end");
        }
        if self.review_from.zip(self.work_due).is_some_and(|(from, work)| from < work) {
            add("setup-review-from-before-work");
        }
        if !LATE_DAYS.contains(&self.late_days) {
            add("setup-late-days-range");
        } else if self.late_days > 0 && self.work_due.is_none() {
            add("setup-late-no-date");
        } else if self.late_days > 0 && is_wrong(self.works_end(), self.review_due) {
            add("setup-late-after-reviews");
        }
        if !LATE_PENALTY.contains(&self.late_penalty) {
            add("setup-late-penalty-range");
        }
        if let Some(key) = self.days_problem() {
            add(key);
        }
        if !WAITS.contains(&self.pool_minutes) {
            add("setup-pool-range");
        }
        if self.unreadable.contains(&"release_at") {
            add("setup-release-unreadable");
        }
        match (self.release_at, self.review_due) {
            (Some(_), None) => add("setup-release-no-end"),
            (Some(release), Some(end)) if release < end => add("setup-release-before-end"),
            _ => {}
        }
    }

    /// Until when works are taken.
    fn works_end(&self) -> Option<UtcTime> {
        self.work_due.map(|due| due.plus_seconds(i64::from(self.late_days) * DAY))
    }

    /// Dates that have passed and were not there before: learners would lose time that they counted on. Who wants to end
    /// something now says now.
    #[must_use]
    pub fn past(&self, before: Dates, now: UtcTime) -> Vec<Problem> {
        let is_past = |new: Option<UtcTime>, before: Option<UtcTime>| {
            new != before && new.is_some_and(|new| now.seconds_since(new) > JUST_NOW)
        };
        let keys = [
            ("setup-work-date-past", is_past(self.work_due, before.0)),
            ("setup-review-date-past", is_past(self.review_due, before.1)),
            ("setup-release-date-past", is_past(self.release_at, before.2)),
        ];
        keys.into_iter().filter(|(_, past)| *past).map(|(key, _)| Problem { key, criterion: 0 }).collect()
    }
}
