//! How the works of an activity get their marks: what goes in, what comes out, and how each review counted.
//! Both are stored with a release, so that any mark can be made again and explained.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::aggregate::{self, Aggregate, Fallback, Observation, Reviewer, TrainerMark};
use super::criteria::{self, CriterionInput, CriterionMarks};
use super::model::{Override, Review, Submission, mean};
use super::practice::{Example, Practice};
use super::teams::Teams;
use crate::activity::model::MarkMethod;
use crate::crypto;
use crate::ids::{PersonId, SubmissionId};
use crate::store::columns::Points;

/// A review, as far as marks are made of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Given {
    /// The work.
    pub work: SubmissionId,
    /// The reviewer.
    pub reviewer: PersonId,
    /// The rubric total, on 0–100.
    pub total: Points,
}

/// A trainer's judgement of a work.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Judged {
    /// The work.
    pub work: SubmissionId,
    /// The mark, on 0–100.
    pub mark: Points,
}

/// Everything that the marks of an activity are made from, in one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// How they are made.
    pub method: MarkMethod,
    /// The reviews that were sent.
    pub reviews: Vec<Given>,
    /// What the trainer judged.
    pub trainer: Vec<Judged>,
    /// How reviewers marked the works that they practised on.
    #[serde(default)]
    pub practice: Vec<Given>,
    /// The trainer's marks of those.
    #[serde(default)]
    pub references: Vec<Judged>,
    /// What the same reviews gave each criterion.
    #[serde(default)]
    pub criteria: Vec<CriterionInput>,
}

/// The mark of a work before any decision of the trainer about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The mark, on 0–100.
    pub mark: Points,
    /// The mean of its reviews.
    pub mean: Points,
    /// Their median.
    pub median: Points,
    /// How many there are.
    pub reviews: usize,
    /// Half the width of the interval that holds the true mark nine times in ten; None without a model.
    pub margin: Option<Points>,
    /// Whether it would have been further from the mean than may be explained.
    pub guarded: bool,
}

/// The marks of an activity and how they were made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    /// How they were asked to be made.
    pub method: MarkMethod,
    /// Why the mean was used, where the robust way was asked for.
    pub fallback: Option<Fallback>,
    /// By how much the trainer's marks moved all of them.
    pub level: Points,
    /// By work.
    pub works: BTreeMap<SubmissionId, Made>,
    /// By reviewer; empty where the mean or the median was used.
    pub reviewers: BTreeMap<PersonId, Reviewer>,
    /// How many works to practise on told how strict reviewers are.
    #[serde(default)]
    pub practised: usize,
    /// The marks of single criteria, once released.
    #[serde(default)]
    pub criteria: Vec<CriterionMarks>,
}

/// How one review counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Counted {
    /// Its total without what its reviewer gives more or less than others.
    pub corrected: Points,
    /// How much it counted, where 1 is the median of all reviewers.
    pub weight: f64,
}

fn points(value: f64) -> Points {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "marks are at most 100, and what is derived from them a few hundred"
    )]
    Points((value * 10_000.0).round() as i64)
}

#[expect(clippy::cast_precision_loss, reason = "points are far below 2^53")]
fn value(points: Points) -> f64 {
    points.0 as f64 / 10_000.0
}

impl Input {
    /// What there is of an activity now.
    #[must_use]
    pub fn of(
        method: MarkMethod,
        (submissions, teams): (&[Submission], &Teams),
        reviews: &[Review],
        decisions: &[Override],
    ) -> Self {
        let is_control = |r: &&Review| submissions.iter().any(|s| s.control && s.id == r.submission_id);
        let sent = reviews.iter().filter(|r| r.counts() && !is_control(r));
        let given = sent.filter_map(|r| {
            Some(Given { work: r.submission_id.clone(), reviewer: r.reviewer_id.clone(), total: r.total? })
        });
        let work_of = |person: &PersonId| teams.work_of(submissions, person).map(|s| s.id.clone());
        let judged = decisions
            .iter()
            .filter(|d| d.judges)
            .filter_map(|d| Some(Judged { work: work_of(&d.person_id)?, mark: d.mark? }));
        let (mut reviews, mut trainer): (Vec<Given>, Vec<Judged>) = (given.collect(), judged.collect());
        reviews.sort();
        trainer.sort();
        // What is decided about the work of a team is decided for each of its members.
        trainer.dedup();
        let (practice, references, criteria) = (Vec::new(), Vec::new(), Vec::new());
        Self { method, reviews, trainer, practice, references, criteria }
    }

