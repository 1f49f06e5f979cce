//! The part of a form in which a work is assessed: levels and comments.

use askama::Template;

use crate::peer::model::ReviewBody;
use crate::peer::rubric::{Criterion, Kind, Missing, Rubric};
use crate::web::View;
use crate::web::fields::Fields;

/// A rubric to fill in.
#[derive(Template)]
#[template(path = "assessment.html")]
pub(super) struct Assessment {
    v: View,
    rubric: Rubric,
    body: ReviewBody,
    missing: Missing,
    closed: bool,
}

/// It is a template itself, which escapes what it shows.
impl askama::filters::HtmlSafe for Assessment {}

impl Assessment {
    pub(super) fn new(v: &View, rubric: Rubric, body: ReviewBody, missing: &Missing, closed: bool) -> Self {
        Self { v: v.clone(), rubric, body, missing: missing.clone(), closed }
    }

    fn is_chosen(&self, criterion: &Criterion, level: &usize) -> bool {
        self.body.levels.get(&criterion.id) == Some(level)
    }

    fn most(&self, criterion: &Criterion) -> u32 {
        criterion.most
    }

    /// The number that was chosen, or nothing.
    fn number(&self, criterion: &Criterion) -> String {
        self.body.levels.get(&criterion.id).map(ToString::to_string).unwrap_or_default()
    }

    /// Whether one word is not enough, for those who review.
    fn asks_words(&self) -> bool {
        self.words() > 1
    }

    fn words(&self) -> u32 {
        self.rubric.comment_words
    }

    fn comment(&self, criterion: &Criterion) -> &str {
        criterion.comment(&self.body).unwrap_or_default()
    }

    fn lacks_level(&self, criterion: &Criterion) -> bool {
        self.missing.levels.contains(&criterion.id)
    }

    fn lacks_comment(&self, criterion: &Criterion) -> bool {
        self.missing.comments.contains(&criterion.id)
    }
}

/// Fields `level_ID`, `comment_ID`, `overall`.
pub(super) fn read_body(fields: &Fields) -> ReviewBody {
    let mut body =
        ReviewBody { overall: fields.raw("overall").unwrap_or_default().to_owned(), ..ReviewBody::default() };
    for (name, value) in fields.iter() {
        if let Some(id) = name.strip_prefix("level_") {
            if let Ok(level) = value.parse() {
                body.levels.insert(id.to_owned(), level);
            }
        } else if let Some(id) = name.strip_prefix("comment_") {
            body.comments.insert(id.to_owned(), value.to_owned());
        }
    }
    body
}
