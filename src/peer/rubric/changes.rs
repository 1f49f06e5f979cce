//! What changed from one rubric to the next.

use super::{Criterion, Rubric};

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
