//! The loop of peer assessment over HTTP: set up, hand in, review, release, result; and everything
//! that is refused on the way, with nothing lost.

use cercle::demo::campus::{Kind, Part};
use cercle::peer::marks::{Input, Marks};
use cercle::store::StoreError;
use cercle::store::schema::aggregation_runs;
use diesel::prelude::*;

use crate::harness::{Page, Session, TestApp, on_both_engines, person};

on_both_engines! {
    everybody_knows_a_work_by_another_number,
    the_whole_loop, set_up_refusals, works_are_kept_and_checked, reviews_are_leased_and_checked, names_stay_hidden,
    marks_can_be_decided, releasing_is_exact, test_users_stay_out, deadlines_hold, settings_can_change,
    robust_marks_are_explained_and_kept, small_groups_get_the_mean_and_are_told, the_median_is_what_it_says,
}

async fn the_whole_loop(app: &TestApp) {
    let early = app.learner(Kind::Moodle, 0).await;
    assert_eq!(early.get("/open").await.text("h1"), "Pas encore prêt");
    let trainer = app.trainer(Kind::Moodle).await;
    assert_eq!(trainer.home, "/peer/set-up", "a fresh link opens the set-up page");
    let activity = trainer.set_up(&[("reviews", "2"), ("title", "Interview")]).await;
    let again = app.trainer(Kind::Moodle).await;
    assert_eq!(again.home, activity, "the next launch opens the group");
    let mut learners = Vec::new();
    for n in 0..3 {
        let learner = app.learner(Kind::Moodle, n).await;
        assert_eq!(learner.home, activity);
        let text = format!("<div>Work of number {n}.</div>");
        assert_eq!(learner.hand_in(&text).await.status, 303);
        learners.push(learner);
    }
    for learner in &learners {
        for _ in 0..2 {
            assert_eq!(learner.review(["3", "3", "0"]).await.status, 303);
        }
        let home = learner.get(&learner.home).await;
        assert_eq!(home.text("#next h2"), "C’est fait pour l’instant");
        assert!(home.all("#feedback").is_empty(), "no feedback before the release");
        let more = learner.post(&format!("{activity}/reviews"), &[]).await;
        assert_eq!((more.status, more.location()), (303, activity.clone()), "enough reviews");
    }
    let group = again.get(&activity).await;
    let rows = group.all("#group tbody tr");
    assert_eq!(rows.len(), 3);
    for row in &rows {
        assert!(row.contains("2 sur 2") && row.contains("80") && row.contains("prêt pour la publication"), "{row}");
    }
    assert_eq!(again.release(&activity).await.status, 303);
    let result = learners[0].get(&activity).await;
    assert!(result.text("#mark").starts_with("80 "), "{}", result.text("#mark"));
    assert_eq!(result.all("#feedback article").len(), 2);
    assert!(result.text("#next").contains("moyenne des totaux de la grille de 2 relectures"));
    assert_eq!(learners[0].post(&format!("{activity}/reviews"), &[]).await.status, 409, "reviewing has ended");
    // Every decision is in the audit log, and its chain holds.
    let broken = app.context.db.read(cercle::audit::verify).await.unwrap();
    assert_eq!(broken, None);
}

/// Ten learners, each reviewed three times. The first gives everybody everything.
async fn ten_reviewed(app: &TestApp, setup: &[(&str, &str)]) -> (Session, String, Vec<Session>) {
    const LEVELS: [[&str; 3]; 4] = [["0", "1", "0"], ["1", "1", "1"], ["2", "1", "2"], ["3", "2", "2"]];
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(setup).await;
    let mut learners = Vec::new();
    for n in 0..10 {
        let learner = app.learner(Kind::Canvas, n).await;
        let text = format!("<div>Quality {}.</div>", n % 4);
        assert_eq!(learner.hand_in(&text).await.status, 303);
        learners.push(learner);
    }
    // In turns, as people do: whoever is first cannot take everything.
    for _ in 0..3 {
        for (n, learner) in learners.iter().enumerate() {
            let opened = learner.post(&format!("{activity}/reviews"), &[]).await;
            let work = learner.get(&opened.location()).await.text(".work");
            let quality: usize = work.trim_start_matches("Quality ").trim_end_matches('.').parse().unwrap();
            let levels = if n == 0 { ["3", "3", "3"] } else { LEVELS[quality] };
            assert_eq!(learner.review(levels).await.status, 303);
        }
    }
    (trainer, activity, learners)
}

