//! Queries of the audit log.

use diesel::prelude::*;

use super::Entry;
use crate::clock::UtcTime;
use crate::store::schema::{audit_head, audit_log};
use crate::store::{Conn, StoreResult};

type Row = (i64, UtcTime, String, String, String, String, String, String);

/// Adds a line and moves the head.
pub(super) fn append(conn: &mut Conn, entry: &Entry) -> StoreResult<()> {
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::seq.eq(entry.seq),
            audit_log::at.eq(entry.at),
            audit_log::actor.eq(&entry.actor),
            audit_log::action.eq(&entry.action),
            audit_log::subject.eq(&entry.subject),
            audit_log::detail.eq(&entry.detail),
            audit_log::prev_hash.eq(&entry.prev_hash),
            audit_log::hash.eq(&entry.hash),
        ))
        .execute(conn)?;
    diesel::update(audit_head::table.find(1)).set(audit_head::hash.eq(&entry.hash)).execute(conn)?;
    Ok(())
}

/// All lines in order.
pub(super) fn list_all(conn: &mut Conn) -> StoreResult<Vec<Entry>> {
    let rows: Vec<Row> = audit_log::table.order(audit_log::seq).load(conn)?;
    Ok(rows.into_iter().map(entry).collect())
}

/// Some of the newest lines, newest first.
pub(super) fn list_newest(conn: &mut Conn, skip: i64, count: i64) -> StoreResult<Vec<Entry>> {
    let rows: Vec<Row> = audit_log::table.order(audit_log::seq.desc()).offset(skip).limit(count).load(conn)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((seq, at, actor, action, subject, detail, prev_hash, hash): Row) -> Entry {
    Entry { seq, at, actor, action, subject, detail, prev_hash, hash }
}
