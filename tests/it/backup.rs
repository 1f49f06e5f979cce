//! Backups and restores: what was saved comes back, what was damaged touches nothing, and after a restore nothing
//! in an LMS is overwritten unseen (reliability-security.md §2.10, T91, BK01–BK04). Real processes, both engines.

use std::fs;
use std::process::Command;

use cercle::audit;
use cercle::clock::Clock;
use cercle::demo::campus::{Kind, Mood, Part};
use cercle::platform;
use cercle::store::schema::admin_links;
use cercle::store::{Db, Engine, StoreError};
use diesel::prelude::*;
use serde_json::Value;

use crate::cli::{ADD, Cli};
use crate::harness::{Browser, Lms, Session, TestDatabase, eventually, http, person};
use crate::kill::{Process, release, reviewed};

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

fn names(place: &Cli<'_>) -> Vec<String> {
    let listed = place.json(&["platform", "list", "--json"]);
    listed.as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap().to_owned()).collect()
}

fn add(place: &Cli<'_>, name: &str, client: &str) {
    let mut arguments = ADD.to_vec();
    for (option, value) in [("--name", name), ("--client-id", client)] {
        let at = arguments.iter().position(|a| *a == option).unwrap();
        arguments[at + 1] = value;
    }
    arguments.push("--json");
    place.json(&arguments);
}

/// Nothing of a command's work stays where others could read it.
fn leftovers(database: &TestDatabase) -> Vec<String> {
    let mut folders = vec![database.folder.clone(), database.folder.join("data")];
    folders.retain(|folder| folder.exists());
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    entries
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|n| n.starts_with(".cercle-") || n.contains(".part-"))
        .collect()
}

#[test]
fn what_was_saved_comes_back() {
    for engine in ENGINES {
        let database = TestDatabase::new(engine);
        let place = Cli(&database);
        add(&place, "Saved", "c1");
        place.json(&["admin", "link", "--json"]);
        place.json(&["platform", "invite", "--name", "New", "--json"]);
        // A file of a work: content-addressed, so that its name is the check of its content.
        let content = b"a file of a work".repeat(100_000);
        let hash = cercle::crypto::archive::digest(content.as_slice()).unwrap();
        let kept_at = database.folder.join("data/files").join(&hash[..2]).join(&hash[2..4]);
        fs::create_dir_all(&kept_at).unwrap();
        let kept_at = kept_at.join(&hash);
        fs::write(&kept_at, &content).unwrap();
        let made = place.json(&["backup", "first.cercle", "--json"]);
        assert_eq!(made["files"], 1, "{engine:?}");
        fs::remove_file(&kept_at).unwrap();
        let file = database.folder.join("first.cercle");
        let bytes = fs::read(&file).unwrap();
        assert_eq!(made["bytes"], bytes.len(), "{engine:?}");
        let sum = Command::new("sha256sum").arg(&file).output().unwrap();
        assert!(String::from_utf8_lossy(&sum.stdout).starts_with(made["sha256"].as_str().unwrap()), "{engine:?}");
        let clear = String::from_utf8(bytes).unwrap();
        assert!(!clear.contains("lms.example") && !clear.contains("Saved"), "{engine:?}: nothing can be read in it");
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        place.fails(&["backup", "first.cercle"], 1, "is there already");
        add(&place, "Later", "c2");
        assert_eq!(names(&place), ["Saved", "Later"], "{engine:?}");
        let restored = place.json(&["restore", "first.cercle", "--json"]);
        assert_eq!(names(&place), ["Saved"], "{engine:?}");
        assert!(fs::read(&kept_at).unwrap() == content, "{engine:?}: files come back");
        assert!(restored["made_at"].as_str().unwrap().starts_with("20"));
        // What was there before is not lost either.
        let kept = restored["kept"].as_str().expect("a file is kept").to_owned();
        match engine {
            Engine::Sqlite => {
                let held = Db::open(&format!("sqlite:{kept}")).unwrap();
                let all = held.read_blocking(cercle::platform::store::list_registrations).unwrap();
                assert_eq!(all.len(), 2);
            }
            Engine::Postgres => {
                place.json(&["restore", &kept, "--json"]);
                assert_eq!(names(&place), ["Saved", "Later"]);
            }
        }
        let log = Db::open(&database.url).unwrap();
        let links: i64 =
            log.read_blocking(|c| -> Result<_, StoreError> { Ok(admin_links::table.count().get_result(c)?) }).unwrap();
        assert_eq!(links, 0, "{engine:?}: a one-time address that may have been used does not count");
        let now = Clock::default().now();
        let open = log.read_blocking(|c| platform::store::list_invitations(c, 10)).unwrap();
        assert!(open.iter().all(|i| i.expires_at <= now), "{engine:?}: nor does an invitation");
        assert_eq!(open.len(), 1);
        assert_eq!(log.read_blocking(audit::verify).unwrap(), None, "{engine:?}: the audit chain holds");
        let newest = log.read_blocking(|c| audit::list_newest(c, 0, 1)).unwrap();
        assert_eq!(newest[0].action, "backup.restore", "{engine:?}");
        assert_eq!(leftovers(&database), Vec::<String>::new(), "{engine:?}");
    }
}

