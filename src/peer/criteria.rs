//! The marks of single criteria: each is made like the mark of the whole, from what the same reviews gave that criterion
//! (peer-assessment.md §4.10, "same code per criterion"). They explain; the mark of a work is made from the totals.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::marks::{Given, Input, Judged, Made};
use super::model::ReviewBody;
use super::rubric::{Criterion, Rubric};
use crate::crypto;
use crate::ids::{PersonId, SubmissionId};

/// What reviews gave one criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionInput {
    /// Its title.
    pub title: String,
    /// The same rows as for the whole, with what each gave the criterion in place of the total, on 0–100.
    pub input: Input,
}

/// The marks of one criterion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CriterionMarks {
    /// Its title.
    pub title: String,
    /// By work, on 0–100.
    pub works: BTreeMap<SubmissionId, Made>,
}

/// What was chosen and written about works: by reviewers, of the works that they reviewed or practised on, and by the
/// trainer, of works that are nobody's here. All by one rubric.
#[derive(Debug, Default)]
pub struct Bodies<'a> {
    /// By work and reviewer.
    pub given: BTreeMap<(SubmissionId, PersonId), &'a ReviewBody>,
    /// By work.
    pub references: BTreeMap<SubmissionId, &'a ReviewBody>,
}

impl Input {
    /// With what the same reviews gave each criterion of their rubric. A review by another version of it is in none.
    #[must_use]
    pub fn with_criteria(self, rubric: &Rubric, bodies: &Bodies<'_>) -> Self {
        let criterion = |criterion: &Criterion| {
            let given = |g: &Given| {
                let body = bodies.given.get(&(g.work.clone(), g.reviewer.clone()))?;
                Some(Given { total: criterion.value(body)?, ..g.clone() })
            };
            let judged =
                |j: &Judged| Some(Judged { mark: criterion.value(bodies.references.get(&j.work)?)?, ..j.clone() });
            let input = Self {
                method: self.method,
                reviews: self.reviews.iter().filter_map(given).collect(),
                trainer: Vec::new(),
                practice: self.practice.iter().filter_map(given).collect(),
                references: self.references.iter().filter_map(judged).collect(),
                criteria: Vec::new(),
            };
            CriterionInput { title: criterion.title.clone(), input }
        };
        let criteria = rubric.criteria.iter().filter(|c| c.is_marked()).map(criterion).collect();
        Self { criteria, ..self }
    }

    /// Makes the marks of the criteria.
    #[must_use]
    pub fn run_criteria(&self) -> Vec<CriterionMarks> {
        let run = |of: &CriterionInput| CriterionMarks { title: of.title.clone(), works: of.input.run().works };
        self.criteria.iter().map(run).collect()
    }
}

/// Stands for what was given to the criteria; nothing where there are none.
pub(super) fn hash(criteria: &[CriterionInput]) -> Vec<String> {
    criteria.iter().map(|of| format!("{} {}", crypto::sha256_text(&of.title), of.input.hash())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::rubric::{Kind, Level};
    use super::*;
    use crate::activity::model::MarkMethod;
    use crate::store::columns::Points;

    fn rubric() -> Rubric {
        let level = |points: u32| Level { label: points.to_string(), points, ..Level::default() };
        let criterion = |id: &str, kind, most| Criterion {
            id: id.to_owned(),
            title: format!("Title {id}"),
            kind,
            most,
            weight: 10,
            levels: if kind == Kind::Levels { [0, 1, 4].map(level).to_vec() } else { Vec::new() },
            ..Criterion::default()
        };
        let criteria =
            vec![criterion("c1", Kind::Levels, 0), criterion("c2", Kind::Number, 8), criterion("c3", Kind::Words, 0)];
        Rubric { criteria, comment_words: 0 }
    }

    fn body(level: usize, number: usize) -> ReviewBody {
        ReviewBody { levels: [("c1".to_owned(), level), ("c2".to_owned(), number)].into(), ..ReviewBody::default() }
    }

    #[test]
    fn each_criterion_is_marked_by_itself() {
        let (rubric, work) = (rubric(), SubmissionId("w".to_owned()));
        let chosen = [body(0, 8), body(1, 4), body(2, 2)];
        let mut bodies = Bodies::default();
        let mut reviews = Vec::new();
        for (n, body) in chosen.iter().enumerate() {
            let reviewer = PersonId(format!("p{n}"));
            reviews.push(Given { work: work.clone(), reviewer: reviewer.clone(), total: rubric.total(body).unwrap() });
            bodies.given.insert((work.clone(), reviewer), body);
        }
        // A review by another rubric: in the total only.
        reviews.push(Given { work: work.clone(), reviewer: PersonId("p9".to_owned()), total: Points::whole(50) });
        let (trainer, practice, references, criteria) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let plain = Input { method: MarkMethod::Mean, reviews, trainer, practice, references, criteria };
        let input = plain.clone().with_criteria(&rubric, &bodies);
        let marks = input.run_criteria();
        let shown: Vec<(&str, Points, Points, usize)> = marks
            .iter()
            .map(|c| (c.title.as_str(), c.works[&work].mark, c.works[&work].median, c.works[&work].reviews))
            .collect();
        // 0, 25, 100 and 100, 50, 25 of 100; words have no mark.
        let third = |sum: i64| Points((2 * Points::whole(sum).0 + 3) / 6);
        let expected = [("Title c1", third(125), Points::whole(25), 3), ("Title c2", third(175), Points::whole(50), 3)];
        assert_eq!(shown, expected);
        assert_eq!(input.run(), plain.run(), "the mark of the whole is made from the totals");
        assert_ne!(input.hash(), plain.hash());
        let stored: Input = serde_json::from_str(&serde_json::to_string(&input).unwrap()).unwrap();
        assert_eq!((stored.hash(), stored.run_criteria()), (input.hash(), marks), "it can be made again");
    }

    #[test]
    fn what_was_stored_before_has_no_criteria() {
        let old = r#"{"method":"mean","reviews":[],"trainer":[]}"#;
        let input: Input = serde_json::from_str(old).unwrap();
        assert!(input.criteria.is_empty() && input.run_criteria().is_empty());
    }
}
