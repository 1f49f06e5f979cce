//! What is wrong with a set-up form.

use super::super::rubric::Problem;
use super::Setup;
use crate::activity::model::{GroupRule, Rules};
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
        let rules = &self.rules;
        if !REVIEWS.contains(&rules.reviews_per_learner) {
            add("setup-reviews-range");
        }
        if rules.reviews_received != 0 && !REVIEWS.contains(&rules.reviews_received) {
            add("setup-received-range");
        }
        if !self.pasted.trim().is_empty() {
            add("setup-import-pending");
        }
        if !POINTS.contains(&self.points) {
            add("setup-points-range");
        }
        if !CHECKS.contains(&rules.check_percent) {
            add("setup-checks-range");
        }
        if !WEIGHTS.contains(&rules.reviewing_weight) {
            add("setup-weight-range");
        }
        if rules.trainer_blind && rules.group_rule == GroupRule::Teams {
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
        let rules = &self.rules;
        if is_wrong(rules.work_due_at, rules.review_due_at) {
            add("setup-review-before-work");
        } else if is_wrong(rules.review_from_at, rules.review_due_at) {
            add("setup-review-from-after-end");
        }
        if rules.review_from_at.zip(rules.work_due_at).is_some_and(|(from, work)| from < work) {
            add("setup-review-from-before-work");
        }
        if !LATE_DAYS.contains(&rules.late_days) {
            add("setup-late-days-range");
        } else if rules.late_days > 0 && rules.work_due_at.is_none() {
            add("setup-late-no-date");
        } else if rules.late_days > 0 && is_wrong(rules.works_end(), rules.review_due_at) {
            add("setup-late-after-reviews");
        }
        if !LATE_PENALTY.contains(&rules.late_penalty) {
            add("setup-late-penalty-range");
        }
        if let Some(key) = self.days_problem() {
            add(key);
        }
        if !WAITS.contains(&rules.pool_minutes) {
            add("setup-pool-range");
        }
        if self.unreadable.contains(&"release_at") {
            add("setup-release-unreadable");
        }
        match (rules.release_at, rules.review_due_at) {
            (Some(_), None) => add("setup-release-no-end"),
            (Some(release), Some(end)) if release < end => add("setup-release-before-end"),
            _ => {}
        }
    }

    /// Dates that have passed and were not there before: learners would lose time that they counted on. Who wants to end
    /// something now says now.
    #[must_use]
    pub fn past(&self, before: &Rules, now: UtcTime) -> Vec<Problem> {
        let is_past = |new: Option<UtcTime>, before: Option<UtcTime>| {
            new != before && new.is_some_and(|new| now.seconds_since(new) > JUST_NOW)
        };
        let rules = &self.rules;
        let keys = [
            ("setup-work-date-past", is_past(rules.work_due_at, before.work_due_at)),
            ("setup-review-date-past", is_past(rules.review_due_at, before.review_due_at)),
            ("setup-release-date-past", is_past(rules.release_at, before.release_at)),
        ];
        keys.into_iter().filter(|(_, past)| *past).map(|(key, _)| Problem { key, criterion: 0 }).collect()
    }
}
