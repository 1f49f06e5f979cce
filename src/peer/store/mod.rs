//! Queries about works, reviews, rubric versions and marks. Callers have checked the activity's scope.

mod examples;
mod exemplars;
mod extensions;
mod files;
mod groups;
mod marks;
mod pairs;
mod planned;
mod reports;
mod responses;
mod reviews;
mod self_assessments;
mod works;

pub use works::{create_rubric, get_rubric};

pub(super) use examples::{
    create_example, delete_example, find_practice, get_example, list_examples, list_practices, list_practised,
    put_practice, withdraw_example,
};
pub(super) use exemplars::{create_exemplar, delete_exemplar, list_exemplars, set_consent};
pub(super) use extensions::{find_extension, list_extended, list_extensions, put_extension};
pub(super) use files::{create_file, delete_file, list_files_of, list_hashes};
pub(super) use groups::{list_companies, list_groups, put_companies, put_groups};
pub(super) use marks::{create_override, create_run, find_run, list_overrides};
pub(super) use pairs::{delete_pair, list_pairs, put_pair};
pub(super) use planned::{create_planned, delete_planned, list_planned};
pub(super) use reports::{create_report, decide_report, list_reports};
pub(super) use responses::{create_appeal, find_appeal, list_appeals, list_responses, put_response, update_appeal};
pub(super) use reviews::{create_review, exclude, get_own_review, has_work, list_reviews, update_review};
pub(super) use self_assessments::{find_self_assessment, put_self_assessment};
pub(super) use works::{
    create_submission, delete_submission, find_begun, find_of_team, get_submission, get_submission_of_file,
    list_rubrics, list_submissions, set_authors, update_submission, withhold,
};

/// So many rows go into one statement: both engines limit how much one may bring along.
const ROWS: usize = 1_000;
