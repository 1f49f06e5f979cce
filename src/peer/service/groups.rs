//! Groups of learners, within or across which reviews go.

use std::collections::BTreeMap;

use super::super::table::{Table, Wrong};
use super::super::{PeerError, store};
use super::pairs;
use crate::activity;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::ids::{ActivityId, PersonId};
use crate::launch::Scope;
use crate::store::Conn;

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
    let groups = match read(text, &known) {
        Ok(groups) => groups,
        Err(wrong) => return Ok(Err(wrong)),
    };
    if store::list_groups(conn, id)? == groups {
        return Ok(Ok(groups.len()));
    }
    store::put_groups(conn, id, &groups)?;
    // As long as nobody has begun, it is planned anew; after that, the queue keeps to the groups.
    if known.activity.planned_at.is_some() && known.given.is_empty() {
        store::delete_planned(conn, id)?;
        activity::store::set_planned(conn, id, None)?;
    }
    let detail = serde_json::json!({"learners": groups.len()});
    audit::record(conn, now, &Actor::Person(scope.person.clone()), "groups.replace", id.as_str(), &detail)?;
    Ok(Ok(groups.len()))
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
