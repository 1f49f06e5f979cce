//! What goes wrong between learners: a work that somebody cannot review goes to somebody else, reports reach the
//! trainer, and what the trainer takes out can be put back. Sent reviews can be changed while there is time.

use cercle::demo::campus::{Kind, Part};

use crate::harness::{Session, TestApp, on_both_engines};

on_both_engines! {
    a_declined_work_goes_to_somebody_else,
    a_work_that_was_taken_out_leaves_the_queue,
    a_review_that_was_taken_out_makes_no_mark,
    a_sent_review_changes_until_the_deadline,
    short_comments_are_asked_about_once,
    trainers_are_told_where_to_look,
    volunteers_review_what_is_short,
    works_have_enough_with_as_many_as_the_trainer_says,
    a_release_and_a_review_at_once,
    the_quality_of_reviews_counts_where_it_should,
}

const HOUR: i64 = 3600;

/// An activity of one review each, with these learners' works handed in.
async fn handed_in(app: &TestApp, learners: usize, changes: &[(&str, &str)]) -> (Session, String) {
    let trainer = app.trainer(Kind::Canvas).await;
    let fields: Vec<(&str, &str)> = [("reviews", "1")].iter().chain(changes).copied().collect();
    let activity = trainer.set_up(&fields).await;
    for n in 0..learners {
        let learner = app.learner(Kind::Canvas, n).await;
        assert_eq!(learner.hand_in(&format!("<div>Work of number {n}.</div>")).await.status, 303);
    }
    (trainer, activity)
}

async fn start(learner: &Session, activity: &str) -> String {
    let started = learner.post(&format!("{activity}/reviews"), &[]).await;
    assert_eq!(started.status, 303, "{}", started.text("main"));
    started.location()
}

/// The sheets of the group, in its order.
async fn sheets(trainer: &Session, activity: &str) -> Vec<String> {
    trainer.get(activity).await.attributes("#group th a", "href")
}

/// A whole review: the same level everywhere, and the same comment.
fn body<'a>(level: &'a str, comment: &'a str) -> Vec<(&'a str, &'a str)> {
    ["c1", "c2", "c3"]
        .iter()
        .zip(["level_c1", "level_c2", "level_c3"])
        .flat_map(|(c, name)| {
            let comment_name = match *c {
                "c1" => "comment_c1",
                "c2" => "comment_c2",
                _ => "comment_c3",
            };
            [(name, level), (comment_name, comment)]
        })
        .collect()
}

const WORDS: &str = "The second sentence names a fact.";

async fn a_declined_work_goes_to_somebody_else(app: &TestApp) {
    let (trainer, activity) = handed_in(app, 3, &[]).await;
    let learner = app.learner(Kind::Canvas, 0).await;
    let first = start(&learner, &activity).await;
    let first_work = learner.get(&first).await.text("#work");
    // Something is wrong with it: that needs words, and what was typed stays.
    let decline = format!("{first}/decline");
    let silent = learner.post(&decline, &[("why", "problem"), ("text", "  ")]).await;
    assert_eq!(silent.status, 422);
    assert!(silent.text("#decline").contains("Nothing is written yet"));
    let long = learner.post(&decline, &[("why", "problem"), ("text", &"x".repeat(2_001))]).await;
    assert_eq!(long.status, 422);
    assert!(long.text("#problem-text").len() >= 2_001, "nothing is lost");
    let said = [("why", "problem"), ("text", "It is <b>empty</b>.")];
    for _ in 0..2 {
        assert_eq!(learner.post(&decline, &said).await.status, 303, "twice is once");
    }
    // The next one is another; the first never comes back, and can be neither saved nor sent.
    let second = start(&learner, &activity).await;
    assert_ne!(first, second);
    assert_ne!(learner.get(&second).await.text("#work"), first_work);
    assert_eq!(learner.post(&format!("{first}/draft"), &body("1", WORDS)).await.status, 409);
    assert_eq!(learner.post(&first, &body("1", WORDS)).await.status, 409);
    let closed = learner.get(&first).await;
    assert!(closed.text("main").contains("goes to somebody else") && closed.text("#work").is_empty());
    assert_eq!(learner.post(&format!("{second}/decline"), &[("why", "conflict")]).await.status, 303);
    let home = learner.post(&format!("{activity}/reviews"), &[]).await;
    assert_eq!((home.status, home.location()), (303, activity.clone()), "there is no third");
    // Somebody else still gets the first one.
    let other = app.learner(Kind::Canvas, 1).await;
    let third = start(&other, &activity).await;
    assert_eq!(other.post(&third, &body("1", WORDS)).await.status, 303);
    // Nobody declines what they sent, or somebody else's.
    assert_eq!(other.post(&format!("{third}/decline"), &said).await.status, 422);
    assert_eq!(learner.post(&format!("{third}/decline"), &said).await.status, 404);
    // The trainer is told who said what about whom; the author is not.
    let group = trainer.get(&activity).await;
    assert!(group.text("#reports").contains("one learner"), "{}", group.text("#reports"));
    let sheet = trainer.get(&group.attribute("#reports a", "href").unwrap().replace("#work", "")).await;
    assert!(
        sheet.text("#work").contains("It is <b>empty</b>.") && sheet.text("#work").contains("Reported by Alex Carter")
    );
    let log = app.context.db.read_blocking(|c| cercle::audit::list_newest(c, 0, 50)).unwrap();
    assert_eq!(log.iter().filter(|line| line.action == "review.decline").count(), 2);
    assert!(log.iter().all(|line| !line.detail.contains("empty")), "words are not for the log");
}

