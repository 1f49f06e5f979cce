//! When works and reviews have their time: reviews that begin for everybody at once, late works, and what reviewers and
//! authors know of each other.

use std::collections::{HashMap, HashSet};

use cercle::demo::campus::{Kind, Part};
use cercle::store::StoreError;
use cercle::store::schema::{news, people, planned_reviews, reviews, submissions};
use diesel::prelude::*;

use crate::harness::{Page, Session, TestApp, form_fields, on_both_engines, person};

on_both_engines! {
    reviews_begin_for_everybody_at_once,
    what_was_planned_is_planned_anew_with_another_date,
    late_works_lose_points,
    reviewers_may_know_authors_who_do_not_know_them,
    comments_have_as_many_words_as_the_trainer_wants,
    senseless_phases_are_refused,
    a_work_waits_before_it_is_reviewed,
    dates_move_along_where_the_trainer_wants_it,
    dates_are_counted_in_days,
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn at(app: &TestApp, seconds: i64) -> String {
    app.clock.now().plus_seconds(seconds).iso_seconds()
}

/// The next twenty days, all from one look at the clock, so that they are whole days apart.
fn days(app: &TestApp) -> Vec<String> {
    let now = app.clock.now();
    (0..20).map(|n| now.plus_seconds(n * DAY).iso_seconds()).collect()
}

type Pairs = HashSet<(String, String)>;

/// Who is meant to review whom.
fn planned(app: &TestApp) -> Pairs {
    let read = |c: &mut cercle::store::Conn| -> Result<Vec<(String, String)>, StoreError> {
        Ok(planned_reviews::table.select((planned_reviews::reviewer_id, planned_reviews::author_id)).load(c)?)
    };
    app.context.db.read_blocking(read).unwrap().into_iter().collect()
}

/// Who has whose work.
fn given(app: &TestApp) -> Pairs {
    let read = |c: &mut cercle::store::Conn| -> Result<Vec<(String, String)>, StoreError> {
        let all = reviews::table.inner_join(submissions::table.on(submissions::id.eq(reviews::submission_id)));
        Ok(all.select((reviews::reviewer_id, submissions::person_id)).load(c)?)
    };
    app.context.db.read_blocking(read).unwrap().into_iter().collect()
}

/// The ids of people by their names.
fn ids(app: &TestApp) -> HashMap<String, String> {
    let read = |c: &mut cercle::store::Conn| -> Result<Vec<(Option<String>, String)>, StoreError> {
        Ok(people::table.select((people::name, people::id)).load(c)?)
    };
    app.context.db.read_blocking(read).unwrap().into_iter().filter_map(|(name, id)| Some((name?, id))).collect()
}

fn told(app: &TestApp) -> i64 {
    let read = |c: &mut cercle::store::Conn| -> Result<i64, StoreError> {
        Ok(news::table.filter(news::kind.eq("reviews_begin")).count().get_result(c)?)
    };
    app.context.db.read_blocking(read).unwrap()
}

/// The settings page's form with some fields changed.
async fn change(trainer: &Session, activity: &str, changes: &[(&str, &str)]) -> Page {
    let path = format!("{activity}/settings");
    let mut fields = form_fields(&trainer.get(&path).await);
    for (name, value) in [("action", "save")].iter().chain(changes) {
        fields.retain(|(n, _)| n != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(&str, String)> = fields.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
    trainer.post_raw(&path, &fields, &[]).await
}

async fn reviews_begin_for_everybody_at_once(app: &TestApp) {
    const LEARNERS: usize = 5;
    let trainer = app.trainer(Kind::Canvas).await;
    let dates = [at(app, HOUR), at(app, 90 * 60), at(app, 10 * DAY)];
    let fields = [
        ("reviews", "2"),
        ("work_due", dates[0].as_str()),
        ("review_from", &dates[1]),
        ("review_due", &dates[2]),
        ("late_days", "2"),
    ];
    let activity = trainer.set_up(&fields).await;
    for n in 0..LEARNERS {
        let learner = app.learner(Kind::Canvas, n).await;
        assert_eq!(learner.hand_in(&format!("<div>Work {n}.</div>")).await.status, 303);
    }
    // Nobody reviews yet, and everybody knows when.
    let early = app.learner(Kind::Canvas, 0).await;
    let page = early.get(&activity).await;
    assert!(page.text("#next").contains("Reviews begin for everybody on"), "{}", page.text("#next"));
    assert!(page.all("#review").is_empty());
    let refused = early.post(&format!("{activity}/reviews"), &[]).await;
    assert_eq!((refused.status, refused.location()), (303, activity.clone()), "the page says it");
    let group = trainer.get(&activity).await;
    assert!(group.all("#group td[data-label=Next]").iter().take(LEARNERS).all(|n| n.contains("until reviews begin")));
    assert_eq!(cercle::peer::reminders::run_round(&app.context).await.unwrap(), 0);
    assert!(planned(app).is_empty() && given(app).is_empty());
    // Two people are kept apart, and somebody need not review.
    let sheets = group.attributes("#group th a", "href");
    let of = |sheet: &String| sheet.rsplit('/').next().unwrap().to_owned();
    let (apart, excused) = ((of(&sheets[0]), of(&sheets[1])), of(&sheets[2]));
    let never = [("reviewer", apart.0.as_str()), ("author", &apart.1), ("action", "never")];
    assert_eq!(trainer.post(&format!("{activity}/pairs"), &never).await.status, 303);
    let exempt = [("exempt", "on"), ("reason", "Is away.")];
    assert_eq!(trainer.post(&format!("{}/extension", sheets[2]), &exempt).await.status, 303);

    app.clock.advance(91 * 60);
    for _ in 0..2 {
        cercle::peer::reminders::run_round(&app.context).await.unwrap();
    }
    let plan = planned(app);
    let by = |who: &str| plan.iter().filter(|(reviewer, _)| reviewer == who).count();
    let of_work = |who: &str| plan.iter().filter(|(_, author)| author == who).count();
    for sheet in sheets.iter().take(LEARNERS) {
        let who = of(sheet);
        assert_eq!(by(&who), if who == excused { 0 } else { 2 });
        assert!((1..=2).contains(&of_work(&who)), "what the excused one would have reviewed is short of one");
    }
    assert!(plan.iter().all(|(reviewer, author)| reviewer != author));
    assert!(!plan.contains(&apart) && !plan.contains(&(apart.1.clone(), apart.0.clone())));
    assert_eq!(told(app), 4, "who reviews hears it, once");
    let trainer = app.trainer(Kind::Canvas).await;
    assert_eq!(trainer.get(&format!("{activity}/pairs")).await.text("#given").matches("(planned)").count(), plan.len());
    // Everybody gets what was planned.
    for n in (0..LEARNERS).filter(|n| of(&sheets[*n]) != excused) {
        let learner = app.learner(Kind::Canvas, n).await;
        assert_eq!(learner.review(["1", "1", "1"]).await.status, 303);
    }
    assert!(given(app).is_subset(&plan), "{:?} {plan:?}", given(app));
    // A work that comes later gets reviews, too.
    let late = app.learner(Kind::Canvas, LEARNERS).await;
    assert_eq!(late.hand_in("<div>Work, late.</div>").await.status, 303);
    let late_name = person(&app.lms.school(Kind::Canvas), Part::Learner, LEARNERS).name();
    let late_id = ids(app).remove(&late_name).unwrap();
    for n in (0..LEARNERS).filter(|n| of(&sheets[*n]) != excused) {
        let learner = app.learner(Kind::Canvas, n).await;
        assert_eq!(learner.review(["1", "1", "1"]).await.status, 303);
    }
    assert!(given(app).iter().any(|(_, author)| *author == late_id), "the late one is not left behind");
    // Now that reviews have begun, they cannot begin later.
    let trainer = app.trainer(Kind::Canvas).await;
    let refused = change(&trainer, &activity, &[("review_from", &at(app, DAY))]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text("#problems").contains("can no longer begin later"), "{}", refused.text("#problems"));
}

async fn what_was_planned_is_planned_anew_with_another_date(app: &TestApp) {
    let trainer = app.trainer(Kind::Moodle).await;
    let dates = [at(app, HOUR), at(app, 10 * DAY)];
    let fields = [("reviews", "1"), ("review_from", dates[0].as_str()), ("review_due", &dates[1])];
    let activity = trainer.set_up(&fields).await;
    for n in 0..3 {
        let learner = app.learner(Kind::Moodle, n).await;
        assert_eq!(learner.hand_in(&format!("<div>Work {n}.</div>")).await.status, 303);
    }
    app.clock.advance(HOUR + 1);
    cercle::peer::reminders::run_round(&app.context).await.unwrap();
    assert_eq!((planned(app).len(), told(app)), (3, 3));
    // Nobody has begun: the trainer puts it off, one more work comes, and all are in the next plan.
    let trainer = app.trainer(Kind::Moodle).await;
    assert_eq!(change(&trainer, &activity, &[("review_from", &at(app, HOUR))]).await.status, 303);
    assert!(planned(app).is_empty());
    let one_more = app.learner(Kind::Moodle, 3).await;
    assert_eq!(one_more.hand_in("<div>Work 3.</div>").await.status, 303);
    app.clock.advance(HOUR + 1);
    // Whoever comes first need not wait for the job.
    let first = app.learner(Kind::Moodle, 0).await;
    assert_eq!(first.review(["1", "1", "1"]).await.status, 303);
    let plan = planned(app);
    assert_eq!(plan.len(), 4);
    assert!(given(app).is_subset(&plan));
    assert_eq!(told(app), 3 + 4, "the new date is told");
}

async fn late_works_lose_points(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let dates = [at(app, HOUR), at(app, 10 * DAY)];
    let fields = [
        ("reviews", "1"),
        ("method", "mean"),
        ("work_due", dates[0].as_str()),
        ("review_due", &dates[1]),
        ("late_days", "2"),
        ("late_penalty", "10"),
    ];
    let activity = trainer.set_up(&fields).await;
    let one = app.learner(Kind::Canvas, 0).await;
    let before = one.get(&activity).await.text("#late");
    assert!(before.contains("taken until") && before.contains("10 points off"), "{before}");
    assert_eq!(one.hand_in("<div>In time.</div>").await.status, 303);
    app.clock.advance(HOUR + 1800);
    // In time stays in time: it cannot be taken back any more, which would make it late.
    assert!(!one.get(&activity).await.body.contains("/work/back"));
    assert_eq!(one.post(&format!("{activity}/work/back"), &[]).await.status, 409);
    let two = app.learner(Kind::Canvas, 1).await;
    for path in [activity.clone(), format!("{activity}/work")] {
        let page = two.get(&path).await;
        assert!(page.text("#late").contains("The date has passed. Your work is still taken until"), "{path}");
    }
    assert_eq!(two.hand_in("<div>Half an hour late.</div>").await.status, 303);
    // The same day late: it can be taken back and handed in again.
    assert_eq!(two.post(&format!("{activity}/work/back"), &[]).await.status, 303);
    assert_eq!(
        two.post(&format!("{activity}/work"), &[("text", "<div>Again.</div>"), ("revision", "1")]).await.status,
        303
    );
    app.clock.advance(2 * DAY);
    let three = app.learner(Kind::Canvas, 2).await;
    let refused = three.hand_in("<div>Far too late.</div>").await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("Far too late."), "nothing is lost");
    for n in 0..2 {
        assert_eq!(app.learner(Kind::Canvas, n).await.review(["1", "1", "1"]).await.status, 303);
    }
    let trainer = app.trainer(Kind::Canvas).await;
    let marks = |page: &Page| page.all("#group tbody td[data-label=Mark]");
    let group = trainer.get(&activity).await;
    assert_eq!(marks(&group)[..2], ["33.33", "23.33"]);
    assert!(group.all("#group tbody td[data-label=Work]")[1].contains("1 day late"));
    let sheets = group.attributes("#group th a", "href");
    let sheet = trainer.get(&sheets[1]).await;
    assert!(sheet.text("#made").contains("1 day late: 10 points were taken off"), "{}", sheet.text("#made"));
    // Who was given more time is not late; without it, they are again.
    let until = at(app, DAY);
    let more = [("work_until", until.as_str()), ("review_until", ""), ("reason", "Ill.")];
    assert_eq!(trainer.post(&format!("{}/extension", sheets[1]), &more).await.status, 303);
    assert_eq!(marks(&trainer.get(&activity).await)[..2], ["33.33", "33.33"]);
    let none = [("work_until", ""), ("review_until", ""), ("reason", "")];
    assert_eq!(trainer.post(&format!("{}/extension", sheets[1]), &none).await.status, 303);
    // What the trainer decides is not lowered.
    let mark = [("mark", "70"), ("reason", "Good all the same."), ("seen", "0")];
    assert_eq!(trainer.post(&format!("{}/mark", sheets[1]), &mark).await.status, 303);
    assert_eq!(marks(&trainer.get(&activity).await)[..2], ["33.33", "70  by the trainer"]);
    let back = [("action", "peers"), ("mark", ""), ("reason", ""), ("seen", "1")];
    assert_eq!(trainer.post(&format!("{}/mark", sheets[1]), &back).await.status, 303);
    let preview = trainer.get(&format!("{activity}/release")).await;
    assert!(preview.text("#preview").contains("1 day late"), "{}", preview.text("#preview"));
    assert_eq!(trainer.release(&activity).await.status, 303);
    let result = app.learner(Kind::Canvas, 1).await.get(&activity).await;
    assert!(result.text("#mark").starts_with("23.33"), "{}", result.text("#mark"));
    assert!(result.text("#made").contains("1 day late: 10 points were taken off"));
    assert!(!app.learner(Kind::Canvas, 0).await.get(&activity).await.text("#made").contains("late"));
}

async fn reviewers_may_know_authors_who_do_not_know_them(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "1"), ("anonymity", "single_blind")]).await;
    let mut learners = Vec::new();
    for n in 0..2 {
        let learner = app.learner(Kind::Canvas, n).await;
        assert_eq!(learner.hand_in("<div>A work.</div>").await.status, 303);
        assert!(learner.get(&activity).await.body.contains("Your reviewers see your name."));
        learners.push(learner);
    }
    let names: Vec<String> =
        (0..2).map(|n| person(&app.lms.school(Kind::Canvas), Part::Learner, n).family_name).collect();
    for (n, learner) in learners.iter().enumerate() {
        assert!(learner.get(&activity).await.text("#next").contains("don't see your name"));
        let open = learner.post(&format!("{activity}/reviews"), &[]).await.location();
        assert!(learner.get(&open).await.text("h1").contains(&names[1 - n]), "the reviewer knows the author");
        assert_eq!(learner.review(["1", "1", "1"]).await.status, 303);
    }
    assert_eq!(trainer.release(&activity).await.status, 303);
    for (n, learner) in learners.iter().enumerate() {
        let page = learner.get(&activity).await;
        assert_eq!(page.all("#feedback article").len(), 1);
        assert!(!page.text("#feedback").contains(&names[1 - n]), "the author does not know the reviewer");
        assert!(page.text("#given").contains(&names[1 - n]), "{}", page.text("#given"));
    }
}