fn number(text: &str) -> f64 {
    let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    digits.trim_end_matches('.').parse().unwrap_or_else(|_| panic!("{text:?} begins with a number"))
}

async fn robust_marks_are_explained_and_kept(app: &TestApp) {
    let (trainer, activity, learners) = ten_reviewed(app, &[("reviews", "3")]).await;
    let sheets = trainer.get(&activity).await.attributes("#group th a", "href");
    let mut kind = Vec::new();
    for sheet in &sheets {
        let page = trainer.get(sheet).await;
        assert!(page.text("#made").starts_with("Robust mark of 3 reviews"), "{}", page.text("#made"));
        assert!(page.text("#made").contains("Nine times in ten"), "how sure it is");
        assert_eq!(page.all(".counted").len(), 3);
        if page.text("#reviewer").contains("points more than others") {
            kind.push((sheet, page));
        }
    }
    assert!(kind.iter().any(|(sheet, _)| **sheet == sheets[0]), "who gives everything is known for it: {}", kind.len());
    let agreed = trainer.get(&activity).await;
    assert!(agreed.text("#reliability p").starts_with("The means of the reviews"), "{}", agreed.text("#reliability"));
    assert_eq!(agreed.all("#reliability tbody tr").len(), 3, "one line for each criterion");
    let preview = trainer.get(&format!("{activity}/release")).await;
    assert!(!preview.text("#moves").is_empty());
    let rows = preview.all("#preview tbody tr");
    let cells = preview.all("#preview tbody td[data-label='Plain mean']");
    assert_eq!((rows.len(), cells.len()), (10, 10));
    assert_eq!(trainer.release(&activity).await.status, 303);

    // Each learner's page shows the parts, and they make the mark.
    let mut marks = Vec::new();
    for learner in &learners {
        let page = learner.get(&activity).await;
        let made = page.text("#made");
        assert!(made.contains("3 reviews") && made.contains("plain mean"), "{made}");
        let mean = number(made.split("would be ").nth(1).unwrap());
        let (mut sum, mut weights) = (0.0, 0.0);
        for line in page.all("#feedback .counted") {
            let weight = number(line.split("a weight of ").nth(1).unwrap());
            sum += weight * number(line.trim_start_matches("counted as "));
            weights += weight;
        }
        let mark = number(&page.text("#mark"));
        let parts = (sum / weights).clamp(mean - 10.0, mean + 10.0);
        assert!((parts - mark).abs() < 1.0, "{mark} is made of {parts}: {}", page.text("#feedback"));
        assert!((mark - mean).abs() <= 10.01, "{mark} {mean}");
        marks.push(mark);
    }

    // How they were made is stored, and can be made again.
    let id = activity.rsplit('/').next().unwrap().to_owned();
    let stored: Vec<(String, String, String)> = app
        .context
        .db
        .read_blocking(|c| -> Result<_, StoreError> {
            let runs = aggregation_runs::table.filter(aggregation_runs::activity_id.eq(&id));
            let columns = (aggregation_runs::input, aggregation_runs::input_hash, aggregation_runs::outcome);
            Ok(runs.select(columns).load(c)?)
        })
        .unwrap();
    assert_eq!(stored.len(), 1);
    let input: Input = serde_json::from_str(&stored[0].0).unwrap();
    let outcome: Marks = serde_json::from_str(&stored[0].2).unwrap();
    assert_eq!((input.hash(), &input.run().works), (stored[0].1.clone(), &outcome.works));
    assert_eq!(input.reviews.len(), 30);
    let changed = app.context.db.write_blocking(|c| -> Result<usize, StoreError> {
        Ok(diesel::update(aggregation_runs::table).set(aggregation_runs::outcome.eq("{}")).execute(c)?)
    });
    assert!(changed.unwrap_err().to_string().contains("append-only"), "nobody changes it afterwards");

    // What the trainer judges afterwards moves nobody else before the next release, which shows it first.
    for sheet in &sheets[1..3] {
        let fields = [("mark", "95"), ("reason", "r"), ("seen", "0"), ("judges", "on")];
        assert_eq!(trainer.post(&format!("{sheet}/mark"), &fields).await.status, 303);
    }
    assert!(number(&learners[1].get(&activity).await.text("#mark")) > 94.9);
    assert!((number(&learners[5].get(&activity).await.text("#mark")) - marks[5]).abs() < 0.001);
    let again = trainer.get(&format!("{activity}/release")).await;
    let effects = again.all("#preview tbody .tag");
    assert!(effects.iter().filter(|e| e.contains("changes")).count() >= 7, "{effects:?}");
    assert_eq!(trainer.release(&activity).await.status, 303);
    assert!(
        (number(&learners[5].get(&activity).await.text("#mark")) - marks[5]).abs() > 0.01,
        "all have moved a little"
    );
    assert!(learners[5].get(&activity).await.text("#made").contains("moved all marks"));
    // An exception says nothing about reviewers.
    let fields = [("mark", "0"), ("reason", "Copied."), ("seen", "0")];
    assert_eq!(trainer.post(&format!("{}/mark", sheets[4]), &fields).await.status, 303);
    let preview = trainer.get(&format!("{activity}/release")).await;
    assert!(
        preview.all("#preview tbody .tag").iter().all(|e| !e.contains("changes")),
        "{:?}",
        preview.all("#preview tbody .tag")
    );
}

