//! Grades that reviewing counts in, and marks that are released by themselves.

use cercle::demo::campus::{Kind, Part};
use cercle::peer::reminders;

use crate::harness::{Session, TestApp, eventually, on_both_engines, person};

on_both_engines! {
    reviewing_counts_in_the_grade,
    marks_are_released_by_themselves,
    what_waits_for_the_trainer_holds_the_release,
    each_criterion_has_a_mark_of_its_own,
}

const HOUR: i64 = 3600;

fn at(app: &TestApp, hours: i64) -> String {
    app.clock.now().plus_seconds(hours * HOUR).iso_seconds()
}

/// The grade of the n-th learner in the LMS, of 100.
fn in_lms(app: &TestApp, n: usize) -> Option<f64> {
    let school = app.lms.school(Kind::Canvas);
    let sub = person(&school, Part::Learner, n).sub;
    let column = school.line_items.iter().find(|column| school.grade(&column.id, &sub).is_some())?;
    Some(school.grade(&column.id, &sub)?.score? * 100.0 / column.maximum)
}

async fn sheets(trainer: &Session, activity: &str) -> Vec<String> {
    trainer.get(activity).await.attributes("#group th a", "href")
}

async fn reviewing_counts_in_the_grade(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "2"), ("method", "mean"), ("reviewing_weight", "20")]).await;
    let learners = app.handed_in(Kind::Canvas, 3).await;
    // The first sends two reviews, the second one, and the third need not.
    for n in [0, 0, 1] {
        assert_eq!(learners[n].review(["1", "1", "1"]).await.status, 303);
    }
    let last = sheets(&trainer, &activity).await.remove(2);
    let exempt = [("exempt", "on"), ("reason", "Is away.")];
    assert_eq!(trainer.post(&format!("{last}/extension"), &exempt).await.status, 303);
    // The work of the first has no review yet: the trainer decides.
    let first = sheets(&trainer, &activity).await.remove(0);
    let group = trainer.get(&activity).await;
    if group.all("#group tbody td[data-label=Mark]")[0] == "–" {
        let mark = [("mark", "60"), ("reason", "Read it myself."), ("seen", "0")];
        assert_eq!(trainer.post(&format!("{first}/mark"), &mark).await.status, 303);
    }
    let preview = trainer.get(&format!("{activity}/release")).await;
    let grades = preview.all("#preview td[data-label=Grade]");
    let marks = trainer.get(&activity).await.all("#group tbody td[data-label=Mark]");
    let value = |text: &str| text.split_whitespace().next().unwrap().parse::<f64>().unwrap();
    for (n, reviewing) in [(0, Some(100.0)), (1, Some(50.0)), (2, None)] {
        let mark = value(&marks[n]);
        let expected = 0.8 * mark + 0.2 * reviewing.unwrap_or(mark);
        assert!((value(&grades[n]) - expected).abs() < 0.011, "{n}: {} for {mark} and {reviewing:?}", grades[n]);
    }
    let sheet = trainer.get(&first).await;
    assert!(sheet.text("#weighted").contains(&grades[0]), "{}", sheet.text("#weighted"));
    assert_eq!(trainer.release(&activity).await.status, 303);
    for (n, learner) in learners.iter().enumerate() {
        let page = learner.get(&activity).await;
        assert_eq!(page.text("#mark").split_whitespace().next().unwrap(), grades[n]);
        let words = page.text("#weights");
        assert!(
            words.contains(if n == 2 { "of your work alone" } else { "80 per cent, your reviewing 20" }),
            "{words}"
        );
        assert_eq!(words.contains("points for the work and"), n != 2);
    }
    // One grade each goes to the LMS, and a second release changes nothing.
    let reached = async || (0..3).all(|n| in_lms(app, n).is_some_and(|g| (g - value(&grades[n])).abs() < 0.011));
    eventually("the grades are in the LMS", reached).await;
    assert!(trainer.get(&format!("{activity}/release")).await.all("#release").is_empty());
    // What authors say of reviews afterwards moves no grade that is out, nor the words about it.
    let page = learners[1].get(&activity).await;
    assert!(page.text("#weights").contains("points for the work and"));
}

/// Two learners hand in and review each other.
async fn play(app: &TestApp, activity: &str) {
    for n in 0..2 {
        assert_eq!(app.learner(Kind::Canvas, n).await.hand_in("<div>A work.</div>").await.status, 303);
    }
    for n in 0..2 {
        assert_eq!(app.learner(Kind::Canvas, n).await.review(["1", "2", "3"]).await.status, 303, "{activity}");
    }
}

async fn is_released(app: &TestApp, activity: &str) -> bool {
    !app.trainer(Kind::Canvas).await.get(activity).await.all("#grade-page").is_empty()
}

