//! More time for one learner: it counts for them and nobody else, everybody concerned sees it, and what makes no sense
//! is refused with what was typed.

use cercle::demo::campus::Kind;

use crate::harness::{Session, TestApp, on_both_engines};

on_both_engines! {
    one_learner_gets_more_time, senseless_extensions_are_refused, who_is_excused_need_not_review, moved_dates_are_told,
}

const HOUR: i64 = 3600;

fn at(app: &TestApp, hours: i64) -> String {
    app.clock.now().plus_seconds(hours * HOUR).iso_seconds()
}

/// The sheets of the group, in its order.
async fn sheets(trainer: &Session, activity: &str) -> Vec<String> {
    trainer.get(activity).await.attributes("#group th a", "href")
}

async fn one_learner_gets_more_time(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let (work, review) = (at(app, 1), at(app, 3));
    let activity = trainer.set_up(&[("reviews", "1"), ("work_due", &work), ("review_due", &review)]).await;
    // One of three hands in before the date; the others have begun.
    for n in 0..3 {
        let learner = app.learner(Kind::Canvas, n).await;
        let path = if n == 0 { format!("{activity}/work") } else { format!("{activity}/work/draft") };
        let sent = learner.post(&path, &[("text", "<div>Work.</div>"), ("revision", "0")]).await;
        assert!(sent.status == 303 || sent.status == 200, "{}", sent.status);
    }
    let until = (at(app, 5), at(app, 8));
    let sheet = sheets(&trainer, &activity).await.remove(1);
    app.clock.advance(HOUR + 120);
    let late = app.learner(Kind::Canvas, 1).await;
    assert!(late.get(&activity).await.text("#next").contains("passed"), "{}", late.get(&activity).await.text("#next"));
    let fields = [("work_until", until.0.as_str()), ("review_until", &until.1), ("reason", "Ill <i>until</i> Monday.")];
    for _ in 0..2 {
        assert_eq!(trainer.post(&format!("{sheet}/extension"), &fields).await.status, 303, "twice is once");
    }
    let page = late.get(&activity).await;
    assert!(page.text("#extension").contains("Ill <i>until</i> Monday."));
    let group = trainer.get(&activity).await.all("#group tbody tr");
    assert_eq!(group.iter().filter(|row| row.contains("more time")).count(), 1, "{group:?}");
    assert!(trainer.get(&sheet).await.text("#extension").contains("Ill <i>until</i> Monday."));

    let hand_in = [("text", "<div>Work, late.</div>"), ("revision", "1")];
    assert_eq!(late.post(&format!("{activity}/work"), &hand_in).await.status, 303);
    let other = app.learner(Kind::Canvas, 2).await;
    assert_eq!(other.post(&format!("{activity}/work"), &hand_in).await.status, 422, "nobody else has more time");
    assert!(other.get(&activity).await.all("#extension").is_empty());
    // When reviewing is over for all, it is not for this one.
    app.clock.advance(2 * HOUR);
    let (first, late) = (app.learner(Kind::Canvas, 0).await, app.learner(Kind::Canvas, 1).await);
    assert_eq!(first.get(&activity).await.text("#next h2"), "The time for reviews has passed");
    assert_eq!(late.review(["1", "1", "1"]).await.status, 303);
    // Taken back, it is as for everybody.
    let trainer = app.trainer(Kind::Canvas).await;
    let none = [("work_until", ""), ("review_until", ""), ("reason", "")];
    assert_eq!(trainer.post(&format!("{sheet}/extension"), &none).await.status, 303);
    assert!(late.get(&activity).await.all("#extension").is_empty());
    assert!(!trainer.get(&activity).await.text("#group").contains("more time"));
    let log = app.context.db.read_blocking(|c| cercle::audit::list_newest(c, 0, 50)).unwrap();
    assert_eq!(log.iter().filter(|line| line.action == "extension.decide").count(), 2, "given, and taken back");
    assert!(log.iter().all(|line| !line.detail.contains("Ill")), "reasons are not for the log");
}

async fn senseless_extensions_are_refused(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let (work, learner) = (at(app, 2), app.learner(Kind::Canvas, 0).await);
    let activity = trainer.set_up(&[("reviews", "1"), ("work_due", &work)]).await;
    let learner_home = app.learner(Kind::Canvas, 0).await;
    assert_eq!(learner_home.hand_in("<div>Work.</div>").await.status, 303);
    drop(learner);
    let sheet = sheets(&trainer, &activity).await.remove(0);
    let path = format!("{sheet}/extension");
    let (earlier, later) = (at(app, 1), at(app, 4));
    for (fields, words) in [
        ([("work_until", earlier.as_str()), ("review_until", ""), ("reason", "Kept.")], "after everybody"),
        ([("work_until", &work), ("review_until", ""), ("reason", "Kept.")], "after everybody"),
        ([("work_until", &later), ("review_until", ""), ("reason", "  ")], "Say why"),
        ([("work_until", ""), ("review_until", &later), ("reason", "Kept.")], "no end"),
        ([("work_until", "yesterday"), ("review_until", ""), ("reason", "Kept.")], "could not be read"),
    ] {
        let refused = trainer.post(&path, &fields).await;
        assert_eq!(refused.status, 422, "{words}");
        assert!(refused.text("#extension .problems").contains(words), "{}", refused.text("#extension"));
        assert_eq!(refused.text("#extension textarea"), fields[2].1.trim(), "what was typed is there");
    }
    let long = "x".repeat(1_001);
    let fields = [("work_until", later.as_str()), ("reason", long.as_str())];
    assert_eq!(trainer.post(&path, &fields).await.status, 422);
    let good = [("work_until", later.as_str()), ("reason", "r")];
    assert_eq!(learner_home.post(&path, &good).await.status, 403);
    assert_eq!(trainer.post(&format!("{activity}/learners/nobody/extension"), &good).await.status, 404);
    assert!(trainer.get(&sheet).await.text("#extension blockquote").is_empty(), "nothing was stored");
    // The activity's own date may overtake it: nothing is taken away.
    assert_eq!(trainer.post(&path, &good).await.status, 303);
    let mark = [("mark", "70"), ("reason", "r"), ("seen", "0")];
    assert_eq!(trainer.post(&format!("{sheet}/mark"), &mark).await.status, 303);
    assert_eq!(trainer.release(&activity).await.status, 303);
    assert_eq!(trainer.post(&path, &good).await.status, 422, "after the release nothing moves");
}

