//! Practising: learners mark what their trainer has marked, compare, and then review.

use cercle::demo::campus::{Kind, School};

use crate::harness::{Session, TestApp, on_both_engines};

on_both_engines! {
    practice_comes_before_reviewing,
    what_a_trainer_adds_is_checked_and_nothing_is_lost,
    works_to_practise_on_are_withdrawn_and_come_back,
    who_has_begun_is_not_asked,
    a_copy_takes_them_over,
}

const SECRET: &str = "The claim has no source.";

/// A work to practise on: the same level everywhere.
fn example<'a>(level: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("text", text), ("tolerance", "10"), ("overall", "A solid start.")];
    for (name, comment) in [("level_c1", "comment_c1"), ("level_c2", "comment_c2"), ("level_c3", "comment_c3")] {
        fields.extend([(name, level), (comment, SECRET)]);
    }
    fields
}

fn levels(level: &str) -> Vec<(&str, &str)> {
    ["level_c1", "level_c2", "level_c3"].map(|name| (name, level)).to_vec()
}

async fn set_up(app: &TestApp, level: &str) -> (Session, String) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[]).await;
    let added =
        trainer.post(&format!("{activity}/examples"), &example(level, "<div>Two typical sentences.</div>")).await;
    assert_eq!(added.status, 303, "{}", added.text("#problems"));
    (trainer, activity)
}

async fn practice_comes_before_reviewing(app: &TestApp) {
    let (trainer, activity) = set_up(app, "1").await;
    let second = example("0", "<div>A weak sentence.</div>");
    assert_eq!(trainer.post(&format!("{activity}/examples"), &second).await.status, 303);
    let learner = app.learner(Kind::Canvas, 0).await;
    let other = app.learner(Kind::Canvas, 1).await;
    assert!(learner.get(&activity).await.all("#practise").is_empty(), "the own work comes first");
    for who in [&learner, &other] {
        assert_eq!(who.hand_in("<div>My work.</div>").await.status, 303);
    }
    let home = learner.get(&activity).await;
    assert!(home.text("#next").contains("practise on 2 works"), "{}", home.text("#next"));
    assert!(home.text(".steps").contains("0 of 2"));
    let refused = learner.post(&format!("{activity}/reviews"), &[]).await;
    assert_eq!((refused.status, refused.location()), (303, activity.clone()), "reviewing waits");
    let path = home.attribute("#practise", "href").unwrap();
    let shown = learner.get(&path).await;
    assert!(shown.text("#work").contains("Two typical sentences.") && !shown.body.contains(SECRET));
    assert!(!shown.body.contains("A solid start."), "what the trainer thinks comes afterwards");
    // What is written stays, and what is missing is said.
    let draft = [("level_c1", "2"), ("comment_c1", "Half a thought")];
    assert_eq!(learner.post(&format!("{path}/draft"), &draft).await.status, 200);
    assert!(learner.get(&path).await.text("#comment-c1").contains("Half a thought"));
    let missing = learner.post(&path, &draft).await;
    assert_eq!(missing.status, 422);
    assert!(missing.text(".problems").contains("saved") && missing.text("#comment-c1").contains("Half a thought"));
    assert!(!missing.body.contains(SECRET));
    // Far away: the trainer gave 1 of 3 everywhere.
    let mut far = levels("3");
    far.push(("comment_c1", "<b>Bold</b> & sure"));
    let compared = learner.post(&path, &far).await;
    assert_eq!((compared.status, compared.location()), (303, path.clone()));
    let compared = learner.get(&path).await;
    assert!(compared.text("#comparison").contains("more than 10 points"), "{}", compared.text("#comparison"));
    let text = compared.text("#compared");
    assert!(text.contains(SECRET) && text.contains("A solid start.") && text.contains("<b>Bold</b> & sure"), "{text}");
    // One try: neither another answer nor a late draft changes it.
    assert_eq!(learner.post(&path, &levels("1")).await.status, 303);
    assert_eq!(learner.post(&format!("{path}/draft"), &draft).await.status, 409);
    assert_eq!(learner.get(&path).await.text("#compared"), text);
    let next = compared.attribute("#next-practice", "href").unwrap();
    assert_ne!(next, path);
    assert_eq!(learner.post(&next, &levels("0")).await.status, 303);
    let last = learner.get(&next).await;
    assert!(last.text("#comparison").contains("close") && last.all("#next-practice").is_empty());
    // Now the reviews.
    let home = learner.get(&activity).await;
    assert!(home.text(".steps").contains("2 of 2") && !home.all("#review").is_empty());
    assert_eq!(home.attributes("#practised a", "href"), [path.clone(), next]);
    assert_eq!(learner.review(["1", "2", "1"]).await.status, 303);
    // The other is asked as well, and never sees somebody else's answers.
    assert!(!other.get(&path).await.body.contains("Half a thought"));
    let list = trainer.get(&format!("{activity}/examples")).await;
    let tried = list.all(".example");
    assert!(tried[0].contains("One learner has marked it. Close: 0.") && tried[1].contains("Close: 1."), "{tried:?}");
    // Each role has its own pages.
    assert_eq!(learner.get(&format!("{activity}/examples")).await.status, 403);
    assert_eq!(learner.post(&format!("{activity}/examples"), &example("1", "x")).await.status, 403);
    assert_eq!(trainer.get(&path).await.status, 403);
    let elsewhere = path.replace("/practice/", "/practice/x");
    assert_eq!(learner.get(&elsewhere).await.status, 404);
    // Before handing in nobody sees one.
    let third = app.learner(Kind::Canvas, 2).await;
    assert_eq!(third.get(&path).await.status, 409);
    // A full export and a release go as before.
    assert_eq!(trainer.get(&format!("{activity}/reviews.csv")).await.status, 200);
    assert_eq!(trainer.release(&activity).await.status, 303);
    let late = trainer.post(&format!("{activity}/examples"), &example("1", "x")).await;
    assert_eq!(late.status, 409, "nobody would practise on it");
    assert!(trainer.get(&format!("{activity}/examples")).await.all("#example-form").is_empty());
}

