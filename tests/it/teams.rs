//! Works that a team hands in: one for all of them, written together, reviewed by each of them for themselves.

use cercle::demo::campus::Kind;
use cercle::store::StoreError;
use cercle::store::schema::{ags_outbox, memberships, people, reviews};
use diesel::prelude::*;

use crate::harness::{Page, Session, TestApp, on_both_engines};

on_both_engines! {
    a_team_hands_in_one_work,
    a_team_has_the_time_of_each_of_its_members,
    teams_and_companies_hold_both,
    what_is_judged_holds_for_the_team_and_an_exception_for_one,
    teams_change_and_lose_no_work,
    what_somebody_wrote_alone_stays_theirs,
    the_queue_keeps_a_team_from_its_own_work,
    who_left_keeps_nobody_from_changing_teams,
    senseless_teams_are_refused,
}

const BOTH: &str = "learner,group\nAlex Carter,Blue\nAlice Bennett,Blue\nHugh Palmer,Red\nNadia Rahman,Red";

async fn group(trainer: &Session, activity: &str, list: &str) -> Page {
    trainer.post(&format!("{activity}/pairs"), &[("action", "groups"), ("list", list)]).await
}

/// Two teams of two, and the four of them: Alex and Alice, Hugh and Nadia.
async fn two_teams(app: &TestApp, changes: &[(&str, &str)]) -> (Session, String, Vec<Session>) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[&[("groups", "teams")], changes].concat()).await;
    let mut learners = Vec::new();
    for n in 0..4 {
        learners.push(app.learner(Kind::Canvas, n).await);
    }
    assert_eq!(group(&trainer, &activity, BOTH).await.status, 303);
    (trainer, activity, learners)
}

async fn save(learner: &Session, activity: &str, text: &str, revision: &str) -> Page {
    learner.post(&format!("{activity}/work/draft"), &[("text", text), ("revision", revision)]).await
}

fn count_grades(app: &TestApp) -> i64 {
    let read =
        |c: &mut cercle::store::Conn| -> Result<i64, StoreError> { Ok(ags_outbox::table.count().get_result(c)?) };
    app.context.db.read_blocking(read).unwrap()
}

/// Who reviewed, by how many works.
fn works_reviewed(app: &TestApp) -> Vec<(String, String)> {
    let read = |c: &mut cercle::store::Conn| -> Result<Vec<(String, String)>, StoreError> {
        Ok(reviews::table.select((reviews::reviewer_id, reviews::submission_id)).load(c)?)
    };
    app.context.db.read_blocking(read).unwrap()
}