async fn a_work_that_was_taken_out_leaves_the_queue(app: &TestApp) {
    let (trainer, activity) = handed_in(app, 3, &[]).await;
    let reviewer = app.learner(Kind::Canvas, 1).await;
    let open = start(&reviewer, &activity).await;
    let shown = reviewer.get(&open).await.text("#work");
    let at = usize::from(shown.contains("number 2")) * 2;
    let sheet = sheets(&trainer, &activity).await.remove(at);
    let verdict = |verdict: &'static str, reason: &'static str| [("verdict", verdict), ("reason", reason)];
    let path = format!("{sheet}/work");
    let silent = trainer.post(&path, &verdict("out", "")).await;
    assert_eq!(silent.status, 422);
    assert!(silent.text("#work").contains("Nothing is written yet"));
    assert_eq!(trainer.post(&path, &verdict("away", "x")).await.status, 400);
    assert_eq!(reviewer.post(&path, &verdict("out", "Mine.")).await.status, 403, "learners decide nothing");
    assert_eq!(trainer.post(&path, &verdict("out", "It is a copy.")).await.status, 303);
    // Its reviewer gets another one, its author reads why, nobody else gets it.
    let next = start(&reviewer, &activity).await;
    assert_ne!(reviewer.get(&next).await.text("#work"), shown);
    let author = app.learner(Kind::Canvas, at).await;
    assert!(author.get(&activity).await.text("#withheld").contains("It is a copy."));
    let third = app.learner(Kind::Canvas, 2 - at).await;
    let home = third.post(&format!("{activity}/reviews"), &[]).await;
    if home.location() != activity {
        assert_ne!(third.get(&home.location()).await.text("#work"), shown);
    }
    assert!(trainer.get(&activity).await.text("#group").contains("out of reviewing"));
    // Put back, it comes to somebody again.
    assert_eq!(trainer.post(&path, &verdict("back", "")).await.status, 303);
    assert!(author.get(&activity).await.all("#withheld").is_empty());
    let again = third.post(&format!("{activity}/reviews"), &[]).await;
    assert_ne!(again.location(), activity, "there is a work again");
    // A work that was not handed in cannot be taken out.
    let nobody = sheets(&trainer, &activity).await;
    assert_eq!(nobody.len(), 3);
    let other = app.trainer(Kind::Moodle).await;
    assert_eq!(other.post(&path, &verdict("out", "x")).await.status, 404, "another company's trainer");
}