async fn small_groups_get_the_mean_and_are_told(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "1")]).await;
    for n in 0..2 {
        app.learner(Kind::Canvas, n).await.hand_in("<div>Work.</div>").await;
    }
    for n in 0..2 {
        assert_eq!(app.learner(Kind::Canvas, n).await.review(["3", "2", "1"]).await.status, 303);
    }
    let preview = trainer.get(&format!("{activity}/release")).await;
    assert!(preview.text("#fallback").contains("fewer than 8 works"), "{}", preview.text("#fallback"));
    assert!(preview.all("#moves").is_empty());
    let sheet = trainer.get(&activity).await.attributes("#group th a", "href").remove(0);
    let page = trainer.get(&sheet).await;
    assert!(page.text("#made").starts_with("One review: 73.33"), "{}", page.text("#made"));
    assert!(page.all(".counted").is_empty() && page.all("#reviewer").is_empty());
    assert!(trainer.get(&activity).await.all("#reliability").is_empty(), "two works say nothing");
}

async fn the_median_is_what_it_says(app: &TestApp) {
    let (trainer, activity, learners) = ten_reviewed(app, &[("reviews", "3"), ("method", "median")]).await;
    assert_eq!(trainer.release(&activity).await.status, 303);
    for learner in &learners {
        let page = learner.get(&activity).await;
        let mut totals: Vec<f64> =
            page.all("#feedback h3").iter().map(|h| number(h.split("· ").nth(1).unwrap())).collect();
        totals.sort_by(f64::total_cmp);
        assert!((number(&page.text("#mark")) - totals[1]).abs() < 0.01, "{totals:?}");
        assert!(page.text("#made").contains("median"));
    }
}

async fn set_up_refusals(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let page = trainer.get("/peer/set-up").await;
    let good = crate::harness::form_fields(&page);
    let try_with = |changes: Vec<(&'static str, String)>| {
        let mut fields = good.clone();
        for (name, value) in
            [("title", "T".to_owned()), ("brief", "<div>B</div>".to_owned()), ("action", "save".to_owned())]
                .into_iter()
                .chain(changes)
        {
            fields.retain(|(n, _)| n != name);
            fields.push((name.to_owned(), value));
        }
        let trainer = trainer.clone();
        async move {
            let fields: Vec<(&str, String)> = fields.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
            trainer.post_raw("/peer/set-up", &fields, &[]).await
        }
    };
    for (changes, words) in [
        (vec![("title", String::new())], "Give the activity a title."),
        (vec![("title", "x".repeat(201))], "longer than 200 characters"),
        (vec![("brief", "<div><br></div>".to_owned())], "Write a brief"),
        (vec![("brief", "x".repeat(210_000))], "longer than 200 KB"),
        (
            vec![("work_due", "2026-05-10T10:00:00Z".to_owned()), ("review_due", "2026-05-09T10:00:00Z".to_owned())],
            "must be later than",
        ),
        (vec![("work_due", "tomorrow".to_owned())], "no date we can read"),
        (vec![("reviews", "0".to_owned())], "1 to 6 reviews"),
        (vec![("criteria", "0".to_owned())], "at least one criterion"),
        (vec![("c1_levels", "0".to_owned())], "Criterion 2: give it 2 to 6 levels."),
        (vec![("c0_weight", "0".to_owned())], "the weight must be"),
    ] {
        let page = try_with(changes.clone()).await;
        assert_eq!(page.status, 422, "{words}");
        assert!(page.text("#problems").contains(words), "{words}: {}", page.text("#problems"));
        // Nothing that was typed is gone.
        let third = page.attribute("input[name=c2_title]", "value");
        assert_eq!(third.as_deref(), (changes[0].0 != "criteria").then_some("Structure and language"));
        if changes[0].0 != "title" {
            assert_eq!(page.attribute("#title", "value").as_deref(), Some("T"));
        }
    }
    let dirty = try_with(vec![
        ("brief", "<div>Hi<script>alert(1)</script><img src=x onerror=alert(1)></div>".to_owned()),
        ("action", "add".to_owned()),
    ])
    .await;
    assert_eq!(dirty.attribute("#brief", "value").as_deref(), Some("<div>Hi</div>"));
    assert_eq!(dirty.all("fieldset.criterion").len(), 4, "a criterion was added");
    let other = try_with(vec![("action", "template:action-plan".to_owned())]).await;
    assert_eq!(other.attribute("input[name=c0_title]", "value").as_deref(), Some("Goal and need"));
    // A double click, or a second trainer, makes one activity.
    let both = futures_util::future::join_all((0..4).map(|_| try_with(vec![]))).await;
    let places: std::collections::HashSet<String> = both.iter().map(Page::location).collect();
    assert!(both.iter().all(|p| p.status == 303) && places.len() == 1, "{places:?}");
}

