//! The reviewers of an activity: what each has done, how they mark, and what is worth a look.

use std::collections::{BTreeSet, HashMap};

use super::super::aggregate::Reviewer;
use super::super::model::{Review, ReviewState};
use super::super::signs::{self, Kin, Seen, Sign};
use super::super::{PeerError, store};
use super::group::{self, Row};
use crate::activity::model::Activity;
use crate::clock::UtcTime;
use crate::cohort::model::Learner;
use crate::ids::{ActivityId, PersonId, SubmissionId};
use crate::launch::Scope;
use crate::store::Conn;

/// One reviewer.
#[derive(Clone, Debug)]
pub struct Card {
    /// Who.
    pub learner: Learner,
    /// Reviews sent.
    pub given: usize,
    /// Reviews asked for; 0 for those who need not review.
    pub wanted: usize,
    /// How they mark; None where all reviews count the same.
    pub reviewer: Option<Reviewer>,
    /// How helpful authors found their reviews, 1 to 5; None before anybody said so.
    pub helpful: Option<f64>,
    /// Words of one review, the median.
    pub words: Option<usize>,
    /// What is worth a look.
    pub signs: BTreeSet<Sign>,
}

/// The reviewers of an activity, those with signs first.
pub struct Reviewers {
    /// The activity.
    pub activity: Activity,
    /// The reviewers.
    pub cards: Vec<Card>,
    /// Whether people mark works of their own company higher than those of others.
    pub in_companies: Option<Kin>,
    /// The same of groups.
    pub in_groups: Option<Kin>,
}

/// The reviewers of an activity: the learners who handed in or reviewed.
///
/// # Errors
/// `NotFound`, or [`PeerError::Role`] for anybody but staff.
pub fn load(conn: &mut Conn, scope: &Scope, id: &ActivityId, now: UtcTime) -> Result<Reviewers, PeerError> {
    let group = group::load(conn, scope, id, now)?;
    let rubric = store::get_rubric(conn, &group.activity.rubric_version_id)?;
    let responses = store::list_responses(conn, id)?;
    let mut authors: HashMap<&SubmissionId, Vec<PersonId>> = HashMap::new();
    for row in &group.rows {
        if let Some(work) = &row.submission {
            authors.entry(&work.id).or_default().push(row.learner.person.id.clone());
        }
    }
    // Who has left the course is in no row.
    for work in &group.submissions {
        authors.entry(&work.id).or_insert_with(|| vec![work.person_id.clone()]);
    }
    let sent = group.reviews.iter().filter(|r| r.state == ReviewState::Sent);
    let seen: Vec<(&Review, Seen<'_>)> = sent
        .filter_map(|r| {
            let seconds = r.sent_at?.seconds_since(r.opened_at);
            let (authors, total) = (authors.get(&r.submission_id)?, r.total?);
            let (reviewer, work) = (&r.reviewer_id, &r.submission_id);
            Some((r, Seen { reviewer, authors, work, body: &r.body, total, seconds }))
        })
        .collect();
    let counting: Vec<Seen<'_>> = seen.iter().filter(|(r, _)| r.counts()).map(|(_, s)| s.clone()).collect();
    let mut signs = signs::of(&counting, &rubric, &group.marks);
    let kin = |of| signs::kin(&counting, &of, &group.marks);
    let in_companies = kin(store::list_companies(conn, id)?);
    let in_groups = kin(store::list_groups(conn, id)?);
    let card = |row: &Row| {
        let own = || seen.iter().filter(|(r, _)| r.reviewer_id == row.learner.person.id);
        let rated = own().filter_map(|(r, s)| Some((s.clone(), responses.get(&r.id)?.helpful?)));
        let rated: Vec<(Seen<'_>, i32)> = rated.collect();
        let mut words: Vec<usize> = own().map(|(r, _)| count_words(r)).collect();
        words.sort_unstable();
        Card {
            given: row.given,
            wanted: if row.is_exempt() { 0 } else { group.activity.rules.wanted() },
            reviewer: group.marks.reviewers.get(&row.learner.person.id).copied(),
            helpful: signs::helpfulness(&rated, &group.marks),
            words: words.get(words.len() / 2).copied(),
            signs: signs.remove(&row.learner.person.id).unwrap_or_default(),
            learner: row.learner.clone(),
        }
    };
    let mut cards: Vec<Card> = group.rows.iter().filter(|row| row.is_handed_in() || row.given > 0).map(card).collect();
    cards.sort_by_key(|card| std::cmp::Reverse(card.signs.len()));
    Ok(Reviewers { activity: group.activity, cards, in_companies, in_groups })
}

fn count_words(review: &Review) -> usize {
    let body = &review.body;
    body.comments.values().chain([&body.overall]).map(|text| text.split_whitespace().count()).sum()
}

impl Reviewers {
    /// Somebody of the group.
    #[must_use]
    pub fn learner(&self, id: &PersonId) -> Option<&Learner> {
        self.cards.iter().map(|card| &card.learner).find(|l| l.person.id == *id)
    }
}
