//! Who reviews whom, as the trainer decides it: kept apart, asked for, one by one and from a list.

use cercle::demo::campus::Kind;

use crate::harness::{Page, Session, TestApp, on_both_engines};

on_both_engines! {
    who_is_kept_apart_gets_another_work,
    what_is_asked_for_comes_first,
    lists_are_taken_whole_or_not_at_all,
    reviews_keep_to_groups,
    companies_hold_beside_groups,
}

const NAMES: [&str; 4] = ["Alex Carter", "Alice Bennett", "Hugh Palmer", "Nadia Rahman"];

async fn handed_in(app: &TestApp, reviews: &str) -> (Session, String) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", reviews)]).await;
    for n in 0..4 {
        let learner = app.learner(Kind::Canvas, n).await;
        assert_eq!(learner.hand_in(&format!("<div>Work of number {n}.</div>")).await.status, 303);
    }
    (trainer, activity)
}

/// Our ids of the learners, as the page has them.
async fn ids(trainer: &Session, activity: &str) -> Vec<String> {
    let page = trainer.get(&format!("{activity}/pairs")).await;
    let (names, ids) = (page.all("select[name=author] option"), page.attributes("select[name=author] option", "value"));
    NAMES.iter().map(|name| ids[names.iter().position(|n| n.trim() == *name).unwrap()].clone()).collect()
}

async fn decide(trainer: &Session, activity: &str, reviewer: &str, author: &str, action: &str) -> Page {
    let fields = [("reviewer", reviewer), ("author", author), ("action", action)];
    trainer.post(&format!("{activity}/pairs"), &fields).await
}

/// Whose work somebody gets next, by number; None where there is none.
async fn next(learner: &Session, activity: &str) -> Option<(String, usize)> {
    let path = learner.post(&format!("{activity}/reviews"), &[]).await.location();
    let text = learner.get(&path).await.text("#work");
    let at = text.find("number ")? + 7;
    Some((path, text[at..=at].parse().unwrap()))
}

async fn who_is_kept_apart_gets_another_work(app: &TestApp) {
    let (trainer, activity) = handed_in(app, "1").await;
    let ids = ids(&trainer, &activity).await;
    let one = app.learner(Kind::Canvas, 0).await;
    // The work that somebody has goes back, and so does their own to the other.
    let (path, first) = next(&one, &activity).await.unwrap();
    let draft = one.post(&format!("{path}/draft"), &[("overall", "Half a thought")]).await;
    assert_eq!(draft.status, 200);
    assert_eq!(decide(&trainer, &activity, &ids[0], &ids[first], "never").await.status, 303);
    assert!(one.get(&path).await.text("main").contains("goes to somebody else"));
    let (_, second) = next(&one, &activity).await.unwrap();
    assert_ne!(first, second);
    for other in (1..4).filter(|n| *n != first && *n != second) {
        assert_eq!(decide(&trainer, &activity, &ids[other], &ids[0], "never").await.status, 303);
    }
    assert_eq!(decide(&trainer, &activity, &ids[second], &ids[0], "never").await.status, 303);
    let home = one.post(&format!("{activity}/reviews"), &[]).await;
    assert_eq!(home.location(), activity, "there is nobody left");
    // The others never get the first one's work.
    for n in 1..4 {
        let (_, of) = next(&app.learner(Kind::Canvas, n).await, &activity).await.unwrap();
        assert_ne!(of, 0, "both ways");
    }
    let shown = trainer.get(&format!("{activity}/pairs")).await;
    assert_eq!(shown.all("#decided li").len(), 3, "two people are one line");
    assert!(shown.text("#given").contains("given back"));
    // Taken back, both may again.
    assert_eq!(decide(&trainer, &activity, &ids[0], &ids[second], "remove").await.status, 303);
    assert_eq!(trainer.get(&format!("{activity}/pairs")).await.all("#decided li").len(), 2);
    // Nobody is kept from themselves, and learners decide nothing.
    let same = decide(&trainer, &activity, &ids[1], &ids[1], "never").await;
    assert_eq!(same.status, 422);
    assert!(same.text("#decide").contains("two different people"));
    assert_eq!(same.attributes("option[selected]", "value"), [ids[1].clone(), ids[1].clone()], "what was chosen stays");
    assert_eq!(decide(&trainer, &activity, &ids[1], "nobody", "never").await.status, 404);
    assert_eq!(decide(&trainer, &activity, &ids[1], &ids[2], "away").await.status, 400);
    assert_eq!(decide(&one, &activity, &ids[1], &ids[2], "never").await.status, 403);
    assert_eq!(one.get(&format!("{activity}/pairs")).await.status, 403);
    assert_eq!(app.trainer(Kind::Moodle).await.get(&format!("{activity}/pairs")).await.status, 404);
}