async fn a_review_that_was_taken_out_makes_no_mark(app: &TestApp) {
    let (trainer, activity) = handed_in(app, 3, &[("reviews", "2"), ("method", "mean")]).await;
    for (n, level) in [(0, "3"), (1, "3"), (2, "0")] {
        let learner = app.learner(Kind::Canvas, n).await;
        for _ in 0..2 {
            let path = start(&learner, &activity).await;
            assert_eq!(learner.post(&path, &body(level, WORDS)).await.status, 303);
        }
    }
    // The first two works have 100 and 0; the third reviewer gave the noughts.
    let sheet = sheets(&trainer, &activity).await.remove(0);
    assert!(trainer.get(&sheet).await.text(".mark").starts_with("50"));
    assert_eq!(trainer.release(&activity).await.status, 303);
    let author = app.learner(Kind::Canvas, 0).await;
    let page = author.get(&activity).await;
    let reviews = page.attributes("#feedback article", "id");
    let at = page.all("#feedback article h3").iter().position(|h| h.ends_with("· 0")).unwrap();
    let bad = reviews[at].strip_prefix("review-").unwrap().to_owned();
    let report = format!("{activity}/reviews/{bad}/report");
    assert_eq!(author.post(&report, &[("text", "")]).await.status, 422);
    for _ in 0..2 {
        assert_eq!(author.post(&report, &[("text", "It is unfair.")]).await.status, 303, "twice is once");
    }
    assert_eq!(author.post(&report, &[("text", "Again.")]).await.status, 422);
    let stranger = app.learner(Kind::Canvas, 1).await;
    assert_eq!(stranger.post(&report, &[("text", "Not mine.")]).await.status, 404);
    assert!(author.get(&activity).await.text(&format!("#report-{bad}")).contains("will look at it"));
    assert!(trainer.get(&activity).await.text("#reports").contains("one learner"));

    let moderate = format!("{activity}/reviews/{bad}/moderate");
    assert_eq!(author.post(&moderate, &[("verdict", "out"), ("reason", "x")]).await.status, 403);
    assert_eq!(trainer.post(&moderate, &[("verdict", "out"), ("reason", "")]).await.status, 422);
    assert_eq!(trainer.post(&moderate, &[("verdict", "out"), ("reason", "No reason was given.")]).await.status, 303);
    assert!(trainer.get(&activity).await.all("#reports").is_empty());
    // The author sees the reason and not the review; the mark stays until the next release.
    let page = author.get(&activity).await;
    assert!(page.text("#feedback").contains("No reason was given."));
    assert_eq!(page.attributes("#feedback article", "id").len(), 1);
    assert!(page.text("#mark").starts_with("50"));
    let reviewer = app.learner(Kind::Canvas, 2).await;
    assert!(reviewer.get(&activity).await.text("#given").contains("No reason was given."));
    let saved = trainer.get(&format!("{activity}/reviews.csv")).await.body;
    assert_eq!(saved.matches("No reason was given.").count(), 3, "one line for each criterion");
    assert_eq!(trainer.release(&activity).await.status, 303);
    assert!(author.get(&activity).await.text("#mark").starts_with("100"));
    // Put back, it counts again.
    assert_eq!(trainer.post(&moderate, &[("verdict", "back"), ("reason", "")]).await.status, 303);
    assert_eq!(trainer.release(&activity).await.status, 303);
    let page = author.get(&activity).await;
    assert!(page.text("#mark").starts_with("50"));
    assert_eq!(page.attributes("#feedback article", "id").len(), 2);
}

