//! Both languages have every text, every text is used, and templates show nothing unescaped.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, endings, found);
        } else if endings.iter().any(|e| path.to_string_lossy().ends_with(e)) {
            found.push(path);
        }
    }
}

/// The keys of a language, each with the variables its text uses.
fn keys(language: &str) -> Vec<(String, BTreeSet<String>)> {
    let text = fs::read_to_string(root().join(format!("locales/{language}/main.ftl"))).unwrap();
    let mut all: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in text.lines() {
        if let Some((key, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase())) {
            all.push((key.to_owned(), BTreeSet::new()));
        }
        if let Some((_, variables)) = all.last_mut() {
            for part in line.split('$').skip(1) {
                variables.insert(part.chars().take_while(char::is_ascii_lowercase).collect());
            }
        }
    }
    all
}

#[test]
fn both_languages_have_every_key_with_the_same_variables() {
    let (english, french) = (keys("en"), keys("fr"));
    assert!(english.len() > 200);
    let names = |all: &[(String, BTreeSet<String>)]| all.iter().map(|(k, _)| k.clone()).collect::<Vec<_>>();
    assert_eq!(names(&english), names(&french), "same keys in the same order");
    let unique: BTreeSet<_> = names(&english).into_iter().collect();
    assert_eq!(unique.len(), english.len(), "no key twice");
    for (e, f) in english.iter().zip(&french) {
        assert_eq!(e.1, f.1, "{}", e.0);
    }
}

#[test]
fn every_text_is_used_and_every_used_text_exists() {
    let mut sources = Vec::new();
    files(&root().join("src"), &[".rs", ".html"], &mut sources);
    let all: String = sources.iter().map(|p| fs::read_to_string(p).unwrap()).collect();
    let known: BTreeSet<String> = keys("en").into_iter().map(|(k, _)| k).collect();
    // Keys that are put together at run time, by the literal part that the code holds.
    let composed = |key: &str| {
        let quoted = |text: &str| all.contains(&format!("\"{text}\""));
        if let Some(rest) = key.strip_prefix("error-") {
            let name = rest.trim_end_matches("-title").trim_end_matches("-text");
            return quoted(name);
        }
        key.strip_prefix("refused-").is_some_and(quoted)
            || ["grade-class-", "grade-advice-"].iter().any(|p| key.strip_prefix(p).is_some_and(quoted))
    };
    for key in &known {
        assert!(all.contains(&format!("\"{key}\"")) || composed(key), "{key} is never used");
    }
    for call in [".t(\"", ".n(\"", ".nk(\"", ".a(\"", ".aa(\""] {
        for part in all.split(call).skip(1) {
            let key = part.split('"').next().unwrap();
            let is_key = key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
            // The embedded LMSs pass both languages in the call itself.
            let rest = &part[key.len()..];
            if is_key && !rest.starts_with("\", \"") {
                assert!(known.contains(key), "{key} has no text");
            }
        }
    }
    for prefix in ["PageError::refused(\"", "PeerError::Refused(\""] {
        for part in all.split(prefix).skip(1) {
            for rule in
                part.split(')').next().unwrap().split('"').step_by(2).filter(|r| !r.is_empty() && !r.contains('|'))
            {
                assert!(known.contains(&format!("refused-{rule}")), "refused-{rule} has no text");
            }
        }
    }
}

#[test]
fn templates_escape_everything_and_hold_no_script() {
    let mut templates = Vec::new();
    files(&root().join("src"), &[".html"], &mut templates);
    assert!(templates.len() > 15);
    for path in templates {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.display();
        assert!(!text.contains("|safe") && !text.contains("| safe"), "{name}: the safe filter");
        assert!(!text.contains("style=\""), "{name}: a style attribute, which the policy forbids");
        let own_page = !path.to_string_lossy().contains("/demo/");
        if own_page {
            assert!(!text.contains("onclick=") && !text.contains("<style"), "{name}");
            for script in text.split("<script").skip(1) {
                assert!(script.trim_start().starts_with("nonce="), "{name}: a script without a nonce");
                assert!(script.split('>').next().unwrap().contains("src="), "{name}: a script in the page");
            }
            assert!(!text.contains("http://") && !text.contains("https://"), "{name}: an address of another host");
        }
    }
}

/// French puts a space before these signs, and a line must not break there.
#[test]
fn french_signs_stay_with_their_words() {
    let text = fs::read_to_string(root().join("locales/fr/main.ftl")).unwrap();
    for (n, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#')) {
        let loose = [" ;", " :", " ?", " !", " \u{bb}", "\u{ab} "].iter().find(|sign| line.contains(*sign));
        assert!(loose.is_none(), "line {n}: {loose:?} can be broken: {line}");
    }
}
