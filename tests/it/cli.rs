//! The command line: what it prints, what it refuses, its exit status.

use std::process::{Command, Output};

use cercle::store::Engine;
use serde_json::Value;

use crate::harness::TestDatabase;

/// The program, with its files in the folder of a database.
pub struct Cli<'a>(pub &'a TestDatabase);

impl Cli<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cercle"));
        command
            .args(arguments)
            .env("CERCLE_DATABASE_URL", &self.0.url)
            .env("CERCLE_KEYS_DIR", self.0.folder.join("keys"))
            .env("CERCLE_PUBLIC_URL", "https://cercle.example")
            .current_dir(&self.0.folder);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// For what speaks with an LMS on this machine.
    pub fn run_local(&self, arguments: &[&str]) -> Output {
        self.command(arguments).env("CERCLE_ALLOW_INSECURE_PLATFORMS", "true").output().unwrap()
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("one JSON document")
    }

    /// A file in the folder of the command, and its path.
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    pub fn fails(&self, arguments: &[&str], code: i32, words: &str) {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty());
    }
}

pub const ADD: [&str; 14] = [
    "platform",
    "add",
    "--name",
    "School",
    "--issuer",
    "https://lms.example",
    "--client-id",
    "c1",
    "--authorization-endpoint",
    "https://lms.example/auth",
    "--token-endpoint",
    "https://lms.example/token",
    "--jwks-uri",
    "https://lms.example/jwks",
];

fn with<'a>(base: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    base.iter().chain(more).copied().collect()
}

#[test]
fn platforms_are_added_listed_and_switched() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let database = TestDatabase::new(engine);
        let cli = Cli(&database);
        assert_eq!(cli.json(&["platform", "list", "--json"]), serde_json::json!([]));
        let added = cli.json(&with(&ADD, &["--json", "--family", "moodle"]));
        let id = added["id"].as_str().unwrap();
        assert_eq!(added["login_url"], format!("https://cercle.example/lti/{id}/login"));
        assert_eq!(added["launch_url"], format!("https://cercle.example/lti/{id}/launch"));
        assert_eq!(added["redirect_uris"], serde_json::json!([added["launch_url"]]));
        assert_eq!(added["jwks_url"], "https://cercle.example/.well-known/jwks.json");
        assert!(added["deep_linking_url"].is_string());
        cli.fails(&ADD, 1, "registered already");
        let shown = cli.json(&["platform", "show", id, "--json"]);
        assert_eq!((&shown["deployment_policy"], &shown["enabled"]), (&"auto".into(), &true.into()));
        assert_eq!(cli.json(&["platform", "disable", id, "--json"])["enabled"], false);
        assert_eq!(cli.json(&["platform", "list", "--json"])[0]["enabled"], false);
        assert_eq!(cli.json(&["platform", "enable", id, "--json"])["enabled"], true);
        let named = with(&ADD, &["--deployment", "7", "--json"])
            .iter()
            .map(|a| if *a == "c1" { "c2" } else { a })
            .collect::<Vec<_>>();
        let careful = cli.json(&named);
        let shown = cli.json(&["platform", "show", careful["id"].as_str().unwrap(), "--json"]);
        assert_eq!(shown["deployment_policy"], "approve", "a named deployment means that others wait");
        assert_eq!(shown["deployments"][0]["deployment_id"], "7");
        cli.fails(&["platform", "show", "nothing"], 1, "no registration has the id");
        cli.fails(&["platform", "enable", "nothing"], 1, "no registration has the id");
        let text = String::from_utf8(cli.run(&["platform", "list"]).stdout).unwrap();
        assert!(text.contains("https://lms.example") && text.contains("enabled"));
    }
}

