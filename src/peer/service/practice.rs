//! Practising, and the works for it.

use super::super::model::{ReportState, Review, ReviewBody};
use super::super::practice::{Example, MOST, Practice, TOLERANCE};
use super::super::rubric::{Missing, Rubric};
use super::super::{PeerError, store};
use super::teams::own_work;
use super::{control, for_learner, for_staff, for_trainer, work};
use crate::activity;
use crate::activity::model::Activity;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::ids::{ActivityId, ExampleId, SubmissionId};
use crate::launch::Scope;
use crate::platform;
use crate::store::columns::Points;
use crate::store::{Conn, StoreError, dialect};

/// How far a learner is with practising.
#[derive(Clone, Debug, Default)]
pub struct Practising {
    /// The works that this learner has marked or is asked to mark, each with whether it is done.
    pub works: Vec<(ExampleId, bool)>,
    /// Whether reviewing waits until all are done.
    pub comes_first: bool,
}

impl Practising {
    /// How many are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.works.iter().filter(|(_, done)| !done).count()
    }

    /// The next one.
    #[must_use]
    pub fn next(&self) -> Option<&ExampleId> {
        self.works.iter().find(|(_, done)| !done).map(|(id, _)| id)
    }

    /// The asker's, who is asked only as long as there are reviews to write and none was begun: who has begun has found
    /// out by then. `reviews` are those of the activity.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn load(
        conn: &mut Conn,
        scope: &Scope,
        activity: &Activity,
        reviews: &[Review],
        now: UtcTime,
    ) -> Result<Self, PeerError> {
        let mut works = Vec::new();
        let mut examples = store::list_examples(conn, &activity.id)?;
        examples.retain(|example| example.control.is_none());
        let has_begun = reviews.iter().any(|r| r.reviewer_id == scope.person && r.declined.is_none());
        let comes_first = !has_begun && activity.rules.wanted() > 0 && !activity.reviews_over(now);
        let sent = store::list_practised(conn, &activity.id, &scope.person)?;
        for example in examples {
            let done = sent.contains(&example.id);
            if done || comes_first && example.is_asked(activity) {
                works.push((example.id, done));
            }
        }
        let comes_first = comes_first && works.iter().any(|(_, done)| !done);
        Ok(Self { works, comes_first })
    }
}

/// A work to practise on, for one learner.
pub struct Trying {
    /// The activity.
    pub activity: Activity,
    /// The work with the trainer's marks, which are not shown before the learner's are sent.
    pub example: Example,
    /// Its rubric.
    pub rubric: Rubric,
    /// What the learner has chosen and written.
    pub practice: Practice,
    /// Which of the learner's works this is, from 1.
    pub position: usize,
    /// How far the learner is.
    pub all: Practising,
}

/// A work to practise on. One that this learner is not asked about and has not marked does not exist.
///
/// # Errors
/// `NotFound`, or [`PeerError::Role`] for anybody but a learner; refused before handing in.
pub fn load(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    example: &ExampleId,
    now: UtcTime,
) -> Result<Trying, PeerError> {
    let activity = for_learner(conn, scope, id)?;
    if platform::store::get_person(conn, &scope.person)?.test_user {
        return Err(PeerError::Refused("test-user"));
    }
    if own_work(conn, &activity, &scope.person)?.is_none_or(|s| !s.is_handed_in()) {
        return Err(PeerError::Refused("review-hand-in-first"));
    }
    let reviews = store::list_reviews(conn, id)?;
    let all = Practising::load(conn, scope, &activity, &reviews, now)?;
    let at = all.works.iter().position(|(known, _)| known == example).ok_or(StoreError::NotFound)?;
    let example = store::get_example(conn, id, example)?;
    let fresh = || Practice {
        example_id: example.id.clone(),
        person_id: scope.person.clone(),
        body: ReviewBody::default(),
        total: None,
        sent_at: None,
    };
    let practice = store::find_practice(conn, &example.id, &scope.person)?.unwrap_or_else(fresh);
    let rubric = store::get_rubric(conn, &example.rubric_version_id)?;
    Ok(Trying { activity, rubric, practice, position: at + 1, all, example })
}

/// The same for writing: nobody else writes it at this moment.
fn load_to_write(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    example: &ExampleId,
    now: UtcTime,
) -> Result<Trying, PeerError> {
    dialect::lock_for_transaction(conn, &format!("practice {example} {}", scope.person))?;
    load(conn, scope, id, example, now)
}

/// Saves what is being written.
///
/// # Errors
/// As [`load`]; refused once it was sent.
pub fn save(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    example: &ExampleId,
    body: ReviewBody,
    now: UtcTime,
) -> Result<(), PeerError> {
    let Trying { rubric, practice, .. } = load_to_write(conn, scope, id, example, now)?;
    if practice.sent_at.is_some() {
        return Err(PeerError::Refused("practice-sent"));
    }
    Ok(store::put_practice(conn, &Practice { body: rubric.fit(body), ..practice }, now)?)
}

