//! What waits for a trainer, on one page: appeals, reports, reviews that disagree, checks, works short of reviews.

use actix_web::web;
use askama::Template;

use super::trainer::{RowWords, why_words};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::ids::{ActivityId, PersonId};
use crate::launch::SignedIn;
use crate::peer::attention::Why;
use crate::peer::model::{Appeal, AppealState};
use crate::peer::service::group::{self, Group};
use crate::web::{PageResult, View, page};

#[derive(Template)]
#[template(path = "queues.html")]
struct QueuesPage {
    v: View,
    group: Group,
    base: String,
    now: UtcTime,
    /// Each queue has places among the rows, the most urgent first.
    appeals: Vec<(usize, Appeal)>,
    reports: Vec<usize>,
    looks: Vec<(usize, Why)>,
    short: Vec<usize>,
}

impl RowWords for QueuesPage {
    fn view(&self) -> &View {
        &self.v
    }
}

impl QueuesPage {
    fn new(v: View, group: Group, base: String, now: UtcTime) -> Self {
        let is_open = |appeal: &&Appeal| appeal.state == AppealState::Open;
        let appeals = group.rows.iter().map(|row| row.appeal.as_ref().filter(is_open)).enumerate();
        let mut appeals: Vec<(usize, Appeal)> =
            appeals.filter_map(|(at, appeal)| Some((at, appeal?.clone()))).collect();
        appeals.sort_by_key(|(_, appeal)| appeal.due_at);
        let is_reported = |at: &usize| group.rows[*at].is_first && group.rows[*at].reports > 0;
        let reports = (0..group.rows.len()).filter(is_reported).collect();
        let is_released = group.activity.released_at.is_some();
        let looks = if is_released { Vec::new() } else { group.worth_a_look(now) };
        // Before reviews begin, all works are short of them, and nobody is to do anything about it.
        let is_reviewing = !is_released && group.activity.rules.reviews_begun(now);
        let short = if is_reviewing { group.short_of_reviews() } else { Vec::new() };
        Self { v, group, base, now, appeals, reports, looks, short }
    }

    fn is_empty(&self) -> bool {
        let has_reports = !self.reports.is_empty() || self.group.control_reports > 0;
        self.appeals.is_empty() && !has_reports && self.looks.is_empty() && self.short.is_empty()
    }

    fn id(&self, at: &usize) -> &PersonId {
        &self.group.rows[*at].learner.person.id
    }

    /// The learner, or the team.
    fn whose(&self, at: &usize) -> String {
        let row = &self.group.rows[*at];
        row.team.clone().unwrap_or_else(|| self.name(&row.learner.person))
    }

    fn count_reports(&self, at: &usize) -> usize {
        self.group.rows[*at].reports
    }

    fn received(&self, at: &usize) -> usize {
        self.group.rows[*at].received
    }

    fn since(&self, at: &usize) -> Option<UtcTime> {
        self.group.rows[*at].submission.as_ref().and_then(|s| s.handed_in_at)
    }

    /// Works that the reviews say too little about: they disagree, or there are none and there will be none.
    fn apart(&self) -> Vec<&(usize, Why)> {
        self.looks.iter().filter(|(_, why)| !matches!(why, Why::Unsure(_))).collect()
    }

    /// Works whose check makes all marks more exact, by how much they are unsure.
    fn checks(&self) -> Vec<&(usize, Why)> {
        self.looks.iter().filter(|(_, why)| matches!(why, Why::Unsure(_))).collect()
    }

    fn why(&self, why: &Why) -> String {
        why_words(&self.v, why)
    }
}

async fn show(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id, now) = (user.scope(), ActivityId(id.into_inner()), context.clock.now());
    let base = format!("/peer/{id}");
    let group = context.db.read(move |c| group::load(c, &scope, &id, now)).await?;
    page(&QueuesPage::new(user.view, group, base, now))
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/peer/{activity}/queues", web::get().to(show));
}
