//! The queue of works with many reviewers at once: whatever the order, nobody gets their own work or one twice, and no
//! work gets far more reviews than another (peer-assessment.md §6).

use std::collections::{HashMap, HashSet};

use cercle::demo::campus::Kind;
use cercle::store::StoreError;
use cercle::store::schema::{reviews, submissions};
use diesel::prelude::*;
use tokio::task::JoinSet;

use crate::harness::{Session, TestApp, on_both_engines};

on_both_engines! { everybody_reviews_at_once }

const LEARNERS: usize = 9;
const EACH: usize = 3;

/// Opens the next work twice at once, as a double click does, and sends a review of it.
async fn one_review(learner: Session, activity: String) {
    let path = format!("{activity}/reviews");
    let (one, two) = tokio::join!(learner.post(&path, &[]), learner.post(&path, &[]));
    assert_eq!((one.status, two.status), (303, 303));
    assert_eq!(one.location(), two.location(), "a double click gets one work");
    assert_eq!(learner.review(["2", "1", "2"]).await.status, 303);
}

async fn everybody_reviews_at_once(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", &EACH.to_string())]).await;
    let learners = app.handed_in(Kind::Canvas, LEARNERS).await;
    for _ in 0..EACH {
        let mut under_way = JoinSet::new();
        for learner in &learners {
            under_way.spawn(one_review(learner.clone(), activity.clone()));
        }
        while let Some(ended) = under_way.join_next().await {
            ended.unwrap();
        }
    }
    let rows: Vec<(String, String, String)> = app
        .context
        .db
        .read_blocking(|c| -> Result<_, StoreError> {
            let all = reviews::table.inner_join(submissions::table.on(submissions::id.eq(reviews::submission_id)));
            Ok(all.select((reviews::reviewer_id, reviews::submission_id, submissions::person_id)).load(c)?)
        })
        .unwrap();
    assert_eq!(rows.len(), LEARNERS * EACH, "each review is there once");
    assert!(rows.iter().all(|(reviewer, _, author)| reviewer != author), "nobody gets their own work");
    let pairs: HashSet<(&String, &String)> = rows.iter().map(|(reviewer, work, _)| (reviewer, work)).collect();
    assert_eq!(pairs.len(), rows.len(), "nobody gets a work twice");
    let mut loads: HashMap<&String, usize> = HashMap::new();
    for (_, work, _) in &rows {
        *loads.entry(work).or_default() += 1;
    }
    assert_eq!(loads.len(), LEARNERS);
    assert!(loads.values().all(|n| (EACH - 1..=EACH + 1).contains(n)), "loads stay level: {loads:?}");
}
