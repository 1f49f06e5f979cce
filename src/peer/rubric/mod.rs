//! Rubrics: criteria with described levels, their checks, and the total of a review.

mod changes;
#[cfg(test)]
mod tests;

pub use changes::Change;

use serde::{Deserialize, Serialize};

use super::model::ReviewBody;
use crate::store::columns::Points;
use crate::web::i18n::Lang;

/// At most this many criteria.
pub const MAX_CRITERIA: usize = 10;
/// The least and the most levels of a criterion.
pub const LEVELS: std::ops::RangeInclusive<usize> = 2..=6;
/// The longest comment, in characters.
pub const MAX_COMMENT: usize = 5_000;

/// One level of a criterion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// The name.
    pub label: String,
    /// What a work at this level is like.
    #[serde(default)]
    pub description: String,
    /// What it counts, 0 to 100; only the share of the criterion's best level matters.
    pub points: u32,
}

/// How a criterion is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// By one of its levels. Two of them are a question of yes or no.
    #[default]
    Levels,
    /// By a whole number from 0.
    Number,
    /// In words; it does not count in the total.
    Words,
}

impl Kind {
    /// As it is sent and written in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Levels => "levels",
            Self::Number => "number",
            Self::Words => "words",
        }
    }

    /// Of what is sent or stands in a file.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Levels, Self::Number, Self::Words].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One criterion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// Its id within the rubric: `c1`, `c2`, …
    pub id: String,
    /// The name.
    pub title: String,
    /// What is looked at.
    #[serde(default)]
    pub description: String,
    /// How it is answered.
    #[serde(default)]
    pub kind: Kind,
    /// How much it counts, 1 to 100; in words it counts nothing.
    #[serde(default)]
    pub weight: u32,
    /// From the lowest to the highest, where it is answered by levels.
    #[serde(default)]
    pub levels: Vec<Level>,
    /// The highest number, 1 to 100, where it is answered by one.
    #[serde(default)]
    pub most: u32,
    /// Whether a review can be sent without words about it.
    #[serde(default)]
    pub comment_optional: bool,
}

impl Criterion {
    /// Whether it counts in the total.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        self.kind != Kind::Words
    }

    /// The level that a review chose; a number is shown with the highest one.
    #[must_use]
    pub fn chosen(&self, body: &ReviewBody) -> Option<Level> {
        let choice = self.choice(body)?;
        match self.kind {
            Kind::Levels => self.levels.get(choice).cloned(),
            Kind::Number => {
                let points = u32::try_from(choice).ok()?;
                Some(Level { label: format!("{points} / {}", self.most), description: String::new(), points })
            }
            Kind::Words => None,
        }
    }

    /// What a review chose, if it can be chosen: a level counted from 0, or the number.
    fn choice(&self, body: &ReviewBody) -> Option<usize> {
        let choices = match self.kind {
            Kind::Levels => self.levels.len(),
            Kind::Number => usize::try_from(self.most).ok()? + 1,
            Kind::Words => 0,
        };
        body.levels.get(&self.id).copied().filter(|choice| *choice < choices)
    }

    /// What a review gives, and the most that there is to give.
    fn points(&self, body: &ReviewBody) -> Option<(u32, u32)> {
        let best = match self.kind {
            Kind::Levels => self.levels.iter().map(|l| l.points).max(),
            Kind::Number => Some(self.most),
            Kind::Words => None,
        };
        Some((self.chosen(body)?.points, best.filter(|best| *best > 0)?))
    }

    /// What a review gives, on 0–100, to 1/10000, half up; None where it gives nothing or only words.
    #[must_use]
    pub fn value(&self, body: &ReviewBody) -> Option<Points> {
        let (points, best) = self.points(body)?;
        Some(Points((2 * i64::from(points) * Points::FULL.0 + i64::from(best)) / (2 * i64::from(best))))
    }

    /// The comment that a review gives on this criterion.
    #[must_use]
    pub fn comment<'a>(&self, body: &'a ReviewBody) -> Option<&'a str> {
        body.comments.get(&self.id).map(String::as_str)
    }
}

/// A rubric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rubric {
    /// The criteria in their order.
    pub criteria: Vec<Criterion>,
    /// How many words a comment has at least, where one is needed; 0 where any will do.
    #[serde(default)]
    pub comment_words: u32,
}

/// How many words may be asked for.
pub const COMMENT_WORDS: std::ops::RangeInclusive<u32> = 0..=50;

/// A rubric to start from.
#[derive(Clone, Debug, Deserialize)]
pub struct Template {
    /// Its id: the same in every language.
    pub id: String,
    /// The name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// The criteria.
    pub rubric: Rubric,
}

/// The three templates of a language.
///
/// # Panics
/// Never: the files are part of the program and a test reads them.
#[must_use]
pub fn templates(lang: Lang) -> Vec<Template> {
    let json = match lang {
        Lang::En => include_str!("../rubrics/en.json"),
        Lang::Fr => include_str!("../rubrics/fr.json"),
    };
    serde_json::from_str(json).unwrap_or_default()
}

/// What is wrong with a rubric: a text key, and the criterion (from 1) where it is one's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key of the text.
    pub key: &'static str,
    /// The criterion, counted from 1; 0 for the whole rubric.
    pub criterion: usize,
}

