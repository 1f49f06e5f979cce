//! The files of a work: who may add, remove and read them.

use super::super::model::{Submission, WorkFile};
use super::super::{PeerError, store};
use super::teams::{self, own_work};
use super::{exemplars, for_learner, numbers, work};
use crate::activity;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::files::Kept;
use crate::ids::{ActivityId, FileId};
use crate::launch::Scope;
use crate::store::{Conn, StoreError};
use crate::web::html::CleanHtml;

/// The most files of a work.
pub const MAX_FILES: usize = 20;

/// Which form of a file is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it was sent.
    Original,
    /// The copy that does not say whose it is.
    Clean,
}

/// A file to send to somebody.
pub struct Sent {
    /// The file.
    pub file: WorkFile,
    /// Its hash in the form that was asked for.
    pub hash: String,
    /// Its length in bytes.
    pub size: i64,
    /// The name to save it under.
    pub name: String,
}

/// A name that says nothing about the author: a number of the work, and the file's place.
#[must_use]
pub fn neutral_name(number: i32, position: usize, file: &WorkFile) -> String {
    format!("work-{number:02}-{position}.{}", file.kind.extension())
}

/// Whether a file of so many bytes may come to the own work. Called before it is taken in, and again when it is stored.
///
/// # Errors
/// Refused when the work was handed in, or has too much already.
pub fn may_add(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    more: i64,
    most: i64,
) -> Result<Vec<WorkFile>, PeerError> {
    let activity = for_learner(conn, scope, id)?;
    let Some(known) = own_work(conn, &activity, &scope.person)? else { return Ok(Vec::new()) };
    if known.is_handed_in() {
        return Err(PeerError::Refused("work-handed-in"));
    }
    let files = store::list_files_of(conn, &known.id)?;
    if files.len() >= MAX_FILES {
        return Err(PeerError::Refused("files-too-many"));
    }
    if files.iter().map(|f| f.size).sum::<i64>() + more > most {
        return Err(PeerError::Refused("files-too-large"));
    }
    Ok(files)
}

/// Adds a file that is on disk to the own work. The same file twice is there once. Returns the files of the work.
///
/// # Errors
/// As [`may_add`].
pub fn add(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    (name, kept): (&str, &Kept),
    most: i64,
    now: UtcTime,
) -> Result<Vec<WorkFile>, PeerError> {
    let damaged = |_| StoreError::Damaged("a file of more than 2^63 bytes".to_owned());
    let size = i64::try_from(kept.size).map_err(damaged)?;
    let activity = for_learner(conn, scope, id)?;
    work::lock(conn, &activity, &scope.person)?;
    let known = may_add(conn, scope, id, size, most)?;
    if known.iter().any(|f| f.hash == kept.hash && f.name == name) {
        return Ok(known);
    }
    let submission = if let Some(known) = work::find_to_write(conn, &activity, &scope.person)? {
        known
    } else {
        // The page has saved no text yet, so the first one it saves follows upon none.
        let new = work::new_submission(conn, scope, &activity, &CleanHtml::default())?;
        let new = Submission { draft_revision: 0, ..new };
        store::create_submission(conn, &new, now)?;
        new
    };
    let file = WorkFile {
        id: FileId::new(),
        submission_id: submission.id.clone(),
        name: name.to_owned(),
        kind: kept.kind,
        size,
        hash: kept.hash.clone(),
        clean_size: i64::try_from(kept.clean_size).map_err(damaged)?,
        clean_hash: kept.clean_hash.clone(),
        unseen_parts: kept.left,
        created_at: now,
    };
    let detail = serde_json::json!({"sha256": file.hash, "bytes": size});
    audit::record(conn, now, &Actor::Person(scope.person.clone()), "file.add", file.id.as_str(), &detail)?;
    store::create_file(conn, file)?;
    Ok(store::list_files_of(conn, &submission.id)?)
}

/// Removes a file from the own draft; one that is not there any more was removed already. Returns what is left, and the
/// hashes of what went.
///
/// # Errors
/// Refused once the work was handed in.
pub fn remove(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    file: &FileId,
    now: UtcTime,
) -> Result<(Vec<WorkFile>, Vec<String>), PeerError> {
    let activity = for_learner(conn, scope, id)?;
    work::lock(conn, &activity, &scope.person)?;
    let known = own_work(conn, &activity, &scope.person)?.ok_or(StoreError::NotFound)?;
    if known.is_handed_in() {
        return Err(PeerError::Refused("work-handed-in"));
    }
    let mut gone = Vec::new();
    if let Some(found) = store::list_files_of(conn, &known.id)?.into_iter().find(|f| f.id == *file) {
        store::delete_file(conn, file)?;
        let actor = Actor::Person(scope.person.clone());
        audit::record(conn, now, &actor, "file.remove", file.as_str(), &serde_json::json!({}))?;
        gone = vec![found.hash, found.clean_hash];
    }
    Ok((store::list_files_of(conn, &known.id)?, gone))
}

/// A file for the asker: authors get both forms of their own, staff those of works that were handed in, reviewers the
/// clean copies of the works that they review. For everybody else it does not exist.
///
/// # Errors
/// `NotFound`.
pub fn find(conn: &mut Conn, scope: &Scope, id: &ActivityId, file: &FileId, form: Form) -> Result<Sent, PeerError> {
    let activity = activity::store::get(conn, scope, id)?;
    let submission = store::get_submission_of_file(conn, id, file)?;
    let is_own = teams::load(conn, &activity)?.is_author(&submission, &scope.person);
    let is_staff = scope.role.is_staff() && submission.is_handed_in();
    let is_peer = !is_own && !is_staff;
    let is_reviewer = is_peer && submission.is_handed_in() && store::has_work(conn, &submission.id, &scope.person)?;
    let knows = is_own
        || (is_staff && activity.shows_staff_names())
        || (is_reviewer && activity.rules.anonymity.shows_authors());
    if is_peer {
        let is_shown = is_reviewer || exemplars::is_shown(&submission, &exemplars::consents(conn, &activity)?);
        if form == Form::Original || !is_shown {
            return Err(StoreError::NotFound.into());
        }
    }
    if form == Form::Original && !knows {
        return Err(StoreError::NotFound.into());
    }
    let all = store::list_files_of(conn, &submission.id)?;
    let (place, file) = all.into_iter().enumerate().find(|(_, f)| f.id == *file).ok_or(StoreError::NotFound)?;
    let (hash, size) = match form {
        Form::Original => (file.hash.clone(), file.size),
        Form::Clean => (file.clean_hash.clone(), file.clean_size),
    };
    let number = if is_reviewer {
        let reviews = store::list_reviews(conn, id)?;
        numbers(&reviews, &scope.person).get(&submission.id).copied().unwrap_or_default()
    } else {
        submission.number
    };
    let name = if knows { file.name.clone() } else { neutral_name(number, place + 1, &file) };
    Ok(Sent { file, hash, size, name })
}
