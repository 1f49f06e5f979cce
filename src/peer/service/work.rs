//! A learner's work, from the first line to handing in.

use super::super::model::{Submission, SubmissionState, WorkFile};
use super::super::rubric::Rubric;
use super::super::{PeerError, store};
use super::for_learner;
use super::teams::{self, Team, own_work};
use crate::activity::model::Activity;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::cohort;
use crate::crypto;
use crate::grades;
use crate::ids::{ActivityId, PersonId, SubmissionId};
use crate::launch::Scope;
use crate::news;
use crate::news::model::Kind;
use crate::store::{Conn, StoreError, dialect};
use crate::web::html::{CleanHtml, MAX_RICH_TEXT};

/// A work with its files.
pub type OwnWork = (Submission, Vec<WorkFile>);

/// What the editor shows.
pub struct Writing {
    /// The activity.
    pub activity: Activity,
    /// By what works are assessed.
    pub rubric: Rubric,
    /// The own work, or the team's, once begun.
    pub own: Option<OwnWork>,
    /// The asker's team.
    pub team: Option<Team>,
    /// What somebody whose team has a work began on their own before.
    pub before: Option<String>,
}

/// Nobody else writes this work, or the team's, at this moment.
pub(super) fn lock(conn: &mut Conn, activity: &Activity, person: &PersonId) -> Result<(), PeerError> {
    let teams = teams::load(conn, activity)?;
    let whose = teams.name_of(person).unwrap_or(person.as_str());
    Ok(dialect::lock_for_transaction(conn, &format!("work {} {whose}", activity.id))?)
}

/// The work to write on. What somebody began on their own becomes the work of their team, which has none, by being
/// written on.
pub(super) fn find_to_write(
    conn: &mut Conn,
    activity: &Activity,
    person: &PersonId,
) -> Result<Option<Submission>, PeerError> {
    let teams = teams::load(conn, activity)?;
    let Some(mut work) = teams::find_work(conn, &activity.id, &teams, person)? else { return Ok(None) };
    let team = teams.name_of(person).map(str::to_owned);
    if work.team != team && !work.is_handed_in() {
        store::set_authors(conn, &work.id, person, team.as_deref())?;
        work.team = team;
    }
    Ok(Some(work))
}