async fn comments_have_as_many_words_as_the_trainer_wants(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "1"), ("comment_words", "6")]).await;
    for n in 0..2 {
        assert_eq!(app.learner(Kind::Canvas, n).await.hand_in("<div>A work.</div>").await.status, 303);
    }
    let learner = app.learner(Kind::Canvas, 0).await;
    let short = learner.review(["1", "1", "1"]).await;
    assert_eq!(short.status, 422, "five words are too few");
    assert_eq!(short.all(".field-error"), ["Write at least 6 words."; 3]);
    assert!(short.text("label[for=comment-c1]").contains("at least 6 words"));
    assert!(short.text("#comment-c1").contains("Because of the second sentence."), "nothing is lost");
    let path = learner.post(&format!("{activity}/reviews"), &[]).await.location();
    let mut fields = vec![("level_c1", "1"), ("level_c2", "1"), ("level_c3", "1")];
    fields.extend(["comment_c1", "comment_c2", "comment_c3"].map(|c| (c, "Because of the second sentence here.")));
    assert_eq!(learner.post(&path, &fields).await.status, 303);
    // The rule stays as it is for reviews that have begun: the rubric is in use.
    let trainer = app.trainer(Kind::Canvas).await;
    assert_eq!(change(&trainer, &activity, &[("comment_words", "1")]).await.status, 303);
    let other = app.learner(Kind::Canvas, 1).await;
    assert_eq!(other.review(["1", "1", "1"]).await.status, 422);
}

