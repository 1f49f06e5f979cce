//! Rubrics with numbers, questions in words and optional comments; and rubrics as files.

use cercle::demo::campus::Kind;

use crate::harness::{Page, Session, TestApp, form_fields, on_both_engines};

on_both_engines! {
    a_rubric_of_every_kind_from_a_file_to_the_mark,
    a_file_that_is_no_rubric_changes_nothing,
    rubrics_go_from_one_activity_to_another,
    learners_read_the_rubric_and_what_changed_in_it,
}

const RUBRIC: &str = "criterion;description;kind;weight;most;comment;level;level_description;points
Clear;Can it be followed?;levels;50;;required;no;Lost on the way;0
;;;;;;yes;Straight on;1
=Sources;How many of ten hold?;number;50;10;optional;;;
Next step;;words;;;required;;;
";

/// Sends the set-up form with changes, as a browser would.
async fn send(trainer: &Session, path: &str, shown: &Page, changes: &[(&str, &str)]) -> Page {
    let mut fields = form_fields(shown);
    for (name, value) in changes {
        fields.retain(|(n, _)| n != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(&str, String)> = fields.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
    trainer.post_raw(path, &fields, &[]).await
}

/// Sets up an activity with a rubric from a file.
async fn set_up(trainer: &Session) -> String {
    let fresh = trainer.get("/peer/set-up").await;
    let typed = [("title", "By numbers"), ("brief", "<div>Write.</div>"), ("reviews", "1")];
    let import = [("rubric_text", RUBRIC), ("action", "import")];
    let taken = send(trainer, "/peer/set-up", &fresh, &[typed.as_slice(), &import].concat()).await;
    assert_eq!(taken.status, 422, "the form comes back");
    assert!(taken.all("#import .problems").is_empty() && taken.text("#rubric-text").is_empty());
    assert_eq!(taken.attribute("#title", "value").as_deref(), Some("By numbers"), "what was typed stays");
    assert_eq!(taken.attribute("input[name=c1_most]", "value").as_deref(), Some("10"));
    assert_eq!(taken.attributes("input[name$=_comment][checked]", "name"), ["c0_comment", "c2_comment"]);
    let saved = send(trainer, "/peer/set-up", &taken, &[("action", "save")]).await;
    assert_eq!(saved.status, 303, "{}", saved.text("#problems"));
    saved.location()
}

async fn a_rubric_of_every_kind_from_a_file_to_the_mark(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = set_up(&trainer).await;
    let (one, two) = (app.learner(Kind::Canvas, 0).await, app.learner(Kind::Canvas, 1).await);
    for learner in [&one, &two] {
        assert_eq!(learner.hand_in("<div>Work.</div>").await.status, 303);
    }
    let path = one.post(&format!("{activity}/reviews"), &[]).await.location();
    let form = one.get(&path).await;
    assert!(
        form.text("#review-form").contains("A number from 0 to 10")
            && form.text("#review-form").contains("Your answer")
    );
    assert_eq!(form.text("fieldset:nth-of-type(3) legend").trim(), "Next step", "it has no weight");
    let body = |number: &'static str, words: &'static str| {
        let clear = [("level_c1", "1"), ("comment_c1", "The order is clear to me.")];
        [clear.as_slice(), &[("level_c2", number), ("comment_c3", words)]].concat()
    };
    for (number, words, level, comment) in [
        ("", "", true, true),
        ("11", "Add a table to it now.", true, false),
        ("7.5", "", true, true),
        ("-1", "x", true, false),
        ("7", "  ", false, true),
    ] {
        let refused = one.post(&path, &body(number, words)).await;
        assert_eq!(refused.status, 422, "{number:?} {words:?}");
        assert_eq!(!refused.all("#need-level-c2").is_empty(), level, "{number:?}");
        assert_eq!(refused.text("#review-form").contains("Write an answer"), comment, "{words:?}");
        assert!(refused.text("#comment-c1").contains("The order is clear"), "nothing is lost");
        if number == "11" {
            assert_eq!(refused.attribute("#level-c2", "value").as_deref(), Some("11"), "not even what cannot be");
        }
    }
    assert_eq!(one.post(&path, &body("7", "Add a table to it now.")).await.status, 303);
    let path = two.post(&format!("{activity}/reviews"), &[]).await.location();
    assert_eq!(two.post(&path, &body("10", "Nothing to add to it here.")).await.status, 303);
    // 50 × 1 + 50 × 0.7: 85; and 100.
    let group = trainer.get(&activity).await;
    let marks: Vec<String> = group.all("#group tbody td[data-label=Mark]");
    assert_eq!(marks, ["100", "85"]);
    assert_eq!(trainer.release(&activity).await.status, 303);
    let feedback = two.get(&activity).await.text("#feedback");
    assert!(feedback.contains("7 / 10") && feedback.contains("Add a table to it now."), "{feedback}");
    let csv = trainer.download(&format!("{activity}/reviews.csv")).await.1;
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.contains("7 / 10") && csv.contains("'=Sources") && csv.contains("Add a table"), "{csv}");
    let sheet = trainer.get(&group.attributes("#group th a", "href")[1]).await;
    assert!(sheet.text("main").contains("7 / 10"));
}

async fn a_file_that_is_no_rubric_changes_nothing(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let fresh = trainer.get("/peer/set-up").await;
    let criteria = |page: &Page| page.attributes("input[name$=_title]", "value");
    for (text, says) in [
        ("", "Paste a list"),
        ("{\"criteria\": [", "no rubric in JSON"),
        ("name\nA", "must name the columns"),
        ("criterion,weight\nA,10\nB,lots <b>", "Line 3, column “weight”: “lots <b>” cannot stand here."),
    ] {
        let refused = send(&trainer, "/peer/set-up", &fresh, &[("rubric_text", text), ("action", "import")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text("#import .problems").contains(says), "{}", refused.text("#import"));
        assert_eq!(refused.text("#rubric-text").trim(), text.trim(), "what was pasted stays");
        assert_eq!(criteria(&refused), criteria(&fresh), "and so does the rubric");
    }
    // What can be read and not be used is said where it is saved; so is what was pasted and forgotten.
    let typed = [("title", "T"), ("brief", "<div>Do.</div>")];
    let words = [("rubric_text", "criterion,kind\nWhy?,words"), ("action", "import")];
    let taken = send(&trainer, "/peer/set-up", &fresh, &[typed.as_slice(), &words].concat()).await;
    let refused = send(&trainer, "/peer/set-up", &taken, &[("action", "save")]).await;
    assert!(refused.text("#problems").contains("At least one criterion must count"), "{}", refused.text("#problems"));
    let pending = [("rubric_text", "criterion\nA"), ("action", "save")];
    let refused = send(&trainer, "/peer/set-up", &fresh, &[typed.as_slice(), &pending].concat()).await;
    assert!(refused.text("#problems").contains("pasted and not used"));
    // Buttons add one of each.
    let mut page = fresh;
    for what in ["add:number", "add:yes-no", "add:words", "add"] {
        page = send(&trainer, "/peer/set-up", &page, &[("action", what)]).await;
    }
    assert_eq!(page.attributes("input[name$=_kind]", "value")[3..], ["number", "levels", "words", "levels"]);
    assert_eq!(page.attribute("input[name=c4_l1_label]", "value").as_deref(), Some("Yes"));
}

async fn rubrics_go_from_one_activity_to_another(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = set_up(&trainer).await;
    let read = async |name: &str| String::from_utf8(trainer.download(&format!("{activity}/{name}")).await.1).unwrap();
    let (csv, json) = (read("rubric.csv").await, read("rubric.json").await);
    assert!(csv.contains("'=Sources"), "no formula for a spreadsheet: {csv}");
    let settings = trainer.get(&format!("{activity}/settings")).await;
    assert_eq!(settings.attributes("a[href*=rubric]", "href").len(), 2);
    // Changed and taken back, from either file.
    for file in [&csv, &json] {
        let path = format!("{activity}/settings");
        let settings = trainer.get(&path).await;
        let template = [("action", "template:conversation")];
        let other = send(&trainer, &path, &settings, &template).await;
        assert_ne!(
            other.attributes("input[name$=_title]", "value"),
            settings.attributes("input[name$=_title]", "value")
        );
        let back = send(&trainer, &path, &other, &[("rubric_text", file), ("action", "import")]).await;
        let rubric = |page: &Page| {
            let fields = form_fields(page);
            fields.into_iter().filter(|(name, _)| name.starts_with('c') && name != "csrf").collect::<Vec<_>>()
        };
        assert_eq!(rubric(&back), rubric(&settings));
        assert_eq!(send(&trainer, &path, &back, &[("action", "save")]).await.status, 303);
    }
    // Learners and others get no file.
    assert_eq!(app.learner(Kind::Canvas, 0).await.get(&format!("{activity}/rubric.csv")).await.status, 403);
    assert_eq!(app.trainer(Kind::Moodle).await.get(&format!("{activity}/rubric.json")).await.status, 404);
}

async fn learners_read_the_rubric_and_what_changed_in_it(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = set_up(&trainer).await;
    let learner = app.learner(Kind::Canvas, 0).await;
    for path in [activity.clone(), format!("{activity}/work")] {
        let words = learner.get(&path).await.text("#rubric");
        assert!(words.contains("Straight on") && words.contains("A number from 0 to 10"), "{path}: {words}");
        assert!(!words.contains("was changed"));
    }
    // Until the first review it may change; who has read it hears how.
    let settings = format!("{activity}/settings");
    let shown = trainer.get(&settings).await;
    let changes = [
        ("c0_desc", "Can a <b>stranger</b> follow it?"),
        ("c2_title", "What next?"),
        ("comment_words", "4"),
        ("action", "save"),
    ];
    assert_eq!(send(&trainer, &settings, &shown, &changes).await.status, 303);
    let words = learner.get(&activity).await.text("#rubric .rubric-changes");
    for told in ["Changed: Clear.", "New: What next?.", "Left out: Next step.", "at least 4 words"] {
        assert!(words.contains(told), "{told}: {words}");
    }
    assert!(learner.get(&activity).await.text("#rubric").contains("Can a <b>stranger</b> follow it?"));
    // Saved without a change, nothing is told.
    let shown = trainer.get(&settings).await;
    assert_eq!(send(&trainer, &settings, &shown, &[("action", "save")]).await.status, 303);
    assert_eq!(learner.get(&activity).await.all("#rubric .rubric-changes li").len(), 1);
}
