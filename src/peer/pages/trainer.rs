//! The trainer's group page, and what all pages of trainers say about a learner.

use std::collections::BTreeSet;

use actix_web::web;
use askama::Template;

use super::{grade_tag, grade_words, marks};
use crate::activity;
use crate::activity::model::GroupRule;
use crate::clock::UtcTime;
use crate::cohort::roster::{self, Roster, RosterState};
use crate::context::Context;
use crate::ids::ActivityId;
use crate::launch::{Posted, SignedIn};
use crate::news::pages::greet;
use crate::peer::PeerError;
use crate::peer::attention::Why;
use crate::peer::model::{AppealState, SubmissionState};
use crate::peer::reliability::{AMBER, RED, Reliability};
use crate::peer::service::group::{self, Group, Next, Row};
use crate::peer::service::release::Waits;
use crate::platform::model::Person;
use crate::store::columns::Role;
use crate::web::{PageError, PageResult, View, page, see_other};

#[derive(Template)]
#[template(path = "group.html")]
struct GroupPage {
    v: View,
    group: Group,
    reliability: Option<Reliability>,
    may_change: bool,
    base: String,
    roster: Option<Roster>,
    looks: Vec<(usize, Why)>,
    now: UtcTime,
    /// What is new since the last visit.
    news: Vec<String>,
}

impl GroupPage {
    /// The roster is due and will be read in a moment.
    fn is_being_read(&self) -> bool {
        self.roster.as_ref().is_some_and(|r| r.due_at <= self.now)
    }

    fn wanted(&self) -> usize {
        self.group.activity.rules.wanted()
    }

    /// A copy that nobody has worked in yet: its dates and task want a look.
    fn is_fresh_copy(&self) -> bool {
        self.group.activity.copied_from.is_some() && !self.group.rows.iter().any(Row::is_handed_in)
    }

    fn count(&self, wanted: &[Next]) -> usize {
        self.group.rows.iter().filter(|r| wanted.contains(&r.next)).count()
    }

    fn not_handed_in(&self) -> usize {
        self.count(&[Next::Start, Next::HandIn, Next::MissedHandIn])
    }

    /// How many reviews a learner is still to give: none after the release.
    fn open_wanted(&self) -> usize {
        if self.group.activity.released_at.is_some() { 0 } else { self.wanted() }
    }

    fn reviews_owed(&self) -> usize {
        self.group
            .rows
            .iter()
            .filter(|r| r.is_handed_in() && !r.is_exempt())
            .map(|r| self.open_wanted().saturating_sub(r.given))
            .sum()
    }

    fn short_of_reviews(&self) -> usize {
        if self.group.activity.released_at.is_some() { 0 } else { self.group.short_of_reviews().len() }
    }

    fn unsent_grades(&self) -> usize {
        self.group.rows.iter().flat_map(Row::grade_states).filter(|s| !s.is_in_lms()).count()
    }

    /// Grades that wait for a person.
    fn stuck_grades(&self) -> usize {
        self.group.rows.iter().flat_map(Row::grade_states).filter(|s| s.needs_somebody()).count()
    }

    /// Those whose appeal has not been answered.
    fn appeals(&self) -> Vec<&Row> {
        let is_open = |r: &&Row| r.appeal.as_ref().is_some_and(|a| a.state == AppealState::Open);
        self.group.rows.iter().filter(is_open).collect()
    }

    /// Those about whose work or reviews something was reported.
    fn reported(&self) -> Vec<&Row> {
        self.group.rows.iter().filter(|r| r.is_first && r.reports > 0).collect()
    }

    /// How many reviews will be missing; nobody waits for them after the release.
    fn shortage(&self) -> usize {
        if self.group.activity.released_at.is_some() { 0 } else { self.group.shortage(self.now) }
    }

    /// How many works there can be at most, where teams hand in and that is too few for everybody's reviews.
    fn too_few_works(&self) -> Option<usize> {
        let activity = &self.group.activity;
        let of = |r: &Row| r.team.clone().unwrap_or_else(|| r.learner.person.id.to_string());
        let works = self.group.rows.iter().map(of).collect::<BTreeSet<_>>().len();
        let is_short = activity.rules.group_rule == GroupRule::Teams && works <= self.wanted();
        (is_short && activity.released_at.is_none()).then_some(works)
    }

    /// What keeps the marks from being released by themselves, once that was to be.
    fn release_waits(&self) -> Option<String> {
        let activity = &self.group.activity;
        let is_due = activity.rules.release_at.is_some_and(|at| at <= self.now) && activity.released_at.is_none();
        let waits = Waits::of(&self.group);
        let words = [("waits-reports", waits.reports), ("waits-unmarked", waits.unmarked)];
        let words = words.into_iter().filter(|(_, count)| *count > 0).map(|(key, count)| self.v.n(key, count));
        let words: Vec<String> = words.collect();
        (is_due && !words.is_empty()).then(|| words.join(" "))
    }

    fn why(&self, why: &Why) -> String {
        why_words(&self.v, why)
    }

    /// How far reviewers agree, in words.
    fn agreement(&self, found: &Reliability) -> String {
        let key = match found.mean {
            mean if mean < RED => "reliability-red",
            mean if mean < AMBER => "reliability-amber",
            _ => "reliability-good",
        };
        let mean = self.v.a(key, "mean", marks::share(&self.v, found.mean));
        let single = marks::share(&self.v, found.single);
        let enough = match found.enough {
            Some(k) => self.v.aa("reliability-enough", "single", single, "k", k),
            None => self.v.a("reliability-never", "single", single),
        };
        format!("{mean} {enough}")
    }

