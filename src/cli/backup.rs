//! `cercle backup` and `cercle restore` (reliability-security.md T91, BK01–BK04).

use std::fs;
use std::io::{BufReader, BufWriter};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Outcome, say, settings};
use crate::admin;
use crate::app;
use crate::audit::{self, Actor};
use crate::clock::{Clock, UtcTime};
use crate::crypto::sealed::{KEY_FILE, MasterKey};
use crate::crypto::{archive, random_token};
use crate::files::Files;
use crate::grades;
use crate::launch;
use crate::platform;
use crate::settings::Settings;
use crate::store::copy::{self, Placed};
use crate::store::{Conn, Db, Engine, StoreResult, migrations, upkeep};

#[derive(clap::Args)]
pub(super) struct BackupArgs {
    /// The file to write; it must not be there yet
    file: PathBuf,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct RestoreArgs {
    /// A file that `cercle backup` wrote
    file: PathBuf,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

/// The form of the files that this program writes and reads.
const FORM: u8 = 1;

/// What a backup says of itself, on its first line.
#[derive(Serialize, Deserialize)]
struct Header {
    /// Also by what a backup is known.
    cercle_backup: u8,
    engine: String,
    made_at: String,
    /// The newest migration that its database has.
    schema: String,
    program: String,
}

const fn engine_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}

/// A folder for unsealed copies, which nobody else may read; it goes with its owner.
struct WorkFolder(PathBuf);

impl WorkFolder {
    fn new(beside: &Path) -> Result<Self, String> {
        let parent = if beside.as_os_str().is_empty() { Path::new(".") } else { beside };
        let path = parent.join(format!(".cercle-{}", random_token().map_err(|e| e.to_string())?));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(at(&path))?;
        Ok(Self(path))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("cercle: {} could not be removed, and holds an open copy: {error}", self.0.display());
        }
    }
}

/// A file that is not whole yet; it goes unless it got its name.
struct Part(PathBuf);

