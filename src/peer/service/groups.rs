//! Groups of learners, within or across which reviews go.

use std::collections::BTreeMap;

use super::super::table::{Line, Table, Wrong};
use super::super::teams::{Conflict, Teams};
use super::super::{PeerError, store};
use super::{pairs, teams};
use crate::activity;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::ids::{ActivityId, PersonId};
use crate::launch::Scope;
use crate::store::{Conn, StoreError};

/// The columns of a list of groups.
pub const COLUMNS: [&str; 2] = ["learner", "group"];

/// The longest name of a group, in characters.
pub const MAX_NAME: usize = 80;

/// Takes over a list with the columns of [`COLUMNS`] in place of the groups before: all of it or nothing; an empty one
/// leaves no groups. Learners are named as on the pages, or by their address. Says how many there were. What is wrong is
/// the inner result.
///
/// # Errors
/// As [`pairs::decide`].
pub fn replace(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    text: &str,
    now: UtcTime,
) -> Result<Result<usize, Wrong>, PeerError> {
    let known = pairs::load_to_decide(conn, scope, id)?;
    let listed = match read(text, &known) {
        Ok(groups) => groups,
        Err(wrong) => return Ok(Err(wrong)),
    };
    // Whoever has left the course cannot be named any more, and stays where they were.
    let is_there = |person: &PersonId| known.learners.iter().any(|l| l.person.id == *person);
    let mut groups = known.groups.clone();
    groups.retain(|person, _| !is_there(person));
    groups.extend(listed.clone());
    if known.groups == groups {
        return Ok(Ok(listed.len()));
    }
    let (before, after) = (known.teams.only(is_there), Teams::new(known.activity.rules.group_rule, listed.clone()));
    if let Err(conflict) = teams::change(conn, id, (&before, &after))? {
        return Ok(Err(explain(text, &known, &conflict)?));
    }
    store::put_groups(conn, id, &groups)?;
    // As long as nobody has begun, it is planned anew; after that, the queue keeps to the groups.
    if known.activity.planned_at.is_some() && known.given.is_empty() {
        store::delete_planned(conn, id)?;
        activity::store::set_planned(conn, id, None)?;
    }
    let detail = serde_json::json!({"learners": listed.len()});
    audit::record(conn, now, &Actor::Person(scope.person.clone()), "groups.replace", id.as_str(), &detail)?;
    Ok(Ok(listed.len()))
}

/// Why teams cannot be as a list has them, with the line of whom it is about.
fn explain(text: &str, known: &pairs::Pairs, conflict: &Conflict) -> Result<Wrong, PeerError> {
    let (key, who) = match conflict {
        Conflict::Nobodys => return Ok(Wrong::Whole("table-team-nobodys")),
        Conflict::Judged => return Ok(Wrong::Whole("table-team-judged")),
        Conflict::TwoWorks(who) => ("table-team-two-works", who),
        Conflict::Reviews(who) => ("table-team-reviews", who),
    };
    let unreadable = |_| PeerError::Store(StoreError::Damaged("a list that was readable before".to_owned()));
    let table = Table::read(text, &COLUMNS).map_err(unreadable)?;
    let mut lines = table.lines();
    let is_about = |line: &Line<'_>| pairs::find_learner(line, "learner", &known.learners).as_ref() == Ok(who);
    Ok(lines.find(is_about).map_or(Wrong::Whole("table-team-nobodys"), |line| line.wrong(key, "learner")))
}

fn read(text: &str, known: &pairs::Pairs) -> Result<BTreeMap<PersonId, String>, Wrong> {
    let mut groups = BTreeMap::new();
    if text.trim().is_empty() {
        return Ok(groups);
    }
    for line in Table::read(text, &COLUMNS)?.lines() {
        let person = pairs::find_learner(&line, "learner", &known.learners)?;
        let name = line.cell("group");
        if name.is_empty() || name.chars().count() > MAX_NAME {
            return Err(line.wrong("table-cell", "group"));
        }
        if groups.insert(person, name.to_owned()).is_some() {
            return Err(line.wrong("table-twice", "learner"));
        }
    }
    Ok(groups)
}