async fn what_is_asked_for_comes_first(app: &TestApp) {
    let (trainer, activity) = handed_in(app, "1").await;
    let ids = ids(&trainer, &activity).await;
    let (one, three) = (app.learner(Kind::Canvas, 0).await, app.learner(Kind::Canvas, 2).await);
    assert_eq!(decide(&trainer, &activity, &ids[0], &ids[3], "asked").await.status, 303);
    assert_eq!(decide(&trainer, &activity, &ids[2], &ids[3], "asked").await.status, 303);
    assert!(one.get(&activity).await.text("#new").contains("asks you for a review"));
    let (path, of) = next(&one, &activity).await.unwrap();
    assert_eq!(of, 3);
    let levels = [("level_c1", "1"), ("level_c2", "1"), ("level_c3", "1"), ("comment_c1", "It is good as it is.")];
    let comments = [("comment_c2", "It is good as it is."), ("comment_c3", "It is good.")];
    assert_eq!(one.post(&path, &[levels.as_slice(), &comments].concat()).await.status, 303);
    let (_, of) = next(&three, &activity).await.unwrap();
    assert_eq!(of, 3, "also where the work has a review already");
    // Asked for one more, who has sent enough is told so.
    assert!(one.get(&activity).await.text("#next").contains("Some works have too few"));
    assert_eq!(decide(&trainer, &activity, &ids[0], &ids[1], "asked").await.status, 303);
    assert!(one.get(&activity).await.text("#next").contains("asks you to review one more work"));
    assert_eq!(next(&one, &activity).await.unwrap().1, 1);
    let again = decide(&trainer, &activity, &ids[0], &ids[3], "asked").await;
    assert_eq!(again.status, 422);
    assert!(again.text("#decide").contains("has or had this work"));
    // Kept apart afterwards, the sent review stays and the other one ends.
    assert_eq!(decide(&trainer, &activity, &ids[0], &ids[3], "never").await.status, 303);
    assert_eq!(decide(&trainer, &activity, &ids[0], &ids[1], "never").await.status, 303);
    let given = trainer.get(&format!("{activity}/pairs")).await.text("#given");
    assert!(given.contains("Nadia Rahman (sent)") && given.contains("Alice Bennett (given back"), "{given}");
    assert_eq!(trainer.release(&activity).await.status, 303);
    assert_eq!(decide(&trainer, &activity, &ids[1], &ids[2], "never").await.status, 409, "it is over");
    assert!(trainer.get(&format!("{activity}/pairs")).await.all("#decide").is_empty());
}

async fn lists_are_taken_whole_or_not_at_all(app: &TestApp) {
    let (trainer, activity) = handed_in(app, "1").await;
    let path = format!("{activity}/pairs");
    let import = async |list: &str| trainer.post(&path, &[("list", list), ("action", "import")]).await;
    let one = app.learner(Kind::Canvas, 0).await;
    let (_, has) = next(&one, &activity).await.unwrap();
    let had = format!("reviewer,author,rule\nAlex Carter,{},asked", NAMES[has]);
    for (list, says) in [
        ("", "Paste a list"),
        ("reviewer,author\nAlex Carter,Alice Bennett", "must name the columns"),
        ("reviewer,author,rule", "Paste a list"),
        (
            "reviewer,author,rule\nAlex Carter,Nobody <i>,never",
            "Line 2, column “author”: nobody here is called “Nobody <i>”.",
        ),
        (
            "reviewer;author;rule\nAlex Carter;Alice Bennett;never\nAlex Carter;Hugh Palmer;maybe",
            "Line 3, column “rule”",
        ),
        ("reviewer,author,rule\nAlex Carter,alex@example.org,never", "cannot review the own work"),
        ("reviewer,author,rule\nClaire Morgan,Alex Carter,asked", "nobody here is called"),
        (had.as_str(), "has or had the work"),
    ] {
        let refused = import(list).await;
        assert_eq!(refused.status, 422, "{list}");
        assert!(refused.text("#import .problems").contains(says), "{}", refused.text("#import"));
        assert_eq!(refused.text("#list").trim(), list.trim(), "what was pasted stays");
        assert!(refused.all("#decided").is_empty(), "nothing of it is taken");
    }
    let taken =
        import("Reviewer;Author;Rule\n alice bennett ;hugh@example.org;Never\nHugh Palmer;Nadia Rahman;asked\n").await;
    assert_eq!(taken.status, 303);
    let decided = trainer.get(&path).await.all("#decided li");
    assert_eq!(decided.len(), 2, "{decided:?}");
    let csv = String::from_utf8(trainer.download(&format!("{activity}/pairs.csv")).await.1).unwrap();
    assert!(
        csv.starts_with("\u{feff}reviewer,author,rule\n") && csv.contains("Hugh Palmer,Nadia Rahman,asked"),
        "{csv}"
    );
    assert_eq!(next(&app.learner(Kind::Canvas, 2).await, &activity).await.unwrap().1, 3);
}