async fn a_sent_review_changes_until_the_deadline(app: &TestApp) {
    let due = app.clock.now().plus_seconds(2 * HOUR).iso_seconds();
    let (trainer, activity) = handed_in(app, 2, &[("review_due", &due), ("method", "mean")]).await;
    let reviewer = app.learner(Kind::Canvas, 0).await;
    let path = start(&reviewer, &activity).await;
    assert_eq!(reviewer.post(&path, &body("0", WORDS)).await.status, 303);
    let home = reviewer.get(&activity).await;
    assert_eq!(home.attribute("#sent a", "href").as_ref(), Some(&path));
    let sheet = sheets(&trainer, &activity).await.remove(1);
    assert!(trainer.get(&sheet).await.text(".mark").starts_with('0'));
    // A change that is not whole changes nothing, and stays on the screen.
    let half = reviewer.post(&path, &[("level_c1", "3"), ("comment_c1", "Changed words here.")]).await;
    assert_eq!(half.status, 422);
    assert!(half.text("#comment-c1").contains("Changed words here."));
    assert!(trainer.get(&sheet).await.text(".mark").starts_with('0'));
    assert!(reviewer.get(&path).await.text("#comment-c1").contains(WORDS));
    assert!(reviewer.get(&path).await.all("form[data-autosave]").is_empty(), "nothing is saved half");
    assert_eq!(reviewer.post(&format!("{path}/draft"), &body("3", WORDS)).await.status, 409);
    for _ in 0..2 {
        assert_eq!(reviewer.post(&path, &body("3", WORDS)).await.status, 303);
    }
    assert!(trainer.get(&sheet).await.text(".mark").starts_with("100"));
    let log = app.context.db.read_blocking(|c| cercle::audit::list_newest(c, 0, 50)).unwrap();
    assert_eq!(log.iter().filter(|line| line.action == "review.change").count(), 1, "a double click is one change");
    app.clock.advance(2 * HOUR + 300);
    let reviewer = app.learner(Kind::Canvas, 0).await;
    assert_eq!(reviewer.post(&path, &body("1", WORDS)).await.status, 409, "its time is over");
    assert!(reviewer.get(&activity).await.all("#sent").is_empty());
    assert!(reviewer.get(&path).await.text("main").contains("can no longer be changed"));
}

async fn short_comments_are_asked_about_once(app: &TestApp) {
    let (trainer, activity) = handed_in(app, 2, &[("method", "mean")]).await;
    let reviewer = app.learner(Kind::Canvas, 0).await;
    let path = start(&reviewer, &activity).await;
    let asked = reviewer.post(&path, &body("2", "Good.")).await;
    assert_eq!(asked.status, 422);
    assert!(asked.text("#thin").contains("very short"));
    assert_eq!(asked.attribute("input[name=anyway]", "value").as_deref(), Some("on"));
    let sheet = sheets(&trainer, &activity).await.remove(1);
    assert!(trainer.get(&sheet).await.text(".mark").starts_with('–'), "it was not sent");
    let mut anyway = body("2", "Good.");
    anyway.push(("anyway", "on"));
    assert_eq!(reviewer.post(&path, &anyway).await.status, 303);
    assert!(trainer.get(&sheet).await.text(".mark").starts_with("66.67"));
    // What is missing is said first.
    let other = app.learner(Kind::Canvas, 1).await;
    let path = start(&other, &activity).await;
    let page = other.post(&path, &[("level_c1", "1"), ("anyway", "on")]).await;
    assert_eq!(page.status, 422);
    assert!(page.all("#thin").is_empty() && !page.text(".problems").is_empty());
}

async fn trainers_are_told_where_to_look(app: &TestApp) {
    let due = app.clock.now().plus_seconds(72 * HOUR).iso_seconds();
    let (trainer, activity) = handed_in(app, 3, &[("reviews", "2"), ("method", "mean"), ("review_due", &due)]).await;
    assert!(trainer.get(&activity).await.all("#looks, #shortage").is_empty(), "there is time, and nothing to see");
    let mut last = String::new();
    for (n, level) in [(0, "3"), (1, "0")] {
        let learner = app.learner(Kind::Canvas, n).await;
        for _ in 0..2 {
            let path = start(&learner, &activity).await;
            let of_first = learner.get(&path).await.text("#work").contains("number 0");
            assert_eq!(learner.post(&path, &body(level, WORDS)).await.status, 303);
            if of_first {
                last = path;
            }
        }
    }
    // Both have reviewed the third.
    let looks = trainer.get(&activity).await.all("#looks li");
    assert_eq!(looks.len(), 1, "{looks:?}");
    assert!(looks[0].starts_with("Hugh Palmer") && looks[0].contains("far apart: 0 to 100"), "{looks:?}");
    assert!(trainer.get(&activity).await.all("#shortage").is_empty(), "there is time");
    // Two days before the end, who has not begun is not counted on.
    app.clock.advance(40 * HOUR);
    let trainer = app.trainer(Kind::Canvas).await;
    assert!(trainer.get(&activity).await.text("#shortage").starts_with("2 reviews"));
    let out = [("verdict", "out"), ("reason", "It is about another work.")];
    assert_eq!(trainer.post(&format!("{last}/moderate"), &out).await.status, 303);
    assert!(trainer.get(&activity).await.text("#shortage").starts_with("3 reviews"));
    // Afterwards nobody reviews what has no review.
    app.clock.advance(40 * HOUR);
    let trainer = app.trainer(Kind::Canvas).await;
    let looks = trainer.get(&activity).await.all("#looks li");
    assert!(
        looks.len() == 2 && looks[0].starts_with("Alex Carter") && looks[0].contains("nobody reviewed"),
        "{looks:?}"
    );
    // What the trainer has decided needs no second look.
    let first = trainer.get(&activity).await.attribute("#looks a", "href").unwrap();
    let decided = [("mark", "70"), ("reason", "Seen."), ("seen", "0"), ("judges", "on"), ("action", "set")];
    assert_eq!(trainer.post(&format!("{first}/mark"), &decided).await.status, 303);
    assert_eq!(trainer.get(&activity).await.all("#looks li").len(), 1);
}