async fn works_are_kept_and_checked(app: &TestApp) {
    let activity = app.trainer(Kind::Moodle).await.set_up(&[]).await;
    let learner = app.learner(Kind::Moodle, 0).await;
    let draft = format!("{activity}/work/draft");
    let revision = |page: &Page| serde_json::from_str::<serde_json::Value>(&page.body).unwrap()["revision"].to_string();
    let first = learner.post(&draft, &[("text", "<div>One</div>"), ("revision", "0")]).await;
    assert_eq!((first.status, revision(&first).as_str()), (200, "1"));
    let same = learner.post(&draft, &[("text", "<div>One</div>"), ("revision", "0")]).await;
    assert_eq!(revision(&same), "1", "saving the same again is no conflict");
    let second = learner.post(&draft, &[("text", "<div>Two</div>"), ("revision", "1")]).await;
    assert_eq!(revision(&second), "2");
    let late = learner.post(&draft, &[("text", "<div>Old window</div>"), ("revision", "1")]).await;
    assert_eq!(late.status, 409, "an older window covers no newer text");
    let dirty = learner
        .post(
            &draft,
            &[("text", "<div onclick=x>T<script>alert(1)</script><svg onload=x></svg></div>"), ("revision", "2")],
        )
        .await;
    assert_eq!(dirty.status, 200);
    let editor = learner.get(&format!("{activity}/work")).await;
    assert_eq!(editor.attribute("#text", "value").as_deref(), Some("<div>T</div>"));
    // Too long: refused, and the text that came is in the page that comes back.
    let long = format!("<div>{}</div>", "w ".repeat(110_000));
    assert_eq!(learner.post(&draft, &[("text", &long), ("revision", "3")]).await.status, 409);
    let refused = learner.post(&format!("{activity}/work"), &[("text", &long), ("revision", "3")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text("[role=alert] p").contains("200 Ko"));
    assert!(refused.attribute("#text", "value").unwrap().len() > 200_000, "nothing of it is lost");
    let huge = "x".repeat(1_200_000);
    assert_eq!(learner.post(&draft, &[("text", &huge), ("revision", "3")]).await.status, 413);
    // Empty: refused.
    let empty = learner.post(&format!("{activity}/work"), &[("text", "<div><br></div>"), ("revision", "3")]).await;
    assert_eq!(empty.status, 422);
    // Handed in twice: the second click changes nothing.
    for _ in 0..2 {
        let page = learner.post(&format!("{activity}/work"), &[("text", "<div>Final</div>"), ("revision", "4")]).await;
        assert_eq!(page.status, 303);
    }
    let after = learner.post(&draft, &[("text", "<div>More</div>"), ("revision", "5")]).await;
    assert_eq!(after.status, 409);
    // It can be changed until a reviewer opens it.
    assert_eq!(learner.post(&format!("{activity}/work/back"), &[]).await.location(), format!("{activity}/work"));
    assert_eq!(
        learner.get(&format!("{activity}/work")).await.attribute("#text", "value").as_deref(),
        Some("<div>Final</div>")
    );
    assert_eq!(learner.hand_in("<div>Final</div>").await.status, 303);
    let reviewer = app.learner(Kind::Moodle, 1).await;
    reviewer.hand_in("<div>Other</div>").await;
    assert_eq!(reviewer.post(&format!("{activity}/reviews"), &[]).await.status, 303);
    let opened = learner.post(&format!("{activity}/work/back"), &[]).await;
    assert_eq!(opened.status, 409);
    assert!(opened.text("[data-error-text]").contains("relecteur"));
}

/// A review with nothing missing.
const COMPLETE: [(&str, &str); 6] = [
    ("level_c1", "3"),
    ("level_c2", "3"),
    ("level_c3", "3"),
    ("comment_c1", "It names the facts."),
    ("comment_c2", "It says who and when."),
    ("comment_c3", "It asks a question."),
];

async fn reviews_are_leased_and_checked(app: &TestApp) {
    let activity = app.trainer(Kind::Canvas).await.set_up(&[]).await;
    let (ada, bob) = (app.learner(Kind::Canvas, 0).await, app.learner(Kind::Canvas, 1).await);
    let start = format!("{activity}/reviews");
    assert_eq!(ada.post(&start, &[]).await.status, 409, "hand in first");
    ada.hand_in("<div>Ada's</div>").await;
    let alone = ada.post(&start, &[]).await;
    assert_eq!((alone.status, alone.location()), (303, activity.clone()), "never one's own work");
    assert_eq!(ada.get(&activity).await.text("#next h2"), "No work to review yet");
    bob.hand_in("<div>Bob's</div>").await;
    // A double click gets the same review.
    let both = futures_util::future::join_all((0..4).map(|_| ada.post(&start, &[]))).await;
    let places: std::collections::HashSet<String> = both.iter().map(Page::location).collect();
    assert_eq!(places.len(), 1, "{places:?}");
    let review = places.into_iter().next().unwrap();
    let page = ada.get(&review).await;
    assert!(page.text("#work").contains("Bob's"));
    // Incomplete: refused, kept.
    let partial = [("level_c1", "2"), ("comment_c1", "Good."), ("comment_c2", "Hm."), ("overall", "Fine <b>work</b>")];
    let refused = ada.post(&review, &partial).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text("[role=alert] p").contains("2 criteria need a level."), "{}", refused.text("[role=alert] p"));
    let kept = ada.get(&review).await;
    assert_eq!(kept.text("#comment-c2"), "Hm.");
    assert_eq!(kept.text("#overall"), "Fine <b>work</b>", "text stays text");
    assert!(kept.attribute("input[name=level_c1][value='2']", "checked").is_some());
    // A level that does not exist and fields of another rubric change nothing.
    let odd = ada.post(&format!("{review}/draft"), &[("level_c1", "99"), ("level_c9", "1"), ("comment_zz", "x")]).await;
    assert_eq!(odd.status, 200);
    assert!(ada.get(&review).await.attribute("input[name=level_c1][checked]", "value").is_none());
    // Abandoned for a day: the work goes back, the text stays for when she returns.
    ada.post(&format!("{review}/draft"), &[("comment_c1", "Half done")]).await;
    let cleo = app.learner(Kind::Canvas, 2).await;
    cleo.hand_in("<div>Cleo's</div>").await;
    app.clock.advance(25 * 3600);
    let cleo = app.learner(Kind::Canvas, 2).await;
    let ada = app.learner(Kind::Canvas, 0).await;
    let taken = cleo.post(&start, &[]).await.location();
    let shown = cleo.get(&taken).await;
    assert!(shown.text("#work").contains("Ada's") || shown.text("#work").contains("Bob's"));
    let back = ada.post(&start, &[]).await.location();
    assert_eq!(back, review, "she gets the same work again");
    assert_eq!(ada.get(&back).await.text("#comment-c1"), "Half done");
    // Given back by hand.
    assert_eq!(ada.post(&format!("{review}/back"), &[]).await.status, 303);
    assert_eq!(ada.post(&start, &[]).await.location(), review);
    assert_eq!(ada.post(&review, &COMPLETE).await.status, 303);
    assert_eq!(ada.post(&review, &COMPLETE).await.status, 303, "a double click sends once");
    assert_eq!(ada.post(&format!("{review}/draft"), &COMPLETE).await.status, 409, "a sent review is not saved in part");
}

