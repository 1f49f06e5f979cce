//! How much room is left where the database and files are kept.

use std::io;
use std::path::Path;

/// With less room than this the process is not ready: SQLite needs some for its log, and a full disk takes no grades.
const LEAST: u64 = 100 * 1024 * 1024;

/// The free bytes where a folder is, or would be.
///
/// # Errors
/// When the file system does not say.
pub fn free_bytes(folder: &Path) -> io::Result<u64> {
    let existing = folder.ancestors().find(|path| path.exists()).unwrap_or_else(|| Path::new("."));
    let found = rustix::fs::statvfs(existing)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Whether so many bytes are enough to go on.
#[must_use]
pub const fn is_enough(bytes: u64) -> bool {
    bytes >= LEAST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_is_where_its_parent_is() {
        let (here, missing) = (free_bytes(Path::new(".")).unwrap(), free_bytes(Path::new("no/such/folder")).unwrap());
        assert!(here > 0 && missing > 0);
        assert!(free_bytes(&std::env::temp_dir().join("none")).unwrap() > 0);
        assert!(is_enough(LEAST) && !is_enough(LEAST - 1));
    }
}