async fn volunteers_review_what_is_short(app: &TestApp) {
    let (trainer, activity) = handed_in(app, 4, &[]).await;
    let volunteer = app.learner(Kind::Canvas, 0).await;
    let mut seen = Vec::new();
    for n in 1..=3 {
        let home = volunteer.get(&activity).await;
        assert_eq!(home.all("#volunteer").len(), usize::from(n > 1), "the first one is no favour");
        let path = start(&volunteer, &activity).await;
        seen.push(volunteer.get(&path).await.text("#work"));
        // Kept for them until they send it, and shown as such.
        assert_eq!(start(&volunteer, &activity).await, path);
        assert_eq!(volunteer.post(&path, &body("2", WORDS)).await.status, 303);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3, "each work once");
    // All others have theirs now; the own work is nobody's favour to oneself.
    assert!(volunteer.get(&activity).await.all("#volunteer").is_empty());
    let enough = volunteer.post(&format!("{activity}/reviews"), &[]).await;
    assert_eq!((enough.status, enough.location()), (303, activity.clone()));
    // Somebody who still owes a review gets one, as before.
    let other = app.learner(Kind::Canvas, 1).await;
    let path = start(&other, &activity).await;
    assert!(other.get(&path).await.text("#work").contains("number 0"), "the one that is short");
    assert_eq!(other.post(&path, &body("2", WORDS)).await.status, 303);
    assert!(other.get(&activity).await.all("#volunteer").is_empty(), "every work has its review");
    assert!(trainer.get(&activity).await.text("#group").contains("3 of 1"));
}

async fn works_have_enough_with_as_many_as_the_trainer_says(app: &TestApp) {
    let (trainer, activity) = handed_in(app, 3, &[("received", "2")]).await;
    let short = async || trainer.get(&activity).await.all(".todo li b")[2].clone();
    assert_eq!(short().await, "3");
    for round in 1..=2 {
        for n in 0..3 {
            let learner = app.learner(Kind::Canvas, n).await;
            let offered = learner.get(&activity).await.all("#volunteer").len();
            assert_eq!(offered, round - 1, "one is asked for, the other is a favour");
            let path = start(&learner, &activity).await;
            assert_eq!(learner.post(&path, &body("2", WORDS)).await.status, 303);
        }
        assert_eq!(short().await, if round == 1 { "3" } else { "0" });
    }
    let rows = trainer.get(&activity).await.all("#group tbody tr");
    assert!(rows[..3].iter().all(|row| row.contains("ready for release")), "{rows:?}");
    assert!(app.learner(Kind::Canvas, 0).await.get(&activity).await.all("#volunteer").is_empty());
}