impl Rubric {
    /// Everything that is wrong; empty when it can be used.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let whole = |key| Problem { key, criterion: 0 };
        if self.criteria.is_empty() {
            problems.push(whole("rubric-no-criteria"));
        }
        if self.criteria.len() > MAX_CRITERIA {
            problems.push(whole("rubric-too-many-criteria"));
        }
        if !COMMENT_WORDS.contains(&self.comment_words) {
            problems.push(whole("rubric-comment-words"));
        }
        if !self.criteria.is_empty() && !self.criteria.iter().any(Criterion::is_marked) {
            problems.push(whole("rubric-nothing-marked"));
        }
        for (i, criterion) in self.criteria.iter().enumerate() {
            let mut add = |key| problems.push(Problem { key, criterion: i + 1 });
            if criterion.title.trim().is_empty() {
                add("rubric-criterion-untitled");
            }
            if criterion.title.chars().count() > 200 || criterion.description.chars().count() > 1_000 {
                add("rubric-text-too-long");
            }
            if criterion.is_marked() && !(1..=100).contains(&criterion.weight) {
                add("rubric-weight");
            }
            if criterion.kind == Kind::Number && !(1..=100).contains(&criterion.most) {
                add("rubric-most");
            }
            if criterion.kind != Kind::Levels {
                continue;
            }
            if !LEVELS.contains(&criterion.levels.len()) {
                add("rubric-levels-count");
                continue;
            }
            if criterion.levels.iter().any(|l| l.label.trim().is_empty()) {
                add("rubric-level-unnamed");
            }
            if criterion.levels.iter().any(|l| l.label.chars().count() > 80 || l.description.chars().count() > 500) {
                add("rubric-text-too-long");
            }
            let points: Vec<u32> = criterion.levels.iter().map(|l| l.points).collect();
            if points.iter().any(|p| *p > 100) || !points.windows(2).all(|w| w[0] < w[1]) {
                add("rubric-points-rise");
            }
        }
        problems
    }

    /// The share of the whole weight that a criterion has, in whole per cent.
    #[must_use]
    pub fn share(&self, criterion: &Criterion) -> u32 {
        let all: u32 = self.criteria.iter().filter(|c| c.is_marked()).map(|c| c.weight).sum();
        (criterion.weight * 100 + all / 2).checked_div(all).unwrap_or(0)
    }

    /// The total of a review on 0–100: the weighted mean of each chosen level's share of its criterion's
    /// best level, to 1/10000, half up. None while a level is missing.
    #[must_use]
    pub fn total(&self, body: &ReviewBody) -> Option<Points> {
        const SCALE: i128 = 1_000_000_000_000;
        let (mut sum, mut weights) = (0_i128, 0_i128);
        for criterion in self.criteria.iter().filter(|c| c.is_marked()) {
            let (points, best) = criterion.points(body)?;
            sum += i128::from(criterion.weight) * i128::from(points) * SCALE / i128::from(best);
            weights += i128::from(criterion.weight);
        }
        if weights == 0 {
            return None;
        }
        let full = i128::from(Points::FULL.0);
        let rounded = (2 * sum * full + weights * SCALE) / (2 * weights * SCALE);
        i64::try_from(rounded).ok().map(Points)
    }

    /// What a review still lacks before it can be sent: the ids of criteria without a level, and of
    /// criteria without a comment, or with one of too few words.
    #[must_use]
    pub fn missing(&self, body: &ReviewBody) -> Missing {
        let has_level = |c: &Criterion| !c.is_marked() || c.choice(body).is_some();
        let least = usize::try_from(self.comment_words.max(1)).unwrap_or(usize::MAX);
        let is_written = |c: &Criterion| c.comment(body).is_some_and(|t| t.split_whitespace().count() >= least);
        let has_comment = |c: &Criterion| c.comment_optional || is_written(c);
        let ids =
            |has: &dyn Fn(&Criterion) -> bool| self.criteria.iter().filter(|c| !has(c)).map(|c| c.id.clone()).collect();
        Missing { levels: ids(&has_level), comments: ids(&has_comment), is_thin: false }
    }

    /// Whether the comments are so short that they help nobody: fewer than three words for each criterion that wants
    /// some.
    #[must_use]
    pub fn is_thin(&self, body: &ReviewBody) -> bool {
        let of_criteria = self.criteria.iter().filter_map(|c| c.comment(body));
        let words = of_criteria.chain([body.overall.as_str()]).flat_map(str::split_whitespace).count();
        words < 3 * self.criteria.iter().filter(|c| !c.comment_optional).count()
    }

    /// Keeps of a body only what belongs to this rubric, and texts within their limit.
    #[must_use]
    pub fn fit(&self, body: ReviewBody) -> ReviewBody {
        let cut = |text: &str| text.chars().take(MAX_COMMENT).collect::<String>();
        let mut fitted = ReviewBody { overall: cut(&body.overall), ..ReviewBody::default() };
        for criterion in &self.criteria {
            if let Some(choice) = criterion.choice(&body) {
                fitted.levels.insert(criterion.id.clone(), choice);
            }
            if let Some(comment) = body.comments.get(&criterion.id).filter(|c| !c.is_empty()) {
                fitted.comments.insert(criterion.id.clone(), cut(comment));
            }
        }
        fitted
    }
}

/// What a review still lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Criteria without a level or a number.
    pub levels: Vec<String>,
    /// Criteria without a comment.
    pub comments: Vec<String>,
    /// Whether nothing is missing but words; it may be sent all the same.
    pub is_thin: bool,
}

impl Missing {
    /// Whether the review can be sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty() && self.comments.is_empty() && !self.is_thin
    }
}