/// The own work for the editor.
///
/// # Errors
/// `NotFound`, or [`PeerError::Role`] for anybody but a learner.
pub fn open_editor(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> Result<Writing, PeerError> {
    let activity = for_learner(conn, scope, id)?;
    let own = match own_work(conn, &activity, &scope.person)? {
        Some(work) => {
            let files = store::list_files_of(conn, &work.id)?;
            Some((work, files))
        }
        None => None,
    };
    let rubric = store::get_rubric(conn, &activity.rubric_version_id)?;
    let team = teams::team_of(conn, &activity, &scope.person)?;
    let begun = store::find_begun(conn, id, &scope.person)?.filter(|begun| begun.team.is_none() && team.is_some());
    let is_teams = own.as_ref().is_some_and(|(work, _)| work.team.is_some());
    let before = begun.filter(|_| is_teams).map(|begun| begun.draft_html);
    Ok(Writing { activity, rubric, own, team, before })
}

/// A text that is within its limit, sanitised.
pub(super) fn accept_text(html: &str) -> Result<CleanHtml, PeerError> {
    if html.len() > MAX_RICH_TEXT {
        return Err(PeerError::Refused("work-too-long"));
    }
    let clean = CleanHtml::sanitise(html);
    if clean.as_str().len() > MAX_RICH_TEXT {
        return Err(PeerError::Refused("work-too-long"));
    }
    Ok(clean)
}

/// Saves what is being written. Kept also after the deadline: no text is ever refused for being late,
/// only handing it in is. `revision` is the one the page knows; the new one is returned.
///
/// # Errors
/// Refused when the text is too long, when it was handed in already, or when a newer text was saved
/// from another window.
pub fn save_draft(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    html: &str,
    revision: i32,
    now: UtcTime,
) -> Result<i32, PeerError> {
    let activity = for_learner(conn, scope, id)?;
    let text = accept_text(html)?;
    lock(conn, &activity, &scope.person)?;
    match find_to_write(conn, &activity, &scope.person)? {
        None => {
            let submission = new_submission(conn, scope, &activity, &text)?;
            store::create_submission(conn, &submission, now)?;
            Ok(submission.draft_revision)
        }
        Some(known) if known.is_handed_in() => Err(PeerError::Refused("work-handed-in")),
        Some(known) if known.draft_revision != revision && known.draft_html != text.as_str() => {
            Err(PeerError::Refused("work-newer-elsewhere"))
        }
        Some(known) if known.draft_html == text.as_str() => Ok(known.draft_revision),
        Some(mut known) => {
            text.as_str().clone_into(&mut known.draft_html);
            known.draft_revision += 1;
            store::update_submission(conn, &known, now)?;
            Ok(known.draft_revision)
        }
    }
}

/// A learner's first draft. The caller stores it.
pub(super) fn new_submission(
    conn: &mut Conn,
    scope: &Scope,
    activity: &Activity,
    text: &CleanHtml,
) -> Result<Submission, PeerError> {
    let taken: Vec<i32> = store::list_submissions(conn, &activity.id)?.iter().map(|s| s.number).collect();
    Ok(Submission {
        id: SubmissionId::new(),
        activity_id: activity.id.clone(),
        person_id: scope.person.clone(),
        course_id: scope.course.clone(),
        number: free_number(&taken)?,
        state: SubmissionState::Draft,
        draft_html: text.as_str().to_owned(),
        draft_revision: 1,
        handed_in_html: None,
        handed_in_at: None,
        withheld_reason: None,
        team: teams::load(conn, activity)?.name_of(&scope.person).map(str::to_owned),
        control: false,
    })
}

/// A number that nobody has and that does not tell who began first.
pub(super) fn free_number(taken: &[i32]) -> Result<i32, StoreError> {
    let count = i32::try_from(taken.len()).unwrap_or(i32::MAX / 4);
    let range = u32::try_from((count * 3).max(99)).unwrap_or(99);
    for _ in 0..10_000 {
        let random = crypto::random_bytes::<4>().map_err(|e| StoreError::Unavailable(e.to_string()))?;
        let number = i32::try_from(u32::from_le_bytes(random) % range).unwrap_or(0) + 1;
        if !taken.contains(&number) {
            return Ok(number);
        }
    }
    Err(StoreError::Unavailable("no free number for a work".to_owned()))
}

/// Hands the work in. The text is stored as the draft first, so a refusal loses none of it; that is
/// why a refusal is the inner result: the caller's transaction keeps the text.
///
/// # Errors
/// When the database fails, or the text is too long to keep.
pub fn hand_in(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    html: &str,
    revision: i32,
    now: UtcTime,
) -> Result<Result<(), PeerError>, PeerError> {
    // Teams may be changed at this moment.
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    let activity = for_learner(conn, scope, id)?;
    let text = accept_text(html)?;
    if let Err(refused) = save_draft(conn, scope, id, html, revision, now) {
        return match refused {
            PeerError::Refused(_) => Ok(Err(refused)),
            other => Err(other),
        };
    }
    let mut submission = own_work(conn, &activity, &scope.person)?.ok_or(StoreError::NotFound)?;
    if text.words() == 0 && store::list_files_of(conn, &submission.id)?.is_empty() {
        return Ok(Err(PeerError::Refused("work-empty")));
    }
    if !activity.takes_works(now) {
        return Ok(Err(PeerError::Refused("work-deadline-passed")));
    }
    submission.state = SubmissionState::HandedIn;
    submission.handed_in_html = Some(text.as_str().to_owned());
    submission.handed_in_at = Some(now);
    store::update_submission(conn, &submission, now)?;
    let actor = Actor::Person(scope.person.clone());
    audit::record(conn, now, &actor, "work.hand_in", submission.id.as_str(), &serde_json::json!({}))?;
    let learners = cohort::store::list_learners(conn, scope, &activity.cohort_id)?;
    for author in teams::load(conn, &activity)?.authors(&submission) {
        let course = learners.iter().find(|l| l.person.id == author).map_or(&submission.course_id, |l| &l.course_id);
        grades::service::announce(conn, id, &author, course, now, now)?;
        if author != scope.person {
            let about = now.unix_seconds().to_string();
            news::service::tell(conn, &author, id, Kind::TeamHandedIn, &about, now)?;
        }
    }
    Ok(Ok(()))
}

/// Takes a handed-in work back for changes, while no reviewer has opened it and it could be handed in
/// again.
///
/// # Errors
/// Refused after the deadline, or once a reviewer has opened it.
pub fn take_back(conn: &mut Conn, scope: &Scope, id: &ActivityId, now: UtcTime) -> Result<(), PeerError> {
    // The same lock as the queue's: a reviewer may be opening it at this moment.
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    let activity = for_learner(conn, scope, id)?;
    let mut submission = own_work(conn, &activity, &scope.person)?.ok_or(StoreError::NotFound)?;
    if submission.state == SubmissionState::Draft {
        return Ok(());
    }
    if !activity.gives_back(submission.handed_in_at.unwrap_or(now), now) {
        return Err(PeerError::Refused("work-deadline-passed"));
    }
    let reviews = store::list_reviews(conn, id)?;
    if reviews.iter().any(|r| r.submission_id == submission.id) {
        return Err(PeerError::Refused("work-opened"));
    }
    submission.state = SubmissionState::Draft;
    submission.handed_in_html = None;
    submission.handed_in_at = None;
    store::update_submission(conn, &submission, now)?;
    let actor = Actor::Person(scope.person.clone());
    audit::record(conn, now, &actor, "work.take_back", submission.id.as_str(), &serde_json::json!({}))?;
    for author in teams::load(conn, &activity)?.authors(&submission).iter().filter(|who| **who != scope.person) {
        let about = now.unix_seconds().to_string();
        news::service::tell(conn, author, id, Kind::TeamTookBack, &about, now)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::free_number;

    #[test]
    fn numbers_are_free_and_small() {
        let mut taken = Vec::new();
        for _ in 0..200 {
            let number = free_number(&taken).unwrap();
            assert!(!taken.contains(&number) && (1..=600).contains(&number));
            taken.push(number);
        }
    }
}