/// A review that arrives while the trainer releases either counts or is refused; none is lost unseen.
async fn a_release_and_a_review_at_once(app: &TestApp) {
    for round in 0..4 {
        let link = round;
        let school = app.lms.school(Kind::Canvas);
        if link >= school.links.len() {
            break;
        }
        let launch = async |part, n| app.launch(Kind::Canvas, &crate::harness::person(&school, part, n), link).await;
        let trainer = launch(Part::Trainer, 0).await;
        let activity = trainer.set_up(&[("reviews", "1"), ("method", "mean")]).await;
        for n in 0..2 {
            let learner = launch(Part::Learner, n).await;
            assert_eq!(learner.hand_in(&format!("<div>Work {n}.</div>")).await.status, 303);
        }
        let (first, second) = (launch(Part::Learner, 0).await, launch(Part::Learner, 1).await);
        let path = start(&first, &activity).await;
        assert_eq!(first.post(&path, &body("3", WORDS)).await.status, 303);
        let late = start(&second, &activity).await;
        let preview = trainer.get(&format!("{activity}/release")).await;
        let digest = preview.attribute("input[name=digest]", "value").expect("the preview names its marks");
        let whole = body("0", WORDS);
        let fields = [("digest", digest.as_str())];
        let release = format!("{activity}/release");
        let (sent, released) = tokio::join!(second.post(&late, &whole), trainer.post(&release, &fields));
        let (sent, released) = (sent.status == 303, released.status == 303);
        assert!(sent != released, "round {round}: sent {sent}, released {released}");
        let author = launch(Part::Learner, 0).await;
        let page = author.get(&activity).await;
        assert_eq!(page.all("#feedback article").len(), 0, "who was not marked in time has no review on the page");
        if sent {
            assert_eq!(trainer.release(&activity).await.status, 303);
            assert!(author.get(&activity).await.text("#mark").starts_with('0'), "the review counts");
        }
    }
}

async fn the_quality_of_reviews_counts_where_it_should(app: &TestApp) {
    let setup = [("reviews", "2"), ("method", "mean"), ("reviewing", "on"), ("reviewing_quality", "on")];
    let (trainer, activity) = handed_in(app, 3, &setup).await;
    let settings = trainer.get(&format!("{activity}/settings")).await;
    assert!(settings.attribute("input[name=reviewing_quality]", "checked").is_some(), "it is kept");
    let mut learners = Vec::new();
    for (n, level) in [(0, "3"), (1, "3"), (2, "0")] {
        let learner = app.learner(Kind::Canvas, n).await;
        for _ in 0..2 {
            let path = start(&learner, &activity).await;
            assert_eq!(learner.post(&path, &body(level, WORDS)).await.status, 303);
        }
        learners.push(learner);
    }
    // The works have 50, 50 and 100. The first two reviewers are 50 points off once and right once, the third is off twice.
    let reviewing = async |app: &TestApp| {
        let trainer = app.trainer(Kind::Canvas).await;
        let rows = trainer.get(&activity).await.all("#group tbody td:nth-child(6)");
        rows.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(reviewing(app).await, ["80", "80", "60"]);
    assert_eq!(trainer.release(&activity).await.status, 303);
    let shown = learners[0].get(&activity).await.text("#reviewing");
    assert!(shown.contains("80 out of 100") && shown.contains("agreement with the marks 50 %"), "{shown}");
    assert!(!shown.contains("would be"), "{shown}");
    // The second learner found the first one's review very helpful: that counts from the next release on.
    let page = learners[1].get(&activity).await;
    let at = page.all("#feedback article h3").iter().position(|h| h.ends_with("· 100")).unwrap();
    let review = page.attributes("#feedback article", "id").remove(at).replace("review-", "");
    let rated = learners[1].post(&format!("{activity}/reviews/{review}/response"), &[("helpful", "5")]).await;
    assert_eq!(rated.status, 303);
    let shown = learners[0].get(&activity).await.text("#reviewing");
    assert!(shown.contains("80 out of 100") && shown.contains("would be 90"), "{shown}");
    assert!(shown.contains("helpful to authors 100 %"), "{shown}");
    assert_eq!(trainer.release(&activity).await.status, 303);
    assert!(learners[0].get(&activity).await.text("#reviewing").contains("90 out of 100"));
    assert_eq!(reviewing(app).await, ["90", "80", "60"]);
}
