//! A control work: a work of the trainer that hides among the learners' works, so that everybody's reviews can be told by
//! it.

use cercle::demo::campus::Kind;

use crate::harness::{Page, Session, TestApp, form_fields, on_both_engines};

on_both_engines! {
    everybody_gets_it_once_and_does_not_know,
    it_goes_only_where_it_can_hide,
    what_is_reported_about_it_reaches_the_trainer,
}

const TEXT: &str = "A plan that the trainer wrote.";

/// A control work with the same level everywhere.
fn control(level: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut fields =
        vec![("text", "<div>A plan that the trainer wrote.</div>"), ("tolerance", "10"), ("use", "control")];
    for (name, comment) in [("level_c1", "comment_c1"), ("level_c2", "comment_c2"), ("level_c3", "comment_c3")] {
        fields.extend([(name, level), (comment, "Known only to me.")]);
    }
    fields
}

async fn add(trainer: &Session, activity: &str) -> Page {
    trainer.post(&format!("{activity}/examples"), &control("1")).await
}

async fn settings(trainer: &Session, activity: &str, changes: &[(&str, &str)]) -> Page {
    let page = trainer.get(&format!("{activity}/settings")).await;
    let mut fields = form_fields(&page);
    let always = [("brief", "<div>Write.</div>"), ("action", "save")];
    for (name, value) in always.iter().chain(changes) {
        fields.retain(|(n, _)| n != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(&str, String)> = fields.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
    trainer.post_raw(&format!("{activity}/settings"), &fields, &[]).await
}

async fn everybody_gets_it_once_and_does_not_know(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "2"), ("reviewing", "on"), ("reviewing_quality", "on")]).await;
    assert_eq!(add(&trainer, &activity).await.status, 303);
    let mut learners = Vec::new();
    for n in 0..4 {
        learners.push(app.learner(Kind::Canvas, n).await);
        assert_eq!(learners[n].hand_in(&format!("<div>Work of number {n}.</div>")).await.status, 303);
    }
    let mut places = Vec::new();
    for learner in &learners {
        let home = learner.get(&activity).await;
        assert!(home.all("#practise").is_empty(), "nobody practises on it");
        for place in 0..2 {
            let path = learner.post(&format!("{activity}/reviews"), &[]).await.location();
            let page = learner.get(&path).await;
            if page.text("#work").contains(TEXT) {
                places.push(place);
            }
            let said = page.text("main").to_lowercase();
            assert!(
                said.contains("participant ") && !said.contains("control") && !said.contains("trainer’s"),
                "{said}"
            );
            assert!(!page.body.contains("Known only to me."));
            assert_eq!(learner.review(["2", "2", "2"]).await.status, 303);
        }
        let home = learner.get(&activity).await;
        assert!(!home.text("main").to_lowercase().contains("control"), "{}", home.text("main"));
    }
    assert_eq!(places.len(), 4, "everybody gets it once");
    let page = trainer.get(&activity).await;
    assert_eq!(page.all("#group tbody tr").len(), 4, "it is nobody's in the group");
    let received: i32 =
        page.all("#group td[data-label=Received]").iter().map(|n| n.trim().parse::<i32>().unwrap()).sum();
    assert_eq!(received, 4, "the other review of each goes to a learner");
    let pairs = trainer.get(&format!("{activity}/pairs")).await.text("#given");
    assert_eq!(pairs.matches("Control work (sent)").count(), 4, "{pairs}");
    let list = trainer.get(&format!("{activity}/examples")).await.text(".example");
    assert!(list.contains("4 learners have marked it") && list.contains("Control work"), "{list}");
    let csv = trainer.get(&format!("{activity}/reviews.csv")).await.body;
    assert_eq!(csv.matches("Control work").count(), 4 * 3, "{csv}");
    assert_eq!(trainer.release(&activity).await.status, 303);
    // Now they may know, and see how far they were from their trainer, who gave 1 of 3.
    for learner in &learners {
        let given = learner.get(&activity).await.text("#given");
        assert_eq!(given.matches("was a control work").count(), 1);
        assert!(given.contains("points more than your trainer"), "{given}");
    }
}