async fn senseless_phases_are_refused(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let dates = [at(app, DAY), at(app, 2 * DAY), at(app, 3 * DAY)];
    let good = [("work_due", dates[0].as_str()), ("review_from", &dates[1]), ("review_due", &dates[2])];
    for (field, value, words) in [
        ("review_from", dates[2].as_str(), "before the time for them is over"),
        ("review_from", &at(app, HOUR), "before works are due"),
        ("review_from", "soon", "cannot be read"),
        ("late_days", "2", "nobody could review them"),
        ("late_days", "31", "0 to 30 days"),
        ("late_penalty", "-1", "0 to 100 points"),
        ("check_percent", "51", "0 to 50 per cent"),
        ("reviewing_weight", "-1", "0 to 50 per cent"),
        ("pool_minutes", "1441", "0 to 1440 minutes"),
        ("release_at", dates[1].as_str(), "after the time for reviews"),
        ("comment_words", "51", "0 to 50 words"),
    ] {
        let fields = [&good[..], &[(field, value), ("title", "Kept")]].concat();
        let refused = trainer.try_set_up(&fields).await;
        assert_eq!(refused.status, 422, "{field} {value}");
        assert!(refused.text("#problems").contains(words), "{field}: {}", refused.text("#problems"));
        assert_eq!(refused.attribute("#title", "value").as_deref(), Some("Kept"));
        if value != "soon" && !matches!(field, "review_from" | "release_at") {
            assert_eq!(refused.attribute(&format!("input[name={field}]"), "value").as_deref(), Some(value));
        }
    }
    assert_eq!(trainer.try_set_up(&good).await.status, 303);
}