async fn who_is_excused_need_not_review(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "1"), ("reviewing", "on"), ("method", "mean")]).await;
    for n in 0..2 {
        let learner = app.learner(Kind::Canvas, n).await;
        assert_eq!(learner.hand_in(&format!("<div>Work {n}.</div>")).await.status, 303);
    }
    let sheet = sheets(&trainer, &activity).await.remove(0);
    let silent = trainer.post(&format!("{sheet}/extension"), &[("exempt", "on"), ("reason", "")]).await;
    assert_eq!(silent.status, 422);
    assert!(silent.attribute("input[name=exempt]", "checked").is_some(), "what was ticked stays");
    let excused = [("exempt", "on"), ("reason", "Knows everybody's work.")];
    for _ in 0..2 {
        assert_eq!(trainer.post(&format!("{sheet}/extension"), &excused).await.status, 303, "twice is once");
    }
    let learner = app.learner(Kind::Canvas, 0).await;
    let page = learner.get(&activity).await;
    assert!(
        page.text("#extension").contains("need not review")
            && page.text("#extension").contains("Knows everybody's work.")
    );
    assert!(page.all("#review, #volunteer").is_empty(), "{}", page.text("#next"));
    let group = trainer.get(&activity).await;
    assert!(group.all("#group tbody tr")[0].contains("need not review"));
    assert_eq!(group.all(".todo b")[1], "1", "only the other one owes a review");
    // The own work is reviewed all the same, and there is no grade for what nobody asked for.
    let other = app.learner(Kind::Canvas, 1).await;
    assert_eq!(other.review(["3", "3", "3"]).await.status, 303);
    assert_eq!(trainer.release(&activity).await.status, 303);
    let page = learner.get(&activity).await;
    assert!(page.text("#mark").starts_with("100") && page.all("#reviewing").is_empty());
    assert!(other.get(&activity).await.text("#reviewing").contains("100"));
}

/// The settings with other dates, as a browser would send them.
async fn move_dates(trainer: &Session, activity: &str, work: &str, review: &str) -> crate::harness::Page {
    let path = format!("{activity}/settings");
    let mut fields = crate::harness::form_fields(&trainer.get(&path).await);
    for (name, value) in [("work_due", work), ("review_due", review), ("action", "save")] {
        fields.retain(|(n, _)| n != name);
        fields.push((name.to_owned(), value.to_owned()));
    }
    let fields: Vec<(&str, String)> = fields.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
    trainer.post_raw(&path, &fields, &[]).await
}

async fn moved_dates_are_told(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let (work, review) = (at(app, 10), at(app, 20));
    let activity = trainer.set_up(&[("reviews", "1"), ("work_due", &work), ("review_due", &review)]).await;
    let learner = app.learner(Kind::Canvas, 0).await;
    let draft = [("text", "<div>Half a work.</div>"), ("revision", "0")];
    assert_eq!(learner.post(&format!("{activity}/work/draft"), &draft).await.status, 200);
    // Not into the past, by a slip.
    let yesterday = at(app, -24);
    let refused = move_dates(&trainer, &activity, &yesterday, &review).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text("#problems").contains("has passed already"), "{}", refused.text("#problems"));
    assert_eq!(
        refused.attribute("input[name=work_due]", "value").map(|v| v[..16].to_owned()),
        Some(yesterday[..16].to_owned())
    );
    assert!(
        learner.get(&activity).await.all("#new").is_empty() && !learner.get(&activity).await.all("#write").is_empty()
    );
    // To this minute, on purpose: everybody is told, and no text is lost.
    assert_eq!(move_dates(&trainer, &activity, &at(app, 0), &review).await.status, 303);
    app.clock.advance(120);
    assert!(learner.get(&activity).await.text("#new").contains("Your dates for “Peer task” have changed."));
    let late = learner
        .post(&format!("{activity}/work"), &[("text", "<div>Half a work, and more.</div>"), ("revision", "1")])
        .await;
    assert_eq!(late.status, 422);
    assert!(learner.get(&format!("{activity}/work")).await.attribute("#text", "value").unwrap().contains("and more"));
    // What has passed and is left alone is no obstacle to other changes; and back again it goes on.
    app.clock.advance(HOUR);
    let passed = trainer.get(&format!("{activity}/settings")).await.attribute("input[name=work_due]", "value").unwrap();
    assert_eq!(move_dates(&trainer, &activity, &passed, &at(app, 30)).await.status, 303);
    assert_eq!(move_dates(&trainer, &activity, &at(app, 5), &at(app, 30)).await.status, 303);
    let handed_in =
        learner.post(&format!("{activity}/work"), &[("text", "<div>A whole work.</div>"), ("revision", "2")]).await;
    assert_eq!(handed_in.status, 303);
}
