//! Queries about the files of works.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::files::Kind;
use crate::ids::{FileId, SubmissionId};
use crate::peer::model::WorkFile;
use crate::store::schema::files;
use crate::store::{Conn, StoreResult, row_of};

row_of! {
    WorkFile as FileRow in files {
        id: FileId,
        submission_id: SubmissionId,
        name: String,
        kind: Kind,
        size: i64,
        hash: String,
        clean_size: i64,
        clean_hash: String,
        unseen_parts: bool,
        created_at: UtcTime,
    }
}

/// The files of a work, in the order they came.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_files_of(conn: &mut Conn, work: &SubmissionId) -> StoreResult<Vec<WorkFile>> {
    let rows: Vec<FileRow> = files::table
        .filter(files::submission_id.eq(work))
        .order((files::created_at, files::id))
        .select(FileRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Stores a new file.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn create_file(conn: &mut Conn, new: WorkFile) -> StoreResult<()> {
    diesel::insert_into(files::table).values(FileRow::from(new)).execute(conn)?;
    Ok(())
}

/// Removes a file from a work.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn delete_file(conn: &mut Conn, id: &FileId) -> StoreResult<()> {
    diesel::delete(files::table.find(id)).execute(conn)?;
    Ok(())
}

/// The hashes of everything that has to stay on disk.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_hashes(conn: &mut Conn) -> StoreResult<HashSet<String>> {
    let rows: Vec<(String, String)> = files::table.select((files::hash, files::clean_hash)).load(conn)?;
    Ok(rows.into_iter().flat_map(|(original, clean)| [original, clean]).collect())
}
