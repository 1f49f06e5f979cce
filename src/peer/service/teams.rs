//! Works that teams hand in.

use super::super::model::{Override, Submission};
use super::super::teams::{Conflict, Teams, settle};
use super::super::{PeerError, store};
use crate::activity::model::{Activity, GroupRule};
use crate::ids::{ActivityId, PersonId, SubmissionId};
use crate::platform;
use crate::store::Conn;

/// The teams of an activity.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn load(conn: &mut Conn, activity: &Activity) -> Result<Teams, PeerError> {
    if activity.rules.group_rule != GroupRule::Teams {
        return Ok(Teams::default());
    }
    Ok(Teams::new(activity.rules.group_rule, store::list_groups(conn, &activity.id)?))
}

/// The work that somebody hands in: their own, or their team's.
///
/// # Errors
/// When the database fails.
pub(super) fn own_work(
    conn: &mut Conn,
    activity: &Activity,
    person: &PersonId,
) -> Result<Option<Submission>, PeerError> {
    let teams = load(conn, activity)?;
    find_work(conn, &activity.id, &teams, person)
}

/// The same where the teams are known.
pub(super) fn find_work(
    conn: &mut Conn,
    id: &ActivityId,
    teams: &Teams,
    person: &PersonId,
) -> Result<Option<Submission>, PeerError> {
    if let Some(team) = teams.name_of(person)
        && let Some(work) = store::find_of_team(conn, id, team)?
    {
        return Ok(Some(work));
    }
    Ok(store::find_begun(conn, id, person)?)
}

/// The names of those with whom somebody hands in, as far as the LMS tells them; the team's name first. None for who is
/// in no team.
///
/// # Errors
/// When the database fails.
pub(super) fn team_of(conn: &mut Conn, activity: &Activity, person: &PersonId) -> Result<Option<Team>, PeerError> {
    let teams = load(conn, activity)?;
    let Some(name) = teams.name_of(person).map(str::to_owned) else { return Ok(None) };
    let mut others = Vec::new();
    for member in teams.members(person).iter().filter(|member| *member != person) {
        others.push(platform::store::get_person(conn, member)?.known_name());
    }
    others.sort();
    Ok(Some(Team { name, others }))
}

/// A learner's team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// The others in it, by name where the LMS tells it.
    pub others: Vec<Option<String>>,
}

/// The works that the trainer judged.
pub(super) fn judged(works: &[Submission], teams: &Teams, decisions: &[Override]) -> Vec<SubmissionId> {
    let of = |d: &Override| teams.work_of(works, &d.person_id).map(|w| w.id.clone());
    decisions.iter().filter(|d| d.judges && d.mark.is_some()).filter_map(of).collect()
}

/// Puts works where the teams are others now. What stands in the way is the inner result.
///
/// # Errors
/// When the database fails.
pub(super) fn change(
    conn: &mut Conn,
    id: &ActivityId,
    (before, after): (&Teams, &Teams),
) -> Result<Result<(), Conflict>, PeerError> {
    if before == after {
        return Ok(Ok(()));
    }
    let (works, reviews) = (store::list_submissions(conn, id)?, store::list_reviews(conn, id)?);
    let judged = judged(&works, before, &store::list_overrides(conn, id)?);
    let moves = match settle((&works, &reviews), &judged, (before, after)) {
        Ok(moves) => moves,
        Err(conflict) => return Ok(Err(conflict)),
    };
    // Two teams may change their names for each other's, so all are let go first.
    let moved = || works.iter().filter(|w| moves.iter().any(|one| one.work == w.id));
    for work in moved() {
        store::set_authors(conn, &work.id, &work.person_id, None)?;
    }
    for one in &moves {
        store::set_authors(conn, &one.work, &one.person, one.team.as_deref())?;
    }
    Ok(Ok(()))
}
