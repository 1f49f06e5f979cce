//! A rubric to read: by what works are assessed, and what changed in it.

use askama::Template;

use crate::clock::UtcTime;
use crate::peer::rubric::{Change, Criterion, Kind, Rubric};
use crate::web::View;

/// A rubric to read.
#[derive(Template)]
#[template(path = "rubric.html")]
pub(super) struct RubricView {
    v: View,
    rubric: Rubric,
    /// What changed, and when, oldest first.
    changes: Vec<(UtcTime, Vec<Change>)>,
}

/// It is a template itself, which escapes what it shows.
impl askama::filters::HtmlSafe for RubricView {}

impl RubricView {
    pub(super) fn new(v: &View, rubric: Rubric) -> Self {
        Self { v: v.clone(), rubric, changes: Vec::new() }
    }

    /// With the rubrics that an activity has had, oldest first.
    pub(super) fn with_history(self, history: &[(UtcTime, Rubric)]) -> Self {
        let pairs = history.windows(2).map(|w| (w[1].0, w[0].1.changes(&w[1].1)));
        Self { changes: pairs.filter(|(_, changes)| !changes.is_empty()).collect(), ..self }
    }

    fn most(&self, criterion: &Criterion) -> u32 {
        criterion.most
    }

    fn change(&self, change: &Change) -> String {
        match change {
            Change::Added(title) => self.v.a("rubric-added", "title", title.clone()),
            Change::Removed(title) => self.v.a("rubric-removed", "title", title.clone()),
            Change::Changed(title) => self.v.a("rubric-changed", "title", title.clone()),
            Change::Words(words) => self.v.n("rubric-words", *words),
        }
    }
}