/// T61: no byte that a peer gets names another peer, in a double-blind activity.
async fn names_stay_hidden(app: &TestApp) {
    let trainer = app.trainer(Kind::Moodle).await;
    let activity = trainer.set_up(&[("anonymity", "double_blind")]).await;
    let school = app.lms.school(Kind::Moodle);
    let (ada, bob) = (app.learner(Kind::Moodle, 0).await, app.learner(Kind::Moodle, 1).await);
    ada.hand_in("<div>First.</div>").await;
    bob.hand_in("<div>Second.</div>").await;
    let review = ada.post(&format!("{activity}/reviews"), &[]).await.location();
    ada.review(["1", "1", "1"]).await;
    bob.review(["2", "2", "2"]).await;
    trainer.release(&activity).await;
    let bob_user = person(&school, Part::Learner, 1);
    let person_id = trainer
        .get(&activity)
        .await
        .html()
        .select(&scraper::Selector::parse("#group th a").unwrap())
        .map(|a| a.value().attr("href").unwrap().rsplit('/').next().unwrap().to_owned())
        .nth(1)
        .unwrap();
    for page in [activity.clone(), review] {
        let shown = ada.get(&page).await;
        assert_eq!(shown.status, 200);
        for secret in [&bob_user.given_name, &bob_user.family_name, &person_id] {
            assert!(!shown.body.contains(secret.as_str()), "{page} names {secret}");
        }
    }
    // In an open activity both see each other.
    let link = school.links[1].clone();
    let open_trainer =
        app.browser().launch(&app.lms, &school, &person(&school, Part::Trainer, 0), &link, |_| {}).await.ok().unwrap();
    let open = open_trainer.set_up(&[("anonymity", "open")]).await;
    let mut sessions = Vec::new();
    for n in 0..2 {
        let user = person(&school, Part::Learner, n);
        let session = app.browser().launch(&app.lms, &school, &user, &link, |_| {}).await.ok().unwrap();
        session.hand_in("<div>Open.</div>").await;
        sessions.push(session);
    }
    let review = sessions[0].post(&format!("{open}/reviews"), &[]).await.location();
    assert!(sessions[0].get(&review).await.text("h1").contains(&bob_user.name()));
}

