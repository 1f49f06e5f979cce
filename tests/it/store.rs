//! The schema: both engines in step, refused when it is not ours; the lock of the embedded database.

use cercle::clock::{Clock, UtcTime};
use cercle::crypto::unb64;
use cercle::settings::Settings;
use cercle::store::migrations::{self, SchemaError};
use cercle::store::{Db, Engine, StoreError, schema};
use diesel::RunQueryDsl as _;

use crate::harness::TestDatabase;

const BOTH: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

fn execute(db: &Db, sql: &str) {
    db.write_blocking(|c| {
        diesel::sql_query(sql).execute(c)?;
        Ok::<(), StoreError>(())
    })
    .unwrap();
}

#[test]
fn a_newer_or_half_applied_schema_is_refused() {
    for engine in BOTH {
        let database = TestDatabase::new(engine);
        let db = Db::open(&database.url).unwrap();
        assert!(matches!(migrations::check(&db), Err(SchemaError::Pending)), "{engine:?}");
        let state = migrations::apply(&db).unwrap();
        assert!(state.pending.is_empty() && !state.applied.is_empty());
        assert_eq!(migrations::apply(&db).unwrap(), state, "applying again changes nothing");
        execute(&db, "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')");
        let error = migrations::apply(&db).unwrap_err();
        assert!(matches!(error, SchemaError::Newer(_)) && error.to_string().contains("newer version"), "{error}");
        execute(&db, "DELETE FROM __diesel_schema_migrations WHERE version = '9999'");
        execute(&db, "DROP TABLE used_nonces");
        let error = migrations::check(&db).unwrap_err();
        assert!(matches!(error, SchemaError::HalfApplied(_)) && error.to_string().contains("used_nonces"), "{error}");
    }
}

#[test]
fn both_folders_hold_the_same_migrations_and_the_schema_follows_them() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = |engine: &str| {
        let mut names: Vec<String> = std::fs::read_dir(root.join(engine))
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    for engine in ["sqlite", "postgres"] {
        for name in names(engine) {
            for file in ["up.sql", "down.sql"] {
                assert!(root.join(engine).join(&name).join(file).exists(), "{engine}/{name}/{file}");
            }
        }
    }
    // What the program believes about each table is what the database has, column by column.
    let source = include_str!("../../src/store/schema.rs");
    for engine in BOTH {
        let database = TestDatabase::new(engine);
        let db = Db::open(&database.url).unwrap();
        migrations::apply(&db).unwrap();
        for table in schema::TABLES {
            let body = source.split(&format!("\n    {table} (")).nth(1).unwrap().split("\n    }").next().unwrap();
            let columns: Vec<&str> =
                body.lines().filter_map(|l| l.trim().split_once(" -> ").map(|(name, _)| name)).collect();
            assert!(!columns.is_empty(), "{table}");
            execute(&db, &format!("SELECT {} FROM {table} LIMIT 0", columns.join(", ")));
        }
    }
}

#[test]
fn migrations_can_be_taken_back() {
    for engine in ["sqlite", "postgres"] {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
        let database = TestDatabase::new(if engine == "sqlite" { Engine::Sqlite } else { Engine::Postgres });
        let db = Db::open(&database.url).unwrap();
        migrations::apply(&db).unwrap();
        let mut names: Vec<_> = std::fs::read_dir(&root).unwrap().map(|e| e.unwrap().path()).collect();
        names.sort();
        for path in names.iter().rev() {
            let sql = std::fs::read_to_string(path.join("down.sql")).unwrap();
            for statement in sql.split(';').map(str::trim).filter(|s| !s.is_empty()) {
                execute(&db, statement);
            }
        }
        execute(&db, "DELETE FROM __diesel_schema_migrations");
        migrations::apply(&db).unwrap();
    }
}

fn apply_nonce(c: &mut cercle::store::Conn, name: &str) -> Result<(), StoreError> {
    assert!(cercle::store::dialect::consume_nonce(c, name, UtcTime(1))?);
    Ok(())
}

fn nonces(db: &Db) -> Vec<String> {
    use diesel::prelude::*;
    let found = db.read_blocking(|c| {
        let table = schema::used_nonces::table.order(schema::used_nonces::nonce_hash);
        Ok::<_, StoreError>(table.select(schema::used_nonces::nonce_hash).load(c)?)
    });
    found.unwrap()
}