async fn marks_are_released_by_themselves(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let dates = [at(app, 2), at(app, 3)];
    let fields = [("reviews", "1"), ("review_due", dates[0].as_str()), ("release_at", &dates[1])];
    let activity = trainer.set_up(&fields).await;
    play(app, &activity).await;
    // Somebody has more time than everybody else: marks wait for them, and nobody is told that.
    let sheet = sheets(&trainer, &activity).await.remove(1);
    let until = at(app, 5);
    let more = [("work_until", ""), ("review_until", until.as_str()), ("reason", "Ill.")];
    assert_eq!(trainer.post(&format!("{sheet}/extension"), &more).await.status, 303);
    for (hours, released) in [(1, false), (3, false), (2, true), (1, true)] {
        app.clock.advance(hours * HOUR);
        reminders::run_round(&app.context).await.unwrap();
        assert_eq!(is_released(app, &activity).await, released, "{hours} hours on");
        if released {
            // A delivery that is under way while the clock jumps would be tried again much later.
            eventually("the grades are in the LMS", async || (0..2).all(|n| in_lms(app, n).is_some())).await;
        }
    }
    let learner = app.learner(Kind::Canvas, 0).await;
    assert!(!learner.get(&activity).await.text("#mark").is_empty());
    let trainer = app.trainer(Kind::Canvas).await;
    assert_eq!(trainer.get("/news").await.body.matches("were released by themselves").count(), 1);
    let log = app.context.db.read_blocking(|c| cercle::audit::list_newest(c, 0, 50)).unwrap();
    let releases: Vec<_> = log.iter().filter(|line| line.action == "activity.release").collect();
    assert_eq!(releases.len(), 1, "once");
    assert_eq!(releases[0].actor, "system");
}

async fn what_waits_for_the_trainer_holds_the_release(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let dates = [at(app, 2), at(app, 3)];
    let fields = [("reviews", "1"), ("review_due", dates[0].as_str()), ("release_at", &dates[1])];
    let activity = trainer.set_up(&fields).await;
    play(app, &activity).await;
    // A third work has no review, and its reviewer has reported another.
    let third = app.learner(Kind::Canvas, 2).await;
    assert_eq!(third.hand_in("<div>The third.</div>").await.status, 303);
    let open = third.post(&format!("{activity}/reviews"), &[]).await.location();
    let said = [("why", "problem"), ("text", "It is not a work.")];
    assert_eq!(third.post(&format!("{open}/decline"), &said).await.status, 303);
    app.clock.advance(4 * HOUR);
    for _ in 0..2 {
        reminders::run_round(&app.context).await.unwrap();
    }
    let trainer = app.trainer(Kind::Canvas).await;
    let page = trainer.get(&activity).await;
    let words = page.text("#release-waits");
    assert!(words.contains("one report has not been looked at") && words.contains("one work has no mark"), "{words}");
    assert_eq!(trainer.get("/news").await.body.matches("and wait for you").count(), 1, "told once");
    // Once the trainer has looked at both, it goes on.
    let reported = page.attribute("#reports a", "href").unwrap();
    let reported = reported.split('#').next().unwrap();
    assert_eq!(trainer.post(&format!("{reported}/work"), &[("verdict", "fine")]).await.status, 303);
    reminders::run_round(&app.context).await.unwrap();
    assert!(!is_released(app, &activity).await, "one thing still waits");
    let sheet = sheets(&trainer, &activity).await.remove(2);
    let mark = [("mark", "55"), ("reason", "Read it myself."), ("seen", "0")];
    assert_eq!(trainer.post(&format!("{sheet}/mark"), &mark).await.status, 303);
    assert!(trainer.get(&activity).await.all("#release-waits").is_empty());
    reminders::run_round(&app.context).await.unwrap();
    assert!(is_released(app, &activity).await);
}

async fn each_criterion_has_a_mark_of_its_own(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "2"), ("method", "mean")]).await;
    let learners = app.handed_in(Kind::Canvas, 3).await;
    let sheet = sheets(&trainer, &activity).await.remove(0);
    assert!(trainer.get(&sheet).await.all("#criteria").is_empty(), "nothing is made of no reviews");
    // Each gives both others the same.
    for (learner, levels) in learners.iter().zip([["3", "3", "3"], ["0", "1", "3"], ["2", "1", "3"]]) {
        for _ in 0..2 {
            assert_eq!(learner.review(levels).await.status, 303);
        }
    }
    let shown = trainer.get(&sheet).await;
    // Of 3 levels above the lowest: (0 + 2) / 2, (1 + 1) / 2, and all.
    let value = |text: &String| text.trim().parse::<f64>().unwrap();
    let marks: Vec<f64> = shown.all("#criteria td[data-label=Mark]").iter().map(value).collect();
    assert_eq!(
        marks.iter().map(|mark| mark.round()).collect::<Vec<_>>(),
        [33.0, 33.0, 100.0],
        "{}",
        shown.text("#criteria")
    );
    let learner = || async { learners[0].get(&activity).await };
    assert!(learner().await.all("#criteria").is_empty(), "not before the release");
    assert_eq!(trainer.release(&activity).await.status, 303);
    let after: Vec<String> = learner().await.all("#criteria dd");
    assert_eq!(after, shown.all("#criteria td[data-label=Mark]"), "as it was released");
    assert_eq!(trainer.get(&sheet).await.all("#criteria td[data-label=Mark]"), after);
}