async fn a_work_waits_before_it_is_reviewed(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let due = at(app, HOUR);
    let activity = trainer.set_up(&[("reviews", "1"), ("pool_minutes", "30"), ("work_due", &due)]).await;
    let (one, two) = (app.learner(Kind::Canvas, 0).await, app.learner(Kind::Canvas, 1).await);
    for learner in [&one, &two] {
        assert_eq!(learner.hand_in("<div>In a hurry.</div>").await.status, 303);
    }
    let none = one.post(&format!("{activity}/reviews"), &[]).await;
    assert_eq!((none.status, none.location()), (303, activity.clone()), "nobody gets it yet");
    assert!(given(app).is_empty());
    app.clock.advance(20 * 60);
    assert_eq!(two.post(&format!("{activity}/work/back"), &[]).await.status, 303, "it can still be changed");
    let again = [("text", "<div>Slowly now.</div>"), ("revision", "1")];
    assert_eq!(two.post(&format!("{activity}/work"), &again).await.status, 303);
    app.clock.advance(15 * 60);
    assert_eq!(two.review(["1", "1", "1"]).await.status, 303, "the first has waited for 35 minutes");
    assert!(one.post(&format!("{activity}/reviews"), &[]).await.location() == activity, "the second for 15 only");
    // Once nobody can change it any more, nothing waits.
    let late = app.learner(Kind::Canvas, 2).await;
    app.clock.advance(15 * 60);
    assert_eq!(late.hand_in("<div>In the last minutes.</div>").await.status, 303);
    app.clock.advance(12 * 60);
    for n in [0, 2] {
        let started = app.learner(Kind::Canvas, n).await.post(&format!("{activity}/reviews"), &[]).await;
        assert!(started.location().contains("/reviews/"), "{n}: {}", started.location());
    }
    assert_eq!(given(app).len(), 3);
}