async fn two_reviewed(app: &TestApp) -> (crate::harness::Session, String, Vec<crate::harness::Session>) {
    let trainer = app.trainer(Kind::Moodle).await;
    let activity = trainer.set_up(&[]).await;
    let mut learners = Vec::new();
    for n in 0..2 {
        let learner = app.learner(Kind::Moodle, n).await;
        learner.hand_in("<div>Work.</div>").await;
        learners.push(learner);
    }
    for learner in &learners {
        learner.review(["3", "3", "3"]).await;
    }
    (trainer, activity, learners)
}

async fn marks_can_be_decided(app: &TestApp) {
    let (trainer, activity, learners) = two_reviewed(app).await;
    let sheet = trainer.get(&activity).await.attribute("#group th a", "href").unwrap();
    let mark = format!("{sheet}/mark");
    for (fields, words) in [
        (vec![("mark", "90"), ("reason", " ")], "Dites pourquoi"),
        (vec![("mark", "101"), ("reason", "r")], "de 0 à 100"),
        (vec![("mark", "-1"), ("reason", "r")], "de 0 à 100"),
        (vec![("mark", "viel"), ("reason", "kept")], "de 0 à 100"),
    ] {
        let page = trainer.post(&mark, &fields).await;
        assert_eq!(page.status, 422);
        assert!(page.text("[role=alert] p").contains(words), "{}", page.text("[role=alert] p"));
        assert_eq!(page.attribute("#mark", "value").as_deref(), Some(fields[0].1), "what was typed stays");
    }
    let reason = [("mark", "72,5"), ("reason", "The second half is missing."), ("seen", "0")];
    assert_eq!(trainer.post(&mark, &reason).await.status, 303);
    let stale = trainer.post(&mark, &[("mark", "10"), ("reason", "other window"), ("seen", "0")]).await;
    assert_eq!(stale.status, 422, "another trainer's decision is not covered unseen");
    assert_eq!(trainer.get(&sheet).await.text(".mark"), "72,5 sur 100");
    trainer.release(&activity).await;
    let shown = learners[0].get(&activity).await;
    assert!(shown.text("#mark").starts_with("72,5"));
    assert!(shown.text("#next").contains("The second half is missing."), "the learner reads the reason");
    assert!(shown.text("#next").contains("100"), "and what the reviews came to");
    // After the release a decision goes to the gradebook at once, and can be taken back.
    assert_eq!(trainer.post(&mark, &[("action", "peers"), ("seen", "1")]).await.status, 303);
    assert!(learners[0].get(&activity).await.text("#mark").starts_with("100"));
}

