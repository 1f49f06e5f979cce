//! The set-up form: read, checked, and shown again with everything that was typed.

mod check;
mod dates;
#[cfg(test)]
mod tests;

pub use check::REVIEWS;

use crate::activity::model::{
    Activity, Anonymity, CHECKED, CompanyRule, Days, GroupRule, MarkMethod, ReviewingMethod, Rules,
};
use crate::clock::UtcTime;
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
    /// Dates, reviews, and how marks are made.
    pub rules: Rules,
    /// Which dates are counted, and by how many days.
    pub days: Days,
    /// Where reviews go with regard to companies.
    pub companies: CompanyRule,
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
    /// A fresh form: the first template and the usual rules.
    #[must_use]
    pub fn fresh(lang: Lang, title: &str) -> Self {
        Self::with(title, rubric::templates(lang).into_iter().next().map(|t| t.rubric).unwrap_or_default())
    }

    /// The form of an activity that exists, with dates that stand by themselves.
    #[must_use]
    pub fn of(activity: &Activity, rubric: Rubric) -> Self {
        Self {
            brief: CleanHtml::sanitise(&activity.brief_html),
            rules: activity.rules.clone(),
            points: activity.score_maximum,
            revision: activity.revision,
            ..Self::with(&activity.title, rubric)
        }
    }

    /// A form with a title and a rubric, and as it usually is for the rest.
    fn with(title: &str, rubric: Rubric) -> Self {
        Self {
            title: title.to_owned(),
            brief: CleanHtml::default(),
            rubric,
            rules: Rules::default(),
            days: Days::default(),
            companies: CompanyRule::Any,
            points: 100,
            revision: 0,
            pasted: String::new(),
            not_imported: None,
            unreadable: Vec::new(),
            brief_too_long: false,
        }
    }

    /// Puts into an activity what it holds itself: all but the rubric, the days, the rule about companies, and what a full
    /// mark counts. The form was checked.
    pub fn write(&self, activity: &mut Activity) {
        activity.title.clone_from(&self.title);
        self.brief.as_str().clone_into(&mut activity.brief_html);
        activity.rules.clone_from(&self.rules);
    }

    /// Reads what was sent; the second column is named in the trainer's language.
    #[must_use]
    pub fn read(fields: &Fields, lang: Lang) -> Self {
        let mut unreadable = Vec::new();
        let rules = read_rules(fields, lang, &mut unreadable);
        let brief = fields.raw("brief").unwrap_or_default();
        Self {
            title: fields.text("title").to_owned(),
            brief: CleanHtml::sanitise(brief),
            rubric: read_rubric(fields),
            rules,
            days: Self::read_days(fields),
            companies: CompanyRule::parse(fields.text("companies")).unwrap_or(CompanyRule::Any),
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

/// The rules, with the second column's name in the trainer's language. Adds the names of dates that cannot be read.
fn read_rules(fields: &Fields, lang: Lang, unreadable: &mut Vec<&'static str>) -> Rules {
    let mut date = |name: &'static str| {
        read_date(fields, name).unwrap_or_else(|()| {
            unreadable.push(name);
            None
        })
    };
    // What is no number becomes one that the check refuses.
    let number = |name: &str, usual: i32| match fields.text(name) {
        "" => usual,
        typed => typed.parse().unwrap_or(-1),
    };
    let reviewing_column = || lang.text_with("reviewing-column", &[("title", fields.text("title").into())]);
    let by_quality = fields.has("reviewing_quality");
    Rules {
        work_due_at: date("work_due"),
        review_due_at: date("review_due"),
        review_from_at: date("review_from"),
        release_at: date("release_at"),
        late_days: number("late_days", 0),
        late_penalty: number("late_penalty", 0),
        reviews_per_learner: number("reviews", 0),
        reviews_received: number("received", 0),
        pool_minutes: number("pool_minutes", 0),
        group_rule: GroupRule::parse(fields.text("groups")).unwrap_or(GroupRule::Any),
        anonymity: Anonymity::parse(fields.text("anonymity")).unwrap_or(Anonymity::DoubleBlind),
        trainer_blind: fields.has("trainer_blind"),
        mark_method: MarkMethod::parse(fields.text("method")).unwrap_or(MarkMethod::Robust),
        check_percent: number("check_percent", CHECKED),
        reviewing_column: fields.has("reviewing").then(reviewing_column),
        reviewing_method: if by_quality { ReviewingMethod::Quality } else { ReviewingMethod::Share },
        reviewing_weight: number("reviewing_weight", 0),
        self_assessment: fields.has("self_assessment"),
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