async fn a_team_hands_in_one_work(app: &TestApp) {
    let (trainer, activity, learners) = two_teams(app, &[]).await;
    let [alex, alice, hugh, nadia] = learners.as_slice() else { panic!("four learners") };
    let team = alice.get(&activity).await.text("#team");
    assert!(team.contains("Team Blue") && team.contains("Alex Carter") && !team.contains("Alice"), "{team}");
    // They write on one text, one after the other; what is older covers nothing, also where both begin at once.
    let (one, two) = tokio::join!(
        save(hugh, &activity, "<div>Begun by Hugh.</div>", "0"),
        save(nadia, &activity, "<div>Begun by Nadia.</div>", "0")
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(save(alex, &activity, "<div>Begun by Alex.</div>", "0").await.status, 200);
    let editor = alice.get(&format!("{activity}/work")).await;
    assert_eq!(editor.attribute("#text", "value").unwrap(), "<div>Begun by Alex.</div>");
    let more = "<div>Begun by Alex, ended by Alice.</div>";
    assert_eq!(save(alice, &activity, more, "1").await.status, 200);
    let stale = save(alex, &activity, "<div>Alex goes on.</div>", "1").await;
    assert_eq!(stale.status, 409);
    assert!(stale.body.contains("somebody in your team"), "{}", stale.body);
    let file = alex.add_file("plan.txt", b"A plan").await;
    assert_eq!(file.status, 200, "{}", file.body);
    assert!(alice.get(&format!("{activity}/work")).await.text("#files").contains("plan.txt"));
    assert!(!hugh.get(&format!("{activity}/work")).await.text("main").contains("plan.txt"), "others see nothing of it");
    let path = alice.get(&format!("{activity}/work")).await.attribute("[data-file-list] a", "href").unwrap();
    assert_eq!((alice.download(&path).await.1, hugh.get(&path).await.status), (b"A plan".to_vec(), 404));

    let hand_in = async |who: &Session, text: &str, revision: &str| {
        who.post(&format!("{activity}/work"), &[("text", text), ("revision", revision)]).await
    };
    assert_eq!(hand_in(alice, more, "2").await.status, 303);
    assert_eq!(hand_in(alice, more, "2").await.status, 303, "a double click");
    // What the other one was about to hand in is not lost without a word.
    let second = hand_in(alex, "<div>Alex's own end.</div>", "2").await;
    assert_eq!(second.status, 422);
    assert!(second.text(".problems").contains("handed in already"));
    assert_eq!(second.attribute("#text", "value").unwrap(), "<div>Alex's own end.</div>");
    let told = alex.get(&activity).await;
    assert!(told.text("#new").contains("Your team handed in its work"), "{}", told.text("main"));
    assert!(told.text("main").contains("ended by Alice"), "{}", told.text("main"));
    assert_eq!(alex.post(&format!("{activity}/work/back"), &[]).await.status, 303, "each of them can take it back");
    assert!(alice.get(&activity).await.text("#new").contains("took the work"));
    assert_eq!(hand_in(alex, more, "2").await.status, 303);
    assert_eq!(hand_in(nadia, "<div>The work of Red.</div>", "1").await.status, 303);

    // Each reviews for themselves, and sees a team, not who is in it.
    for (n, learner) in learners.iter().enumerate() {
        let path = learner.post(&format!("{activity}/reviews"), &[]).await.location();
        let page = learner.get(&path).await;
        let (own, other) = if n < 2 { ("ended by Alice", "work of Red") } else { ("work of Red", "ended by Alice") };
        assert!(page.text("#work").contains(other) && !page.body.contains(own), "{}", page.text("#work"));
        assert!(page.text("main").contains("Team ") && !page.body.contains("Nadia") && !page.body.contains("Alice B"));
        assert_eq!(learner.review(["1", "2", if n % 2 == 0 { "1" } else { "2" }]).await.status, 303);
        assert_eq!(
            learner.post(&format!("{activity}/reviews"), &[]).await.location(),
            activity,
            "there is no other work"
        );
    }
    let page = trainer.get(&activity).await;
    assert!(page.all("#group th small").iter().filter(|team| *team == "Blue").count() == 2, "{}", page.text("#group"));
    assert!(trainer.get(&format!("{activity}/pairs")).await.text("#given").contains("Blue (sent)"));
    assert_eq!(trainer.release(&activity).await.status, 303);
    assert_eq!(count_grades(app), 4, "everybody gets a grade");
    let marks: Vec<String> = trainer.get(&activity).await.all("#group td[data-label=Mark]");
    assert!(marks[0] == marks[1] && marks[2] == marks[3] && marks[0] != "–", "{marks:?}");
    // Both read the reviews; what one says about them, the other sees.
    let shown = alex.get(&activity).await;
    let review = shown.attribute("article.criterion", "id").unwrap().replace("review-", "");
    let said = [("helpful", "5"), ("reply", "Thank you from both of us.")];
    assert_eq!(alex.post(&format!("{activity}/reviews/{review}/response"), &said).await.status, 303);
    let seen = alice.get(&activity).await.text("#feedback");
    assert!(seen.contains("Thank you from both of us."), "{seen}");
    assert_eq!(hugh.post(&format!("{activity}/reviews/{review}/response"), &said).await.status, 404, "not theirs");
    let csv = trainer.get(&format!("{activity}/reviews.csv")).await.body;
    assert!(csv.contains("Blue") && csv.contains("Hugh Palmer"), "{csv}");
}

async fn a_team_has_the_time_of_each_of_its_members(app: &TestApp) {
    let hours = |n: i64| app.clock.now().plus_seconds(n * 3600).iso_seconds();
    let (work, review, later) = (hours(1), hours(9), hours(4));
    let (trainer, activity, learners) = two_teams(app, &[("work_due", &work), ("review_due", &review)]).await;
    let sheet = trainer.get(&activity).await.attributes("#group th a", "href").remove(0);
    let fields = [("work_until", later.as_str()), ("review_until", ""), ("reason", "Ill.")];
    assert_eq!(trainer.post(&format!("{sheet}/extension"), &fields).await.status, 303);
    assert_eq!(save(&learners[2], &activity, "<div>Too late.</div>", "0").await.status, 200);
    app.clock.advance(2 * 3600);
    let late = app.learner(Kind::Canvas, 1).await.hand_in("<div>Alice hands in for Alex, too.</div>").await;
    assert_eq!(late.status, 303, "{}", late.text(".problems"));
    let hugh = app.learner(Kind::Canvas, 2).await;
    let refused = hugh.post(&format!("{activity}/work"), &[("text", "<div>Too late.</div>"), ("revision", "1")]).await;
    assert_eq!(refused.status, 422, "the other team has not more time");
    let rows = app.trainer(Kind::Canvas).await.get(&activity).await.all("#group tbody tr");
    assert!(rows[..2].iter().all(|row| row.contains("handed in") && !row.contains("late")), "{rows:?}");
}

async fn teams_and_companies_hold_both(app: &TestApp) {
    let (trainer, activity, learners) = two_teams(app, &[("companies", "across")]).await;
    let companies = "learner,company\nAlex Carter,Acme\nAlice Bennett,Brio\nHugh Palmer,Acme\nNadia Rahman,Cima";
    assert_eq!(group(&trainer, &activity, companies).await.status, 303);
    for n in [0, 2] {
        assert_eq!(learners[n].hand_in(&format!("<div>Work {n}.</div>")).await.status, 303);
    }
    // What somebody of one's own company wrote with others is no work of another company.
    for (n, may) in [(0, false), (1, true), (2, false), (3, true)] {
        assert_eq!(!learners[n].get(&activity).await.all("#review").is_empty(), may, "{n}");
    }
}

async fn what_is_judged_holds_for_the_team_and_an_exception_for_one(app: &TestApp) {
    let (trainer, activity, learners) = two_teams(app, &[]).await;
    for n in [0, 2] {
        assert_eq!(learners[n].hand_in(&format!("<div>Work {n}.</div>")).await.status, 303);
    }
    for learner in &learners {
        assert_eq!(learner.review(["1", "1", "1"]).await.status, 303);
    }
    let sheets = trainer.get(&activity).await.attributes("#group th a", "href");
    let marks = async || trainer.get(&activity).await.all("#group td[data-label=Mark]");
    let before = marks().await;
    let decide = async |n: usize, mark: &str, seen: &str, judges: bool, action: &str| {
        let fields = [("mark", mark), ("reason", "I read it."), ("seen", seen), ("action", action), ("judges", "on")];
        let some = if judges { 5 } else { 4 };
        trainer.post(&format!("{}/mark", sheets[n]), &fields[..some]).await.status
    };
    assert_eq!(decide(0, "90", "0", true, "set").await, 303);
    let judged = marks().await;
    assert!(judged[0].starts_with("90") && judged[1].starts_with("90"), "{judged:?}");
    // An exception is one learner's alone.
    assert_eq!(decide(1, "50", "1", false, "set").await, 303);
    let with = marks().await;
    assert!(with[0].starts_with("90") && with[1].starts_with("50"), "{with:?}");
    assert_eq!(decide(1, "50", "1", false, "set").await, 422, "decided meanwhile");
    assert_eq!(trainer.release(&activity).await.status, 303);
    assert!(learners[1].get(&activity).await.text("#mark").starts_with("50"));
    assert_eq!(decide(0, "", "1", false, "peers").await, 303);
    let back = marks().await;
    assert_eq!((&back[0], &back[2]), (&before[0], &before[2]), "taken back for the team: {back:?}");
}

async fn teams_change_and_lose_no_work(app: &TestApp) {
    let (trainer, activity, learners) = two_teams(app, &[]).await;
    assert_eq!(learners[0].hand_in("<div>Begun by Alex for Blue.</div>").await.status, 303);
    let of = async |n: usize| learners[n].get(&activity).await.text("main");
    // Alex changes teams: the work stays with Alice.
    let moved = "learner,group\nAlex Carter,Red\nAlice Bennett,Blue\nHugh Palmer,Red\nNadia Rahman,Red";
    assert_eq!(group(&trainer, &activity, moved).await.status, 303);
    assert!(of(1).await.contains("Begun by Alex for Blue"), "{}", of(1).await);
    assert!(!of(0).await.contains("Begun by Alex"), "it is Alex's no more");
    // Under a new name it is the same team.
    let renamed = moved.replace("Blue", "Azure");
    assert_eq!(group(&trainer, &activity, &renamed).await.status, 303);
    assert!(of(1).await.contains("Begun by Alex for Blue"));
    // Hugh hands in for Red and Alex reviews Azure's work: now Alex cannot be one of its authors.
    assert_eq!(learners[2].hand_in("<div>The work of Red.</div>").await.status, 303);
    assert_eq!(learners[0].post(&format!("{activity}/reviews"), &[]).await.status, 303);
    let back = "learner,group\nAlice Bennett,Azure\nAlex Carter,Azure\nHugh Palmer,Red\nNadia Rahman,Red";
    let nobodys = "learner,group\nAlex Carter,Red\nHugh Palmer,Red\nNadia Rahman,Red";
    let merged = "learner,group\nAlice Bennett,Red\nHugh Palmer,Red\nNadia Rahman,Red";
    for (list, says) in [
        (back, "Line 3: “Alex Carter” reviews or has reviewed"),
        (nobodys, "nobody who wrote it would be in it"),
        (merged, "has handed in a work, and this team has one already"),
    ] {
        let refused = group(&trainer, &activity, list).await;
        assert_eq!(refused.status, 422, "{list}");
        assert!(refused.text("#groups .problems").contains(says), "{}", refused.text("#groups .problems"));
        assert!(of(1).await.contains("Begun by Alex for Blue") && of(2).await.contains("The work of Red"));
    }
    // A mark that the trainer decided is the mark of those who are in the team.
    let sheet = trainer.get(&activity).await.attributes("#group th a", "href").remove(2);
    let judged = [("mark", "70"), ("reason", "Seen."), ("seen", "0"), ("judges", "on"), ("action", "set")];
    assert_eq!(trainer.post(&format!("{sheet}/mark"), &judged).await.status, 303);
    let without = "learner,group\nAlex Carter,Red\nAlice Bennett,Azure\nHugh Palmer,Red";
    let refused = group(&trainer, &activity, without).await;
    assert!(refused.text("#groups .problems").contains("You have judged"), "{}", refused.body);
    // Nor can teams end while there are works of theirs.
    let settings = [("groups", "across"), ("reviews", "1")];
    let page = trainer.get(&format!("{activity}/settings")).await;
    let mut fields = crate::harness::form_fields(&page);
    fields.retain(|(name, _)| settings.iter().all(|(n, _)| n != name) && name != "brief");
    fields.extend(settings.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
    fields.extend([("brief".to_owned(), "<div>Write.</div>".to_owned()), ("action".to_owned(), "save".to_owned())]);
    let fields: Vec<(&str, String)> = fields.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
    let refused = trainer.post_raw(&format!("{activity}/settings"), &fields, &[]).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(refused.text("#problems").contains("Works were handed in already"), "{}", refused.text("#problems"));
}

async fn what_somebody_wrote_alone_stays_theirs(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("groups", "teams")]).await;
    let (alex, alice) = (app.learner(Kind::Canvas, 0).await, app.learner(Kind::Canvas, 1).await);
    for (learner, text) in [(&alex, "<div>Alex alone.</div>"), (&alice, "<div>Alice alone.</div>")] {
        assert_eq!(save(learner, &activity, text, "0").await.status, 200);
    }
    assert_eq!(group(&trainer, &activity, "learner,group\nAlex Carter,Blue\nAlice Bennett,Blue").await.status, 303);
    // Each sees their own text until one of them writes on, which makes it the team's.
    let editor = async |who: &Session| who.get(&format!("{activity}/work")).await;
    let text = async |who: &Session| editor(who).await.attribute("#text", "value").unwrap();
    assert_eq!(text(&alice).await, "<div>Alice alone.</div>");
    assert_eq!(text(&alex).await, "<div>Alex alone.</div>");
    assert_eq!(save(&alex, &activity, "<div>Alex for Blue.</div>", "1").await.status, 200);
    let page = editor(&alice).await;
    assert_eq!(page.attribute("#text", "value").unwrap(), "<div>Alex for Blue.</div>");
    assert!(page.text("#before").contains("Alice alone."), "what was hers can be copied");
    assert!(!editor(&alex).await.body.contains("Alice alone."), "and nobody else sees it");
    let files = alice.add_file("notes.txt", b"For the team").await;
    assert_eq!(files.status, 200);
    assert!(editor(&alex).await.text("#files").contains("notes.txt"));
    // Out of the team, each has what was their own.
    assert_eq!(group(&trainer, &activity, "").await.status, 303);
    assert_eq!(text(&alice).await, "<div>Alice alone.</div>");
    assert_eq!(text(&alex).await, "<div>Alex for Blue.</div>");
}