async fn what_a_trainer_adds_is_checked_and_nothing_is_lost(app: &TestApp) {
    let (trainer, activity) = set_up(app, "1").await;
    let path = format!("{activity}/examples");
    let with = |name: &'static str, value: &'static str| {
        let mut fields = example("2", "<div>Kept text.</div>");
        fields.retain(|(n, _)| *n != name);
        fields.push((name, value));
        fields
    };
    for (fields, problem) in [
        (with("text", "<div>  </div>"), "Write or paste"),
        (with("tolerance", "0"), "1 to 50"),
        (with("tolerance", "51"), "1 to 50"),
        (with("tolerance", "ten"), "1 to 50"),
        (with("level_c2", ""), "needs a level"),
        (with("level_c2", "99"), "needs a level"),
        (with("comment_c3", " "), "comment"),
    ] {
        let refused = trainer.post(&path, &fields).await;
        assert_eq!(refused.status, 422, "{problem}");
        assert!(refused.text("#problems").contains(problem), "{}", refused.text("#problems"));
        assert!(refused.text("#comment-c1").contains(SECRET), "what was typed stays");
        assert_eq!(refused.attribute("#level-c1-2, input[name=level_c1][checked]", "value").as_deref(), Some("2"));
        if !problem.starts_with("Write") {
            assert!(refused.attribute("#text", "value").unwrap().contains("Kept text."));
        }
        assert_eq!(refused.all(".example").len(), 1);
    }
    // Foreign markup does not survive.
    let script = with("text", "<div>Fine<script>alert(1)</script></div>");
    assert_eq!(trainer.post(&path, &script).await.status, 303);
    let shown = trainer.get(&path).await;
    assert!(!shown.body.contains("alert(1)"));
    // A rubric that works were marked by no longer changes.
    assert!(trainer.get(&format!("{activity}/settings")).await.text("main").contains("practice works marked by it"));
    // Somebody else's activity does not exist.
    let foreign = app.trainer(Kind::Moodle).await;
    assert_eq!(foreign.get(&path).await.status, 404);
    assert_eq!(foreign.post(&path, &example("1", "x")).await.status, 404);
}

