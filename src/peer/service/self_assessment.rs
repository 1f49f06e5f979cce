//! How authors assess their own works, and how that compares with their peers' view.

use super::super::model::{Review, ReviewBody, SelfAssessment, Submission, WorkFile, mean};
use super::super::rubric::{Missing, Rubric};
use super::super::{PeerError, store};
use super::for_learner;
use super::teams::own_work;
use crate::activity::model::Activity;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::ids::ActivityId;
use crate::launch::Scope;
use crate::store::columns::Points;
use crate::store::{Conn, StoreError, dialect};

/// The own work, to assess it.
pub struct Assessing {
    /// The activity.
    pub activity: Activity,
    /// The work's text.
    pub html: String,
    /// Its files.
    pub files: Vec<WorkFile>,
    /// The rubric.
    pub rubric: Rubric,
    /// What was chosen and written so far.
    pub assessment: SelfAssessment,
}

/// The own work, to assess it.
///
/// # Errors
/// `NotFound` where that is not wanted, or [`PeerError::Role`] for anybody but a learner; refused before handing in.
pub fn load(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> Result<Assessing, PeerError> {
    let activity = for_learner(conn, scope, id)?;
    if !activity.rules.self_assessment {
        return Err(StoreError::NotFound.into());
    }
    let work = own_work(conn, &activity, &scope.person)?.filter(Submission::is_handed_in);
    let work = work.ok_or(PeerError::Refused("review-hand-in-first"))?;
    let fresh = || SelfAssessment {
        submission_id: work.id.clone(),
        rubric_version_id: activity.rubric_version_id.clone(),
        body: ReviewBody::default(),
        total: None,
        sent_at: None,
    };
    let assessment = store::find_self_assessment(conn, &work.id)?.unwrap_or_else(fresh);
    Ok(Assessing {
        rubric: store::get_rubric(conn, &assessment.rubric_version_id)?,
        files: store::list_files_of(conn, &work.id)?,
        html: work.handed_in_html.unwrap_or_default(),
        assessment,
        activity,
    })
}

/// The same for writing, one after the other.
fn load_to_write(conn: &mut Conn, scope: &Scope, id: &ActivityId, now: UtcTime) -> Result<Assessing, PeerError> {
    // Not only double clicks: a team has one work.
    dialect::lock_for_transaction(conn, &format!("self {id}"))?;
    let loaded = load(conn, scope, id)?;
    if loaded.activity.reviews_over(now) { Err(PeerError::Refused("review-deadline-passed")) } else { Ok(loaded) }
}

/// Saves what is being written. What was sent stays sent until it is sent again.
///
/// # Errors
/// As [`load`]; refused when the time for reviews is over, or once it was sent.
pub fn save(conn: &mut Conn, scope: &Scope, id: &ActivityId, body: ReviewBody, now: UtcTime) -> Result<(), PeerError> {
    let Assessing { rubric, assessment, .. } = load_to_write(conn, scope, id, now)?;
    if assessment.sent_at.is_some() {
        return Err(PeerError::Refused("self-sent"));
    }
    Ok(store::put_self_assessment(conn, &SelfAssessment { body: rubric.fit(body), ..assessment }, now)?)
}

/// Sends it, or sends it again with changes. What was written is stored also when a level is missing, unless it was sent
/// before; that is why a refusal is the inner result. Comments are not needed: nobody else reads them but the trainer.
///
/// # Errors
/// As [`load`]; refused when the time for reviews is over.
pub fn send(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    body: ReviewBody,
    now: UtcTime,
) -> Result<Result<(), Missing>, PeerError> {
    let Assessing { rubric, assessment, .. } = load_to_write(conn, scope, id, now)?;
    let body = rubric.fit(body);
    let missing = Missing { comments: Vec::new(), ..rubric.missing(&body) };
    if !missing.is_empty() {
        if assessment.sent_at.is_none() {
            store::put_self_assessment(conn, &SelfAssessment { body, ..assessment }, now)?;
        }
        return Ok(Err(missing));
    }
    let total = rubric.total(&body);
    let sent = SelfAssessment { body, total, sent_at: Some(now), ..assessment };
    store::put_self_assessment(conn, &sent, now)?;
    let (actor, detail) = (Actor::Person(scope.person.clone()), serde_json::json!({"total": total}));
    audit::record(conn, now, &actor, "self.send", sent.submission_id.as_str(), &detail)?;
    Ok(Ok(()))
}

/// The own view beside the peers'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The own total.
    pub own: Points,
    /// The mean of the peers' totals; None without reviews.
    pub peers: Option<Points>,
    /// Each criterion: its title, what the author chose, and what each peer chose.
    pub lines: Vec<(String, String, Vec<String>)>,
}

impl Beside {
    /// Of an assessment that was sent and the reviews of the work that count.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn load(conn: &mut Conn, work: &Submission, reviews: &[Review]) -> Result<Option<Self>, PeerError> {
        let Some(own) = store::find_self_assessment(conn, &work.id)? else { return Ok(None) };
        let Some(total) = own.total.filter(|_| own.sent_at.is_some()) else { return Ok(None) };
        let rubric = store::get_rubric(conn, &own.rubric_version_id)?;
        let received: Vec<&Review> = reviews.iter().filter(|r| r.submission_id == work.id && r.counts()).collect();
        let totals: Vec<Points> = received.iter().filter_map(|r| r.total).collect();
        // Reviews by another version of the rubric have other criteria.
        let alike = || received.iter().filter(|r| r.rubric_version_id == own.rubric_version_id);
        let lines = rubric.criteria.iter().filter(|c| c.is_marked()).map(|criterion| {
            let label = |body: &ReviewBody| criterion.chosen(body).map(|level| level.label);
            let mut peers: Vec<String> = alike().filter_map(|r| label(&r.body)).collect();
            // Not in the order of the reviews, which says something about their reviewers.
            peers.sort();
            (criterion.title.clone(), label(&own.body).unwrap_or_default(), peers)
        });
        Ok(Some(Self { own: total, peers: mean(&totals), lines: lines.collect() }))
    }
}