#[test]
fn wrong_use_and_wrong_values_are_told_apart() {
    let database = TestDatabase::new(Engine::Sqlite);
    let cli = Cli(&database);
    cli.fails(&[], 2, "Usage");
    cli.fails(&["platform", "add", "--name", "x"], 2, "--issuer");
    cli.fails(&["nonsense"], 2, "nonsense");
    let replaced = |from: &str, to: &'static str| -> Vec<&'static str> {
        ADD.iter().map(|a| if *a == from { to } else { a }).collect()
    };
    cli.fails(&replaced("https://lms.example/jwks", "http://lms.example/jwks"), 1, "--jwks-uri");
    cli.fails(&replaced("https://lms.example/token", "https://127.0.0.1/token"), 1, "--token-endpoint");
    cli.fails(&replaced("https://lms.example", "lms.example"), 1, "--issuer");
    cli.fails(&replaced("School", " "), 1, "--name");
    assert!(cli.run(&["--version"]).status.success());
    assert!(cli.run(&["--help"]).status.success());
}

#[test]
fn keys_rotate_and_migrations_are_checked() {
    let database = TestDatabase::new(Engine::Sqlite);
    let cli = Cli(&database);
    cli.fails(&["migrate", "--check"], 1, "run `cercle migrate`");
    assert_eq!(cli.json(&["migrate", "--json"])["pending"], serde_json::json!([]));
    assert!(cli.run(&["migrate", "--check"]).status.success());
    assert_eq!(cli.json(&["keys", "list", "--json"])[0]["state"], "signing");
    let rotated = cli.json(&["keys", "rotate", "--json"]);
    assert_eq!((&rotated[0]["state"], &rotated[1]["state"]), (&"signing".into(), &"waiting".into()));
    cli.fails(&["keys", "rotate"], 1, "rotation is under way");
    assert!(!String::from_utf8(cli.run(&["keys", "list"]).stdout).unwrap().contains("PRIVATE"));
}

#[test]
fn serve_explains_what_it_needs() {
    let database = TestDatabase::new(Engine::Sqlite);
    let output = Command::new(env!("CARGO_BIN_EXE_cercle"))
        .arg("serve")
        .env_remove("CERCLE_PUBLIC_URL")
        .current_dir(&database.folder)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("CERCLE_PUBLIC_URL"));
}

#[test]
fn deployments_are_approved_and_refused() {
    let database = TestDatabase::new(Engine::Sqlite);
    let cli = Cli(&database);
    let added = cli.json(&with(&ADD, &["--deployment", "7", "--json"]));
    let id = added["id"].as_str().unwrap();
    let state = || cli.json(&["platform", "show", id, "--json"])["deployments"][0]["state"].clone();
    assert_eq!(state(), "approved");
    assert_eq!(cli.json(&["platform", "refuse", id, "7", "--json"])["state"], "disabled");
    assert_eq!(state(), "disabled");
    assert_eq!(cli.json(&["platform", "approve", id, "7", "--json"])["state"], "approved");
    assert_eq!(state(), "approved");
    cli.fails(&["platform", "approve", id, "8"], 1, "has no deployment 8");
    cli.fails(&["platform", "refuse", "nobody", "7"], 1, "platform show nobody");
}

