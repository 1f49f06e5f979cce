//! Setting an activity up, and changing it.

use super::super::rubric::Rubric;
use super::super::setup::Setup;
use super::super::teams::Teams;
use super::super::{PeerError, store};
use super::{control, for_trainer, teams};
use crate::activity;
use crate::activity::model::{Activity, CompanyRule, Days, GroupRule};
use crate::activity::picker::{self, Answer, Chosen};
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::cohort;
use crate::context::Context;
use crate::ids::{ActivityId, RubricVersionId};
use crate::launch::{Scope, Session};
use crate::lti::deep_linking;
use crate::news;
use crate::news::model::Kind;
use crate::store::columns::Role;
use crate::store::{Conn, StoreError, dialect};

/// Stores a new activity behind the link that the asker opened; where a trainer chooses what to place,
/// it waits for the first launch of its link. The form was checked. Where the link has one already (a
/// second trainer, a double click) that one is returned.
///
/// # Errors
/// [`PeerError::Role`] for anybody but a trainer.
pub fn create(conn: &mut Conn, scope: &Scope, setup: &Setup, now: UtcTime) -> Result<ActivityId, PeerError> {
    if scope.role != Role::Trainer {
        return Err(PeerError::Role);
    }
    activity::service::lock_link(conn, scope)?;
    if let Some(placed) = activity::store::find_placed(conn, scope)? {
        return Ok(placed);
    }
    let binding = cohort::service::ensure_course_cohort(conn, scope, now)?;
    let rubric_version_id = RubricVersionId::new();
    let mut activity = Activity::fresh(binding.cohort_id, rubric_version_id.clone(), scope.person.clone());
    activity.score_maximum = setup.points;
    setup.write(&mut activity);
    store::create_rubric(conn, &rubric_version_id, &activity.id, &setup.rubric, now)?;
    activity::service::create_placed(conn, scope, &activity, now)?;
    put_aside(conn, &activity.id, setup)?;
    let actor = Actor::Person(scope.person.clone());
    audit::record(conn, now, &actor, "activity.create", activity.id.as_str(), &serde_json::json!({}))?;
    Ok(activity.id)
}

/// Stores what of a form has tables of its own.
fn put_aside(conn: &mut Conn, id: &ActivityId, setup: &Setup) -> Result<(), PeerError> {
    activity::store::set_counted_days(conn, id, setup.days)?;
    Ok(activity::store::set_company_rule(conn, id, setup.companies)?)
}

/// Stores a new activity and answers the LMS that asked for one with it. It waits for the first launch
/// of its link; the LMS may as well discard the answer.
///
/// # Errors
/// [`PeerError::Role`] for anybody but a trainer; refused when the LMS was answered before.
pub fn create_and_answer(
    conn: &mut Conn,
    context: &Context,
    session: &Session,
    asked: &deep_linking::Settings,
    setup: &Setup,
    now: UtcTime,
) -> Result<Answer, PeerError> {
    let id = create(conn, &session.scope(), setup, now)?;
    let activity = activity::store::find_of_registration(conn, &session.registration_id, &id)?;
    let chosen = Chosen { activity: activity.ok_or(StoreError::NotFound)?, again: false };
    Ok(picker::answer(conn, context, session, asked, &[chosen], now)?)
}

/// How far the learners of an activity are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// Nobody has handed in.
    Fresh,
    /// A work was handed in, so that teams cannot begin or end to hand in together.
    HandedIn,
    /// Reviews have begun, so that they cannot be made to begin later.
    Reviewed,
}

/// An activity with its rubric, for the form.
pub struct Editable {
    /// The activity.
    pub activity: Activity,
    /// Its rubric.
    pub rubric: Rubric,
    /// Which of its dates are counted in days.
    pub days: Days,
    /// Where its reviews go with regard to companies.
    pub companies: CompanyRule,
    /// Whether reviews have begun or a work to practise on was marked by it, so that the rubric no longer changes.
    pub rubric_in_use: bool,
    /// How far the learners are.
    pub progress: Progress,
    /// Whether there is a control work, so that reviewers see no names and have more than one review to give.
    pub has_control: bool,
}

impl Editable {
    /// Whether reviews have begun.
    #[must_use]
    pub fn is_reviewed(&self) -> bool {
        self.progress == Progress::Reviewed
    }

    /// Whether a changed rule about teams would change whose works are that were handed in.
    #[must_use]
    pub fn moves_works(&self, setup: &Setup) -> bool {
        let is_with_teams = |rule: GroupRule| rule == GroupRule::Teams;
        self.progress >= Progress::HandedIn
            && is_with_teams(self.activity.rules.group_rule) != is_with_teams(setup.rules.group_rule)
    }