    /// With what reviewers gave the works that they practised on, and the control work among their reviews; those that
    /// were withdrawn do not count.
    #[must_use]
    pub fn with_practice(self, examples: &[Example], practices: &[Practice], reviews: &[Review]) -> Self {
        let counting: Vec<&Example> = examples.iter().filter(|e| e.withdrawn_at.is_none()).collect();
        let practised = practices.iter().filter_map(|p| {
            let example = counting.iter().find(|e| e.id == p.example_id)?;
            Some(Given { work: example.work(), reviewer: p.person_id.clone(), total: p.total? })
        });
        let reviewed = reviews.iter().filter(|r| r.counts()).filter_map(|r| {
            let example = counting.iter().find(|e| e.control.as_ref() == Some(&r.submission_id))?;
            Some(Given { work: example.work(), reviewer: r.reviewer_id.clone(), total: r.total? })
        });
        let mut practice: Vec<Given> = practised.chain(reviewed).collect();
        let of = |id: &SubmissionId| practice.iter().any(|g| g.work == *id);
        let references = counting.iter().map(|e| Judged { work: e.work(), mark: e.total }).filter(|j| of(&j.work));
        let mut references: Vec<Judged> = references.collect();
        practice.sort();
        references.sort();
        Self { practice, references, ..self }
    }

    /// Stands for exactly this input and this way of making marks.
    #[must_use]
    pub fn hash(&self) -> String {
        let rows = self.reviews.iter().map(|g| format!("{} {} {}", g.work, g.reviewer, g.total.0));
        let judged = self.trainer.iter().map(|j| format!("{} = {}", j.work, j.mark.0));
        let practice = self.practice.iter().map(|g| format!("practice {} {} {}", g.work, g.reviewer, g.total.0));
        let references = self.references.iter().map(|j| format!("practice {} = {}", j.work, j.mark.0));
        let lines: Vec<String> =
            rows.chain(judged).chain(practice).chain(references).chain(criteria::hash(&self.criteria)).collect();
        crypto::sha256_text(&format!("{}\n{}\n{}", aggregate::VERSION, self.method, lines.join("\n")))
    }

    /// Makes the marks. Where they are robust, works to practise on take part like works that the trainer judged, which
    /// everybody reviewed; they tell about reviewers, but do not make a group large enough.
    #[must_use]
    pub fn run(&self) -> Marks {
        let works = self.reviews.iter().map(|g| &g.work).collect::<BTreeSet<_>>().len();
        let practises = self.method == MarkMethod::Robust && works >= aggregate::LEAST_WORKS;
        let (practice, references): (&[Given], &[Judged]) =
            if practises { (&self.practice, &self.references) } else { (&[], &[]) };
        let observation = |g: &Given| Observation {
            reviewer: g.reviewer.to_string(),
            work: g.work.to_string(),
            value: value(g.total),
        };
        let judged = |j: &Judged| TrainerMark { work: j.work.to_string(), value: value(j.mark) };
        let observations: Vec<Observation> = self.reviews.iter().chain(practice).map(observation).collect();
        let trainer: Vec<TrainerMark> = self.trainer.iter().chain(references).map(judged).collect();
        let Aggregate { works, reviewers, fallback, level } =
            aggregate::aggregate(self.method, &observations, &trainer);
        let is_mean = self.method == MarkMethod::Mean || fallback.is_some();
        let mut totals: BTreeMap<&str, Vec<Points>> = BTreeMap::new();
        for given in &self.reviews {
            totals.entry(given.work.as_str()).or_default().push(given.total);
        }
        let made = |(work, made): (String, aggregate::WorkMark)| {
            // To the last digit, also where binary fractions would be a hair off.
            let mean = totals.get(work.as_str()).and_then(|totals| mean(totals)).unwrap_or_else(|| points(made.mean));
            let made = Made {
                mark: if is_mean { mean } else { points(made.mark) },
                mean,
                median: points(made.median),
                reviews: made.reviews,
                margin: made.margin.map(points),
                guarded: made.guarded,
            };
            (SubmissionId(work), made)
        };
        let is_reference = |work: &SubmissionId| self.references.iter().any(|j| j.work == *work);
        Marks {
            method: self.method,
            fallback,
            level: points(level),
            works: works.into_iter().map(made).filter(|(work, _)| !is_reference(work)).collect(),
            practised: if reviewers.is_empty() { 0 } else { self.references.len() },
            criteria: Vec::new(),
            reviewers: reviewers.into_iter().map(|(id, reviewer)| (PersonId(id), reviewer)).collect(),
        }
    }
}

