//! Rubrics: criteria with described levels, their checks, and the total of a review.

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
        Lang::En => include_str!("rubrics/en.json"),
        Lang::Fr => include_str!("rubrics/fr.json"),
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

/// What became of a criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added(String),
    /// It is gone.
    Removed(String),
    /// Its words, levels, weight or kind are others.
    Changed(String),
    /// Comments need another number of words.
    Words(u32),
}

impl Rubric {
    /// What is other in a newer rubric; criteria are the same when their titles are.
    #[must_use]
    pub fn changes(&self, newer: &Self) -> Vec<Change> {
        let find = |of: &Self, title: &str| of.criteria.iter().find(|c| c.title == title).cloned();
        // Ids are places, which a criterion that was put before it moves.
        let is_same = |a: &Criterion, b: &Criterion| {
            Criterion { id: String::new(), ..a.clone() } == Criterion { id: String::new(), ..b.clone() }
        };
        let mut changes = Vec::new();
        for criterion in &newer.criteria {
            match find(self, &criterion.title) {
                None => changes.push(Change::Added(criterion.title.clone())),
                Some(before) if !is_same(&before, criterion) => changes.push(Change::Changed(criterion.title.clone())),
                Some(_) => {}
            }
        }
        let gone = self.criteria.iter().filter(|c| find(newer, &c.title).is_none());
        changes.extend(gone.map(|c| Change::Removed(c.title.clone())));
        if self.comment_words != newer.comment_words {
            changes.push(Change::Words(newer.comment_words));
        }
        changes
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rubric(weights: &[u32], levels: usize) -> Rubric {
        let levels: Vec<Level> = (0..levels)
            .map(|i| Level { label: format!("L{i}"), description: String::new(), points: u32::try_from(i).unwrap() })
            .collect();
        Rubric {
            criteria: weights
                .iter()
                .enumerate()
                .map(|(i, w)| Criterion {
                    id: format!("c{}", i + 1),
                    title: "T".into(),
                    description: String::new(),
                    weight: *w,
                    levels: levels.clone(),
                    ..Criterion::default()
                })
                .collect(),
            ..Rubric::default()
        }
    }

    fn choose(levels: &[usize]) -> ReviewBody {
        let levels = levels.iter().enumerate().map(|(i, l)| (format!("c{}", i + 1), *l)).collect();
        ReviewBody { levels, ..ReviewBody::default() }
    }

    #[test]
    fn totals_are_weighted_shares() {
        let r = rubric(&[30, 40, 30], 4);
        assert!(r.problems().is_empty());
        assert_eq!(r.total(&choose(&[3, 3, 3])), Some(Points::FULL));
        assert_eq!(r.total(&choose(&[0, 0, 0])), Some(Points(0)));
        assert_eq!(r.total(&choose(&[2, 1, 3])), Some(Points(633_333)));
        assert_eq!(r.total(&choose(&[2, 1])), None);
        assert_eq!(r.total(&choose(&[2, 1, 9])), None);
    }

    #[test]
    fn unusable_rubrics_say_why() {
        let keys = |r: &Rubric| r.problems().into_iter().map(|p| (p.key, p.criterion)).collect::<Vec<_>>();
        assert_eq!(keys(&Rubric::default()), [("rubric-no-criteria", 0)]);
        let mut r = rubric(&[10, 10], 3);
        r.criteria[1].levels.clear();
        assert_eq!(keys(&r), [("rubric-levels-count", 2)]);
        let mut r = rubric(&[0], 3);
        r.criteria[0].title = " ".into();
        r.criteria[0].levels[1].label = String::new();
        r.criteria[0].levels[2].points = 1;
        assert_eq!(
            keys(&r),
            [
                ("rubric-criterion-untitled", 1),
                ("rubric-weight", 1),
                ("rubric-level-unnamed", 1),
                ("rubric-points-rise", 1)
            ]
        );
        assert_eq!(keys(&rubric(&[1; 11], 2)), [("rubric-too-many-criteria", 0)]);
    }

    #[test]
    fn templates_can_be_used_and_agree_in_both_languages() {
        let (en, fr) = (templates(Lang::En), templates(Lang::Fr));
        assert_eq!(en.len(), 3);
        let shape = |t: &Template| {
            (
                t.id.clone(),
                t.rubric.criteria.iter().map(|c| (c.id.clone(), c.weight, c.levels.len())).collect::<Vec<_>>(),
            )
        };
        assert_eq!(en.iter().map(shape).collect::<Vec<_>>(), fr.iter().map(shape).collect::<Vec<_>>());
        for template in en.iter().chain(&fr) {
            assert_eq!(template.rubric.problems(), [], "{}", template.id);
            assert!(template.rubric.criteria.iter().all(|c| c.levels.iter().all(|l| !l.description.is_empty())));
        }
    }

    #[test]
    fn numbers_count_by_their_share_and_words_nothing() {
        let mut r = rubric(&[50, 50, 0], 3);
        r.criteria[1] = Criterion { kind: Kind::Number, levels: Vec::new(), most: 10, ..r.criteria[1].clone() };
        r.criteria[2] = Criterion { kind: Kind::Words, levels: Vec::new(), ..r.criteria[2].clone() };
        assert_eq!(r.problems(), []);
        assert_eq!((r.share(&r.criteria[0]), r.share(&r.criteria[1])), (50, 50));
        assert_eq!(r.total(&choose(&[2, 7])), Some(Points::whole(85)));
        assert_eq!(r.total(&choose(&[2, 11])), None, "there is no 11");
        let chosen = r.criteria[1].chosen(&choose(&[2, 7])).unwrap();
        assert_eq!(chosen.label, "7 / 10");
        let missing = r.missing(&choose(&[2]));
        assert_eq!((missing.levels, missing.comments.len()), (vec!["c2".to_owned()], 3));
        // A level of what is answered in words, or a number that there is not, is not kept.
        assert_eq!(r.fit(choose(&[2, 11, 1])).levels.len(), 1);
        for criterion in &mut r.criteria {
            criterion.comment_optional = true;
        }
        assert!(r.missing(&choose(&[0, 0])).is_empty() && !r.is_thin(&choose(&[0, 0])));
        let keys = |r: &Rubric| r.problems().into_iter().map(|p| (p.key, p.criterion)).collect::<Vec<_>>();
        r.criteria[1].most = 0;
        assert_eq!(keys(&r), [("rubric-most", 2)]);
        r.criteria.drain(..2);
        assert_eq!(keys(&r), [("rubric-nothing-marked", 0)]);
    }

    #[test]
    fn rubrics_that_were_stored_before_read_as_they_were() {
        let old = r#"{"criteria":[{"id":"c1","title":"T","weight":10,"levels":[{"label":"A","points":0},{"label":"B","points":1}]}]}"#;
        let read: Rubric = serde_json::from_str(old).unwrap();
        let criterion = &read.criteria[0];
        assert_eq!((criterion.kind, criterion.comment_optional, criterion.levels.len()), (Kind::Levels, false, 2));
        assert_eq!((read.problems(), read.comment_words), (vec![], 0));
    }

    #[test]
    fn changes_are_told_by_title() {
        let before = rubric(&[1, 1], 2);
        let named = |mut r: Rubric, titles: &[&str]| {
            for (criterion, title) in r.criteria.iter_mut().zip(titles) {
                criterion.title = (*title).to_owned();
            }
            r
        };
        let before = named(before, &["Clear", "Complete"]);
        assert_eq!(before.changes(&before), []);
        let mut after = named(rubric(&[1, 2, 1], 2), &["Sources", "Clear", "Tone"]);
        after.comment_words = 5;
        let told = before.changes(&after);
        let of = |title: &str| title.to_owned();
        let expected = [
            Change::Added(of("Sources")),
            Change::Changed(of("Clear")),
            Change::Added(of("Tone")),
            Change::Removed(of("Complete")),
            Change::Words(5),
        ];
        assert_eq!(told, expected);
        let mut moved = named(rubric(&[1, 1], 2), &["Complete", "Clear"]);
        moved.criteria.swap(0, 1);
        assert_eq!(before.changes(&moved), [], "another order is no change");
    }

    #[test]
    fn a_review_says_what_it_lacks() {
        let r = rubric(&[1, 1], 2);
        let mut body = choose(&[1]);
        body.comments.insert("c2".into(), "good".into());
        body.comments.insert("c1".into(), "  ".into());
        body.comments.insert("c9".into(), "elsewhere".into());
        assert_eq!(
            r.missing(&body),
            Missing { levels: vec!["c2".into()], comments: vec!["c1".into()], is_thin: false }
        );
        assert!(!r.fit(body.clone()).comments.contains_key("c9"));
        let longer = Rubric { comment_words: 3, ..r };
        assert_eq!(longer.missing(&body).comments, ["c1", "c2"]);
        body.comments.insert("c2".into(), " good, but\nshort ".into());
        assert_eq!(longer.missing(&body).comments, ["c1"], "three words");
    }

    proptest! {
        #[test]
        fn better_levels_never_lower_the_total(weights in prop::collection::vec(1u32..=100, 1..8), seed in 0usize..1000) {
            let r = rubric(&weights, 4);
            let levels: Vec<usize> = (0..weights.len()).map(|i| (seed / (i + 1)) % 4).collect();
            let base = r.total(&choose(&levels)).unwrap();
            prop_assert!(base >= Points(0) && base <= Points::FULL);
            for i in 0..levels.len() {
                if levels[i] < 3 {
                    let mut better = levels.clone();
                    better[i] += 1;
                    prop_assert!(r.total(&choose(&better)).unwrap() > base);
                }
            }
        }
    }
}
