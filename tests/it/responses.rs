//! After the release: authors rate reviews and reply once, reviewers see how theirs compare and answer once,
//! learners appeal once and trainers answer; and nobody does any of it with what is somebody else's.

use cercle::demo::campus::Kind;

use crate::harness::{Page, Session, TestApp, on_both_engines};

on_both_engines! { reviews_are_rated_and_answered, marks_are_appealed_once, others_and_early_ones_are_refused }

/// Three learners who have reviewed each other; released.
async fn released(app: &TestApp) -> (Session, String, Vec<Session>) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "2")]).await;
    let learners = app.handed_in(Kind::Canvas, 3).await;
    for (n, learner) in learners.iter().enumerate() {
        let levels = [["3", "2", "1"], ["1", "1", "1"], ["3", "2", "1"]][n];
        for _ in 0..2 {
            assert_eq!(learner.review(levels).await.status, 303);
        }
    }
    assert_eq!(trainer.release(&activity).await.status, 303);
    (trainer, activity, learners)
}

/// The addresses of the forms of a page that end in something.
fn forms(page: &Page, end: &str) -> Vec<String> {
    page.attributes("form", "action").into_iter().filter(|action| action.ends_with(end)).collect()
}

async fn reviews_are_rated_and_answered(app: &TestApp) {
    let (trainer, activity, learners) = released(app).await;
    let page = learners[0].get(&activity).await;
    let rate = forms(&page, "/response");
    assert_eq!((rate.len(), page.all("#feedback input[name=helpful]").len()), (2, 10));
    // Nothing said, a rating that is none, a text that is too long: told, and what was typed is still there.
    for (helpful, reply, words) in [
        ("", "", "Nothing is written"),
        ("6", "", "from 1 to 5"),
        ("0", "", "from 1 to 5"),
        ("x", "Thanks", "from 1 to 5"),
    ] {
        let refused = learners[0].post(&rate[0], &[("helpful", helpful), ("reply", reply)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text("#feedback .problems").contains(words), "{helpful:?}: {}", refused.text(".problems"));
        assert_eq!(refused.text("#feedback textarea"), reply);
    }
    let long = "x".repeat(2_001);
    let refused = learners[0].post(&rate[0], &[("helpful", "4"), ("reply", &long)]).await;
    assert_eq!((refused.status, refused.text("#feedback textarea").len()), (422, 2_001));
    assert!(learners[0].get(&activity).await.all("#feedback input[checked]").is_empty(), "nothing of it was kept");

    let said = [("helpful", "4"), ("reply", " Which sentence do you mean? <b> ")];
    for _ in 0..2 {
        assert_eq!(learners[0].post(&rate[0], &said).await.status, 303, "twice is once");
    }
    let again = learners[0].post(&rate[0], &[("helpful", "5"), ("reply", "Another one")]).await;
    assert_eq!(again.status, 422);
    assert!(again.text("#feedback").contains("Which sentence do you mean? <b>"), "the first one stays");
    let changed = [("helpful", "5"), ("reaction", "concrete"), ("reaction", "clear"), ("reaction", "long")];
    assert_eq!(learners[0].post(&rate[0], &changed).await.status, 303, "the rating can change");
    let page = learners[0].get(&activity).await;
    assert_eq!(page.attributes("#feedback input[checked]", "value"), ["5", "clear", "concrete"]);
    let alone = [("helpful", ""), ("reaction", "new")];
    assert_eq!(learners[0].post(&rate[1], &alone).await.status, 303, "that alone says something");
    assert_eq!(learners[0].post(&rate[1], &[("helpful", "")]).await.status, 422);

    // The reviewer sees it, without a name, and answers once.
    let mut answered = 0;
    for reviewer in &learners[1..] {
        let page = reviewer.get(&activity).await;
        assert_eq!(page.all("#given article").len(), 2);
        assert!(page.all("#given h3").iter().all(|h| h.starts_with("Participant ")), "{:?}", page.all("#given h3"));
        for action in forms(&page, "/answer") {
            assert!(page.text("#given").contains("Which sentence") && page.text("#given").contains("5 of 5"));
            assert!(page.text("#given").contains("The author finds: easy to understand, says what to do."));
            assert_eq!(reviewer.post(&action, &[("answer", "  ")]).await.status, 422);
            assert_eq!(reviewer.post(&action, &[("answer", "The second.")]).await.status, 303);
            assert_eq!(reviewer.post(&action, &[("answer", "The second.")]).await.status, 303, "a double click");
            assert_eq!(reviewer.post(&action, &[("answer", "The third.")]).await.status, 422);
            answered += 1;
        }
        assert!(forms(&reviewer.get(&activity).await, "/answer").is_empty());
    }
    assert_eq!(answered, 1);
    assert!(learners[0].get(&activity).await.text("#feedback").contains("The second."));
    // Who gave less than the others is told so.
    let strict = learners[1].get(&activity).await;
    assert!(strict.all("#given p").iter().filter(|p| p.contains("points fewer than the others")).count() == 2);
    // The files have a line for each review and criterion; no cell is a formula.
    let csv = trainer.get(&format!("{activity}/reviews.csv")).await;
    assert_eq!((csv.status, csv.header("content-type").unwrap().as_str()), (200, "text/csv; charset=utf-8"));
    let mut rows = csv::Reader::from_reader(csv.body.trim_start_matches('\u{feff}').as_bytes());
    assert_eq!(rows.headers().unwrap().get(0), Some("Author"));
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), rows[0].len()), (6 * 3, 12));
    assert!(
        rows.iter().all(|row| &row[6] == "Because of the second sentence." && row[9].is_empty() && row[11].is_empty())
    );
    assert_eq!(rows.iter().filter(|row| &row[10] == "5").count(), 3);
    let json = trainer.get(&format!("{activity}/reviews.json")).await;
    let lines: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!(lines.as_array().unwrap().len(), 18);
    assert!(lines[0]["total"].is_i64() && lines[0]["corrected"].is_null(), "{}", lines[0]);
    let (headers, book) = trainer.download(&format!("{activity}/reviews.xlsx")).await;
    assert!(headers["content-type"].to_str().unwrap().ends_with("spreadsheetml.sheet"));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
    let sheet = std::io::read_to_string(archive.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
    assert_eq!(sheet.matches("<row ").count(), 1 + 18);
    for path in ["reviews.csv", "reviews.xlsx", "reviews.json"] {
        assert_eq!(learners[0].get(&format!("{activity}/{path}")).await.status, 403);
        assert_eq!(app.trainer(Kind::Moodle).await.get(&format!("{activity}/{path}")).await.status, 404);
    }
    // The trainer sees all of it.
    let sheets = trainer.get(&activity).await.attributes("#group th a", "href");
    let sheet = trainer.get(&sheets[0]).await;
    for words in ["5 of 5", "Which sentence do you mean? <b>", "The second."] {
        assert!(sheet.text("main").contains(words), "{words}");
    }
}