async fn the_queue_keeps_a_team_from_its_own_work(app: &TestApp) {
    let (trainer, activity, learners) = two_teams(app, &[("reviews", "2")]).await;
    let few = trainer.get(&activity).await.text("#few-works");
    assert!(few.contains("2 works at most"), "{few}");
    for n in [0, 2] {
        assert_eq!(learners[n].hand_in(&format!("<div>Work {n}.</div>")).await.status, 303);
    }
    let page = trainer.get(&format!("{activity}/pairs")).await;
    let (names, ids) = (page.all("select[name=author] option"), page.attributes("select[name=author] option", "value"));
    let id = |name: &str| ids[names.iter().position(|n| n.trim() == name).unwrap()].clone();
    let (alex, alice, hugh) = (id("Alex Carter"), id("Alice Bennett"), id("Hugh Palmer"));
    // Whoever may not see the work of one may not see the team's; and nobody is asked for the own team's.
    let decide = async |reviewer: &str, author: &str, action: &str| {
        let fields = [("reviewer", reviewer), ("author", author), ("action", action)];
        trainer.post(&format!("{activity}/pairs"), &fields).await.status
    };
    assert_eq!(decide(&alex, &alice, "asked").await, 422);
    assert_eq!(decide(&alice, &hugh, "never").await, 303);
    assert_eq!(learners[1].post(&format!("{activity}/reviews"), &[]).await.location(), activity);
    assert_eq!(learners[2].post(&format!("{activity}/reviews"), &[]).await.location(), activity);
    for n in [0, 3] {
        assert_eq!(learners[n].review(["1", "1", "1"]).await.status, 303);
        assert_eq!(learners[n].post(&format!("{activity}/reviews"), &[]).await.location(), activity, "never their own");
    }
    assert_eq!(works_reviewed(app).len(), 2);
}

