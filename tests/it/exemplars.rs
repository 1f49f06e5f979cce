//! Works to learn from: shown to the group after the release, where their authors agree, and without a name.

use cercle::demo::campus::{Kind, Part};

use crate::harness::{TestApp, on_both_engines, person};

on_both_engines! { a_work_is_shown_if_its_author_agrees, nobody_is_asked_who_should_not_be }

async fn a_work_is_shown_if_its_author_agrees(app: &TestApp) {
    let kind = Kind::Canvas;
    let trainer = app.trainer(kind).await;
    let activity = trainer.set_up(&[("reviews", "1"), ("anonymity", "open")]).await;
    let mut learners = Vec::new();
    let document =
        std::fs::read(format!("{}/tests/data/documents/04-changes.docx", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for n in 0..3 {
        let learner = app.learner(kind, n).await;
        let name = person(&app.lms.school(kind), Part::Learner, n).family_name;
        assert_eq!(learner.add_file(&format!("{name}.docx"), &document).await.status, 200);
        assert_eq!(learner.hand_in(&format!("<div>The words of number {n}.</div>")).await.status, 303);
        learners.push(learner);
    }
    for learner in &learners {
        assert_eq!(learner.review(["1", "2", "3"]).await.status, 303);
    }
    let sheet = trainer.get(&activity).await.attributes("#group th a", "href").remove(0);
    let ask = format!("{sheet}/exemplar");
    assert!(trainer.get(&sheet).await.all("#exemplar").is_empty());
    assert_eq!(trainer.post(&ask, &[("wish", "show")]).await.status, 422, "not before the release");
    assert_eq!(trainer.release(&activity).await.status, 303);
    for _ in 0..2 {
        assert_eq!(trainer.post(&ask, &[("wish", "show")]).await.status, 303, "twice is once");
    }
    let (author, other) = (&learners[0], &learners[2]);
    assert!(author.get(&activity).await.text("#exemplar").contains("It is up to you"));
    assert!(author.get("/news").await.body.contains("as an example, if you agree"));
    assert!(other.get(&activity).await.all("#exemplars").is_empty(), "nobody reads it before");
    assert_eq!(author.post(&format!("{activity}/exemplar"), &[("answer", "yes")]).await.status, 303);
    // Now the others read it, without a name also where reviews are open.
    let path = other.get(&activity).await.attribute("#exemplars a", "href").unwrap();
    let page = other.get(&path).await;
    assert!(page.text("#work").contains("The words of number 0."));
    let name = person(&app.lms.school(kind), Part::Learner, 0).family_name;
    assert!(!page.body.contains(&name), "{}", page.text("main"));
    let copies = page.attributes("#work .files li > a:first-child", "href");
    assert_eq!(copies.len(), 1);
    // Whoever did not review it gets the copy under a neutral name, and nobody the original.
    let reviewed = |n: usize| format!("The words of number {n}.");
    let reviewer_of = async |n: usize| {
        for (at, learner) in learners.iter().enumerate() {
            for given in learner.get(&activity).await.all("#given article h3") {
                if given.contains(&person(&app.lms.school(kind), Part::Learner, n).family_name) {
                    return at;
                }
            }
        }
        panic!("nobody reviewed {}", reviewed(n));
    };
    let reviewer = reviewer_of(0).await;
    let stranger = &learners[3 - reviewer];
    let (headers, bytes) = stranger.download(&copies[0]).await;
    assert!(!format!("{headers:?}").contains(&name) && bytes.len() > 1_000, "{headers:?}");
    assert_eq!(stranger.get(copies[0].trim_end_matches("/copy")).await.status, 404);
    assert!(trainer.get(&sheet).await.text("#exemplar").contains("The author agrees"));
    assert_eq!(trainer.get(&path).await.status, 200);
    // They change their mind, and it is gone for everybody, with its files; nobody is asked again.
    assert_eq!(author.post(&format!("{activity}/exemplar"), &[("answer", "no")]).await.status, 303);
    assert_eq!(other.get(&path).await.status, 404);
    assert_eq!(stranger.get(&copies[0]).await.status, 404);
    assert!(trainer.get(&sheet).await.all("#exemplar button").is_empty());
    let again = trainer.post(&ask, &[("wish", "show")]).await;
    assert_eq!(again.status, 422);
    assert!(again.text("#exemplar .problems").contains("Nobody is asked twice"));
    assert_eq!(author.post(&format!("{activity}/exemplar"), &[("answer", "yes")]).await.status, 303);
    assert_eq!(trainer.post(&ask, &[("wish", "hide")]).await.status, 303);
    assert_eq!(other.get(&path).await.status, 404, "the trainer shows it no more");
    assert!(author.get(&activity).await.all("#exemplar").is_empty());
}

async fn nobody_is_asked_who_should_not_be(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "1")]).await;
    for n in 0..2 {
        assert_eq!(app.learner(Kind::Canvas, n).await.hand_in("<div>A work.</div>").await.status, 303);
    }
    let sheets = trainer.get(&activity).await.attributes("#group th a", "href");
    let out = [("verdict", "out"), ("reason", "It is empty.")];
    assert_eq!(trainer.post(&format!("{}/work", sheets[1]), &out).await.status, 303);
    let mark = [("mark", "70"), ("reason", "r"), ("seen", "0")];
    assert_eq!(trainer.post(&format!("{}/mark", sheets[0]), &mark).await.status, 303);
    assert_eq!(trainer.release(&activity).await.status, 303);
    let show = [("wish", "show")];
    assert_eq!(trainer.post(&format!("{}/exemplar", sheets[1]), &show).await.status, 422, "it was taken out");
    assert_eq!(trainer.post(&format!("{activity}/learners/nobody/exemplar"), &show).await.status, 404);
    assert_eq!(trainer.post(&format!("{}/exemplar", sheets[0]), &[("wish", "sell")]).await.status, 400);
    let learner = app.learner(Kind::Canvas, 0).await;
    for (path, field, status) in [
        (format!("{}/exemplar", sheets[0]), ("wish", "show"), 403),
        (format!("{activity}/exemplar"), ("answer", "yes"), 404),
        (format!("{activity}/exemplar"), ("answer", "perhaps"), 400),
    ] {
        assert_eq!(learner.post(&path, &[field]).await.status, status, "{path} {field:?}");
    }
    for number in ["1", "x", "99999999999"] {
        assert_eq!(learner.get(&format!("{activity}/exemplars/{number}")).await.status, 404);
    }
}
