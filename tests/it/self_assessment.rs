//! Learners assess their own works, and see that beside their peers' view.

use cercle::demo::campus::Kind;

use crate::harness::{TestApp, on_both_engines};

on_both_engines! {
    the_own_view_stands_beside_the_peers,
    the_own_view_has_its_time,
}

const HOUR: i64 = 3600;

fn levels(levels: [&'static str; 3]) -> [(&'static str, &'static str); 3] {
    [("level_c1", levels[0]), ("level_c2", levels[1]), ("level_c3", levels[2])]
}

async fn the_own_view_stands_beside_the_peers(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "1"), ("self_assessment", "on")]).await;
    let own = format!("{activity}/self");
    let (one, two) = (app.learner(Kind::Canvas, 0).await, app.learner(Kind::Canvas, 1).await);
    assert_eq!(one.get(&own).await.status, 409, "not before handing in");
    for learner in [&one, &two] {
        assert_eq!(learner.hand_in("<div>My own words.</div>").await.status, 303);
    }
    assert!(one.get(&activity).await.all("#self").is_empty(), "reviewing comes first");
    for learner in [&one, &two] {
        assert_eq!(learner.review(["1", "1", "1"]).await.status, 303);
    }
    assert!(one.get(&activity).await.text("#self").contains("read others"));
    // What is written stays; levels are needed, comments are not.
    assert!(one.get(&own).await.text("#work").contains("My own words."));
    let draft = [("level_c1", "2"), ("comment_c1", "A <b>thought</b>")];
    assert_eq!(one.post(&format!("{own}/draft"), &draft).await.status, 200);
    let missing = one.post(&own, &draft).await;
    assert_eq!(missing.status, 422);
    assert!(missing.text(".problems").contains("saved") && missing.text("#comment-c1").contains("A <b>thought</b>"));
    assert!(one.get(&activity).await.text("#self").contains("How do you see"), "it is not sent");
    for _ in 0..2 {
        assert_eq!(one.post(&own, &levels(["3", "2", "3"])).await.status, 303, "twice is once");
    }
    // It can be changed, but not by half.
    assert_eq!(one.post(&format!("{own}/draft"), &draft).await.status, 409);
    let half = one.post(&own, &draft).await;
    assert!(half.status == 422 && half.text(".problems").contains("what you sent before stays"));
    assert_eq!(one.post(&own, &levels(["3", "3", "3"])).await.status, 303);
    assert!(one.get(&activity).await.text("#self").contains("You have assessed"));
    // It makes no mark, its peers never see it, and it is nobody else's.
    let group = trainer.get(&activity).await;
    assert_eq!(group.all("#group tbody td[data-label=Mark]"), ["33.33", "33.33"]);
    assert!(!two.get(&own).await.text("#self-form").contains("A <b>thought</b>"));
    let sheet = group.attribute("#group th a", "href").unwrap();
    assert!(trainer.get(&sheet).await.text("#beside").contains("gave 100 points, the reviewers 33.33"));
    assert!(one.get(&activity).await.all("#beside").is_empty(), "not before the release");
    assert_eq!(trainer.release(&activity).await.status, 303);
    let beside = one.get(&activity).await.text("#beside");
    assert!(beside.contains("You gave 100 points, your reviewers 33.33 on average"), "{beside}");
    assert!(two.get(&activity).await.all("#beside").is_empty(), "who did not, sees nothing");
    assert_eq!(one.post(&own, &levels(["0", "0", "0"])).await.status, 409, "it is over");
    assert!(one.get(&own).await.all("#send-self").is_empty());
    // Staff have no own view.
    assert_eq!(trainer.get(&own).await.status, 403);
}

async fn the_own_view_has_its_time(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let at = |hours: i64| app.clock.now().plus_seconds(hours * HOUR).iso_seconds();
    let (work, review) = (at(1), at(2));
    let dates = [("reviews", "1"), ("work_due", &*work), ("review_due", &*review)];
    let activity = trainer.set_up(&dates).await;
    let one = app.learner(Kind::Canvas, 0).await;
    assert_eq!(one.hand_in("<div>My own words.</div>").await.status, 303);
    let own = format!("{activity}/self");
    assert_eq!(one.get(&own).await.status, 404, "it is not wanted");
    let settings = trainer.get(&format!("{activity}/settings")).await;
    let mut fields = crate::harness::form_fields(&settings);
    fields.extend([("self_assessment", "on"), ("action", "save")].map(|(k, v)| (k.to_owned(), v.to_owned())));
    let fields: Vec<(&str, String)> = fields.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
    assert_eq!(trainer.post_raw(&format!("{activity}/settings"), &fields, &[]).await.status, 303);
    let checked = trainer.get(&format!("{activity}/settings")).await;
    assert_eq!(checked.all("input[name=self_assessment][checked]").len(), 1);
    assert!(!one.get(&activity).await.all("#self").is_empty(), "there is nothing to review");
    assert_eq!(one.post(&own, &levels(["1", "1", "9"])).await.status, 422, "there is no such level");
    app.clock.advance(2 * HOUR + 120);
    let one = app.learner(Kind::Canvas, 0).await;
    assert!(one.get(&activity).await.all("#self").is_empty());
    let token = one.get(&own).await.attribute("#self-form input[name=csrf]", "value").unwrap();
    let late =
        [("csrf", token), ("level_c1", "1".to_owned()), ("level_c2", "1".to_owned()), ("level_c3", "1".to_owned())];
    assert_eq!(one.post_raw(&own, &late, &[]).await.status, 409, "the time has passed");
}