impl Marks {
    /// How a review counted; None where all count the same.
    #[must_use]
    pub fn counted(&self, review: &Review) -> Option<Counted> {
        let reviewer = self.reviewers.get(&review.reviewer_id)?;
        let corrected = points(value(review.total?) - reviewer.correction());
        Some(Counted { corrected, weight: reviewer.weight })
    }

    /// The marks of a work's criteria, by their titles.
    #[must_use]
    pub fn criteria_of(&self, work: &SubmissionId) -> Vec<(String, Made)> {
        let of = |c: &CriterionMarks| Some((c.title.clone(), c.works.get(work)?.clone()));
        self.criteria.iter().filter_map(of).collect()
    }

    /// Whether the robust way was used.
    #[must_use]
    pub fn is_robust(&self) -> bool {
        self.method == MarkMethod::Robust && self.fallback.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ExampleId;

    fn input(method: MarkMethod, n: usize) -> Input {
        let id = |prefix: &str, i: usize| format!("{prefix}{i:02}");
        let mut reviews: Vec<Given> = (0..n)
            .flat_map(|v| (1..=3).map(move |d| (v, (v + d) % n)))
            .map(|(v, u)| Given {
                work: SubmissionId(id("w", u)),
                reviewer: PersonId(id("p", v)),
                total: Points(300_000 + i64::try_from((u * 70_000 + v * v * 13_337) % 600_001).unwrap()),
            })
            .collect();
        reviews.sort();
        let (practice, references, criteria) = (Vec::new(), Vec::new(), Vec::new());
        Input { method, reviews, trainer: Vec::new(), practice, references, criteria }
    }

    #[test]
    fn the_mean_is_exact_and_a_small_group_gets_it() {
        for (method, n) in [(MarkMethod::Mean, 12), (MarkMethod::Robust, 5)] {
            let input = input(method, n);
            let marks = input.run();
            assert_eq!(marks.fallback.is_some(), method == MarkMethod::Robust);
            assert!(!marks.is_robust() && marks.reviewers.is_empty());
            for (work, made) in &marks.works {
                let totals: Vec<Points> = input.reviews.iter().filter(|g| g.work == *work).map(|g| g.total).collect();
                assert_eq!((Some(made.mark), made.reviews), (mean(&totals), totals.len()));
            }
        }
    }

    /// A trainer's work to practise on, and what the first `n` learners gave it: two points too many each.
    fn practice(n: usize, total: i64) -> (Example, Vec<Practice>) {
        let id = ExampleId::new();
        let given = |v: usize| Practice {
            example_id: id.clone(),
            person_id: PersonId(format!("p{v:02}")),
            body: crate::peer::model::ReviewBody::default(),
            total: Some(Points::whole(total + 2 + i64::try_from(v % 3).unwrap())),
            sent_at: None,
        };
        let practices = (0..n).map(given).collect();
        let example = Example {
            id,
            activity_id: crate::ids::ActivityId::new(),
            rubric_version_id: crate::ids::RubricVersionId::new(),
            html: String::new(),
            reference: crate::peer::model::ReviewBody::default(),
            total: Points::whole(total),
            tolerance: 10,
            withdrawn_at: None,
            control: None,
        };
        (example, practices)
    }

    #[test]
    fn practice_teaches_the_robust_way_about_reviewers_and_nothing_else() {
        let ((one, mut given), (two, more)) = (practice(14, 50), practice(14, 80));
        given.extend(more);
        let examples = [one, two];
        for (method, n, used) in [(MarkMethod::Robust, 14, 2), (MarkMethod::Mean, 14, 0), (MarkMethod::Robust, 7, 0)] {
            let plain = input(method, n);
            let taught = plain.clone().with_practice(&examples, &given, &[]);
            let (before, after) = (plain.run(), taught.run());
            assert_eq!(after.practised, used, "{method:?} {n}");
            assert_eq!(before.works.keys().collect::<Vec<_>>(), after.works.keys().collect::<Vec<_>>());
            assert_eq!(before == after, used == 0, "{method:?} {n}");
            // All gave too much, so the trainer's marks move all of them down.
            assert_eq!(after.level < Points(0), used > 0);
            assert_ne!(plain.hash(), taught.hash());
            let stored: Input = serde_json::from_str(&serde_json::to_string(&taught).unwrap()).unwrap();
            assert_eq!((stored.hash(), stored.run()), (taught.hash(), after), "it can be made again");
        }
        // A control work tells the same, and makes no mark itself.
        let of_control = |p: &Practice| Review {
            id: crate::ids::ReviewId::new(),
            activity_id: crate::ids::ActivityId::new(),
            submission_id: SubmissionId("control".to_owned()),
            reviewer_id: p.person_id.clone(),
            rubric_version_id: crate::ids::RubricVersionId::new(),
            state: crate::peer::model::ReviewState::Sent,
            opened_at: crate::clock::UtcTime(0),
            leased_until: crate::clock::UtcTime(0),
            body: crate::peer::model::ReviewBody::default(),
            total: p.total,
            sent_at: None,
            declined: None,
            excluded_reason: None,
        };
        let reviews: Vec<Review> = given[..14].iter().map(of_control).collect();
        let control = Example { control: Some(SubmissionId("control".to_owned())), ..examples[0].clone() };
        let plain = input(MarkMethod::Robust, 14);
        let hidden = plain.clone().with_practice(std::slice::from_ref(&control), &[], &reviews).run();
        let shown = plain.clone().with_practice(&examples[..1], &given, &[]).run();
        assert_eq!((hidden.works, hidden.level, hidden.practised), (shown.works, shown.level, 1));
        // What was withdrawn, what nobody marked and what was not sent says nothing.
        let plain = input(MarkMethod::Robust, 14);
        let withdrawn =
            examples.clone().map(|e| Example { withdrawn_at: Some(crate::clock::UtcTime::from_unix_seconds(1)), ..e });
        assert_eq!(plain.clone().with_practice(&withdrawn, &given, &[]), plain);
        assert_eq!(plain.clone().with_practice(&examples, &[], &[]), plain);
        let drafts: Vec<Practice> = given.into_iter().map(|p| Practice { total: None, ..p }).collect();
        assert_eq!(plain.clone().with_practice(&examples, &drafts, &[]), plain);
    }

    /// Each line of the explanation is true: the corrected totals by their weights make the mark.
    #[test]
    fn the_parts_of_a_robust_mark_make_it() {
        let mut input = input(MarkMethod::Robust, 14);
        for trainer in [Vec::new(), vec![("w03", 70), ("w07", 45), ("w09", 88)]] {
            input.trainer = trainer
                .iter()
                .map(|(w, m)| Judged { work: SubmissionId((*w).into()), mark: Points::whole(*m) })
                .collect();
            let marks = input.run();
            assert!(marks.is_robust());
            assert_eq!(marks.level == Points(0), trainer.is_empty());
            let mut moved = 0;
            for (work, made) in &marks.works {
                let (mut sum, mut weights) = (0.0, 0.0);
                for given in input.reviews.iter().filter(|g| g.work == *work) {
                    let reviewer = &marks.reviewers[&given.reviewer];
                    sum += reviewer.weight * (value(given.total) - reviewer.correction());
                    weights += reviewer.weight;
                }
                let whole = (sum / weights).clamp(0.0, 100.0) + value(marks.level);
                let limited = whole.clamp(0.0, 100.0).clamp(value(made.mean) - 10.0, value(made.mean) + 10.0);
                assert!((limited - value(made.mark)).abs() < 0.001, "{work}: {limited} {made:?}");
                moved += usize::from(made.mark != made.mean);
            }
            assert!(moved > 7, "the robust way does something: {moved}");
        }
    }

    #[test]
    fn the_hash_stands_for_the_input_and_outcomes_are_kept_whole() {
        let one = input(MarkMethod::Robust, 10);
        let marks = one.run();
        assert_eq!(one.hash(), one.clone().hash());
        let stored = serde_json::to_string(&marks).unwrap();
        let read: Marks = serde_json::from_str(&stored).unwrap();
        assert_eq!((&read.works, read.level, read.fallback), (&marks.works, marks.level, marks.fallback));
        let again: Input = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
        assert_eq!(again.run().works, marks.works, "it can be made again");
        let mut changed = one.clone();
        changed.reviews[4].total = Points(changed.reviews[4].total.0 + 1);
        let judged =
            Input { trainer: vec![Judged { work: one.reviews[0].work.clone(), mark: Points(1) }], ..one.clone() };
        let hashes = [one.hash(), changed.hash(), judged.hash(), Input { method: MarkMethod::Median, ..one }.hash()];
        for (i, hash) in hashes.iter().enumerate() {
            assert!(hashes[..i].iter().all(|other| other != hash));
        }
    }
}
