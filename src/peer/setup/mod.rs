//! The set-up form: read, checked, and shown again with everything that was typed.

mod check;
mod dates;
#[cfg(test)]
mod tests;

pub use check::{Dates, REVIEWS};

use crate::activity::model::{Activity, Anonymity, CHECKED, Days, GroupRule, MarkMethod, ReviewingMethod};
use crate::clock::UtcTime;
use crate::ids::{CohortId, PersonId, RubricVersionId};
use crate::web::fields::Fields;
use crate::web::html::{CleanHtml, MAX_RICH_TEXT};
use crate::web::i18n::Lang;

use super::rubric::{self, Criterion, Kind, Level, Rubric};
use super::rubric_file;
use super::table::Wrong;

/// What stands in the form.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The title.
    pub title: String,
    /// The brief, sanitised.
    pub brief: CleanHtml,
    /// The rubric.
    pub rubric: Rubric,
    /// Until when works are handed in.
    pub work_due: Option<UtcTime>,
    /// Until when reviews are sent.
    pub review_due: Option<UtcTime>,
    /// How many works each learner reviews.
    pub reviews: i32,
    /// Who sees whose name.
    pub anonymity: Anonymity,
    /// How reviews become marks.
    pub mark_method: MarkMethod,
    /// The name of a second column for the grade of reviewing; None where there is none.
    pub reviewing_column: Option<String>,
    /// What that grade is made of.
    pub reviewing_method: ReviewingMethod,
    /// Whether learners assess their own work as well.
    pub self_assessment: bool,
    /// When reviews begin for everybody; None means as soon as there are works.
    pub review_from: Option<UtcTime>,
    /// How many days after the date works are still taken.
    pub late_days: i32,
    /// What a late work loses for each day begun, in points of 100.
    pub late_penalty: i32,
    /// The share of the works that are worth a check, in per cent.
    pub check_percent: i32,
    /// What reviewing counts in the grade, in per cent.
    pub reviewing_weight: i32,
    /// When the marks are released by themselves.
    pub release_at: Option<UtcTime>,
    /// Whether staff see no names of authors before the release.
    pub trainer_blind: bool,
    /// How many minutes a work waits before it is reviewed.
    pub pool_minutes: i32,
    /// Where reviews go with regard to groups.
    pub group_rule: GroupRule,
    /// How many reviews a work has enough with; 0 for as many as each learner gives.
    pub received: i32,
    /// Which dates are counted, and by how many days.
    pub days: Days,
    /// What a full mark counts in the LMS's gradebook.
    pub points: i32,
    /// The revision that was read, for changes.
    pub revision: i32,
    /// A rubric that was pasted to be taken over.
    pub pasted: String,
    /// Why it was not.
    pub not_imported: Option<Wrong>,
    /// Dates that could not be read, by field.
    unreadable: Vec<&'static str>,
    /// Whether the brief was over its limit as it came.
    brief_too_long: bool,
}

impl Setup {
    /// A fresh form: the first template, three reviews, double blind.
    #[must_use]
    pub fn fresh(lang: Lang, title: &str) -> Self {
        let rubric = rubric::templates(lang).into_iter().next().map(|t| t.rubric).unwrap_or_default();
        let nobody = Activity::fresh(CohortId::new(), RubricVersionId::new(), PersonId::new());
        Self { title: title.to_owned(), revision: 0, ..Self::of(&nobody, rubric) }
    }

    /// The form of an activity that exists, with dates that stand by themselves.
    #[must_use]
    pub fn of(activity: &Activity, rubric: Rubric) -> Self {
        Self {
            title: activity.title.clone(),
            brief: CleanHtml::sanitise(&activity.brief_html),
            rubric,
            work_due: activity.work_due_at,
            review_due: activity.review_due_at,
            reviews: activity.reviews_per_learner,
            anonymity: activity.anonymity,
            mark_method: activity.mark_method,
            reviewing_column: activity.reviewing_column.clone(),
            reviewing_method: activity.reviewing_method,
            self_assessment: activity.self_assessment,
            review_from: activity.review_from_at,
            late_days: activity.late_days,
            late_penalty: activity.late_penalty,
            check_percent: activity.check_percent,
            reviewing_weight: activity.reviewing_weight,
            release_at: activity.release_at,
            trainer_blind: activity.trainer_blind,
            pool_minutes: activity.pool_minutes,
            group_rule: activity.group_rule,
            received: activity.reviews_received,
            days: Days::default(),
            points: activity.score_maximum,
            revision: activity.revision,
            pasted: String::new(),
            not_imported: None,
            unreadable: Vec::new(),
            brief_too_long: false,
        }
    }

