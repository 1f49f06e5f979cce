//! Where files are kept: `files/ab/cd/<SHA-256>` in the data folder, which nobody else may read.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::io::AsyncWriteExt as _;
use tokio::sync::Semaphore;

use super::kind::Kind;
use super::{Refused, helper};
use crate::crypto::{self, CryptoError};
use crate::disk;
use crate::settings::Settings;

/// What no row names is kept so long: it may belong to a row that is being written, on a disk that knows no locks.
const KEPT: Duration = Duration::from_hours(2);
/// How many files are looked into at a time.
const PARALLEL: usize = 2;

/// Why a file could not be put away.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// It is not taken.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The disk.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// OpenSSL.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// The sender stopped.
    #[error("the file did not come to its end")]
    Broken,
    /// There is no room.
    #[error("the disk is nearly full")]
    Full,
}

/// A file that was put away.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What it is.
    pub kind: Kind,
    /// Its SHA-256, in hexadecimal.
    pub hash: String,
    /// Its length in bytes.
    pub size: u64,
    /// The SHA-256 of its clean copy.
    pub clean_hash: String,
    /// The length of the clean copy in bytes.
    pub clean_size: u64,
    /// Whether there are parts in it that could not be looked into.
    pub left: bool,
}

/// The files of this installation; cheap to clone.
#[derive(Clone)]
pub struct Files(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    program: PathBuf,
    scanner: String,
    max_bytes: u64,
    places: Semaphore,
}

/// Held while files on disk and the rows that name them are written; nothing is cleared away meanwhile.
pub struct Writing(#[expect(dead_code, reason = "the lock goes with it")] fs::File);

/// Something on its way; it goes unless it got its name.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        // Most of the time it has got its name.
        let _ = fs::remove_file(&self.0);
    }
}