#[test]
fn a_backup_restores_where_there_is_nothing_yet() {
    for engine in ENGINES {
        let (old, new) = (TestDatabase::new(engine), TestDatabase::new(engine));
        add(&Cli(&old), "Moved", "c1");
        Cli(&old).json(&["backup", "b.cercle", "--json"]);
        let file = old.folder.join("b.cercle").display().to_string();
        let place = Cli(&new);
        place.fails(&["restore", &file], 1, "put the key file there");
        fs::create_dir(new.folder.join("keys")).unwrap();
        fs::copy(old.folder.join("keys/cercle.key"), new.folder.join("keys/cercle.key")).unwrap();
        let restored = place.json(&["restore", &file, "--json"]);
        assert_eq!(restored["kept"], Value::Null, "{engine:?}: there was nothing to keep");
        assert_eq!(names(&place), ["Moved"], "{engine:?}");
        let resumed = place.json(&["grades", "resume", "--json"]);
        assert_eq!(resumed["resumed"], true, "{engine:?}");
        let again = place.json(&["grades", "resume", "--json"]);
        assert_eq!(again["resumed"], false, "{engine:?}: once is enough");
    }
}

#[test]
fn a_damaged_or_foreign_backup_touches_nothing() {
    for engine in ENGINES {
        let database = TestDatabase::new(engine);
        let place = Cli(&database);
        add(&place, "Here", "c1");
        place.json(&["backup", "good.cercle", "--json"]);
        add(&place, "Later", "c2");
        let good = fs::read(database.folder.join("good.cercle")).unwrap();
        let text = String::from_utf8(good.clone()).unwrap();
        let (header, rest) = text.split_once('\n').unwrap();
        let flipped = |at: usize| {
            let mut bytes = good.clone();
            bytes[at] ^= 1;
            bytes
        };
        let here = if engine == Engine::Sqlite { "SQLite" } else { "PostgreSQL" };
        let other = if engine == Engine::Sqlite { "PostgreSQL" } else { "SQLite" };
        let renamed = |from: &str, to: &str| format!("{}\n{rest}", header.replace(from, to)).into_bytes();
        let schema = serde_json::from_str::<Value>(header).unwrap()["schema"].as_str().unwrap().to_owned();
        let files = [
            ("empty", Vec::new(), "is not a backup of Cercle"),
            ("a picture", vec![0x89, b'P', b'N', b'G', 0, 0xff, b'\n', 1], "is not a backup of Cercle"),
            ("a text", b"{\"a\": 1}\nb\n".to_vec(), "is not a backup of Cercle"),
            ("cut off", good[..good.len() / 2].to_vec(), "does not open"),
            ("without its last sign", good[..good.len() - 1].to_vec(), "does not open"),
            ("longer", [good.clone(), b"x\n".to_vec()].concat(), "does not open"),
            ("a bit in the middle", flipped(good.len() / 2), "does not open"),
            ("a bit at the end", flipped(good.len() - 3), "does not open"),
            ("another date", renamed("\"made_at\":\"2", "\"made_at\":\"3"), "does not open"),
            ("a newer schema", renamed(&schema, "9999"), "newer version of Cercle"),
            ("a newer form", renamed("\"cercle_backup\":1", "\"cercle_backup\":2"), "newer version of Cercle"),
            ("another engine", renamed(here, other), "CERCLE_DATABASE_URL names"),
        ];
        for (what, bytes, words) in files {
            let file = format!("{}.cercle", what.replace(' ', "-"));
            fs::write(database.folder.join(&file), bytes).unwrap();
            place.fails(&["restore", &file], 1, words);
            assert_eq!(names(&place), ["Here", "Later"], "{engine:?}: {what}");
        }
        let keys = database.folder.join("keys/cercle.key");
        let secret = fs::read(&keys).unwrap();
        fs::write(&keys, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n").unwrap();
        place.fails(&["restore", "good.cercle"], 1, "another key file");
        fs::write(&keys, secret).unwrap();
        place.fails(&["restore", "nowhere.cercle"], 1, "nowhere.cercle");
        place.fails(&["backup", "no/such/folder.cercle"], 1, "no/such/folder.cercle");
        assert_eq!(names(&place), ["Here", "Later"], "{engine:?}");
        assert_eq!(leftovers(&database), Vec::<String>::new(), "{engine:?}");
    }
}

/// A trainer's decision about a learner, and the value that the LMS then has, out of 100.
async fn decide(trainer: &Session, sheet: &str, mark: &str) {
    let seen = trainer.get(sheet).await.attribute("input[name=seen]", "value").unwrap();
    let fields = [("mark", mark), ("reason", "r"), ("seen", seen.as_str())];
    assert_eq!(trainer.post(&format!("{sheet}/mark"), &fields).await.status, 303);
}

fn in_lms(lms: &Lms, kind: Kind, sub: &str) -> Option<f64> {
    let school = lms.school(kind);
    let column = school.line_items.first()?;
    let score = school.grade(&column.id, sub)?.score?;
    Some((score * 1_000.0 / column.maximum).round() / 10.0)
}

/// Two days of grades are newer in the LMS than in the backup: none is overwritten unseen, and each difference is
/// shown to the trainer.
async fn the_lms_is_ahead(engine: Engine, kind: Kind) {
    let what = format!("{engine:?} {kind:?}");
    let database = TestDatabase::new(engine);
    let lms = Lms::start(Clock::default());
    let process = Process::start(&database, None).await;
    let (_, school) = process.register(&lms, kind);
    let browser = Browser { origin: process.origin.clone(), http: http() };
    let (trainer, activity) = reviewed(&lms, &browser, &school, 0, 3).await;
    let late = person(&school, Part::Learner, 3);
    let late = browser.launch(&lms, &school, &late, &school.links[0], |_| {}).await.expect("a launch");
    assert_eq!(late.hand_in("<div>Late.</div>").await.status, 303);
    release(&browser, &trainer, &activity).await;
    let subs: Vec<String> = (0..4).map(|n| person(&school, Part::Learner, n).sub).collect();
    let has = |n: usize, value: f64| in_lms(&lms, kind, &subs[n]) == Some(value);
    eventually(&format!("{what}: the marks arrive"), async || (0..3).all(|n| has(n, 73.3))).await;
    let sheets = trainer.get(&activity).await.attributes("#group th a", "href");
    let by_name = |n: usize| {
        let user = person(&school, Part::Learner, n);
        format!("{} {}", user.given_name, user.family_name)
    };
    let group = trainer.get(&activity).await.all("#group th a");
    let sheet = |n: usize| &sheets[group.iter().position(|name| name.contains(&by_name(n))).expect("a row")];
    // One decision has not left yet when the backup is made.
    lms.campus.with(kind, |s| s.mood = Mood::Down);
    decide(&trainer, sheet(0), "50").await;
    let place = Cli(&database);
    place.json(&["backup", "monday.cercle", "--json"]);
    lms.campus.with(kind, |s| s.mood = Mood::Well);
    assert_eq!(trainer.post(&format!("{activity}/grades"), &[("action", "send")]).await.status, 303);
    eventually(&format!("{what}: it leaves later"), async || has(0, 50.0)).await;
    for (n, mark) in [(0, "55"), (1, "90"), (3, "60")] {
        decide(&trainer, sheet(n), mark).await;
    }
    eventually(&format!("{what}: the later ones"), async || has(0, 55.0) && has(1, 90.0) && has(3, 60.0)).await;
    place.fails(&["restore", "monday.cercle"], 1, "another");
    let data = fs::read_dir(database.folder.join("data")).unwrap();
    let saved = data.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).find(|n| n.starts_with("before-"));
    assert_eq!(saved, None, "{what}: nothing is saved for a restore that is refused");
    let (listen, origin) = (process.listen.clone(), process.origin.clone());
    drop(process);
    let ledger = lms.school(kind).ledger;
    place.json(&["restore", "monday.cercle", "--json"]);

    let again = Process::spawn(&database, &listen, &origin, None).await;
    let grades = format!("{activity}/grades");
    assert_eq!(trainer.get(&activity).await.status, 401, "{what}: what was open then is not open again");
    let user = person(&school, Part::Trainer, 0);
    let trainer = browser.launch(&lms, &school, &user, &school.links[0], |_| {}).await.expect("a launch");
    eventually(&format!("{what}: what the LMS changed is seen"), async || {
        trainer.get(&grades).await.all("#grades .tag").iter().any(|t| t.contains("90"))
    })
    .await;
    let states = trainer.get(&grades).await.all("#grades .tag").join("\n");
    assert!(states.contains("restored from a backup") || states.contains("sauvegarde"), "{what}: {states}");
    // A decision for somebody of whom the backup knows no grade.
    decide(&trainer, sheet(3), "40").await;
    let compared = place.run_local(&["grades", "reconcile", "--json"]);
    let compared: Value = serde_json::from_slice(&compared.stdout).unwrap();
    assert_eq!(compared["differences"][0]["theirs"], "90", "{what}: {compared}");
    assert_eq!((compared["differences"].as_array().unwrap().len(), &compared["equal"]), (1, &Value::from(1)), "{what}");
    assert_eq!(lms.school(kind).ledger, ledger, "{what}: nothing was sent");

    assert_eq!(place.json(&["grades", "resume", "--json"])["resumed"], true, "{what}");
    eventually(&format!("{what}: each difference is a question"), async || {
        let states = trainer.get(&grades).await.all("#grades .tag").join("\n");
        ["55", "60", "90"].iter().all(|theirs| states.contains(theirs))
    })
    .await;
    assert_eq!(lms.school(kind).ledger, ledger, "{what}: nothing was overwritten");
    drop(again);
    lms.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_sqlite_database_overwrites_nothing() {
    the_lms_is_ahead(Engine::Sqlite, Kind::Moodle).await;
    the_lms_is_ahead(Engine::Sqlite, Kind::Canvas).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_postgres_database_overwrites_nothing() {
    the_lms_is_ahead(Engine::Postgres, Kind::Moodle).await;
    the_lms_is_ahead(Engine::Postgres, Kind::Canvas).await;
}
