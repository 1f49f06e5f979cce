//! The layout of the house, checked on the source: who may use whom, and which library stays behind
//! which door.

use std::fs;
use std::path::{Path, PathBuf};

/// The features, lowest first: each may use only those before it.
const FEATURES: [&str; 14] = [
    "platform",
    "launch",
    "cohort",
    "activity",
    "news",
    "grades",
    "peer",
    "dashboard",
    "credential",
    "privacy",
    "admin",
    "demo",
    "app",
    "cli",
];
/// What knows no feature.
const ADAPTERS: [&str; 9] = ["lti", "net", "mail", "crypto", "store", "files", "web", "jobs", "audit"];

fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths
        .into_iter()
        .map(|p| {
            let name = p.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&p).unwrap();
            // Tests inside a file may use anything; comments say anything.
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let code = code.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            (name, code)
        })
        .collect()
}

fn module(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// Whether code names a path such as `crate::peer`.
fn names(code: &str, path: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + path.len()..].chars().next();
        !before.is_some_and(is_word) && (path.ends_with(':') || !after.is_some_and(is_word))
    })
}

/// Every module that a file imports from the crate, also from a grouped `use crate::{…}`.
fn imports(code: &str, wanted: &str) -> bool {
    if names(code, &format!("crate::{wanted}")) {
        return true;
    }
    code.split("use crate::{").skip(1).any(|rest| {
        let group = rest.split("};").next().unwrap();
        group.split(',').any(|part| part.trim() == wanted || part.trim().starts_with(&format!("{wanted}::")))
    })
}

#[test]
fn features_use_only_what_stands_above_them() {
    let mut wrong = Vec::new();
    for (file, code) in sources() {
        let own = module(&file);
        let forbidden: Vec<&str> = if ADAPTERS.contains(&own) {
            FEATURES.to_vec()
        } else {
            match FEATURES.iter().position(|f| *f == own) {
                Some(position) => FEATURES[position + 1..].to_vec(),
                None => continue,
            }
        };
        for other in forbidden {
            // The demo starts the whole tool: that is its purpose.
            let allowed = own == "demo" && other == "app";
            if !allowed && imports(&code, other) {
                wrong.push(format!("{file} uses {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_danger_has_one_door() {
    let mut wrong = Vec::new();
    for (file, code) in sources() {
        let own = module(&file);
        let stem = file.rsplit('/').next().unwrap();
        let is_store = own == "store" || stem == "store.rs" || file.contains("/store/");
        let is_page = own == "web" || own == "app" || stem == "pages.rs" || file.contains("/pages/");
        for (library, allowed) in [
            ("diesel", is_store),
            ("actix_web", is_page),
            ("openssl", own == "crypto"),
            ("jsonwebtoken", own == "crypto"),
            ("reqwest", own == "net"),
            ("lettre", own == "mail"),
        ] {
            if !allowed && names(&code, &format!("{library}::")) {
                wrong.push(format!("{file} uses {library}"));
            }
        }
        if file != "launch/service.rs" && file != "launch/store.rs" && code.contains("create_session") {
            wrong.push(format!("{file} makes a session"));
        }
        if file != "grades/service.rs" && file != "grades/store/revisions.rs" && code.contains("create_revision(") {
            wrong.push(format!("{file} writes a grade"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_checks_can_fail() {
    assert!(imports("use crate::peer::model::X;", "peer"));
    assert!(imports("use crate::{audit, peer, web};", "peer"));
    assert!(imports("crate::peer::service::go()", "peer"));
    assert!(!imports("use crate::peers::x; use crate::{peering};", "peer"));
    assert!(names("use diesel::prelude::*;", "diesel::"));
    assert!(!names("// nothing", "diesel::"));
}