/// Sends it, once. What was written is stored also when something is missing; that is why a refusal is the inner result.
///
/// # Errors
/// As [`load`].
pub fn send(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    example: &ExampleId,
    body: ReviewBody,
    now: UtcTime,
) -> Result<Result<(), Missing>, PeerError> {
    let Trying { rubric, practice, .. } = load_to_write(conn, scope, id, example, now)?;
    if practice.sent_at.is_some() {
        // A double click: the first one has done it.
        return Ok(Ok(()));
    }
    let body = rubric.fit(body);
    // Comments are for an author; this work has none who waits for them.
    let missing = Missing { comments: Vec::new(), ..rubric.missing(&body) };
    let total = if missing.is_empty() { rubric.total(&body) } else { None };
    let sent_at = total.map(|_| now);
    store::put_practice(conn, &Practice { body, total, sent_at, ..practice }, now)?;
    Ok(if missing.is_empty() { Ok(()) } else { Err(missing) })
}

/// The works to practise on, for staff.
pub struct Examples {
    /// The activity.
    pub activity: Activity,
    /// Its rubric.
    pub rubric: Rubric,
    /// The works, oldest first.
    pub works: Vec<Shown>,
    /// How many could be taken over from the activity that this one is a copy of.
    pub inherited: usize,
}

/// A work to practise on and how learners marked it.
pub struct Shown {
    /// The work.
    pub example: Example,
    /// The rubric it was marked by.
    pub rubric: Rubric,
    /// How many learners have marked it.
    pub tried: usize,
    /// How many of them came close.
    pub near: usize,
    /// The mean of their totals.
    pub mean: Option<Points>,
    /// What reviewers reported about the control work and nobody has looked at.
    pub reports: Vec<String>,
}

