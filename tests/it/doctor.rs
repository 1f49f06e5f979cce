//! The doctor tells what works, what does not, and what to do, in the LMS's own words.

use cercle::demo::campus::{Kind, Mood};
use cercle::launch::count_launches;
use cercle::platform::doctor::{self, Finding, Health};
use cercle::store::upkeep;
use cercle::web::i18n::Lang;
use serde_json::{Value, json};

use crate::harness::{OPERATOR, TestApp, on_both_engines};

on_both_engines! {
    everything_works, an_lms_that_is_down_is_named_with_a_remedy, nothing_is_known_before_the_first_launch,
    clocks_that_differ_are_told, keys_that_cannot_be_read_are_told, the_json_for_canvas_names_our_addresses,
}

async fn examine(app: &TestApp) -> Vec<Finding> {
    doctor::examine(&app.context, Lang::En, None, count_launches).await.unwrap()
}

fn of<'a>(findings: &'a [Finding], registration: &str, check: &str) -> &'a Finding {
    let mut found = findings.iter().filter(|f| f.registration.as_deref() == Some(registration) && f.check == check);
    found.next().unwrap_or_else(|| panic!("{check} was checked"))
}

fn registration(app: &TestApp, kind: Kind) -> String {
    app.lms.school(kind).tool.1
}

async fn everything_works(app: &TestApp) {
    for kind in [Kind::Moodle, Kind::Canvas] {
        app.trainer(kind).await;
    }
    let backup = async || examine(app).await.into_iter().find(|f| f.check == "backup").unwrap();
    let none = backup().await;
    assert_eq!(none.health, Health::Warning, "{none:?}");
    assert!(none.remedy.contains("cercle backup"), "{none:?}");
    for (hours, health) in [(27, Health::Warning), (25, Health::Ok)] {
        let at = app.clock.now().plus_seconds(-hours * 3600);
        app.context.db.write_blocking(|c| upkeep::note_backup(c, at)).unwrap();
        let found = backup().await;
        assert!(found.health == health && found.meaning.contains(&format!("{hours} hours")), "{found:?}");
    }
    let findings = examine(app).await;
    for finding in &findings {
        // The tests speak http on one machine; that is the one thing to warn of.
        let expected = if finding.check == "public_url" { Health::Warning } else { Health::Ok };
        assert_eq!(finding.health, expected, "{finding:?}");
        assert!(!finding.meaning.is_empty());
    }
    for kind in [Kind::Moodle, Kind::Canvas] {
        let id = registration(app, kind);
        for check in ["key_set", "clock", "refused", "scopes", "token", "line_items", "roster"] {
            of(&findings, &id, check);
        }
        assert!(of(&findings, &id, "launches").meaning.starts_with("1 launch in"));
    }
    let moodle = registration(app, Kind::Moodle);
    let one = doctor::examine(&app.context, Lang::En, Some(&moodle), count_launches).await.unwrap();
    assert!(one.iter().all(|f| f.registration.as_ref().is_none_or(|r| *r == moodle)));
    assert!(one.len() < findings.len());
}

async fn an_lms_that_is_down_is_named_with_a_remedy(app: &TestApp) {
    for kind in [Kind::Moodle, Kind::Canvas] {
        app.trainer(kind).await;
    }
    app.lms.campus.with(Kind::Moodle, |s| s.mood = Mood::Down);
    let findings = examine(app).await;
    let (moodle, canvas) = (registration(app, Kind::Moodle), registration(app, Kind::Canvas));
    for check in ["token", "line_items", "roster"] {
        let finding = of(&findings, &moodle, check);
        assert_eq!(finding.health, Health::Failed, "{finding:?}");
        assert!(finding.remedy.contains("Keyset URL"), "in Moodle's words: {}", finding.remedy);
        assert_eq!(of(&findings, &canvas, check).health, Health::Ok, "the other LMS is not blamed");
    }
}

async fn nothing_is_known_before_the_first_launch(app: &TestApp) {
    let findings = examine(app).await;
    let id = registration(app, Kind::Moodle);
    for check in ["launches", "token", "line_items", "roster"] {
        let finding = of(&findings, &id, check);
        assert_eq!(finding.health, Health::Unknown, "{finding:?}");
        assert!(finding.remedy.contains("trainer"), "{finding:?}");
    }
    assert_eq!(of(&findings, &id, "key_set").health, Health::Ok);
}

async fn clocks_that_differ_are_told(app: &TestApp) {
    let id = registration(app, Kind::Moodle);
    for (seconds, health) in [(30, Health::Warning), (200, Health::Failed), (-400, Health::Failed)] {
        app.clock.advance(seconds);
        let findings = examine(app).await;
        let finding = of(&findings, &id, "clock");
        assert_eq!(finding.health, health, "{finding:?}");
        assert!(
            finding.meaning.contains(if seconds > 0 { "behind" } else { "ahead" }) && finding.remedy.contains("NTP")
        );
    }
}

async fn keys_that_cannot_be_read_are_told(app: &TestApp) {
    let mut broken = cercle::demo::registration_of(&app.lms.school(Kind::Moodle), app.lms.campus.base());
    let now = app.clock.now();
    broken.client_id = "other".into();
    let mut ids = Vec::new();
    for uri in ["/nothing-here", "/moodle/mod/lti/openid-configuration.php", ":1/x"] {
        broken.jwks_uri = if uri.starts_with(':') {
            format!("http://127.0.0.1{uri}")
        } else {
            format!("{}{uri}", app.lms.campus.base())
        };
        let new = broken.clone();
        let made =
            app.context.db.write(move |c| cercle::platform::service::register(c, new, &OPERATOR, now)).await.unwrap();
        ids.push(made.id.to_string());
    }
    let findings = examine(app).await;
    for id in ids {
        let finding = of(&findings, &id, "key_set");
        assert_eq!(finding.health, Health::Failed, "{finding:?}");
        assert!(finding.remedy.contains("every launch is refused"));
    }
}

async fn the_json_for_canvas_names_our_addresses(app: &TestApp) {
    let answer = app.http.get(format!("{}/lti/canvas.json", app.origin)).send().await.unwrap();
    let json: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(json["oidc_initiation_url"], json!(format!("{}/lti/login", app.origin)));
    assert_eq!(json["public_jwk_url"], json!(format!("{}/.well-known/jwks.json", app.origin)));
    assert_eq!(json["extensions"][0]["privacy_level"], json!("name_only"));
    for required in ["title", "description", "target_link_uri"] {
        assert!(json[required].as_str().is_some_and(|t| !t.is_empty()), "{required}");
    }
    assert_eq!(json["scopes"].as_array().unwrap().len(), 4);
}
