//! Rosters: whoever the LMS lists takes part, nobody is lost to a page that failed, and no roster touches
//! the people of another course (lti.md §6 and the NRPS rows of §9.6).

use cercle::clock::UtcTime;
use cercle::cohort::model::Membership;
use cercle::cohort::roster::jobs::run_round;
use cercle::demo::campus::{Kind, Mood, Part, User};
use cercle::demo::faults::{Call, Fault};
use cercle::ids::{MembershipId, PersonId};
use cercle::lti::SCOPE_ROSTER;
use cercle::store::columns::Role;
use cercle::store::schema::{bindings, courses, memberships, people, rosters};
use cercle::store::{Conn, StoreError};
use diesel::prelude::*;

use crate::harness::{Session, TestApp, on_both_engines, person};

const BOTH: [Kind; 2] = [Kind::Moodle, Kind::Canvas];
const DAY: i64 = 25 * 3600;

on_both_engines! {
    everybody_who_is_listed_takes_part, x81_a_page_that_fails_removes_nobody, who_left_leaves_the_group_and_the_queue,
    many_leaving_at_once_are_held, another_binding_keeps_its_people, a_roster_is_asked_for_with_measure,
    what_cannot_be_read_is_told, the_restrictions_of_a_link_count, differences_are_enough_for_a_week,
    one_process_reads_a_roster, nothing_is_read_without_an_activity, who_opens_while_a_roster_is_stored_is_let_in,
}

fn rows(page: &crate::harness::Page) -> usize {
    page.all("#group tbody tr").len()
}

async fn read(app: &TestApp) -> usize {
    let mut count = 0;
    while run_round(&app.context).await.unwrap() {
        count += 1;
    }
    count
}

/// A trainer with an activity, and the roster read once.
async fn ready(app: &TestApp, kind: Kind) -> (Session, String) {
    let trainer = app.trainer(kind).await;
    let activity = trainer.set_up(&[]).await;
    assert!(read(app).await >= 1);
    (trainer, activity)
}

fn remove(app: &TestApp, kind: Kind, who: &[User]) {
    app.lms.campus.with(kind, |s| s.users.retain(|u| !who.iter().any(|w| w.sub == u.sub)));
}

fn learners(app: &TestApp, kind: Kind) -> Vec<User> {
    app.lms.school(kind).users.into_iter().filter(|u| u.part == Part::Learner).collect()
}

async fn everybody_who_is_listed_takes_part(app: &TestApp) {
    for kind in BOTH {
        let (trainer, activity) = ready(app, kind).await;
        let all = learners(app, kind);
        let group = trainer.get(&activity).await;
        assert_eq!(rows(&group), all.len(), "also those who never opened anything");
        assert!(all.iter().all(|u| group.body.contains(&u.family_name)));
        assert!(!group.text("#roster").is_empty());
        // Canvas' pages are small, and all of them are read.
        assert_eq!(app.lms.school(kind).roster_requests, if kind == Kind::Canvas { 2 } else { 1 });
        // The first launch finds the person that the roster made.
        let learner = app.learner(kind, 3).await;
        assert_eq!(learner.home, activity);
        assert_eq!(rows(&trainer.get(&activity).await), all.len());
        assert_eq!(read(app).await, 0, "it is read once a day");
        app.clock.advance(DAY);
        assert!(read(app).await >= 1);
        let trainer = app.trainer(kind).await;
        assert_eq!(rows(&trainer.get(&activity).await), all.len());
    }
}

async fn x81_a_page_that_fails_removes_nobody(app: &TestApp) {
    let (_, activity) = ready(app, Kind::Canvas).await;
    let all = learners(app, Kind::Canvas).len();
    app.lms.campus.with(Kind::Canvas, |s| s.failing_page = Some(2));
    app.clock.advance(DAY);
    assert_eq!(read(app).await, 1);
    let trainer = app.trainer(Kind::Canvas).await;
    let group = trainer.get(&activity).await;
    assert_eq!(rows(&group), all);
    assert!(group.text("#roster").contains("Nobody was removed"), "{}", group.text("#roster"));
    app.lms.campus.with(Kind::Canvas, |s| s.failing_page = None);
    app.clock.advance(3601);
    assert_eq!(read(app).await, 1, "it is tried again within the hour");
    let group = app.trainer(Kind::Canvas).await.get(&activity).await;
    assert!(rows(&group) == all && !group.text("#roster").contains("Nobody was removed"));
}