/// The works to practise on.
///
/// # Errors
/// `NotFound`, or [`PeerError::Role`] for anybody but staff.
pub fn list(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> Result<Examples, PeerError> {
    let activity = for_staff(conn, scope, id)?;
    let practices = store::list_practices(conn, id)?;
    let (reviews, reports) = (store::list_reviews(conn, id)?, store::list_reports(conn, id)?);
    let mut works = Vec::new();
    for example in store::list_examples(conn, id)? {
        let practised = practices.iter().filter(|p| p.example_id == example.id).filter_map(|p| p.total);
        let is_control = |work: &SubmissionId| example.control.as_ref() == Some(work);
        let of_control = reviews.iter().filter(|r| r.counts() && is_control(&r.submission_id));
        let totals: Vec<Points> = practised.chain(of_control.filter_map(|r| r.total)).collect();
        let reported = reports.iter().filter(|r| r.state == ReportState::Open && is_control(&r.submission_id));
        let reports = reported.map(|r| r.text.clone()).collect();
        works.push(Shown {
            rubric: store::get_rubric(conn, &example.rubric_version_id)?,
            tried: totals.len(),
            near: totals.iter().filter(|total| example.is_near(**total)).count(),
            mean: super::super::model::mean(&totals),
            reports,
            example,
        });
    }
    let inherited = if works.is_empty() { inherited(conn, &activity)?.len() } else { 0 };
    Ok(Examples { rubric: store::get_rubric(conn, &activity.rubric_version_id)?, activity, works, inherited })
}

/// The works of the nearest activity that this one is a copy of which can be used here: marked by the same rubric.
fn inherited(conn: &mut Conn, activity: &Activity) -> Result<Vec<Example>, PeerError> {
    for ancestor in activity::store::list_ancestors(conn, &activity.id)? {
        let mut examples = store::list_examples(conn, &ancestor)?;
        examples.retain(|e| e.control.is_none() && e.is_asked(activity));
        if !examples.is_empty() {
            return Ok(examples);
        }
    }
    Ok(Vec::new())
}

/// Takes over the works of the activity that this one is a copy of. A double click takes them once.
///
/// # Errors
/// `NotFound`, or [`PeerError::Role`] for anybody but a trainer; refused after the release.
pub fn inherit(conn: &mut Conn, scope: &Scope, id: &ActivityId, now: UtcTime) -> Result<(), PeerError> {
    let activity = lock_to_change(conn, scope, id)?;
    if !store::list_examples(conn, id)?.is_empty() {
        return Ok(());
    }
    for example in inherited(conn, &activity)? {
        let copy = Example { id: ExampleId::new(), activity_id: id.clone(), ..example };
        store::create_example(conn, &copy, &scope.person, now)?;
        let (actor, detail) = (Actor::Person(scope.person.clone()), serde_json::json!({"from": example.id}));
        audit::record(conn, now, &actor, "example.add", copy.id.as_str(), &detail)?;
    }
    Ok(())
}

/// An activity whose works to practise on may change now, one change after the other.
fn lock_to_change(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> Result<Activity, PeerError> {
    dialect::lock_for_transaction(conn, &format!("examples {id}"))?;
    let activity = for_trainer(conn, scope, id)?;
    if activity.released_at.is_some() { Err(PeerError::Refused("released")) } else { Ok(activity) }
}

/// A work to practise on as a trainer typed it.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// The text.
    pub html: String,
    /// What was chosen and written.
    pub body: ReviewBody,
    /// How many points apart is close.
    pub tolerance: String,
    /// Whether reviewers get it like any other work, without knowing.
    pub control: bool,
}

/// What is wrong with a work to practise on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The key of what a rule says.
    Rule(&'static str),
    /// What the marks lack.
    Missing(Missing),
}

/// The works that are practised on now, of which there are only so many.
fn count_asked(conn: &mut Conn, activity: &Activity) -> Result<usize, PeerError> {
    let is_practised = |e: &&Example| e.control.is_none() && e.is_asked(activity);
    Ok(store::list_examples(conn, &activity.id)?.iter().filter(is_practised).count())
}

/// Stores a new work to practise on, or the control work. What is wrong with what was typed is the inner result.
///
/// # Errors
/// `NotFound`, or [`PeerError::Role`] for anybody but a trainer; refused after the release.
pub fn add(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    typed: Typed,
    now: UtcTime,
) -> Result<Result<(), Wrong>, PeerError> {
    let activity = lock_to_change(conn, scope, id)?;
    let rubric = store::get_rubric(conn, &activity.rubric_version_id)?;
    let rule = |key| Ok(Err(Wrong::Rule(key)));
    if typed.control {
        if let Some(key) = control::refuse(conn, &activity)? {
            return rule(key);
        }
    } else if count_asked(conn, &activity)? >= MOST {
        return rule("example-too-many");
    }
    let html = match work::accept_text(&typed.html) {
        Ok(html) if html.words() == 0 => return rule("example-empty"),
        Ok(html) => html,
        Err(PeerError::Refused(key)) => return rule(key),
        Err(error) => return Err(error),
    };
    let Some(tolerance) = typed.tolerance.trim().parse().ok().filter(|n| TOLERANCE.contains(n)) else {
        return rule("example-tolerance");
    };
    let reference = rubric.fit(typed.body);
    let missing = rubric.missing(&reference);
    let Some(total) = rubric.total(&reference).filter(|_| missing.is_empty()) else {
        return Ok(Err(Wrong::Missing(missing)));
    };
    let control = if typed.control { Some(control::hide(conn, scope, &activity, &html, now)?) } else { None };
    let (id, html) = (ExampleId::new(), html.as_str().to_owned());
    let rubric_version_id = activity.rubric_version_id.clone();
    let (activity_id, withdrawn_at) = (activity.id, None);
    let new = Example { id, activity_id, rubric_version_id, html, reference, total, tolerance, withdrawn_at, control };
    store::create_example(conn, &new, &scope.person, now)?;
    let (actor, detail) = (Actor::Person(scope.person.clone()), serde_json::json!({"total": total}));
    audit::record(conn, now, &actor, "example.add", new.id.as_str(), &detail)?;
    Ok(Ok(()))
}

/// Withdraws a work to practise on (`gone`), or brings it back. How it was marked counts only while it is there.
///
/// # Errors
/// `NotFound`, or [`PeerError::Role`] for anybody but a trainer; refused after the release, or when there are too many,
/// or the rubric has changed since.
pub fn withdraw(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    example: &ExampleId,
    gone: bool,
    now: UtcTime,
) -> Result<(), PeerError> {
    let activity = lock_to_change(conn, scope, id)?;
    let known = store::get_example(conn, id, example)?;
    if known.withdrawn_at.is_some() == gone {
        return Ok(());
    }
    if !gone && known.rubric_version_id != activity.rubric_version_id {
        return Err(PeerError::Refused("example-rubric"));
    }
    if !gone && known.control.is_some() && !control::can_hide(&activity) {
        return Err(PeerError::Refused("control-settings"));
    }
    if !gone && known.control.is_none() && count_asked(conn, &activity)? >= MOST {
        return Err(PeerError::Refused("example-too-many"));
    }
    if known.control.is_some() && gone {
        control::withdraw(conn, scope, id, &known, now)?;
    } else {
        store::withdraw_example(conn, example, gone.then_some(now))?;
    }
    let action = if gone { "example.withdraw" } else { "example.restore" };
    let actor = Actor::Person(scope.person.clone());
    audit::record(conn, now, &actor, action, example.as_str(), &serde_json::json!({}))?;
    Ok(())
}
