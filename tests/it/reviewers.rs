//! The reviewers' page: what each has done and what is worth a look, for staff alone.

use cercle::demo::campus::{Kind, Part};

use crate::harness::{TestApp, on_both_engines, person};

on_both_engines! {
    staff_see_how_learners_review,
    who_favours_their_own_company_is_told,
}

async fn staff_see_how_learners_review(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "2"), ("method", "mean")]).await;
    let path = format!("{activity}/reviewers");
    assert!(trainer.get(&path).await.body.contains("Nobody has handed in yet"));
    let learners = app.handed_in(Kind::Canvas, 3).await;
    // The first writes the same twice, the second something of their own, the third nothing yet.
    for _ in 0..2 {
        assert_eq!(learners[0].review(["1", "1", "1"]).await.status, 303);
    }
    let own = learners[1].post(&format!("{activity}/reviews"), &[]).await.location();
    let mut fields = vec![("level_c1", "3"), ("level_c2", "2"), ("level_c3", "1")];
    let comments = [
        ("comment_c1", "Every question of the brief has its answer here"),
        ("comment_c2", "Two figures come without a source, the others are well chosen"),
        ("comment_c3", "Short sentences and a good beginning"),
    ];
    fields.extend(comments);
    assert_eq!(learners[1].post(&own, &fields).await.status, 303);

    let names: Vec<String> = (0..3).map(|n| person(&app.lms.school(Kind::Canvas), Part::Learner, n).name()).collect();
    let rows = trainer.get(&path).await.all("#reviewers tbody tr");
    assert_eq!(rows.len(), 3);
    assert!(rows[0].contains(&names[0]) && rows[0].contains("The same words in several reviews."), "{rows:?}");
    assert!(rows[0].contains("2 of 2"), "{}", rows[0]);
    let row = |name: &str| rows.iter().find(|row| row.contains(name)).unwrap();
    assert!(!row(&names[1]).contains("words in") && row(&names[1]).contains("1 of 2"));
    assert!(row(&names[2]).contains("0 of 2"));
    let words = trainer.get(&path).await.all("#reviewers td[data-label=\"Words a review\"]");
    assert!(words.contains(&"15".to_owned()) && words.contains(&"26".to_owned()), "{words:?}");
    // The third copies from the first: both are named, to the trainer.
    assert_eq!(learners[2].review(["1", "2", "1"]).await.status, 303);
    let rows = trainer.get(&path).await.all("#reviewers tbody tr");
    let row = |name: &str| rows.iter().find(|row| row.starts_with(name)).unwrap();
    assert!(row(&names[2]).contains(&format!("The same words as in a review by {}", names[0])), "{rows:?}");
    assert!(row(&names[0]).contains(&format!("The same words as in a review by {}", names[2])), "{rows:?}");
    for learner in &learners {
        assert_eq!(learner.get(&path).await.status, 403);
    }
    assert_eq!(app.trainer(Kind::Moodle).await.get(&path).await.status, 404, "another company's");
}

async fn who_favours_their_own_company_is_told(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "5"), ("method", "mean")]).await;
    let learners = app.handed_in(Kind::Canvas, 6).await;
    let company = |n: usize| if n < 3 { "Acme" } else { "Brio" };
    let names: Vec<String> = (0..6).map(|n| person(&app.lms.school(Kind::Canvas), Part::Learner, n).name()).collect();
    let lines = names.iter().enumerate().map(|(n, name)| format!("{name},{}", company(n)));
    let list: Vec<String> = ["learner,company".to_owned()].into_iter().chain(lines).collect();
    let fields = [("action", "groups"), ("list", &*list.join("\n"))];
    assert_eq!(trainer.post(&format!("{activity}/pairs"), &fields).await.status, 303);
    // Those of the first company give each other all, the others the same to everybody.
    for (n, learner) in learners.iter().enumerate() {
        for _ in 0..5 {
            let path = learner.post(&format!("{activity}/reviews"), &[]).await.location();
            let work = learner.get(&path).await.text("#work");
            let author: usize = work.split("Work ").nth(1).unwrap()[..1].parse().unwrap();
            let level = if n < 3 && author < 3 { "3" } else { "1" };
            assert_eq!(learner.review([level; 3]).await.status, 303);
        }
    }
    let path = format!("{activity}/reviewers");
    let told = trainer.get(&path).await.text("#kin");
    assert!(told.contains("Reviews within a company lie") && told.contains("(12 reviews)"), "{told}");
    assert!(!told.contains("within a group"), "there are none");
}