async fn releasing_is_exact(app: &TestApp) {
    let trainer = app.trainer(Kind::Moodle).await;
    let activity = trainer.set_up(&[]).await;
    let empty = trainer.get(&format!("{activity}/release")).await;
    assert!(empty.attribute("#release", "type").is_none(), "nothing to release yet");
    let forced = trainer.release(&activity).await;
    assert_eq!(forced.status, 422);
    let (ada, bob) = (app.learner(Kind::Moodle, 0).await, app.learner(Kind::Moodle, 1).await);
    for learner in [&ada, &bob] {
        learner.hand_in("<div>Work.</div>").await;
    }
    ada.review(["3", "3", "3"]).await;
    let preview = trainer.get(&format!("{activity}/release")).await;
    assert!(preview.text(".note.warn").contains("pas de note"));
    let (csrf, digest) = (
        preview.attribute("input[name=csrf]", "value").unwrap(),
        preview.attribute("input[name=digest]", "value").unwrap(),
    );
    // A review arrives between the preview and the click: what was seen is not what would happen.
    bob.review(["0", "0", "0"]).await;
    let fields = [("csrf", csrf), ("digest", digest)];
    let stale = trainer.post_raw(&format!("{activity}/release"), &fields, &[]).await;
    assert_eq!(stale.status, 422);
    assert!(stale.text("[role=alert] p").contains("Une note a changé"));
    // A double click releases once.
    let both = futures_util::future::join_all([trainer.release(&activity), trainer.release(&activity)]).await;
    assert!(both.iter().all(|p| p.status == 303));
    let revisions: i64 = app
        .context
        .db
        .read(|c| {
            use cercle::store::schema::grade_revisions;
            use diesel::prelude::*;
            Ok::<_, cercle::store::StoreError>(grade_revisions::table.count().get_result(c)?)
        })
        .await
        .unwrap();
    assert_eq!(revisions, 2);
}

/// T16: the LMS's test person can look and write, and appears nowhere.
async fn test_users_stay_out(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[]).await;
    let school = app.lms.school(Kind::Canvas);
    let tester = app
        .browser()
        .launch(&app.lms, &school, &person(&school, Part::Learner, 0), &school.links[0], |c| {
            c["https://purl.imsglobal.org/spec/lti/claim/roles"] = serde_json::json!([
                "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner",
                "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
            ]);
        })
        .await
        .ok()
        .unwrap();
    assert_eq!(tester.hand_in("<div>Just looking.</div>").await.status, 303);
    let ada = app.learner(Kind::Canvas, 1).await;
    ada.hand_in("<div>Real.</div>").await;
    assert_eq!(ada.get(&activity).await.text("#next h2"), "No work to review yet", "the test person's work is no work");
    assert_eq!(tester.post(&format!("{activity}/reviews"), &[]).await.status, 409);
    assert_eq!(trainer.get(&activity).await.all("#group tbody tr").len(), 1);
}

async fn deadlines_hold(app: &TestApp) {
    let now = app.clock.now();
    let (work, review) = (now.plus_seconds(3600).iso_seconds(), now.plus_seconds(7200).iso_seconds());
    let activity = app.trainer(Kind::Canvas).await.set_up(&[("work_due", &work), ("review_due", &review)]).await;
    let (ada, bob, late) =
        (app.learner(Kind::Canvas, 0).await, app.learner(Kind::Canvas, 1).await, app.learner(Kind::Canvas, 2).await);
    ada.hand_in("<div>Ada's</div>").await;
    bob.hand_in("<div>Bob's</div>").await;
    let started = ada.post(&format!("{activity}/reviews"), &[]).await.location();
    app.clock.advance(3600 + 61);
    let refused = late.hand_in("<div>Too late, but not lost.</div>").await;
    assert_eq!(refused.status, 422);
    assert!(refused.text("[role=alert] p").contains("The time for handing in has passed"));
    let editor = late.get(&format!("{activity}/work")).await;
    assert!(editor.attribute("#text", "value").unwrap().contains("not lost"), "the text is saved");
    assert_eq!(late.get(&activity).await.text("#next h2"), "The time for handing in has passed");
    assert_eq!(ada.post(&format!("{activity}/work/back"), &[]).await.status, 409);
    assert_eq!(bob.review(["1", "1", "1"]).await.status, 303, "reviewing goes on");
    app.clock.advance(3600);
    assert_eq!(ada.post(&started, &COMPLETE).await.status, 409, "too late to send");
    assert_eq!(ada.post(&format!("{started}/draft"), &COMPLETE).await.status, 200, "never too late to keep");
    assert_eq!(ada.get(&activity).await.text("#next h2"), "The time for reviews has passed");
}

