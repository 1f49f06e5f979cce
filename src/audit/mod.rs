//! Who did what: append-only and hash-chained, written in the transaction of the change itself.

mod store;

use serde_json::Value;

use crate::clock::UtcTime;
use crate::crypto;
use crate::ids::{AdministratorId, InvitationId, PersonId};
use crate::store::{Conn, StoreResult, dialect};

/// Who did something.
#[derive(Clone, Debug)]
pub enum Actor {
    /// A person in a course.
    Person(PersonId),
    /// Whoever has the command line.
    Operator,
    /// Somebody at the console.
    Administrator(AdministratorId),
    /// Whoever holds an invitation to register an LMS.
    Invited(InvitationId),
    /// Cercle itself.
    System,
}

impl Actor {
    fn text(&self) -> String {
        match self {
            Self::Person(id) => format!("person:{id}"),
            Self::Operator => "operator".to_owned(),
            Self::Administrator(id) => format!("administrator:{id}"),
            Self::Invited(id) => format!("invitation:{id}"),
            Self::System => "system".to_owned(),
        }
    }
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The number, without gaps.
    pub seq: i64,
    /// When.
    pub at: UtcTime,
    /// Who.
    pub actor: String,
    /// What (`grade.release`, `registration.create`, …).
    pub action: String,
    /// To what: an id of ours.
    pub subject: String,
    /// More, as JSON; ids and numbers, no names.
    pub detail: String,
    /// The hash of the line before; empty for the first.
    pub prev_hash: String,
    /// The hash of this line and the one before.
    pub hash: String,
}

impl Entry {
    fn expected_hash(&self) -> String {
        crypto::sha256_text(&format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n{}",
            self.prev_hash, self.seq, self.at.0, self.actor, self.action, self.subject, self.detail
        ))
    }
}

/// Adds a line.
///
/// # Errors
/// When the database fails; the caller's transaction then keeps nothing.
pub fn record(
    conn: &mut Conn,
    at: UtcTime,
    actor: &Actor,
    action: &str,
    subject: &str,
    detail: &Value,
) -> StoreResult<()> {
    let (seq, prev_hash) = dialect::next_audit_number(conn)?;
    let mut entry = Entry {
        seq,
        at,
        actor: actor.text(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_string(),
        prev_hash,
        hash: String::new(),
    };
    entry.hash = entry.expected_hash();
    store::append(conn, &entry)
}

/// Some of the newest lines, newest first.
///
/// # Errors
/// When the database fails.
pub fn list_newest(conn: &mut Conn, skip: i64, count: i64) -> StoreResult<Vec<Entry>> {
    store::list_newest(conn, skip, count)
}

/// Walks the whole chain.
///
/// # Errors
/// When the database fails. A broken chain is `Ok(Some(number of the first wrong line))`.
pub fn verify(conn: &mut Conn) -> StoreResult<Option<i64>> {
    let (mut prev, mut number) = (String::new(), 0);
    for entry in store::list_all(conn)? {
        number += 1;
        if entry.seq != number || entry.prev_hash != prev || entry.hash != entry.expected_hash() {
            return Ok(Some(number));
        }
        prev = entry.hash;
    }
    Ok(None)
}