/// Transactions that share a commit: what one does wrong stays its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_fails_takes_nothing_of_its_neighbours() {
    for engine in BOTH {
        let database = TestDatabase::new(engine);
        let db = Db::open(&database.url).unwrap();
        migrations::apply(&db).unwrap();
        let all = (0..60).map(|i| {
            db.write(move |c| {
                apply_nonce(c, &format!("{i:02}"))?;
                assert_ne!(i % 7, 0, "a bug");
                if i % 3 == 0 { Err(StoreError::NotFound) } else { Ok(i) }
            })
        });
        let outcomes = futures_util::future::join_all(all).await;
        for (i, outcome) in outcomes.iter().enumerate() {
            match outcome {
                Err(StoreError::Unavailable(_)) => assert_eq!(i % 7, 0, "{engine:?}"),
                Err(StoreError::NotFound) => assert!(i % 3 == 0 && i % 7 != 0, "{engine:?}"),
                outcome => assert_eq!(*outcome.as_ref().unwrap(), i, "{engine:?}"),
            }
        }
        let expected: Vec<String> = (0..60).filter(|i| i % 3 != 0 && i % 7 != 0).map(|i| format!("{i:02}")).collect();
        assert_eq!(nonces(&db), expected, "{engine:?}");
    }
}

/// A full disk, say, ends the whole transaction: whoever shared it hears so, and the next are served.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_of_success_when_the_shared_commit_fails() {
    let database = TestDatabase::new(Engine::Sqlite);
    let db = Db::open(&database.url).unwrap();
    migrations::apply(&db).unwrap();
    let (started, has_started) = tokio::sync::oneshot::channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    // While this one is busy, the other three come to wait for the same commit.
    let busy = tokio::spawn({
        let db = db.clone();
        async move {
            db.write(move |c| {
                started.send(()).unwrap();
                released.recv().unwrap();
                apply_nonce(c, "busy")
            })
            .await
        }
    });
    has_started.await.unwrap();
    let before = db.write(|c| apply_nonce(c, "before"));
    let broken = db.write(|c| {
        diesel::sql_query("ROLLBACK").execute(c)?;
        Ok::<(), StoreError>(())
    });
    let after = db.write(|c| apply_nonce(c, "after"));
    let (before, broken, after, ()) = tokio::join!(before, broken, after, async { release.send(()).unwrap() });
    busy.await.unwrap().unwrap();
    assert!(matches!(before, Err(StoreError::Unavailable(_))), "{before:?}");
    assert!(matches!(broken, Err(StoreError::Unavailable(_))), "{broken:?}");
    after.unwrap();
    assert_eq!(nonces(&db), ["after", "busy"]);
}