async fn it_goes_only_where_it_can_hide(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "2"), ("anonymity", "open")]).await;
    let refused = add(&trainer, &activity).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text("#problems").contains("without names"), "{}", refused.text("#problems"));
    assert_eq!(refused.attribute("#text", "value").as_deref(), Some("<div>A plan that the trainer wrote.</div>"));
    assert!(refused.attribute("input[value=control]", "checked").is_some(), "what was chosen stays");
    for changes in
        [[("anonymity", "double_blind"), ("reviews", "1")], [("anonymity", "single_blind"), ("reviews", "2")]]
    {
        assert_eq!(settings(&trainer, &activity, &changes).await.status, 303);
        assert_eq!(add(&trainer, &activity).await.status, 422, "{changes:?}");
    }
    assert_eq!(settings(&trainer, &activity, &[("anonymity", "double_blind")]).await.status, 303);
    assert_eq!(add(&trainer, &activity).await.status, 303);
    let second = add(&trainer, &activity).await;
    assert!(second.text("#problems").contains("a control work already"), "{}", second.text("#problems"));
    for change in [("anonymity", "open"), ("reviews", "1")] {
        let refused = settings(&trainer, &activity, &[change]).await;
        assert_eq!(refused.status, 422, "{change:?}");
        assert!(refused.text("#problems").contains("There is a control work"), "{}", refused.text("#problems"));
    }
    // Withdrawn before anybody got it, it makes room for another one.
    let withdraw = async || {
        let page = trainer.get(&format!("{activity}/examples")).await;
        let path = page.attribute("form[action$='/withdraw']", "action").unwrap();
        trainer.post(&path, &[("action", "withdraw")]).await.status
    };
    assert_eq!(withdraw().await, 303);
    assert!(trainer.get(&format!("{activity}/examples")).await.all(".example").is_empty());
    assert_eq!(add(&trainer, &activity).await.status, 303);
    // The first to hand in has something to review at once; once seen, it is only withdrawn.
    let first = app.learner(Kind::Canvas, 0).await;
    assert_eq!(first.hand_in("<div>The first one.</div>").await.status, 303);
    let path = first.post(&format!("{activity}/reviews"), &[]).await.location();
    assert!(first.get(&path).await.text("#work").contains(TEXT));
    assert_eq!(withdraw().await, 303);
    assert!(trainer.get(&format!("{activity}/examples")).await.text(".example").contains("withdrawn"));
    assert_eq!(first.review(["1", "1", "1"]).await.status, 303, "who has it can end the review");
    assert!(trainer.get(&format!("{activity}/examples")).await.text(".example").contains("One learner has marked it"));
    assert_eq!(add(&trainer, &activity).await.status, 422);
    let second = app.learner(Kind::Canvas, 1).await;
    assert_eq!(second.hand_in("<div>The second one.</div>").await.status, 303);
    let path = second.post(&format!("{activity}/reviews"), &[]).await.location();
    assert!(second.get(&path).await.text("#work").contains("The first one."), "nobody gets it any more");
    assert_eq!(first.post(&format!("{activity}/examples"), &control("1")).await.status, 403);
}

async fn what_is_reported_about_it_reaches_the_trainer(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "2")]).await;
    assert_eq!(add(&trainer, &activity).await.status, 303);
    let learner = app.learner(Kind::Canvas, 0).await;
    assert_eq!(learner.hand_in("<div>The first one.</div>").await.status, 303);
    let path = learner.post(&format!("{activity}/reviews"), &[]).await.location();
    let declined =
        learner.post(&format!("{path}/decline"), &[("why", "problem"), ("text", "Copied <i>somewhere</i>.")]).await;
    assert_eq!(declined.status, 303, "{}", declined.body);
    let note = trainer.get(&activity).await.text("#control-reports");
    assert!(note.contains("your control work"), "{note}");
    let list = trainer.get(&format!("{activity}/examples")).await;
    assert!(list.text(".example").contains("Copied <i>somewhere</i>."), "{}", list.text(".example"));
    let action = list.attribute("form[action$='/withdraw']", "action").unwrap();
    assert_eq!(learner.post(&action, &[("action", "looked")]).await.status, 403);
    assert_eq!(trainer.post(&action, &[("action", "looked")]).await.status, 303);
    assert!(trainer.get(&activity).await.all("#control-reports").is_empty());
    assert_eq!(trainer.post(&action, &[("action", "away")]).await.status, 400);
    // It does not come back to whom it was too much.
    assert_eq!(learner.post(&format!("{activity}/reviews"), &[]).await.location(), activity);
}