#[test]
fn the_doctor_exits_with_1_when_something_fails() {
    let database = TestDatabase::new(Engine::Sqlite);
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_cercle"))
            .args(arguments)
            .env("CERCLE_DATABASE_URL", &database.url)
            .env("CERCLE_KEYS_DIR", database.folder.join("keys"))
            .env("CERCLE_PUBLIC_URL", "http://127.0.0.1:1")
            .env("CERCLE_ALLOW_INSECURE_PLATFORMS", "true")
            .output()
            .unwrap()
    };
    let local = ["http://127.0.0.1:1/auth", "http://127.0.0.1:1/token", "http://127.0.0.1:1/jwks"];
    let mut add: Vec<&str> = ADD.to_vec();
    for (at, value) in [(9, local[0]), (11, local[1]), (13, local[2])] {
        add[at] = value;
    }
    let added = run(&with(&add, &["--json"]));
    let added: Value = serde_json::from_slice(&added.stdout).unwrap();
    let id = added["id"].as_str().unwrap();
    let output = run(&["doctor", id, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let findings: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of =
        |check: &str| findings["findings"].as_array().unwrap().iter().find(|f| f["check"] == check).unwrap().clone();
    assert_eq!((&of("key_set")["health"], &of("key_set")["registration"]), (&"failed".into(), &id.into()));
    assert_eq!(of("public_keys")["health"], "failed", "nothing listens there");
    assert_eq!(of("signing_key")["health"], "unknown", "no key was made yet, and it says how");
    let text = run(&["doctor"]);
    let said = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(said.contains("FAILED") && said.contains("do: "), "{said}");
    let unknown = run(&["doctor", "nobody"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("platform list"));
}

#[test]
fn the_console_is_opened_by_an_address_that_works_once() {
    let database = TestDatabase::new(Engine::Sqlite);
    let cli = Cli(&database);
    let made = cli.json(&["admin", "link", "--name", "Ada", "--json"]);
    let (first, until) = (made["url"].as_str().unwrap(), made["expires_at"].as_str().unwrap());
    assert!(first.starts_with("https://cercle.example/admin/link/") && until.ends_with('Z'));
    assert_ne!(cli.json(&["admin", "link", "--json"])["url"], first, "each is another one");
    let text = String::from_utf8(cli.run(&["admin", "link", "--reset"]).stdout).unwrap();
    assert!(text.contains("works once"));
    cli.fails(&["admin", "link", "--name", "  "], 1, "--name");
    cli.fails(&["admin", "link", "--name", &"x".repeat(61)], 1, "--name");
    cli.fails(&["admin"], 2, "");
}

/// Marks from files: the same bytes whatever the order of the rows, and each wrong row is named.
#[test]
fn marks_are_made_from_files() {
    let database = TestDatabase::new(Engine::Sqlite);
    let place = Cli(&database);
    let file = |name: &str, text: &str| place.file(name, text);
    let mut rows: Vec<String> = (0..9)
        .flat_map(|v| (1..=3).map(move |d| (v, (v + d) % 9)))
        .map(|(v, u)| format!("Ana {v},w{u},{}", 40 + (u * 7 + v * 5) % 55))
        .collect();
    let text = |rows: &[String]| format!("\u{feff}reviewer,submission,mark\n{}\n", rows.join("\n"));
    let reviews = file("reviews.csv", &text(&rows));
    let reviewers = database.folder.join("reviewers.csv").display().to_string();
    let base = ["peer", "aggregate", "--input"];
    let made = place.run(&with(&base, &[&reviews, "--reviewers", &reviewers]));
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let shown = String::from_utf8(made.stdout.clone()).unwrap();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "submission,mark,low,high,mean,median,reviews");
    assert_eq!(lines.len(), 10);
    let first: Vec<&str> = lines[1].split(',').collect();
    let number = |i: usize| first[i].parse::<f64>().unwrap();
    assert!(first[0] == "w0" && number(2) < number(1) && number(1) < number(3) && first[6] == "3", "{first:?}");
    let people = std::fs::read_to_string(&reviewers).unwrap();
    assert!(people.starts_with("reviewer,bias,weight,careless\nAna 0,") && people.lines().count() == 10);
    rows.reverse();
    let reversed = place.run(&with(&base, &[&file("reversed.csv", &text(&rows))]));
    assert_eq!(reversed.stdout, made.stdout, "bit by bit");
    let mean = place.run(&with(&base, &[&reviews, "--method", "mean"]));
    assert!(String::from_utf8_lossy(&mean.stdout).lines().nth(1).unwrap().starts_with("w0,"));
    let few = place.run(&with(&base, &[&file("few.csv", "reviewer,submission,mark\na,w,70\n")]));
    assert!(few.status.success() && String::from_utf8_lossy(&few.stderr).contains("fewer than 8 works"));
    assert_eq!(String::from_utf8_lossy(&few.stdout).lines().nth(1), Some("w,70.0000,,,70.0000,70.0000,1"));
    for (text, words) in [
        ("reviewer,submission,mark\na,w,70\nb,w,much\n", "line: 3"),
        ("reviewer,submission,mark\na,w,100.5\n", "not from 0 to 100"),
        ("reviewer,submission,mark\na,w,NaN\n", "not from 0 to 100"),
        ("reviewer,submission,mark\na,w,70\na,w,71\n", "line 3: \"a\" has reviewed \"w\" before"),
        ("reviewer,submission,mark\n,w,70\n", "a name is empty"),
        ("reviewer,mark\na,70\n", "submission"),
        ("reviewer,submission,mark\na,w\n", "line: 2"),
    ] {
        place.fails(&with(&base, &[&file("bad.csv", text)]), 1, words);
    }
    let marks = file("marks.csv", "submission,mark\nw1,80\nx,70\n");
    place.fails(&with(&base, &[&reviews, "--trainer-marks", &marks]), 1, "nobody has reviewed \"x\"");
    place.fails(&with(&base, &["no-such-file.csv"]), 1, "no-such-file.csv");
    place.fails(&with(&base, &[&reviews, "--method", "luck"]), 2, "luck");
}

/// Who reviews whom, from a file: the seed decides, and not the order of the rows.
#[test]
fn reviews_are_allocated_from_files() {
    let database = TestDatabase::new(Engine::Sqlite);
    let place = Cli(&database);
    let file = |name: &str, text: &str| place.file(name, text);
    let mut rows: Vec<String> = (0..12).map(|i| format!("p{i:02},g{},c{}", i % 4, i % 3)).collect();
    let text = |rows: &[String]| format!("id,group,company\n{}\n", rows.join("\n"));
    let base = ["peer", "allocate", "--reviews-per-learner", "3", "--input"];
    let people = file("people.csv", &text(&rows));
    let made = place.run(&with(&base, &[&people, "--seed", "7"]));
    assert!(made.status.success() && made.stderr.is_empty(), "{}", String::from_utf8_lossy(&made.stderr));
    let shown = String::from_utf8(made.stdout.clone()).unwrap();
    let pairs: Vec<(&str, &str)> = shown.lines().skip(1).map(|l| l.split_once(',').unwrap()).collect();
    assert_eq!((shown.lines().next(), pairs.len()), (Some("reviewer,submission"), 36));
    for person in rows.iter().map(|r| &r[..3]) {
        assert_eq!(pairs.iter().filter(|(a, _)| *a == person).count(), 3);
        assert_eq!(pairs.iter().filter(|(_, b)| *b == person).count(), 3);
    }
    let number = |p: &str| p[1..].parse::<u32>().unwrap();
    assert!(pairs.iter().all(|(a, b)| number(a) % 4 != number(b) % 4 && number(a) % 3 != number(b) % 3));
    rows.reverse();
    let reversed = file("reversed.csv", &text(&rows));
    assert_eq!(place.run(&with(&base, &[&reversed, "--seed", "7"])).stdout, made.stdout);
    assert_ne!(place.run(&with(&base, &[&people, "--seed", "8"])).stdout, made.stdout);
    let few = place.run(&with(&base, &[&file("few.csv", "id\na\nb\n")]));
    assert!(few.status.success() && String::from_utf8_lossy(&few.stderr).contains("4 reviews cannot be given"));
    let one_company = place.run(&with(&base, &[&file("one.csv", "id,company\na,x\nb,x\nc,x\nd,x\n")]));
    assert_eq!(String::from_utf8_lossy(&one_company.stderr).matches("a bound had to give way").count(), 12);
    for (text, words) in
        [("id\na\na\n", "line 3: \"a\" is there already"), ("id,group\n,x\n", "the id is empty"), ("name\na\n", "id")]
    {
        place.fails(&with(&base, &[&file("bad.csv", text)]), 1, words);
    }
    place.fails(&["peer", "allocate", "--reviews-per-learner", "0", "--input", &people], 2, "0");
}
