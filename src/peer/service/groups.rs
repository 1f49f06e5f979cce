//! Groups and companies of learners, within or across which reviews go.

use std::collections::{BTreeMap, BTreeSet};

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

/// The columns of a list of groups: who, and at least one of the other two.
pub const COLUMNS: [&str; 3] = ["learner", "group", "company"];

/// The longest name of a group or a company, in characters.
pub const MAX_NAME: usize = 80;

/// What learners belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Belonging {
    /// Their groups.
    pub groups: BTreeMap<PersonId, String>,
    /// Their companies.
    pub companies: BTreeMap<PersonId, String>,
}

/// Takes over a list with the columns of [`COLUMNS`] in place of the groups and companies before: all of it or nothing. A
/// column that it lacks stays as it is; an empty list leaves neither groups nor companies. Learners are named as on the
/// pages, or by their address. Says how many there were. What is wrong is the inner result.
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
        Ok(listed) => listed,
        Err(wrong) => return Ok(Err(wrong)),
    };
    // Whoever has left the course cannot be named any more, and stays where they were.
    let is_there = |person: &PersonId| known.learners.iter().any(|l| l.person.id == *person);
    let mut wished = known.belonging.clone();
    for (kept, listed) in [(&mut wished.groups, listed.groups), (&mut wished.companies, listed.companies)] {
        if let Some(listed) = listed {
            kept.retain(|person, _| !is_there(person));
            kept.extend(listed);
        }
    }
    if known.belonging == wished {
        return Ok(Ok(listed.learners));
    }
    let rule = known.activity.rules.group_rule;
    let (before, after) = (known.teams.only(is_there), Teams::new(rule, wished.groups.clone()).only(is_there));
    if let Err(conflict) = teams::change(conn, id, (&before, &after))? {
        return Ok(Err(explain(text, &known, &conflict)?));
    }
    store::put_groups(conn, id, &wished.groups)?;
    store::put_companies(conn, id, &wished.companies)?;
    // As long as nobody has begun, it is planned anew; after that, the queue keeps to the groups.
    if known.activity.planned_at.is_some() && known.given.is_empty() {
        store::delete_planned(conn, id)?;
        activity::store::set_planned(conn, id, None)?;
    }
    let detail = serde_json::json!({"learners": listed.learners});
    audit::record(conn, now, &Actor::Person(scope.person.clone()), "groups.replace", id.as_str(), &detail)?;
    Ok(Ok(listed.learners))
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
    let table = Table::read(text, &COLUMNS[..1]).map_err(unreadable)?;
    let mut lines = table.lines();
    let is_about = |line: &Line<'_>| pairs::find_learner(line, "learner", &known.learners).as_ref() == Ok(who);
    Ok(lines.find(is_about).map_or(Wrong::Whole("table-team-nobodys"), |line| line.wrong(key, "learner")))
}

/// What a list says; None for a column that it lacks.
struct Listed {
    learners: usize,
    groups: Option<BTreeMap<PersonId, String>>,
    companies: Option<BTreeMap<PersonId, String>>,
}

fn read(text: &str, known: &pairs::Pairs) -> Result<Listed, Wrong> {
    let [learner, group, company] = COLUMNS;
    let mut of = BTreeMap::from([(group, BTreeMap::new()), (company, BTreeMap::new())]);
    let mut seen: BTreeSet<PersonId> = BTreeSet::new();
    if !text.trim().is_empty() {
        let table = Table::read(text, &[learner])?;
        of.retain(|column, _| table.has(column));
        if of.is_empty() {
            return Err(Wrong::Whole("table-columns"));
        }
        for line in table.lines() {
            let person = pairs::find_learner(&line, learner, &known.learners)?;
            if of.keys().all(|column| line.cell(column).is_empty()) {
                return Err(line.wrong("table-cell", if table.has(group) { group } else { company }));
            }
            for (column, names) in &mut of {
                let name = line.cell(column);
                if name.chars().count() > MAX_NAME {
                    return Err(line.wrong("table-cell", column));
                }
                if !name.is_empty() {
                    names.insert(person.clone(), name.to_owned());
                }
            }
            if !seen.insert(person) {
                return Err(line.wrong("table-twice", learner));
            }
        }
    }
    Ok(Listed { learners: seen.len(), groups: of.remove(group), companies: of.remove(company) })
}