async fn works_to_practise_on_are_withdrawn_and_come_back(app: &TestApp) {
    let (trainer, activity) = set_up(app, "1").await;
    let path = format!("{activity}/examples");
    for n in 2..=5 {
        assert_eq!(trainer.post(&path, &example("1", &format!("Work {n}"))).await.status, 303);
    }
    let full = trainer.get(&path).await;
    assert_eq!(full.all(".example").len(), 5);
    assert!(full.all("input[value=practice]").is_empty() && full.text("main").contains("which is the most"));
    let sixth = trainer.post(&path, &example("1", "A sixth")).await;
    assert_eq!(sixth.status, 422);
    assert!(sixth.attribute("#text", "value").unwrap().contains("A sixth"), "nothing is lost");
    let first = full.attribute(".example form", "action").unwrap();
    assert_eq!(trainer.post(&first, &[("action", "away")]).await.status, 400);
    for _ in 0..2 {
        assert_eq!(trainer.post(&first, &[("action", "withdraw")]).await.status, 303, "twice is once");
    }
    assert!(trainer.get(&path).await.text(".example").contains("withdrawn"));
    let learner = app.learner(Kind::Canvas, 0).await;
    assert_eq!(learner.hand_in("<div>My work.</div>").await.status, 303);
    assert!(learner.get(&activity).await.text("#next").contains("practise on 4 works"));
    let gone = first.replace("/examples/", "/practice/").replace("/withdraw", "");
    assert_eq!(learner.get(&gone).await.status, 404);
    assert_eq!(trainer.post(&first, &[("action", "restore")]).await.status, 303);
    assert_eq!(learner.get(&gone).await.status, 200);
    // In its place another one; then there is no room to bring it back.
    assert_eq!(trainer.post(&first, &[("action", "withdraw")]).await.status, 303);
    assert_eq!(trainer.post(&path, &example("1", "Another")).await.status, 303);
    let refused = trainer.post(&first, &[("action", "restore")]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text("main").contains("as many practice works as there may be"));
    // Without any, the rubric may change; what was marked by the earlier one stays away.
    for form in trainer.get(&path).await.attributes(".example form", "action") {
        assert_eq!(trainer.post(&form, &[("action", "withdraw")]).await.status, 303);
    }
    let settings = trainer.get(&format!("{activity}/settings")).await;
    let mut fields = crate::harness::form_fields(&settings);
    fields.retain(|(name, _)| name != "c0_title" && name != "action");
    fields.extend([("c0_title".to_owned(), "Changed".to_owned()), ("action".to_owned(), "save".to_owned())]);
    let fields: Vec<(&str, String)> = fields.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
    assert_eq!(trainer.post_raw(&format!("{activity}/settings"), &fields, &[]).await.status, 303);
    let refused = trainer.post(&first, &[("action", "restore")]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text("main").contains("rubric has changed"));
    assert!(learner.get(&activity).await.all("#practise").is_empty());
}

async fn who_has_begun_is_not_asked(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[]).await;
    let (one, two) = (app.learner(Kind::Canvas, 0).await, app.learner(Kind::Canvas, 1).await);
    for who in [&one, &two] {
        assert_eq!(who.hand_in("<div>My work.</div>").await.status, 303);
    }
    let open = one.post(&format!("{activity}/reviews"), &[]).await.location();
    assert_eq!(trainer.post(&format!("{activity}/examples"), &example("1", "Late")).await.status, 303);
    assert_eq!(one.get(&open).await.status, 200);
    let home = one.get(&activity).await;
    assert!(home.all("#practise").is_empty() && !home.all("#review").is_empty());
    let asked = two.get(&activity).await.attribute("#practise", "href").unwrap();
    assert_eq!(one.get(&asked).await.status, 404);
    assert_eq!(one.review(["1", "1", "1"]).await.status, 303);
    // Two clicks at once are one try.
    let fields = levels("2");
    let (first, second) = tokio::join!(two.post(&asked, &fields), two.post(&asked, &fields));
    assert_eq!((first.status, second.status), (303, 303));
    assert_eq!(two.review(["1", "1", "1"]).await.status, 303);
}

async fn a_copy_takes_them_over(app: &TestApp) {
    let (trainer, activity) = set_up(app, "1").await;
    let withdrawn = example("0", "<div>Withdrawn.</div>");
    assert_eq!(trainer.post(&format!("{activity}/examples"), &withdrawn).await.status, 303);
    let last = trainer.get(&format!("{activity}/examples")).await.attributes(".example form", "action").remove(1);
    assert_eq!(trainer.post(&last, &[("action", "withdraw")]).await.status, 303);
    assert!(trainer.get(&format!("{activity}/examples")).await.all("#inherit").is_empty());
    app.lms.campus.with(Kind::Canvas, School::copy_course);
    let trainer = app.trainer(Kind::Canvas).await;
    let copy = trainer.home.clone();
    assert_ne!(copy, activity, "a fresh activity");
    let empty = trainer.get(&format!("{copy}/examples")).await;
    assert!(empty.text("#inherit").contains("has one practice work"), "{}", empty.text("main"));
    let learner = app.learner(Kind::Canvas, 0).await;
    assert_eq!(learner.post(&format!("{copy}/examples/inherit"), &[]).await.status, 403);
    for _ in 0..2 {
        assert_eq!(trainer.post(&format!("{copy}/examples/inherit"), &[]).await.status, 303, "twice is once");
    }
    let taken = trainer.get(&format!("{copy}/examples")).await;
    assert_eq!(taken.all(".example").len(), 1);
    assert!(taken.text(".example").contains("Two typical sentences.") && taken.all("#inherit").is_empty());
    // They are its own: what becomes of one is not the other's.
    let form = taken.attribute(".example form", "action").unwrap();
    assert!(form.starts_with(&copy));
    assert_eq!(trainer.post(&form, &[("action", "withdraw")]).await.status, 303);
    assert_eq!(learner.hand_in("<div>My work.</div>").await.status, 303);
    assert!(learner.get(&copy).await.all("#practise").is_empty());
}