    /// Puts everything but the rubric, the days and what a full mark counts into an activity. The form was checked.
    pub fn write(&self, activity: &mut Activity) {
        activity.title.clone_from(&self.title);
        self.brief.as_str().clone_into(&mut activity.brief_html);
        activity.work_due_at = self.work_due;
        activity.review_due_at = self.review_due;
        activity.reviews_per_learner = self.reviews;
        activity.anonymity = self.anonymity;
        activity.mark_method = self.mark_method;
        activity.reviewing_column.clone_from(&self.reviewing_column);
        activity.reviewing_method = self.reviewing_method;
        activity.self_assessment = self.self_assessment;
        activity.review_from_at = self.review_from;
        activity.late_days = self.late_days;
        activity.late_penalty = self.late_penalty;
        activity.check_percent = self.check_percent;
        activity.reviewing_weight = self.reviewing_weight;
        activity.release_at = self.release_at;
        activity.trainer_blind = self.trainer_blind;
        activity.pool_minutes = self.pool_minutes;
        activity.group_rule = self.group_rule;
        activity.reviews_received = self.received;
    }

    /// Reads what was sent; the second column is named in the trainer's language.
    #[must_use]
    pub fn read(fields: &Fields, lang: Lang) -> Self {
        let mut unreadable = Vec::new();
        let mut date = |name: &'static str| {
            let found = read_date(fields, name);
            if found.is_err() {
                unreadable.push(name);
            }
            found.unwrap_or_default()
        };
        let (work_due, review_due) = (date("work_due"), date("review_due"));
        let (review_from, release_at) = (date("review_from"), date("release_at"));
        let number = |name: &str, usual: i32| match fields.text(name) {
            "" => usual,
            // What is no number becomes one that the check refuses.
            typed => typed.parse().unwrap_or(-1),
        };
        let brief = fields.raw("brief").unwrap_or_default();
        Self {
            title: fields.text("title").to_owned(),
            brief: CleanHtml::sanitise(brief),
            rubric: read_rubric(fields),
            work_due,
            review_due,
            reviews: fields.text("reviews").parse().unwrap_or(0),
            anonymity: Anonymity::parse(fields.text("anonymity")).unwrap_or(Anonymity::DoubleBlind),
            mark_method: MarkMethod::parse(fields.text("method")).unwrap_or(MarkMethod::Robust),
            reviewing_column: fields
                .has("reviewing")
                .then(|| lang.text_with("reviewing-column", &[("title", fields.text("title").into())])),
            reviewing_method: if fields.has("reviewing_quality") {
                ReviewingMethod::Quality
            } else {
                ReviewingMethod::Share
            },
            self_assessment: fields.has("self_assessment"),
            review_from,
            late_days: number("late_days", 0),
            late_penalty: number("late_penalty", 0),
            check_percent: number("check_percent", CHECKED),
            reviewing_weight: number("reviewing_weight", 0),
            release_at,
            trainer_blind: fields.has("trainer_blind"),
            pool_minutes: number("pool_minutes", 0),
            group_rule: GroupRule::parse(fields.text("groups")).unwrap_or(GroupRule::Any),
            received: number("received", 0),
            days: Self::read_days(fields),
            // Only some forms ask; what is no number becomes one that the check refuses.
            points: fields.raw("points").map_or(100, |points| points.trim().parse().unwrap_or(0)),
            revision: fields.text("revision").parse().unwrap_or(0),
            pasted: fields.raw("rubric_text").unwrap_or_default().to_owned(),
            not_imported: None,
            unreadable,
            brief_too_long: brief.len() > MAX_RICH_TEXT,
        }
    }

    /// Does what a button other than "save" asks for. Returns false when the action is "save".
    pub fn apply(&mut self, action: &str, lang: Lang) -> bool {
        let (verb, argument) = action.split_once(':').unwrap_or((action, ""));
        let criteria = &mut self.rubric.criteria;
        let index = argument.parse::<usize>().ok().filter(|i| *i < criteria.len());
        match (verb, index) {
            ("template", _) => {
                if let Some(found) = rubric::templates(lang).into_iter().find(|t| t.id == argument) {
                    *criteria = found.rubric.criteria;
                }
            }
            ("add", _) if criteria.len() < rubric::MAX_CRITERIA => criteria.push(fresh_criterion(argument, lang)),
            ("import", _) => match rubric_file::read(&self.pasted) {
                Ok(read) => {
                    *criteria = read.criteria;
                    self.rubric.comment_words = read.comment_words.max(self.rubric.comment_words);
                    self.pasted.clear();
                }
                Err(wrong) => self.not_imported = Some(wrong),
            },
            ("remove", Some(i)) => {
                criteria.remove(i);
            }
            ("add-level", Some(i))
                if criteria[i].kind == Kind::Levels && criteria[i].levels.len() < *rubric::LEVELS.end() =>
            {
                let points = criteria[i].levels.iter().map(|l| l.points).max().map_or(0, |p| p + 1);
                criteria[i].levels.push(Level { points, ..Level::default() });
            }
            ("remove-level", Some(i)) => {
                criteria[i].levels.pop();
            }
            ("add" | "add-level" | "remove", _) => {}
            _ => return false,
        }
        number(criteria);
        true
    }
}