async fn reviews_keep_to_groups(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let from = app.clock.now().plus_seconds(3_600).iso_seconds();
    let activity = trainer.set_up(&[("reviews", "1"), ("groups", "across"), ("review_from", &from)]).await;
    for n in 0..4 {
        let learner = app.learner(Kind::Canvas, n).await;
        assert_eq!(learner.hand_in(&format!("<div>Work of number {n}.</div>")).await.status, 303);
    }
    let path = format!("{activity}/pairs");
    let lists = [
        ("", 303),
        (
            "learner,group\nAlex Carter,\"North, <i>upper</i>\"\nAlice Bennett,\"North, <i>upper</i>\"\nHugh Palmer,South\nNadia Rahman,South",
            303,
        ),
        ("learner,group\nAlex Carter,North\nSomebody Else,South", 422),
        ("learner,group\nAlex Carter,North\nalex carter,South", 422),
        ("learner,group\nAlex Carter,", 422),
        ("learner\nAlex Carter", 422),
    ];
    for (list, status) in lists {
        let answer = trainer.post(&path, &[("action", "groups"), ("list", list)]).await;
        assert_eq!(answer.status, status, "{list}");
        if status == 422 {
            assert!(!answer.text("#groups .problems").is_empty(), "{list}");
            assert_eq!(answer.text("#group-list"), list, "what was typed is there");
        }
    }
    let shown = trainer.get(&path).await;
    assert!(shown.text("#groups").contains("North, <i>upper</i> (2) · South (2)"), "{}", shown.text("#groups"));
    // What the page shows can be sent again and changes nothing.
    let again = trainer.post(&path, &[("action", "groups"), ("list", &shown.text("#group-list"))]).await;
    assert_eq!(again.status, 303, "{}", again.text("#groups .problems"));
    assert_eq!(trainer.get(&path).await.text("#group-list"), shown.text("#group-list"));
    // The plan and the queue keep to it: nobody reviews their own group, also when nothing else is left.
    app.clock.advance(3_601);
    cercle::peer::reminders::run_round(&app.context).await.unwrap();
    let group = |n: usize| n / 2;
    for n in 0..4 {
        let learner = app.learner(Kind::Canvas, n).await;
        let (_, author) = next(&learner, &activity).await.unwrap();
        assert_ne!(group(n), group(author), "{n} got {author}");
        assert_eq!(learner.review(["1", "1", "1"]).await.status, 303);
    }
    let learner = app.learner(Kind::Canvas, 0).await;
    assert_eq!(learner.post(&path, &[("action", "groups"), ("list", "")]).await.status, 403);
    // Within groups of two, one review each is all there can be.
    let trainer = app.trainer(Kind::Moodle).await;
    let activity = trainer.set_up(&[("reviews", "2"), ("groups", "within")]).await;
    for n in 0..3 {
        let learner = app.learner(Kind::Moodle, n).await;
        assert_eq!(learner.hand_in(&format!("<div>Work of number {n}.</div>")).await.status, 303);
    }
    let path = format!("{activity}/pairs");
    let names = trainer.get(&path).await.all("select[name=author] option");
    let list = format!("learner;group\n{};A\n{};A\n{};B", names[0], names[1], names[2]);
    assert_eq!(trainer.post(&path, &[("action", "groups"), ("list", &list)]).await.status, 303);
    for (n, reviews) in [(0, 1), (1, 1), (2, 0)] {
        let learner = app.learner(Kind::Moodle, n).await;
        for _ in 0..reviews {
            let (_, author) = next(&learner, &activity).await.unwrap();
            assert_eq!((author, n + author), (1 - n, 1));
            assert_eq!(learner.review(["1", "1", "1"]).await.status, 303);
        }
        assert!(learner.get(&activity).await.all("#review").is_empty(), "{n} has nobody else");
    }
}