/// `PostgreSQL` comes back after a restart: the connections that it ended are replaced unseen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_were_ended_are_replaced() {
    let database = TestDatabase::new(Engine::Postgres);
    let db = Db::open(&database.url).unwrap();
    migrations::apply(&db).unwrap();
    // With the time to wait for each: ended in the middle of a transaction is another case, which is not retried.
    let end_the_others = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
                          WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let other = Db::open(&database.url).unwrap();
    for round in 0..3 {
        execute(&other, end_the_others);
        let name = format!("{round}");
        db.write(move |c| apply_nonce(c, &name)).await.unwrap();
    }
    assert_eq!(nonces(&db).len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_embedded_database_is_for_one_process() {
    let database = TestDatabase::new(Engine::Sqlite);
    let settings = || {
        let url = url::Url::parse("http://127.0.0.1:9").unwrap();
        Settings::local(url, "127.0.0.1:0".parse().unwrap(), &database.url, &database.folder)
    };
    let first = cercle::app::Server::bind(settings(), Clock::default()).unwrap();
    let Err(error) = cercle::app::Server::bind(settings(), Clock::default()) else { panic!("two processes") };
    assert!(error.to_string().contains("PostgreSQL"), "{error}");
    drop(first);
}

#[test]
fn signing_keys_are_sealed_and_rotate_with_overlap() {
    use cercle::audit::Actor;
    use cercle::platform::keys;
    let operator = Actor::Operator;
    for engine in BOTH {
        let database = TestDatabase::new(engine);
        let db = Db::open(&database.url).unwrap();
        migrations::apply(&db).unwrap();
        let master = cercle::crypto::sealed::MasterKey::load_or_create(&database.folder.join("keys")).unwrap();
        let clock = Clock::default();
        keys::ensure(&db, &master, clock.now()).unwrap();
        keys::ensure(&db, &master, clock.now()).unwrap();
        let states = |clock: &Clock| {
            let now = clock.now();
            let list = db.read_blocking(|c| keys::list(c, now)).unwrap();
            list.into_iter().map(|k| k.state).collect::<Vec<_>>()
        };
        let signs = |clock: &Clock| {
            let now = clock.now();
            db.read_blocking(|c| keys::signing_key(c, &master, now)).unwrap().kid.clone()
        };
        assert_eq!(states(&clock), ["signing"]);
        let first = signs(&clock);
        let second = keys::rotate(&db, &master, clock.now(), false, &operator).unwrap();
        assert_eq!(states(&clock), ["signing", "waiting"], "published before it signs");
        assert_eq!(signs(&clock), first);
        assert!(keys::rotate(&db, &master, clock.now(), false, &operator).is_err(), "one rotation at a time");
        clock.advance(keys::PUBLISH_AHEAD + 1);
        assert_eq!((states(&clock), signs(&clock)), (vec!["retiring", "signing"], second.clone()));
        clock.advance(keys::OVERLAP + 1);
        assert_eq!(states(&clock), ["signing"], "the old one is published no more");
        let now = clock.now();
        assert_eq!(db.write_blocking(|c| keys::retire(c, now)).unwrap(), 1, "and is removed");
        assert_eq!(db.write_blocking(|c| keys::retire(c, now)).unwrap(), 0);
        assert_eq!(signs(&clock), second);
        // By itself: not before the time, once when it has come, by however many processes.
        let year = 365 * 24 * 3600;
        assert_eq!(keys::rotate_if_due(&db, &master, clock.now(), year).unwrap(), None);
        clock.advance(year);
        let due: Vec<Option<String>> = std::thread::scope(|scope| {
            let running: Vec<_> =
                (0..4).map(|_| scope.spawn(|| keys::rotate_if_due(&db, &master, clock.now(), year).unwrap())).collect();
            running.into_iter().map(|r| r.join().unwrap()).collect()
        });
        assert_eq!(due.iter().flatten().count(), 1);
        assert_eq!((states(&clock), signs(&clock)), (vec!["signing", "waiting"], second));
        clock.advance(keys::PUBLISH_AHEAD + 1);
        assert_eq!(states(&clock), ["retiring", "signing"]);
        let third = keys::rotate(&db, &master, clock.now(), true, &operator).unwrap();
        assert_eq!(signs(&clock), third, "at once when the key is compromised");
        // No private key stands in the database as it is.
        let stored: Vec<String> = db
            .read_blocking(|c| {
                use diesel::prelude::*;
                Ok::<_, StoreError>(
                    schema::signing_keys::table.select(schema::signing_keys::sealed_private_key).load(c)?,
                )
            })
            .unwrap();
        let now = clock.now();
        let public = db.read_blocking(|c| keys::public_set(c, now)).unwrap();
        let public = serde_json::to_value(&public).unwrap();
        let moduli = public["keys"].as_array().unwrap().iter().map(|k| unb64(k["n"].as_str().unwrap()).unwrap());
        let moduli: Vec<Vec<u8>> = moduli.collect();
        assert!(!moduli.is_empty());
        for sealed in &stored {
            let cipher = unb64(sealed.strip_prefix("v1.").unwrap().rsplit_once('.').unwrap().1).unwrap();
            // Whatever form an open private key has, its modulus stands in it.
            assert!(moduli.iter().all(|n| !cipher.windows(n.len()).any(|w| w == n)));
        }
        let stranger = cercle::crypto::sealed::MasterKey::from_bytes([9; 32]);
        assert!(stored.iter().all(|s| stranger.open("signing key", s).is_err()));
    }
}