/// A date: the hidden UTC field that the script fills, else the visible field read as UTC. None where it is empty.
///
/// # Errors
/// When it is no date.
pub(super) fn read_date(fields: &Fields, name: &str) -> Result<Option<UtcTime>, ()> {
    let utc = fields.text(name);
    if !utc.is_empty() {
        return UtcTime::parse_iso(utc).map(Some).ok_or(());
    }
    let local = fields.text(&format!("{name}_local")).to_owned();
    if local.is_empty() {
        return Ok(None);
    }
    let seconds = if local.len() == 16 { ":00" } else { "" };
    UtcTime::parse_iso(&format!("{local}{seconds}Z")).map(Some).ok_or(())
}

fn read_rubric(fields: &Fields) -> Rubric {
    let count = |name: &str, most: usize| fields.text(name).parse::<usize>().unwrap_or(0).min(most);
    let mut criteria: Vec<Criterion> = (0..count("criteria", rubric::MAX_CRITERIA + 1))
        .map(|i| {
            let text = |part: &str| fields.text(&format!("c{i}_{part}")).to_owned();
            let levels = (0..count(&format!("c{i}_levels"), *rubric::LEVELS.end() + 1))
                .map(|j| Level {
                    label: text(&format!("l{j}_label")),
                    description: text(&format!("l{j}_desc")),
                    // What is no number becomes one that the check refuses.
                    points: text(&format!("l{j}_points")).parse().unwrap_or(999),
                })
                .collect();
            Criterion {
                id: String::new(),
                title: text("title"),
                description: text("desc"),
                kind: Kind::parse(&text("kind")).unwrap_or_default(),
                weight: text("weight").parse().unwrap_or(0),
                levels,
                most: text("most").parse().unwrap_or(0),
                comment_optional: !fields.has(&format!("c{i}_comment")),
            }
        })
        .collect();
    number(&mut criteria);
    let comment_words = match fields.text("comment_words") {
        "" => 0,
        typed => typed.parse().unwrap_or(u32::MAX),
    };
    Rubric { criteria, comment_words }
}

/// A new criterion: levels, a number, yes or no, or words.
fn fresh_criterion(what: &str, lang: Lang) -> Criterion {
    let fresh = Criterion { weight: 10, ..Criterion::default() };
    let level = |(label, points): (String, u32)| Level { label, points, ..Level::default() };
    let levels = |labels: Vec<String>| labels.into_iter().zip(0..).map(level).collect();
    match what {
        "number" => Criterion { kind: Kind::Number, most: 10, ..fresh },
        "words" => Criterion { kind: Kind::Words, weight: 0, ..fresh },
        "yes-no" => Criterion { levels: levels(vec![lang.text("rubric-no"), lang.text("rubric-yes")]), ..fresh },
        _ => Criterion { levels: levels(vec![String::new(); 3]), ..fresh },
    }
}

/// Gives criteria their ids, in order.
pub(super) fn number(criteria: &mut [Criterion]) {
    for (i, criterion) in criteria.iter_mut().enumerate() {
        criterion.id = format!("c{}", i + 1);
    }
}