/// A new file that nobody else may read.
pub(super) fn create(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Whether a text is a hash, and so may be part of a path.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

impl Files {
    /// Of the settings. Folders are made when they are needed.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self(Arc::new(Inner {
            folder: settings.data_dir.join("files"),
            program: settings.program.clone(),
            scanner: settings.file_scanner.clone(),
            max_bytes: settings.file_max_mib.saturating_mul(1024 * 1024),
            places: Semaphore::new(PARALLEL),
        }))
    }

    /// The largest file, in bytes.
    #[must_use]
    pub fn max_bytes(&self) -> u64 {
        self.0.max_bytes
    }

    fn place(&self, hash: &str) -> PathBuf {
        self.0.folder.join(&hash[..2]).join(&hash[2..4]).join(hash)
    }

    fn draft(&self) -> Result<Draft, PutError> {
        let folder = self.0.folder.join("new");
        make_folder(&folder)?;
        Ok(Draft(folder.join(crypto::random_token()?)))
    }

    fn lock_file(&self) -> io::Result<fs::File> {
        make_folder(&self.0.folder)?;
        fs::OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(self.0.folder.join(".lock"))
    }

    /// Keeps files from being cleared away for as long as the guard lives. Waits for a clearing that is under way.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn writing(&self) -> io::Result<Writing> {
        let file = self.lock_file()?;
        file.lock_shared()?;
        Ok(Writing(file))
    }

    /// Takes a file in as it comes. Nothing of it stays when it is refused.
    ///
    /// # Errors
    /// [`PutError`].
    pub async fn put<E>(
        &self,
        kind: Kind,
        mut pieces: impl futures_util::Stream<Item = Result<impl AsRef<[u8]>, E>> + Unpin,
    ) -> Result<Kept, PutError> {
        use futures_util::StreamExt as _;
        if !disk::free_bytes(&self.0.folder)
            .is_ok_and(|free| disk::is_enough(free.saturating_sub(2 * self.0.max_bytes)))
        {
            return Err(PutError::Full);
        }
        let original = self.draft()?;
        let mut file = tokio::fs::File::from_std(create(&original.0)?);
        let mut size = 0_u64;
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| PutError::Broken)?;
            size += piece.as_ref().len() as u64;
            if size > self.0.max_bytes {
                return Err(Refused::TooLarge.into());
            }
            file.write_all(piece.as_ref()).await?;
        }
        if size == 0 {
            return Err(Refused::Empty.into());
        }
        file.flush().await?;
        file.sync_all().await?;
        drop(file);
        helper::scan(&self.0.scanner, &original.0).await?;
        let copy = self.draft()?;
        let left = {
            // The semaphore is never closed.
            let _place = self.0.places.acquire().await.map_err(|_| PutError::Broken)?;
            helper::clean_in_child(&self.0.program, kind, &original.0, &copy.0).await?
        };
        let this = self.clone();
        let kept = tokio::task::spawn_blocking(move || -> Result<Kept, PutError> {
            let (hash, size) = this.shelve(original)?;
            let (clean_hash, clean_size) = this.shelve(copy)?;
            Ok(Kept { kind, hash, size, clean_hash, clean_size, left })
        });
        kept.await.map_err(|_| PutError::Broken)?
    }

    /// Gives a draft its name. One that is there already counts as new, so that it is not cleared away.
    fn shelve(&self, draft: Draft) -> Result<(String, u64), PutError> {
        let file = fs::File::open(&draft.0)?;
        let size = file.metadata()?.len();
        file.sync_all()?;
        let hash = crypto::archive::digest(file)?;
        let place = self.place(&hash);
        if place.exists() {
            fs::OpenOptions::new().append(true).open(&place)?.set_modified(SystemTime::now())?;
        } else if let Some(folder) = place.parent() {
            make_folder(folder)?;
            fs::rename(&draft.0, &place)?;
            fs::File::open(folder)?.sync_all()?;
        }
        Ok((hash, size))
    }

    /// Opens a file by its hash; None when it is not there.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn open(&self, hash: &str) -> io::Result<Option<tokio::fs::File>> {
        if !is_hash(hash) {
            return Ok(None);
        }
        match tokio::fs::File::open(self.place(hash)).await {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All that are there: hash and path.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn list(&self) -> io::Result<Vec<(String, PathBuf)>> {
        let mut found = Vec::new();
        for first in folders(&self.0.folder)? {
            for second in folders(&first)? {
                for entry in fs::read_dir(second)? {
                    let path = entry?.path();
                    let name = path.file_name().and_then(|n| n.to_str()).map(str::to_owned);
                    found.extend(name.filter(|name| is_hash(name)).map(|name| (name, path)));
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// Puts a file of a backup in its place, unless it is there. Refuses one that is not what its name says.
    ///
    /// # Errors
    /// When the disk fails, or the content has another hash.
    pub fn restore(&self, hash: &str, from: &Path) -> io::Result<()> {
        if !is_hash(hash) || crypto::archive::digest(fs::File::open(from)?)? != hash {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a file of the backup is damaged"));
        }
        let place = self.place(hash);
        if let Some(folder) = place.parent().filter(|_| !place.exists()) {
            make_folder(folder)?;
            // The backup's folder may be on another disk.
            let draft = self.draft().map_err(|e| io::Error::other(e.to_string()))?;
            fs::copy(from, &draft.0)?;
            fs::File::open(&draft.0)?.sync_all()?;
            fs::rename(&draft.0, &place)?;
        }
        Ok(())
    }

    /// What rows name, and a lock that keeps it so; None while somebody writes.
    fn alone<E: From<io::Error>>(
        &self,
        named: impl FnOnce() -> Result<HashSet<String>, E>,
    ) -> Result<Option<(fs::File, HashSet<String>)>, E> {
        let lock = self.lock_file()?;
        if lock.try_lock().is_err() {
            return Ok(None);
        }
        Ok(Some((lock, named()?)))
    }

    /// Removes files that were taken out of a work, unless a row still names them; who adds and removes again and again
    /// fills no disk. Leaves them to [`Self::clear`] while somebody writes.
    ///
    /// # Errors
    /// When the disk fails, or `named` does.
    pub fn forget<E: From<io::Error>>(
        &self,
        hashes: &[String],
        named: impl FnOnce() -> Result<HashSet<String>, E>,
    ) -> Result<(), E> {
        let Some((_lock, named)) = self.alone(named)? else { return Ok(()) };
        for hash in hashes.iter().filter(|hash| is_hash(hash) && !named.contains(*hash)) {
            match fs::remove_file(self.place(hash)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes what no row names, if it is old enough. Does nothing while somebody writes. Returns how many went.
    ///
    /// # Errors
    /// When the disk fails, or `named` does.
    pub fn clear<E: From<io::Error>>(&self, named: impl FnOnce() -> Result<HashSet<String>, E>) -> Result<usize, E> {
        let Some((_lock, named)) = self.alone(named)? else { return Ok(0) };
        let is_old = |path: &Path| -> io::Result<bool> {
            let at = fs::metadata(path)?.modified()?;
            Ok(SystemTime::now().duration_since(at).is_ok_and(|age| age > KEPT))
        };
        let mut gone = 0;
        for (hash, path) in self.list()? {
            if !named.contains(&hash) && is_old(&path)? {
                fs::remove_file(&path)?;
                gone += 1;
            }
        }
        // What a process that was killed left half-written.
        for path in files_in(&self.0.folder.join("new"))? {
            if is_old(&path).unwrap_or(false) {
                fs::remove_file(&path)?;
                gone += 1;
            }
        }
        Ok(gone)
    }
}

fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|e| Ok(e?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let is_ours = |path: &PathBuf| path.is_dir() && path.file_name().is_some_and(|name| name.len() == 2);
    Ok(files_in(folder)?.into_iter().filter(is_ours).collect())
}