    fn alpha_words(&self, alpha: &Option<f64>) -> String {
        alpha.map_or_else(|| "–".to_owned(), |alpha| marks::share(&self.v, alpha))
    }

    /// What to do about a criterion.
    fn alpha_advice(&self, alpha: &Option<f64>) -> (&'static str, String) {
        match alpha {
            None => ("plain", self.v.t("alpha-same")),
            Some(alpha) if *alpha < RED => ("warn", self.v.t("alpha-rewrite")),
            Some(_) => ("", self.v.t("alpha-good")),
        }
    }

    fn has_reviews(&self) -> bool {
        self.group.rows.iter().any(|r| r.given > 0)
    }

    fn marked(&self) -> usize {
        self.group.rows.iter().filter(|r| r.mark.value.is_some()).count()
    }
}

/// Why a work is worth a look, in words.
pub(super) fn why_words(v: &View, why: &Why) -> String {
    match why {
        Why::Unreviewed => v.t("look-unreviewed"),
        Why::Disagreement(low, high) => v.aa("look-disagreement", "low", v.points(low), "high", v.points(high)),
        Why::Unsure(margin) => v.a("look-unsure", "margin", v.points(margin)),
    }
}

/// What templates ask about a row; the same for all of the trainer's pages.
pub(super) trait RowWords {
    fn view(&self) -> &View;

    fn name(&self, person: &Person) -> String {
        person.display_name(&self.view().t("participant"))
    }

    fn next_words(&self, row: &Row) -> String {
        self.view().t(match row.next {
            Next::Start => "next-start",
            Next::HandIn => "next-hand-in",
            Next::MissedHandIn => "next-missed-hand-in",
            Next::Review => "next-review",
            Next::Later => "next-later",
            Next::MissedReviews => "next-missed-reviews",
            Next::Wait => "next-wait",
            Next::Ready => "next-ready",
            Next::Done => "next-done",
        })
    }

    fn work_step(&self, row: &Row) -> (&'static str, &'static str, &'static str) {
        match &row.submission {
            None => ("n", "–", "step-not-started"),
            Some(s) if s.state == SubmissionState::Draft => ("d", "✎", "step-draft"),
            Some(_) => ("ok", "✓", "step-handed-in"),
        }
    }

    fn late_words(&self, row: &Row) -> Option<String> {
        row.mark.late.map(|late| self.view().n("days-late", late.days))
    }

    fn mark_words(&self, row: &Row) -> String {
        row.mark.value.map_or_else(|| "–".to_owned(), |m| self.view().points(&m))
    }

    /// The grade of the work with what reviewing counts in it.
    fn weighted(&self, row: &Row) -> String {
        row.grade.map_or_else(|| "–".to_owned(), |grade| self.view().points(&grade))
    }

    fn grade_words(&self, row: &Row) -> String {
        match &row.released {
            None => self.view().t("grade-after-release"),
            Some(released) => grade_words(self.view(), released.state.as_ref()),
        }
    }

    fn reviewing_words(&self, row: &Row) -> String {
        row.reviewing.map_or_else(|| "–".to_owned(), |r| self.view().points(&r.value))
    }

    fn reviewing_state(&self, row: &Row) -> String {
        grade_words(self.view(), row.released_reviewing.as_ref().and_then(|r| r.state.as_ref()))
    }

    fn reviewing_tag(&self, row: &Row) -> &'static str {
        grade_tag(row.released_reviewing.as_ref().and_then(|r| r.state.as_ref()))
    }

    fn grade_tag(&self, row: &Row) -> &'static str {
        row.released.as_ref().map_or("plain", |r| grade_tag(r.state.as_ref()))
    }
}

impl RowWords for GroupPage {
    fn view(&self) -> &View {
        &self.v
    }
}

pub(super) async fn show_group(user: SignedIn, context: web::Data<Context>, id: ActivityId) -> PageResult {
    let (scope, now, base) = (user.scope(), context.clock.now(), format!("/peer/{id}"));
    let may_change = scope.role == Role::Trainer;
    let asker = scope.clone();
    let (group, reliability, roster) = context
        .db
        .read(move |c| -> Result<_, PeerError> {
            let group = group::load(c, &asker, &id, now)?;
            let reliability = group::reliability(c, &group)?;
            Ok((group, reliability, roster::of_course(c, &asker)?))
        })
        .await?;
    let news = greet(&context, &user.view, &scope, &group.activity.id, &group.activity.title).await?;
    let looks = if group.activity.released_at.is_none() { group.worth_a_look(now) } else { Vec::new() };
    page(&GroupPage { v: user.view, group, reliability, may_change, base, roster, looks, now, news })
}

/// Asks for the LMS's roster now; where it is held, the trainer may say that those people have left.
async fn ask_roster(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id, at) = (form.by.scope(), ActivityId(id.into_inner()), form.at);
    if scope.role != Role::Trainer {
        return Err(PageError::forbidden());
    }
    let (home, left) = (format!("/peer/{id}"), form.fields.text("action") == "left");
    let asked = move |c: &mut crate::store::Conn| -> Result<(), PeerError> {
        activity::store::get(c, &scope, &id)?;
        Ok(roster::ask(c, &scope, left, at)?)
    };
    context.db.write(asked).await?;
    context.wake.wake();
    Ok(see_other(&home))
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/peer/{activity}/roster", web::post().to(ask_roster));
}