    /// What in a changed form does not go with the control work; the key of its text.
    #[must_use]
    pub fn control_problem(&self, setup: &Setup) -> Option<&'static str> {
        let mut wished = self.activity.clone();
        setup.write(&mut wished);
        (self.has_control && !control::can_hide(&wished)).then_some("setup-control")
    }
}

/// An activity for its settings page.
///
/// # Errors
/// `NotFound`, or [`PeerError::Role`] for anybody but a trainer.
pub fn load(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> Result<Editable, PeerError> {
    let activity = for_trainer(conn, scope, id)?;
    let rubric = store::get_rubric(conn, &activity.rubric_version_id)?;
    let examples = store::list_examples(conn, id)?;
    let practised = examples.iter().any(|e| e.is_asked(&activity));
    let has_control = examples.iter().any(|e| e.control.is_some() && e.withdrawn_at.is_none());
    let is_reviewed = !store::list_reviews(conn, id)?.is_empty();
    let is_handed_in = store::list_submissions(conn, id)?.iter().any(|s| s.is_handed_in() && !s.control);
    let progress = match (is_handed_in, is_reviewed) {
        (_, true) => Progress::Reviewed,
        (true, false) => Progress::HandedIn,
        (false, false) => Progress::Fresh,
    };
    let days = activity::store::counted_days(conn, id)?;
    let companies = activity::store::company_rule(conn, id)?;
    Ok(Editable { activity, rubric, days, companies, rubric_in_use: practised || is_reviewed, progress, has_control })
}

/// Stores changed settings. The form was checked. The rubric changes only before the first review.
///
/// # Errors
/// Refused when another trainer changed it meanwhile, or after the release.
pub fn update(conn: &mut Conn, scope: &Scope, id: &ActivityId, setup: &Setup, now: UtcTime) -> Result<(), PeerError> {
    // Who reviews whom may be planned at this moment.
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    let known = load(conn, scope, id)?;
    let (moves_works, control_problem) = (known.moves_works(setup), known.control_problem(setup));
    let is_reviewed = known.is_reviewed();
    let Editable { mut activity, rubric, companies, rubric_in_use, .. } = known;
    if activity.released_at.is_some() {
        return Err(PeerError::Refused("released"));
    }
    if is_reviewed && setup.rules.review_from_at.is_some_and(|from| now < from) {
        return Err(PeerError::Refused("reviews-begun"));
    }
    if control_problem.is_some() {
        return Err(PeerError::Refused("control-settings"));
    }
    if moves_works {
        return Err(PeerError::Refused("teams-handed-in"));
    }
    let groups = store::list_groups(conn, id)?;
    let before = Teams::new(activity.rules.group_rule, groups.clone());
    let after = Teams::new(setup.rules.group_rule, groups);
    if teams::change(conn, id, (&before, &after))?.is_err() {
        return Err(PeerError::Refused("teams-handed-in"));
    }
    let dates = |a: &Activity| (a.rules.work_due_at, a.rules.review_due_at, a.rules.review_from_at);
    let before = dates(&activity);
    let is_other_side = activity.rules.group_rule != setup.rules.group_rule || companies != setup.companies;
    let is_replanned = is_other_side && !is_reviewed;
    if activity.rules.review_from_at != setup.rules.review_from_at || is_replanned {
        store::delete_planned(conn, id)?;
        activity.planned_at = None;
    }
    let was_blind = activity.rules.trainer_blind;
    setup.write(&mut activity);
    if !rubric_in_use && rubric != setup.rubric {
        activity.rubric_version_id = RubricVersionId::new();
        store::create_rubric(conn, &activity.rubric_version_id, id, &setup.rubric, now)?;
    }
    if before != dates(&activity) {
        for learner in cohort::store::list_all_learners(conn, &activity.cohort_id)? {
            let about = format!("revision {}", activity.revision + 1);
            news::service::tell(conn, &learner.person.id, id, Kind::DatesChanged, &about, now)?;
        }
    }
    put_aside(conn, id, setup)?;
    if !activity::store::update(conn, &activity, setup.revision, now)? {
        return Err(PeerError::Refused("changed-meanwhile"));
    }
    let actor = Actor::Person(scope.person.clone());
    let names = (was_blind != activity.rules.trainer_blind).then_some(!activity.rules.trainer_blind);
    audit::record(conn, now, &actor, "activity.update", id.as_str(), &serde_json::json!({"shows_names": names}))?;
    Ok(())
}