async fn who_left_leaves_the_group_and_the_queue(app: &TestApp) {
    for kind in BOTH {
        let (trainer, activity) = ready(app, kind).await;
        let all = learners(app, kind);
        let (leaver, stayer) = (app.learner(kind, 0).await, app.learner(kind, 1).await);
        for learner in [&leaver, &stayer] {
            assert_eq!(learner.hand_in("<div>Work.</div>").await.status, 303);
        }
        app.clock.advance(60);
        remove(app, kind, &all[..1]);
        assert_eq!(trainer.post(&format!("{activity}/roster"), &[]).await.status, 303);
        app.clock.advance(301);
        assert_eq!(trainer.post(&format!("{activity}/roster"), &[]).await.status, 303);
        assert_eq!(read(app).await, 1);
        let group = trainer.get(&activity).await;
        assert_eq!(rows(&group), all.len() - 1);
        assert!(!group.body.contains(&all[0].family_name));
        assert_eq!(leaver.get(&activity).await.status, 401, "their session ends");
        let asked = stayer.post(&format!("{activity}/reviews"), &[]).await;
        assert_eq!(asked.location(), activity, "their work waits for nobody");
        // The LMS lets them in again: they are back, with what they wrote.
        app.lms.campus.with(kind, |s| s.users.push(all[0].clone()));
        let back = app.launch(kind, &all[0], 0).await;
        assert!(back.get(&activity).await.attribute("#own-work", "class").is_some());
        assert_eq!(rows(&trainer.get(&activity).await), all.len());
        let asked = stayer.post(&format!("{activity}/reviews"), &[]).await;
        assert!(asked.location().starts_with(&format!("{activity}/reviews/")), "{}", asked.location());
    }
}

async fn many_leaving_at_once_are_held(app: &TestApp) {
    for kind in BOTH {
        let (_, activity) = ready(app, kind).await;
        let all = learners(app, kind);
        remove(app, kind, &all[..5]);
        app.clock.advance(DAY);
        assert!(read(app).await >= 1);
        let trainer = app.trainer(kind).await;
        let group = trainer.get(&activity).await;
        assert_eq!(rows(&group), all.len(), "five of thirteen do not leave unasked");
        assert!(group.text("#roster-held").contains('5'), "{}", group.text("#roster-held"));
        // Asking again removes nobody either.
        app.clock.advance(301);
        trainer.post(&format!("{activity}/roster"), &[]).await;
        assert_eq!(read(app).await, 1);
        assert_eq!(rows(&trainer.get(&activity).await), all.len());
        trainer.post(&format!("{activity}/roster"), &[("action", "left")]).await;
        assert_eq!(read(app).await, 1);
        let group = trainer.get(&activity).await;
        assert_eq!(rows(&group), all.len() - 5);
        assert!(group.text("#roster-held").is_empty());
    }
}

