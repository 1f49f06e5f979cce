//! What the LMS of a school keeps: people, activities, gradebook and launches.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::clock::UtcTime;

/// What somebody is in the course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Teaches.
    Trainer,
    /// Learns.
    Learner,
}

/// Somebody with an account in a school.
#[derive(Clone, Debug)]
pub struct User {
    /// The `sub`: a number in Moodle, a UUID in Canvas.
    pub sub: String,
    /// The login hint: the same number in Moodle, something else in Canvas.
    pub hint: String,
    /// The given name.
    pub given_name: String,
    /// The family name.
    pub family_name: String,
    /// What they are in the course.
    pub part: Part,
}

impl User {
    /// The full name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }
}

/// An activity of the course that opens the tool.
#[derive(Clone, Debug)]
pub struct Link {
    /// The resource link id.
    pub id: String,
    /// The title.
    pub title: String,
    /// The coupled line item, if the activity is graded.
    pub line_item: Option<String>,
    /// Its own custom parameters.
    pub custom: BTreeMap<String, String>,
    /// Whether learners see it; what Canvas makes by itself is not published.
    pub published: bool,
}

/// A column of the gradebook.
#[derive(Clone, Debug)]
pub struct LineItem {
    /// The id, the last part of its address.
    pub id: String,
    /// The name.
    pub label: String,
    /// What a full score is.
    pub maximum: f64,
    /// The tool's activity, where set.
    pub resource_id: String,
    /// The tool's kind of grade, where set.
    pub tag: String,
    /// The link it belongs to, where it does.
    pub link: Option<String>,
}

/// What the gradebook holds for one learner in one column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grade {
    /// The score, out of the column's maximum.
    pub score: Option<f64>,
    /// The timestamp of the last accepted score.
    pub modified: Option<UtcTime>,
    /// Comments: one in Moodle, any number in Canvas.
    pub comments: Vec<String>,
    /// Submission attempts (Canvas).
    pub attempts: u32,
    /// The address that the LMS opens to show the last attempt (Canvas).
    pub opens: Option<String>,
    /// Whether a teacher locked it (Moodle).
    pub locked: bool,
    /// Whether a teacher's own grade stands above the tool's (Moodle).
    pub overridden: bool,
}

/// What one accepted score changed in the gradebook: the double's ledger, by which tests prove "exactly once".
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The column.
    pub line_item: String,
    /// The learner.
    pub user: String,
    /// The score after it.
    pub score: Option<f64>,
    /// Its timestamp.
    pub timestamp: UtcTime,
}

/// What the tool's picker is opened for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picker {
    /// Canvas' placement: `assignment_selection` fills a form, `course_assignments_menu` makes assignments.
    pub placement: String,
    /// The name that the teacher typed.
    pub title: String,
    /// Opaque; echoed by the tool where it is not empty.
    pub data: String,
}

/// A launch that was begun and not used yet.
#[derive(Clone, Debug)]
pub struct PendingLaunch {
    /// Who.
    pub user: String,
    /// Which link; empty where the tool's picker is opened.
    pub link: String,
    /// What the picker is opened for.
    pub picker: Option<Picker>,
    /// Whose work is asked for, from the gradebook.
    pub for_user: Option<String>,
    /// The address of the work that is opened (Canvas).
    pub opens: Option<String>,
    /// Whether its one use is over.
    pub used: bool,
}