async fn companies_hold_beside_groups(app: &TestApp) {
    let from = app.clock.now().plus_seconds(3_600).iso_seconds();
    let trainer = app.trainer(Kind::Canvas).await;
    let rules = [("reviews", "1"), ("groups", "across"), ("companies", "across"), ("review_from", &from)];
    let activity = trainer.set_up(&rules).await;
    for n in 0..4 {
        let learner = app.learner(Kind::Canvas, n).await;
        assert_eq!(learner.hand_in(&format!("<div>Work of number {n}.</div>")).await.status, 303);
    }
    let path = format!("{activity}/pairs");
    let list = async |text: &str| trainer.post(&path, &[("action", "groups"), ("list", text)]).await;
    let before = trainer.get(&path).await.text("#groups");
    assert!(before.contains("Nobody has a group yet") && before.contains("Nobody has a company yet"), "{before}");
    let both = "learner,group,company\nAlex Carter,North,Acme\nAlice Bennett,North,Brio\nHugh Palmer,South,Acme\nNadia Rahman,,Brio";
    assert_eq!(list(both).await.status, 303);
    let long = format!("learner,company\nAlex Carter,{}", "x".repeat(81));
    for (wrong, says) in [
        ("learner,group,company\nAlex Carter,,", "Line 2, column “group”"),
        ("learner,company\nAlex Carter,", "Line 2, column “company”"),
        ("learner,company\nAlex Carter,Acme\nalex carter,Brio", "is there already"),
        ("learner\nAlex Carter", "one that is needed is missing"),
        (&long, "Line 2, column “company”"),
    ] {
        let refused = list(wrong).await;
        assert_eq!(refused.status, 422, "{wrong}");
        assert!(refused.text("#groups .problems").contains(says), "{wrong}: {}", refused.text("#groups .problems"));
    }
    let shown = trainer.get(&path).await;
    for words in ["North (2) · South (1)", "Acme (2) · Brio (2)", "to other companies"] {
        assert!(shown.text("#groups").contains(words), "{words}: {}", shown.text("#groups"));
    }
    assert!(!shown.text("#groups").contains("Nobody has"));
    assert_eq!(list(&shown.text("#group-list")).await.status, 303);
    assert_eq!(trainer.get(&path).await.text("#group-list"), shown.text("#group-list"));
    // A column that is not there stays as it is; here it gives the fourth a group.
    let groups = "learner,group\nAlex Carter,North\nAlice Bennett,North\nHugh Palmer,South\nNadia Rahman,South";
    assert_eq!(list(groups).await.status, 303);
    assert!(trainer.get(&path).await.text("#groups").contains("Acme (2) · Brio (2)"));
    // The plan and the queue keep to both, so that there is one work for everybody.
    app.clock.advance(3_601);
    cercle::peer::reminders::run_round(&app.context).await.unwrap();
    for n in 0..4 {
        let learner = app.learner(Kind::Canvas, n).await;
        let (_, author) = next(&learner, &activity).await.unwrap();
        assert_eq!(author, 3 - n);
        assert_eq!(learner.review(["1", "1", "1"]).await.status, 303);
    }
    // An empty list leaves neither.
    assert_eq!(list("").await.status, 303);
    let shown = trainer.get(&path).await.text("#groups");
    assert!(!shown.contains("North") && !shown.contains("Acme"), "{shown}");
    // Within companies, whatever the groups; whoever has no company can review everybody.
    let trainer = app.trainer(Kind::Moodle).await;
    let activity = trainer.set_up(&[("reviews", "2"), ("companies", "within")]).await;
    for n in 0..3 {
        let learner = app.learner(Kind::Moodle, n).await;
        assert_eq!(learner.hand_in(&format!("<div>Work of number {n}.</div>")).await.status, 303);
    }
    let path = format!("{activity}/pairs");
    let names = trainer.get(&path).await.all("select[name=author] option");
    let companies = format!("learner;company\n{};Acme\n{};Brio", names[0], names[1]);
    assert_eq!(trainer.post(&path, &[("action", "groups"), ("list", &companies)]).await.status, 303);
    for (n, authors) in [(0, vec![2]), (1, vec![2]), (2, vec![0, 1])] {
        let learner = app.learner(Kind::Moodle, n).await;
        let mut got = Vec::new();
        for _ in &authors {
            got.push(next(&learner, &activity).await.unwrap().1);
            assert_eq!(learner.review(["1", "1", "1"]).await.status, 303);
        }
        got.sort_unstable();
        assert_eq!(got, authors, "{n}");
        assert!(learner.get(&activity).await.all("#review").is_empty(), "{n} has nobody else");
    }
}