/// One cohort bound to courses of two companies: the roster of one says nothing about the other.
async fn another_binding_keeps_its_people(app: &TestApp) {
    let (trainer, activity) = ready(app, Kind::Moodle).await;
    app.learner(Kind::Canvas, 0).await;
    let guest = person(&app.lms.school(Kind::Canvas), Part::Learner, 0);
    app.context
        .db
        .write_blocking(|c: &mut Conn| {
            let moodle = &app.lms.school(Kind::Moodle).course_id;
            let canvas = &app.lms.school(Kind::Canvas).course_id;
            let of = |c: &mut Conn, context: &String| -> QueryResult<(String, String)> {
                bindings::table
                    .inner_join(courses::table.on(courses::id.eq(bindings::course_id)))
                    .filter(courses::context_id.eq(context))
                    .select((bindings::cohort_id, bindings::course_id))
                    .first(c)
            };
            let ((cohort, _), (_, course)) = (of(c, moodle)?, of(c, canvas)?);
            diesel::insert_into(bindings::table)
                .values((
                    bindings::id.eq("shared"),
                    bindings::cohort_id.eq(&cohort),
                    bindings::course_id.eq(&course),
                    bindings::created_at.eq(0),
                ))
                .execute(c)?;
            // The guest takes part through the other company's course.
            let own = memberships::table
                .inner_join(bindings::table.on(bindings::id.eq(memberships::binding_id)))
                .filter(bindings::course_id.eq(&course))
                .filter(memberships::role.eq("learner"))
                .select(memberships::id);
            let ids: Vec<String> = own.load(c)?;
            diesel::update(memberships::table.filter(memberships::id.eq_any(ids)))
                .set((memberships::cohort_id.eq(&cohort), memberships::binding_id.eq("shared")))
                .execute(c)?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let before = rows(&trainer.get(&activity).await);
    assert!(trainer.get(&activity).await.body.contains(&guest.family_name));
    // The guest's LMS offers its roster too; here only the first company's is read.
    app.lms.campus.with(Kind::Canvas, |s| s.mood = Mood::Down);
    remove(app, Kind::Moodle, &learners(app, Kind::Moodle)[..2]);
    app.clock.advance(DAY);
    read(app).await;
    let group = app.trainer(Kind::Moodle).await.get(&activity).await;
    assert_eq!(rows(&group), before - 2);
    assert!(group.body.contains(&guest.family_name), "the guest stays");
}

async fn a_roster_is_asked_for_with_measure(app: &TestApp) {
    let (trainer, activity) = ready(app, Kind::Moodle).await;
    let learner = app.learner(Kind::Moodle, 0).await;
    learner.get(&format!("{activity}/work")).await;
    assert_eq!(learner.post(&format!("{activity}/roster"), &[]).await.status, 403);
    let requests = || app.lms.school(Kind::Moodle).roster_requests;
    let before = requests();
    for _ in 0..5 {
        trainer.post(&format!("{activity}/roster"), &[]).await;
        read(app).await;
    }
    assert_eq!(requests(), before, "it was read just now");
    app.clock.advance(301);
    for _ in 0..5 {
        trainer.post(&format!("{activity}/roster"), &[]).await;
        read(app).await;
    }
    assert_eq!(requests(), before + 1);
    let other = app.trainer(Kind::Canvas).await;
    assert_eq!(other.post(&format!("{activity}/roster"), &[]).await.status, 404, "another course's");
}

async fn what_cannot_be_read_is_told(app: &TestApp) {
    for mood in [Mood::Down, Mood::Html, Mood::Failing] {
        let (_, activity) = ready_once(app).await;
        let before = rows(&app.trainer(Kind::Moodle).await.get(&activity).await);
        app.lms.campus.with(Kind::Moodle, |s| s.mood = mood);
        app.clock.advance(DAY);
        assert_eq!(read(app).await, 1);
        let group = app.trainer(Kind::Moodle).await.get(&activity).await;
        assert!(group.text("#roster").contains("Personne n’a été retiré"), "{mood:?}: {}", group.text("#roster"));
        assert_eq!(rows(&group), before);
        app.lms.campus.with(Kind::Moodle, |s| s.mood = Mood::Well);
        app.clock.advance(DAY);
        read(app).await;
    }
    // A scope that was taken away, and a roster of another course.
    let (_, activity) = ready_once(app).await;
    let before = rows(&app.trainer(Kind::Moodle).await.get(&activity).await);
    app.lms.campus.with(Kind::Moodle, |s| s.scopes.retain(|scope| scope != SCOPE_ROSTER));
    app.clock.advance(DAY);
    assert_eq!(read(app).await, 1);
    let group = app.trainer(Kind::Moodle).await.get(&activity).await;
    assert!(group.text("#roster").contains("Personne n’a été retiré"));
    assert_eq!(rows(&group), before);
}

/// An activity with its roster read, made where there is none yet.
async fn ready_once(app: &TestApp) -> (Session, String) {
    let trainer = app.trainer(Kind::Moodle).await;
    let home = trainer.home.clone();
    if home == "/peer/set-up" { ready(app, Kind::Moodle).await } else { (trainer, home) }
}

async fn one_process_reads_a_roster(app: &TestApp) {
    let (_, _) = ready(app, Kind::Moodle).await;
    app.clock.advance(DAY);
    let before = app.lms.school(Kind::Moodle).roster_requests;
    let rounds = (0..8).map(|_| {
        let context = app.context.clone();
        tokio::spawn(async move { run_round(&context).await.unwrap() })
    });
    let mut read = 0;
    for round in rounds.collect::<Vec<_>>() {
        read += usize::from(round.await.unwrap());
    }
    assert_eq!((read, app.lms.school(Kind::Moodle).roster_requests), (1, before + 1));
}

async fn nothing_is_read_without_an_activity(app: &TestApp) {
    app.trainer(Kind::Moodle).await;
    assert_eq!(read(app).await, 0, "names are asked for when there is a use for them");
    let known: i64 = app
        .context
        .db
        .read_blocking(|c: &mut Conn| Ok::<_, StoreError>(rosters::table.count().get_result(c)?))
        .unwrap();
    assert_eq!(known, 0);
}

/// Whom the LMS lets open the one link takes part, and nobody else; where it does not say, everybody does.
async fn the_restrictions_of_a_link_count(app: &TestApp) {
    for kind in BOTH {
        let all = learners(app, kind);
        let some: Vec<String> = all.iter().take(all.len() - 1).map(|u| u.sub.clone()).collect();
        app.lms.campus.with(kind, |s| s.admitted.insert(s.links[0].id.clone(), some.clone()));
        let (trainer, activity) = ready(app, kind).await;
        let group = trainer.get(&activity).await;
        assert_eq!(rows(&group), all.len() - 1, "{kind:?}");
        assert!(!group.body.contains(&all.last().unwrap().family_name));
        // The LMS tells no longer: then the whole course takes part.
        app.lms.campus.with(kind, |s| s.refuses_rlid = true);
        app.clock.advance(DAY);
        read(app).await;
        let trainer = app.trainer(kind).await;
        assert_eq!(rows(&trainer.get(&activity).await), all.len(), "{kind:?}");
        // A second activity may admit others: the restriction of one link is none for the course.
        app.lms.campus.with(kind, |s| s.refuses_rlid = false);
        let second = app.launch(kind, &person(&app.lms.school(kind), Part::Trainer, 0), 1).await;
        second.set_up(&[]).await;
        app.clock.advance(DAY);
        read(app).await;
        let trainer = app.trainer(kind).await;
        assert_eq!(rows(&trainer.get(&activity).await), all.len(), "{kind:?}");
    }
}

async fn differences_are_enough_for_a_week(app: &TestApp) {
    let kind = Kind::Canvas;
    app.lms.campus.with(kind, |s| s.tells_differences = true);
    let (trainer, activity) = ready(app, kind).await;
    let all = learners(app, kind).len();
    assert_eq!(rows(&trainer.get(&activity).await), all);
    let gone = learners(app, kind)[0].clone();
    let change = |status: &str, sub: &str| serde_json::json!({"user_id": sub, "roles": ["Learner"], "status": status});
    app.lms.campus.with(kind, |s| s.differences = vec![change("Deleted", &gone.sub), change("Active", "someone new")]);
    let before = app.lms.school(kind).roster_requests;
    app.clock.advance(DAY);
    read(app).await;
    assert_eq!(app.lms.school(kind).roster_requests, before + 1, "one page, not the whole list");
    let group = app.trainer(kind).await.get(&activity).await;
    assert!(rows(&group) == all && !group.body.contains(&gone.family_name));
    // An address that works no longer: everybody is read.
    app.lms.campus.with(kind, |s| {
        s.faults.push(Call::Roster, None, Fault::status(410, "{}"));
        s.users.retain(|u| u.sub != gone.sub);
    });
    app.clock.advance(DAY);
    read(app).await;
    assert!(app.lms.school(kind).roster_requests > before + 2);
    let group = app.trainer(kind).await.get(&activity).await;
    assert_eq!(rows(&group), all - 1, "the one who is in no list has left");
}

/// Whether a transaction of this database waits for another one.
fn somebody_waits(conn: &mut Conn) -> bool {
    let Conn::Pg(c) = conn else { return true };
    let waiting: Result<i64, _> = diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(
        "(SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())",
    ))
    .get_result(c);
    waiting.unwrap() > 0
}

/// A learner opens the activity while a roster that lists them is being stored: the first opening waits for it,
/// and finds its way.
async fn who_opens_while_a_roster_is_stored_is_let_in(app: &TestApp) {
    let trainer = app.trainer(Kind::Moodle).await;
    let activity = trainer.set_up(&[]).await;
    let school = app.lms.school(Kind::Moodle);
    let user = person(&school, Part::Learner, 0);
    let session = app.browser().sign_in(&app.lms, &school, &user, &school.links[0], |_| {}).await.unwrap();
    let (stored, is_stored) = tokio::sync::oneshot::channel();
    let (db, sub) = (app.context.db.clone(), user.sub.clone());
    let storing = tokio::spawn(async move {
        db.write(move |c: &mut Conn| -> Result<(), StoreError> {
            let person: PersonId = people::table.filter(people::sub.eq(&sub)).select(people::id).first(c)?;
            let (binding_id, cohort_id) = bindings::table.select((bindings::id, bindings::cohort_id)).first(c)?;
            let (id, role) = (MembershipId::new(), Role::Learner);
            let new = Membership { id, cohort_id, person_id: person, binding_id, role, active: true };
            cercle::cohort::store::create_memberships(c, &[new], UtcTime(1))?;
            stored.send(()).unwrap();
            let start = std::time::Instant::now();
            while !somebody_waits(c) {
                assert!(start.elapsed().as_secs() < 20, "nobody opens anything");
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            Ok(())
        })
        .await
    });
    is_stored.await.unwrap();
    let opened = session.opened().await;
    storing.await.unwrap().unwrap();
    assert_eq!(opened.home, activity);
    assert_eq!(opened.hand_in("<div>My work.</div>").await.status, 303);
}