async fn settings_can_change(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[]).await;
    let page = trainer.get(&format!("{activity}/settings")).await;
    let send = |changes: Vec<(&'static str, &'static str)>| {
        let mut fields = crate::harness::form_fields(&page);
        for (name, value) in [("action", "save")].into_iter().chain(changes) {
            fields.retain(|(n, _)| n != name);
            fields.push((name.to_owned(), value.to_owned()));
        }
        let (trainer, activity) = (trainer.clone(), activity.clone());
        async move {
            let fields: Vec<(&str, String)> = fields.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
            trainer.post_raw(&format!("{activity}/settings"), &fields, &[]).await
        }
    };
    assert_eq!(send(vec![("title", "New name"), ("c0_title", "First")]).await.status, 303);
    assert_eq!(trainer.get(&activity).await.text("h1"), "New name");
    let stale = send(vec![("title", "From an old window")]).await;
    assert_eq!(stale.status, 409, "two trainers do not overwrite each other unseen");
    // Once a review has begun the rubric stays as it is.
    let (ada, bob) = (app.learner(Kind::Canvas, 0).await, app.learner(Kind::Canvas, 1).await);
    ada.hand_in("<div>A</div>").await;
    bob.hand_in("<div>B</div>").await;
    ada.post(&format!("{activity}/reviews"), &[]).await;
    let locked = trainer.get(&format!("{activity}/settings")).await;
    assert!(locked.attribute("input[name=c0_title]", "value").is_none());
    let revision = locked.attribute("input[name=revision]", "value").unwrap();
    let fields = [
        ("csrf", trainer.token().await),
        ("revision", revision),
        ("title", "Still open".into()),
        ("brief", "<div>B</div>".into()),
        ("reviews", "1".into()),
        ("anonymity", "open".into()),
        ("criteria", "1".into()),
        ("c0_title", "Smuggled".into()),
        ("action", "save".into()),
    ];
    assert_eq!(trainer.post_raw(&format!("{activity}/settings"), &fields, &[]).await.status, 303);
    let review = bob.post(&format!("{activity}/reviews"), &[]).await.location();
    let shown = bob.get(&review).await;
    assert!(!shown.body.contains("Smuggled") && shown.body.contains("First"));
}

/// No number of a work is the same for everybody, so no author can tell others which work is theirs (T61).
async fn everybody_knows_a_work_by_another_number(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "2")]).await;
    let mut learners = Vec::new();
    for n in 0..3 {
        let learner = app.learner(Kind::Canvas, n).await;
        assert_eq!(learner.add_file("notes.txt", format!("Notes {n}.").as_bytes()).await.status, 200);
        let sent = [("text", "<div>Mine.</div>"), ("revision", "0")];
        assert_eq!(learner.post(&format!("{activity}/work"), &sent).await.status, 303);
        learners.push(learner);
    }
    for learner in &learners {
        for place in ["01", "02"] {
            let path = learner.post(&format!("{activity}/reviews"), &[]).await.location();
            let page = learner.get(&path).await;
            assert!(page.text("h1").contains(&format!("Participant {place}")), "{}", page.text("h1"));
            let copy = page.attribute(".files a", "href").unwrap();
            let (headers, _) = learner.download(&copy).await;
            let name = headers["content-disposition"].to_str().unwrap();
            assert!(name.contains(&format!("work-{place}-1.txt")), "{name}");
            assert_eq!(learner.review(["1", "1", "1"]).await.status, 303);
        }
        let home = learner.get(&activity).await;
        assert_eq!(home.all("#sent li").len(), 2);
        assert!(home.text("#sent").contains("Participant 01") && home.text("#sent").contains("Participant 02"));
        assert!(!home.text("#own-work").contains("Participant"), "{}", home.text("#own-work"));
    }
}