async fn who_left_keeps_nobody_from_changing_teams(app: &TestApp) {
    let (trainer, activity, learners) = two_teams(app, &[]).await;
    assert_eq!(learners[0].hand_in("<div>Alex for Blue.</div>").await.status, 303);
    assert_eq!(learners[2].hand_in("<div>Hugh for Red.</div>").await.status, 303);
    let _ = app.learner(Kind::Canvas, 4).await;
    // Alex and both of Red leave the course.
    let leave = |c: &mut cercle::store::Conn| -> Result<usize, StoreError> {
        let names = ["Alex Carter", "Hugh Palmer", "Nadia Rahman"];
        let gone = people::table.filter(people::name.eq_any(names)).select(people::id);
        let of = memberships::table.filter(memberships::person_id.eq_any(gone));
        Ok(diesel::update(of).set(memberships::active.eq(false)).execute(c)?)
    };
    assert_eq!(app.context.db.write(leave).await.unwrap(), 3);
    let shown = trainer.get(&format!("{activity}/pairs")).await;
    assert!(
        shown.text("#groups").contains("Blue (1)") && !shown.text("#groups").contains("Red ("),
        "{}",
        shown.text("#groups")
    );
    // Alice's team gets another name, and a new team that of the one that left.
    let fifth = trainer.get(&activity).await.all("#group th a").pop().unwrap();
    let list = format!("learner,group\nAlice Bennett,Azure\n{fifth},Red");
    let changed = group(&trainer, &activity, &list).await;
    assert_eq!(changed.status, 303, "{}", changed.text("#groups .problems"));
    assert!(learners[1].get(&activity).await.text("main").contains("Alex for Blue."), "a work goes with its people");
    let fifth = app.learner(Kind::Canvas, 4).await;
    assert!(!fifth.get(&activity).await.text("main").contains("Hugh for Red."), "a name alone inherits nothing");
    assert_eq!(trainer.get(&format!("{activity}/pairs.csv")).await.status, 200);
    // A review of that work is taken out: the trainer comes to somebody who is there, not to whom began it.
    assert_eq!(fifth.hand_in("<div>The new Red.</div>").await.status, 303);
    assert_eq!(fifth.review(["1", "1", "1"]).await.status, 303);
    let sheet = trainer.get(&activity).await.attributes("#group th a", "href").remove(0);
    let forms = trainer.get(&sheet).await.attributes("form", "action");
    let moderate = forms.iter().find(|path| path.contains("/reviews/") && path.ends_with("/moderate")).unwrap();
    let out = trainer.post(moderate, &[("verdict", "out"), ("reason", "It says nothing.")]).await;
    assert_eq!((out.status, trainer.get(&out.location()).await.status), (303, 200));
}

async fn senseless_teams_are_refused(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let refused = trainer.try_set_up(&[("groups", "teams"), ("trainer_blind", "on")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text("#problems").contains("knows whose work it is"), "{}", refused.text("#problems"));
}
