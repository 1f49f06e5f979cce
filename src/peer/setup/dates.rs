//! Dates that hang on others: counted in days, or moved along.

use super::Setup;
use crate::activity::model::{DAY, Days, Rules};
use crate::clock::UtcTime;
use crate::web::fields::Fields;

/// A date that was counted in the trainer's time zone may differ from one counted here by a change of the clocks, in
/// seconds.
const CLOCKS: i64 = 2 * 3600;

impl Setup {
    pub(super) fn read_days(fields: &Fields) -> Days {
        // What is no number becomes one that the check refuses.
        let days = |name: &str| Some(fields.text(name)).filter(|typed| !typed.is_empty());
        let days = |name: &str| days(name).map(|typed| typed.parse().unwrap_or(-1));
        let (review_from, review_due) = (days("review_from_days"), days("review_due_days"));
        Days { review_from, review_due, release: days("release_days") }
    }

    /// What is wrong with the days.
    pub(super) fn days_problem(&self) -> Option<&'static str> {
        let Days { review_from, review_due, release } = self.days;
        let is_out = |days: Option<i32>, least: i32| days.is_some_and(|days| !(least..=365).contains(&days));
        if is_out(review_from, 0) || is_out(review_due, 1) || is_out(release, 0) {
            return Some("setup-days-range");
        }
        let rules = &self.rules;
        let hangs_on_works = review_from.or(review_due).is_some();
        let hangs_nowhere =
            (hangs_on_works && rules.work_due_at.is_none()) || (release.is_some() && rules.review_due_at.is_none());
        hangs_nowhere.then_some("setup-days-no-date")
    }
}

/// So many days after a date; a date that was sent stays where it says the same.
fn counted(from: Option<UtcTime>, days: i32, sent: Option<UtcTime>) -> Option<UtcTime> {
    let counted = from?.plus_seconds(i64::from(days) * DAY);
    sent.filter(|sent| sent.seconds_since(counted).abs() <= CLOCKS).or(Some(counted))
}

impl Setup {
    /// Moves the dates that were left as they are by as much as the date of the works was moved.
    pub fn shift(&mut self, before: &Rules) {
        let rules = &mut self.rules;
        let Some((new, old)) = rules.work_due_at.zip(before.work_due_at) else { return };
        let by = new.seconds_since(old);
        let dates = [&mut rules.review_due_at, &mut rules.review_from_at, &mut rules.release_at];
        let known = [before.review_due_at, before.review_from_at, before.release_at];
        for (date, known) in dates.into_iter().zip(known) {
            if *date == known {
                *date = date.map(|date| date.plus_seconds(by));
            }
        }
    }

    /// Counts the dates that are counted in days. Numbers that the check refuses count nothing.
    pub fn count_days(&mut self) {
        if self.days_problem().is_some_and(|key| key == "setup-days-range") {
            return;
        }
        let Days { review_from, review_due, release } = self.days;
        let rules = &mut self.rules;
        if let Some(days) = review_from {
            rules.review_from_at = counted(rules.work_due_at, days, rules.review_from_at);
        }
        if let Some(days) = review_due {
            rules.review_due_at = counted(rules.work_due_at, days, rules.review_due_at);
        }
        if let Some(days) = release {
            rules.release_at = counted(rules.review_due_at, days, rules.release_at);
        }
    }
}