async fn dates_move_along_where_the_trainer_wants_it(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let days = days(app);
    let fields =
        [("work_due", &*days[3]), ("review_from", &days[4]), ("review_due", &days[8]), ("release_at", &days[9])];
    let activity = trainer.set_up(&fields).await;
    let dates = async || {
        let page = trainer.get(&format!("{activity}/settings")).await;
        ["work_due", "review_from", "review_due", "release_at"]
            .map(|name| page.attribute(&format!("input[type=hidden][name={name}]"), "value").unwrap())
    };
    let of = |places: [usize; 4]| places.map(|n| days[n].clone());
    assert_eq!(dates().await, of([3, 4, 8, 9]));
    // Only the date that is moved, without the wish; then all of them but the one that was given another date.
    assert_eq!(change(&trainer, &activity, &[("work_due", &days[4])]).await.status, 303);
    assert_eq!(dates().await, of([4, 4, 8, 9]));
    let moved = [("work_due", &*days[6]), ("release_at", &days[15]), ("shift", "on")];
    assert_eq!(change(&trainer, &activity, &moved).await.status, 303);
    assert_eq!(dates().await, of([6, 6, 10, 15]));
    // What was refused for another reason comes back as it would be stored, and is not moved twice.
    let refused = change(&trainer, &activity, &[("work_due", &days[7]), ("shift", "on"), ("title", "")]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(dates().await, of([6, 6, 10, 15]));
}

async fn dates_are_counted_in_days(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let days = days(app);
    let counted = [("work_due", &*days[3]), ("review_from_days", "1"), ("review_due_days", "5"), ("release_days", "2")];
    let activity = trainer.set_up(&[&counted[..], &[("companies", "across")]].concat()).await;
    let shown = async |of: &Session, activity: &str| {
        let page = of.get(&format!("{activity}/settings")).await;
        let date = |name: &str| page.attribute(&format!("input[type=hidden][name={name}]"), "value").unwrap();
        let days = ["review_from_days", "review_due_days", "release_days"];
        let days = days.map(|name| page.attribute(&format!("input[name={name}]"), "value").unwrap());
        (["work_due", "review_from", "review_due", "release_at"].map(date), days)
    };
    let of = |places: [usize; 4]| places.map(|n| days[n].clone());
    let numbers = ["1", "5", "2"].map(str::to_owned);
    assert_eq!(shown(&trainer, &activity).await, (of([3, 4, 8, 10]), numbers.clone()));
    // They follow the date of the works, and only once where the other dates move along.
    assert_eq!(change(&trainer, &activity, &[("work_due", &days[5]), ("shift", "on")]).await.status, 303);
    assert_eq!(shown(&trainer, &activity).await.0, of([5, 6, 10, 12]));
    for (wrong, says) in [(("review_due_days", "0"), "at least one day"), (("release_days", "a week"), "from 0 to 365")]
    {
        let refused = change(&trainer, &activity, &[wrong]).await;
        assert_eq!(refused.status, 422, "{wrong:?}");
        assert!(refused.text("#problems").contains(says), "{}", refused.text("#problems"));
    }
    let none = change(&trainer, &activity, &[("work_due", ""), ("work_due_local", "")]).await;
    assert_eq!(none.status, 422);
    assert!(none.text("#problems").contains("no date from which"), "{}", none.text("#problems"));
    assert_eq!(none.attribute("input[name=review_due_days]", "value").as_deref(), Some("5"), "what was typed stays");
    // Without a number a date stands by itself again.
    let alone = [("release_days", ""), ("release_at", days[19].as_str())];
    assert_eq!(change(&trainer, &activity, &alone).await.status, 303);
    let after = shown(&trainer, &activity).await;
    assert_eq!((after.0, after.1[2].as_str()), (of([5, 6, 10, 19]), ""));
    // A copy has no dates that have passed, but knows how to count them.
    app.clock.advance(11 * DAY);
    let teacher = person(&app.lms.school(Kind::Canvas), Part::Trainer, 0);
    let other = app.launch(Kind::Canvas, &teacher, 1).await.opened().await;
    let id = activity.rsplit('/').next().unwrap();
    let copied = other.post("/pick", &[("choice", &format!("copy:{id}"))]).await;
    assert_eq!(copied.status, 303, "{}", copied.body);
    let copy = other.get(&copied.location()).await;
    let copy = copy.attribute("a[href$='/settings']", "href").unwrap().replace("/settings", "");
    assert_ne!(copy, activity);
    let settings = other.get(&format!("{copy}/settings")).await;
    assert_eq!(settings.attribute("#companies option[selected]", "value").as_deref(), Some("across"));
    let (dates, numbers_of_copy) = shown(&other, &copy).await;
    assert_eq!((&dates[..3], &numbers_of_copy[..2]), (&[const { String::new() }; 3][..], &numbers[..2]));
    let days = self::days(app);
    assert_eq!(change(&other, &copy, &[("work_due", &days[1])]).await.status, 303);
    assert_eq!(shown(&other, &copy).await.0[1..3], [days[2].clone(), days[6].clone()]);
}
