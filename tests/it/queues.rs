//! What waits for a trainer, on one page.

use cercle::demo::campus::Kind;

use crate::harness::{Session, TestApp, on_both_engines};

on_both_engines! {
    the_page_has_all_that_waits, a_team_waits_once,
}

async fn send(learner: &Session, activity: &str, level: &str) -> String {
    let path = learner.post(&format!("{activity}/reviews"), &[]).await.location();
    let work = learner.get(&path).await.text("#work");
    assert_eq!(learner.review([level; 3]).await.status, 303);
    work
}

async fn the_page_has_all_that_waits(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "2"), ("method", "mean")]).await;
    let path = format!("{activity}/queues");
    let page = async || trainer.get(&path).await;
    assert!(page().await.text("#nothing").contains("Nothing waits"));
    let mut learners = Vec::new();
    for n in 0..3 {
        learners.push(app.learner(Kind::Canvas, n).await);
        assert_eq!(learners[n].hand_in(&format!("<div>Work of number {n}.</div>")).await.status, 303);
        app.clock.advance(60);
    }
    let short = page().await.all("#short li");
    assert!(short.len() == 3 && short.iter().all(|line| line.contains("0 of 2 reviews")), "{short:?}");
    assert!(short[0].contains("Alex Carter") && short[2].contains("Hugh Palmer"), "who waits longest: {short:?}");
    // Two give it very different levels; one finds that something is wrong with the next work.
    for (n, level) in [(0, "0"), (1, "3"), (2, "0")] {
        send(&learners[n], &activity, level).await;
    }
    for (n, level) in [(1, "3"), (2, "0")] {
        send(&learners[n], &activity, level).await;
    }
    let shown = page().await;
    let apart = shown.all("#apart li");
    assert!(!apart.is_empty() && apart.iter().all(|line| line.contains("far apart")), "{apart:?}");
    assert_eq!(shown.all("#short li").len(), 1, "{}", shown.text("#short"));
    let last = learners[0].post(&format!("{activity}/reviews"), &[]).await.location();
    let declined = [("why", "problem"), ("text", "Half of it is missing.")];
    assert_eq!(learners[0].post(&format!("{last}/decline"), &declined).await.status, 303);
    let reports = page().await;
    assert!(reports.text("#reports").contains("one report"), "{}", reports.text("main"));
    let sheet = reports.attribute("#reports a", "href").unwrap();
    assert!(trainer.get(&sheet).await.text("main").contains("Half of it is missing."));
    // After the release only appeals and reports wait.
    assert_eq!(trainer.release(&activity).await.status, 303);
    let appeal = [("text", "Please read it again.")];
    assert_eq!(learners[1].post(&format!("{activity}/appeal"), &appeal).await.status, 303);
    let after = page().await;
    assert!(after.text("#appeals").contains("Alice Bennett") && !after.text("#appeals").contains("late"));
    assert!(after.all("#short li, #apart li, #checks li").is_empty() && after.all("#reports li").len() == 1);
    app.clock.advance(8 * 24 * 3600);
    let trainer = app.trainer(Kind::Canvas).await;
    assert!(trainer.get(&path).await.text("#appeals").contains("late"));
    assert_eq!(app.learner(Kind::Canvas, 0).await.get(&path).await.status, 403);
    assert_eq!(app.trainer(Kind::Moodle).await.get(&path).await.status, 404);
}

async fn a_team_waits_once(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("groups", "teams")]).await;
    let first = app.learner(Kind::Canvas, 0).await;
    let _ = app.learner(Kind::Canvas, 1).await;
    let list = "learner,group\nAlex Carter,Blue\nAlice Bennett,Blue";
    let made = trainer.post(&format!("{activity}/pairs"), &[("action", "groups"), ("list", list)]).await;
    assert_eq!(made.status, 303);
    assert_eq!(first.hand_in("<div>Ours.</div>").await.status, 303);
    let short = trainer.get(&format!("{activity}/queues")).await.all("#short li");
    assert!(short.len() == 1 && short[0].contains("Blue"), "{short:?}");
}