impl Part {
    fn new(of: &Path) -> Result<Self, String> {
        let mut name = of.as_os_str().to_owned();
        name.push(format!(".part-{}", random_token().map_err(|e| e.to_string())?));
        Ok(Self(PathBuf::from(name)))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Most of the time it has got its name.
        let _ = fs::remove_file(&self.0);
    }
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> String {
    move |error| format!("{}: {error}", path.display())
}

fn create(path: &Path) -> Result<fs::File, String> {
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(at(path))
}

/// A backup that was made.
struct Made {
    bytes: u64,
    sha256: String,
    files: usize,
}

fn make(settings: &Settings, file: &Path, now: UtcTime) -> Result<Made, String> {
    if file.exists() {
        return Err(format!("{} is there already; a backup replaces nothing", file.display()));
    }
    let key = MasterKey::load_or_create(&settings.keys_dir).map_err(|e| e.to_string())?;
    let db = Db::open(&settings.database_url).map_err(|e| e.to_string())?;
    let schema = migrations::check(&db).map_err(|e| e.to_string())?.applied.pop().unwrap_or_default();
    // What the database names stays until it is in the backup.
    let files = Files::new(settings);
    let _writing = files.writing().map_err(at(&settings.data_dir))?;
    // Where backups go is often another machine's disk: what is not sealed never gets there.
    let work = WorkFolder::new(&settings.data_dir)?;
    let copied = work.file("copy");
    copy::save(&settings.database_url, &copied).map_err(|e| e.to_string())?;
    let header = Header {
        cercle_backup: FORM,
        engine: engine_name(db.engine()).to_owned(),
        made_at: now.iso_seconds(),
        schema,
        program: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let header = serde_json::to_string(&header).map_err(|e| e.to_string())?;
    let part = Part::new(file)?;
    let mut to = BufWriter::new(create(&part.0)?);
    let (from, into) = std::io::pipe().map_err(|e| e.to_string())?;
    let pack = || pack(&copied, &files, into);
    let packed = std::thread::scope(|threads| {
        let packing = threads.spawn(pack);
        archive::seal(&key, &header, from, &mut to).map_err(|e| format!("{}: {e}", file.display()))?;
        packing.join().map_err(|_| "packing failed".to_owned())?.map_err(|e| format!("{}: {e}", file.display()))
    })?;
    to.into_inner().map_err(|e| e.to_string())?.sync_all().map_err(at(&part.0))?;
    let bytes = fs::metadata(&part.0).map_err(at(&part.0))?.len();
    let sha256 = fs::File::open(&part.0).and_then(archive::digest).map_err(at(&part.0))?;
    fs::rename(&part.0, file).map_err(at(file))?;
    let detail = json!({"sha256": sha256, "bytes": bytes});
    let noted = db.write_blocking(|c: &mut Conn| -> StoreResult<()> {
        upkeep::note_backup(c, now)?;
        audit::record(c, now, &Actor::Operator, "backup.create", "database", &detail)
    });
    noted.map_err(|e| format!("{} is complete, but that it was made could not be noted: {e}", file.display()))?;
    Ok(Made { bytes, sha256, files: packed })
}

/// What the copy of the database is called in a backup, and the folder of the files.
const DATABASE: &str = "database";
const FILES: &str = "files";

/// Packs the copy of the database, and then the files: those that came meanwhile do no harm. Returns how many files.
fn pack(copied: &Path, files: &Files, into: impl std::io::Write) -> std::io::Result<usize> {
    let mut packer = tar::Builder::new(BufWriter::new(into));
    packer.append_path_with_name(copied, DATABASE)?;
    let listed = files.list()?;
    for (hash, path) in &listed {
        packer.append_path_with_name(path, Path::new(FILES).join(hash))?;
    }
    packer.into_inner()?.into_inner().map_err(std::io::IntoInnerError::into_error)?.flush()?;
    Ok(listed.len())
}

/// Unpacks a backup into a folder of its own: the copy of the database, and the files by their hashes.
fn unpack(mut from: impl std::io::Read, work: &WorkFolder) -> std::io::Result<Vec<String>> {
    let mut hashes = Vec::new();
    let mut packed = tar::Archive::new(&mut from);
    for entry in packed.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        let to = if path == Path::new(DATABASE) { work.file("copy") } else { work.file(&name) };
        std::io::copy(&mut entry, &mut create(&to).map_err(std::io::Error::other)?)?;
        if path != Path::new(DATABASE) {
            hashes.push(name);
        }
    }
    // Whoever writes into the pipe writes to the end.
    std::io::copy(&mut from, &mut std::io::sink())?;
    Ok(hashes)
}

pub(super) fn backup(args: &BackupArgs) -> Outcome {
    let (settings, now) = (settings()?, Clock::default().now());
    let Made { bytes, sha256, files } = make(&settings, &args.file, now)?;
    let file = args.file.display().to_string();
    let key = settings.keys_dir.join(KEY_FILE).display().to_string();
    let text = format!(
        "saved {file} ({bytes} bytes, with {files} files of works, SHA-256 {sha256})\nonly {key} opens it: keep a copy of that file, elsewhere"
    );
    say(args.json, &text, &json!({"file": file, "bytes": bytes, "files": files, "sha256": sha256, "key_file": key}))
}

/// Reads what a backup says of itself, and refuses what this program or this database cannot take.
fn check(header: &str, file: &Path, settings: &Settings) -> Result<UtcTime, String> {
    let file = file.display();
    let strange = || format!("{file} is not a backup of Cercle");
    let header: Header = serde_json::from_str(header).map_err(|_| strange())?;
    let known = migrations::known().map_err(|e| e.to_string())?;
    if header.cercle_backup > FORM || !known.contains(&header.schema) {
        return Err(format!(
            "{file} was made by a newer version of Cercle ({}): restore it with that one",
            header.program
        ));
    }
    let here = engine_name(copy::engine_of(&settings.database_url));
    if header.engine != here {
        return Err(format!("{file} holds a {} database, and CERCLE_DATABASE_URL names {here}", header.engine));
    }
    UtcTime::parse_iso(&header.made_at).ok_or_else(strange)
}

pub(super) fn restore(args: &RestoreArgs) -> Outcome {
    let (settings, now, file) = (settings()?, Clock::default().now(), args.file.as_path());
    let url = &settings.database_url;
    let key_file = settings.keys_dir.join(KEY_FILE);
    if !key_file.exists() {
        return Err(format!("{} is missing: put the key file there that the backup was made with", key_file.display()));
    }
    let key = MasterKey::load_or_create(&settings.keys_dir).map_err(|e| e.to_string())?;
    let mut from = BufReader::new(fs::File::open(file).map_err(at(file))?);
    let header =
        archive::read_header(&mut from).map_err(|_| format!("{} is not a backup of Cercle", file.display()))?;
    let made_at = check(&header, file, &settings)?;
    // Nobody may begin to use an embedded database meanwhile.
    let _lock = app::lock_embedded(url).map_err(|e| e.to_string())?;
    let database = crate::store::sqlite_path(url);
    let work = WorkFolder::new(database.as_deref().and_then(Path::parent).unwrap_or(&settings.data_dir))?;
    let copied = work.file("copy");
    let (packed, into) = std::io::pipe().map_err(|e| e.to_string())?;
    let hashes = std::thread::scope(|threads| {
        let unpacking = threads.spawn(|| unpack(packed, &work));
        let mut to = BufWriter::new(into);
        let opened = archive::open(&key, &header, &mut from, &mut to);
        drop(to);
        let unpacked = unpacking.join().map_err(|_| "unpacking failed".to_owned())?;
        // What could not be unpacked could not be opened either, mostly.
        opened.map_err(|e| format!("{} does not open: {e}", file.display()))?;
        unpacked.map_err(|e| format!("{} does not open: {e}", file.display()))
    })?;
    fs::File::open(&copied).and_then(|copy| copy.sync_all()).map_err(at(&copied))?;
    // Files first: they belong to nobody until the database names them.
    let files = Files::new(&settings);
    for hash in &hashes {
        files.restore(hash, &work.file(hash)).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    let mut kept = keep(&settings, now)?;
    let detail = json!({"made_at": made_at.iso_seconds()});
    let finish = |c: &mut Conn| -> StoreResult<()> {
        grades::store::check_all(c, now)?;
        launch::end_all_sessions(c, now)?;
        admin::store::end_all(c)?;
        platform::store::end_invitations(c, now)?;
        audit::record(c, now, &Actor::Operator, "backup.restore", "database", &detail)
    };
    let placed = Placed { made_at, now, finish: &finish };
    kept = copy::replace(url, &copied, &placed).map_err(|e| e.to_string())?.or(kept);
    report(args, made_at, kept.as_deref())
}

/// `PostgreSQL` keeps no second file: what is there is saved as a backup. A `SQLite` file is kept as it is.
fn keep(settings: &Settings, now: UtcTime) -> Result<Option<PathBuf>, String> {
    if !copy::wants_saving(&settings.database_url).map_err(|e| e.to_string())? {
        return Ok(None);
    }
    let kept = settings.data_dir.join(format!("before-{}.cercle", copy::stamp(now)));
    make(settings, &kept, now).map_err(|reason| {
        format!(
            "what is in the database now cannot be kept ({reason}); empty the database to restore without keeping it"
        )
    })?;
    Ok(Some(kept))
}

fn report(args: &RestoreArgs, made_at: UtcTime, kept: Option<&Path>) -> Outcome {
    let (file, made_at) = (args.file.display().to_string(), made_at.iso_seconds());
    let kept = kept.map(|path| path.display().to_string());
    let was = kept.as_ref().map_or_else(String::new, |kept| format!("\nwhat was there before is kept in {kept}"));
    let text = format!(
        "restored {file}, made at {made_at}{was}\ngrades wait: start Cercle, compare them with the LMSs \
         (cercle grades reconcile), then let them go (cercle grades resume)"
    );
    say(args.json, &text, &json!({"file": file, "made_at": made_at, "kept": kept}))
}