async fn marks_are_appealed_once(app: &TestApp) {
    let (trainer, activity, learners) = released(app).await;
    let action = format!("{activity}/appeal");
    let empty = learners[2].post(&action, &[("text", "   ")]).await;
    assert_eq!((empty.status, empty.all("#appeal .problems").len()), (422, 1));
    assert!(trainer.get(&activity).await.all("#appeals").is_empty());
    for _ in 0..2 {
        assert_eq!(
            learners[2].post(&action, &[("text", "Look at <i>page two</i>.")]).await.status,
            303,
            "a double click"
        );
    }
    assert_eq!(learners[2].post(&action, &[("text", "And another thing.")]).await.status, 422);
    let own = learners[2].get(&activity).await;
    assert!(own.text("#appeal").contains("Look at <i>page two</i>.") && own.text("#appeal").contains("Answer due"));
    let banner = trainer.get(&activity).await;
    let sheet = banner.attribute("#appeals a", "href").unwrap();
    let sheet = sheet.trim_end_matches("#appeal");
    assert!(trainer.get(sheet).await.text("#appeal").contains("page two"));
    let refused = trainer.post(&format!("{sheet}/appeal"), &[("action", "accept"), ("answer", " ")]).await;
    assert_eq!(refused.status, 422, "an answer says why");
    let said = [("action", "reject"), ("answer", "Page two was read.")];
    assert_eq!(trainer.post(&format!("{sheet}/appeal"), &said).await.status, 303);
    let late = trainer.post(&format!("{sheet}/appeal"), &[("action", "accept"), ("answer", "Other")]).await;
    assert_eq!(late.status, 422, "another trainer was first");
    assert!(late.text("#appeal").contains("Page two was read."));
    let own = learners[2].get(&activity).await;
    assert!(own.text("#appeal").contains("the mark stays") && own.text("#appeal").contains("Page two was read."));
    assert!(trainer.get(&activity).await.all("#appeals").is_empty());
    assert_eq!(app.context.db.read_blocking(cercle::audit::verify).unwrap(), None);
}

async fn others_and_early_ones_are_refused(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "1")]).await;
    let (one, two) = (app.learner(Kind::Canvas, 0).await, app.learner(Kind::Canvas, 1).await);
    for learner in [&one, &two] {
        assert_eq!(learner.hand_in("<div>Work.</div>").await.status, 303);
    }
    let opened = one.post(&format!("{activity}/reviews"), &[]).await.location();
    assert_eq!(one.review(["1", "1", "1"]).await.status, 303);
    let (rate, answer) = (format!("{opened}/response"), format!("{opened}/answer"));
    let (helpful, text) = ([("helpful", "3")], [("text", "Why?")]);
    assert_eq!(two.post(&rate, &helpful).await.status, 404, "before the release nobody knows of it");
    assert_eq!(two.post(&format!("{activity}/appeal"), &text).await.status, 404);
    assert_eq!(two.review(["1", "1", "1"]).await.status, 303);
    assert_eq!(trainer.release(&activity).await.status, 303);
    assert_eq!(one.post(&rate, &helpful).await.status, 404, "nobody rates their own review");
    assert_eq!(one.post(&answer, &[("answer", "x")]).await.status, 404, "nobody has replied");
    assert_eq!(two.post(&answer, &[("answer", "x")]).await.status, 404, "not their review");
    assert_eq!(trainer.post(&rate, &helpful).await.status, 403);
    assert_eq!(trainer.post(&format!("{activity}/appeal"), &text).await.status, 403);
    let sheets = trainer.get(&activity).await.attributes("#group th a", "href");
    assert_eq!(trainer.post(&format!("{}/appeal", sheets[0]), &[("answer", "x")]).await.status, 404, "nobody asked");
    assert_eq!(two.post(&format!("{}/appeal", sheets[0]), &[("answer", "x")]).await.status, 403);
    // Somebody of another course knows nothing of it.
    app.trainer(Kind::Moodle).await.set_up(&[]).await;
    let stranger = app.learner(Kind::Moodle, 0).await;
    for (path, fields) in [(&rate, [("helpful", "3")]), (&answer, [("answer", "x")])] {
        assert_eq!(stranger.post(path, &fields).await.status, 404);
    }
    assert_eq!(two.post(&rate, &helpful).await.status, 303);
}
