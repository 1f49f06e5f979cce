//! Everybody looks at everything (reliability-security.md T61–T72): all roles of two companies follow every link and
//! fetch every file, before and after the release of a double-blind activity. No page tells a learner who the others
//! are, and what belongs to somebody else does not exist.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cercle::demo::campus::{Kind, Part, User};
use scraper::Selector;

use crate::harness::{Page, Session, TestApp, on_both_engines, person};

on_both_engines! {
    nobody_sees_what_is_not_theirs,
    trainers_see_no_author_before_the_release_where_they_should_not,
    a_team_knows_itself_and_nobody_else,
}

const KINDS: [Kind; 2] = [Kind::Moodle, Kind::Canvas];
/// Learners who take part, of each company.
const LEARNERS: usize = 3;

fn document(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/documents/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// What names somebody, in any page or file: not a given name alone, which both companies have.
fn identity(user: &User) -> Vec<String> {
    let mut all = vec![user.name(), user.family_name.clone()];
    // Canvas' id of a person; Moodle's is a number that may stand anywhere.
    all.extend(Some(user.sub.clone()).filter(|sub| sub.len() > 16));
    all
}

/// Everything that a page leads to: what is followed, and what is posted to.
fn leads_to(page: &Page) -> (BTreeSet<String>, BTreeSet<String>) {
    let html = page.html();
    let values = |css: &str, name: &str| -> BTreeSet<String> {
        let found = Selector::parse(css).unwrap();
        let all =
            html.select(&found).filter_map(|e| e.attr(name)).map(|href| href.split('#').next().unwrap().to_owned());
        all.filter(|path| path.starts_with('/') && !path.starts_with("//")).collect()
    };
    let mut followed = values("a[href]", "href");
    followed.extend(values("[data-src]", "data-src"));
    let mut posted = values("form[method=post]", "action");
    posted.extend(values("[data-remove-file]", "data-remove-file"));
    (followed, posted)
}

/// Somebody's whole view: every page and file with its bytes, and the addresses that forms post to.
struct View {
    seen: BTreeMap<String, Vec<u8>>,
    posts: BTreeSet<String>,
}

async fn crawl(session: &Session, start: &str) -> View {
    let (mut queue, mut view) =
        (VecDeque::from([start.to_owned()]), View { seen: BTreeMap::new(), posts: BTreeSet::new() });
    while let Some(path) = queue.pop_front() {
        if view.seen.contains_key(&path) {
            continue;
        }
        let request = session.browser.http.get(format!("{}{path}", session.browser.origin));
        let answer = request.header(session.credential.0, &session.credential.1).send().await.unwrap();
        assert!(answer.status() == 200 || answer.status() == 303, "{path}: {}", answer.status());
        // Names in headers are names, too.
        let mut bytes = format!("{:?}\n", answer.headers()).into_bytes();
        if let Some(next) = answer.headers().get("location") {
            queue.push_back(next.to_str().unwrap().to_owned());
        }
        let is_page =
            answer.headers().get("content-type").is_some_and(|t| t.to_str().unwrap().starts_with("text/html"));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.unwrap();
        bytes.extend_from_slice(&body);
        if is_page {
            let page = Page { status, headers, body: String::from_utf8_lossy(&body).into_owned() };
            let (followed, posted) = leads_to(&page);
            queue.extend(followed);
            view.posts.extend(posted);
        }
        view.seen.insert(path, bytes);
        assert!(view.seen.len() < 300, "the pages come to an end");
    }
    view
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

/// One company's activity, as far as reviews. Returns its path and its trainer's and learners' sessions.
async fn play(app: &TestApp, kind: Kind, changes: &[(&str, &str)]) -> (String, Session, Vec<Session>) {
    let trainer = app.trainer(kind).await;
    let due = app.clock.now().plus_seconds(7 * 24 * 3600).iso_seconds();
    let fields = [("reviews", "2"), ("anonymity", "double_blind"), ("review_due", due.as_str())];
    let activity = trainer.set_up(&[&fields, changes].concat()).await;
    let mut learners = Vec::new();
    for n in 0..LEARNERS {
        let learner = app.learner(kind, n).await;
        let user = person(&app.lms.school(kind), Part::Learner, n);
        for file in ["04-changes.docx", "32-photo.jpg", "27-annotation.pdf"] {
            let extension = file.rsplit('.').next().unwrap();
            let name = format!("{} {}.{extension}", user.given_name, user.family_name);
            let mut content = document(file);
            if extension == "jpg" {
                // Something of their own, so that each file is another one.
                content.extend_from_slice(user.family_name.as_bytes());
            }
            assert_eq!(learner.add_file(&name, &content).await.status, 200);
        }
        assert_eq!(learner.hand_in(&format!("<div>Work number {n}.</div>")).await.status, 303);
        learners.push(learner);
    }
    for learner in &learners {
        assert_eq!(learner.review(["1", "2", "3"]).await.status, 303);
    }
    // One more review each; the last one reports a problem instead, and somebody gets more time.
    for learner in &learners[..LEARNERS - 1] {
        assert_eq!(learner.review(["2", "2", "2"]).await.status, 303);
    }
    let open = learners[LEARNERS - 1].post(&format!("{activity}/reviews"), &[]).await.location();
    let said = [("why", "problem"), ("text", "Something is wrong here.")];
    assert_eq!(learners[LEARNERS - 1].post(&format!("{open}/decline"), &said).await.status, 303);
    let sheet = trainer.get(&activity).await.attributes("#group th a", "href").remove(1);
    let later = app.clock.now().plus_seconds(8 * 24 * 3600).iso_seconds();
    let more = [("work_until", ""), ("review_until", later.as_str()), ("reason", "Ill.")];
    assert_eq!(trainer.post(&format!("{sheet}/extension"), &more).await.status, 303);
    (activity, trainer, learners)
}

/// After the release: replies, answers, a report, an appeal, a review that was taken out.
async fn play_on(activity: &str, trainer: &Session, learners: &[Session]) {
    assert_eq!(trainer.release(activity).await.status, 303);
    for (n, learner) in learners.iter().enumerate() {
        for review in learner.get(activity).await.attributes("#feedback article", "id") {
            let review = review.strip_prefix("review-").unwrap();
            let path = format!("{activity}/reviews/{review}");
            let fields = [("helpful", "4"), ("reply", "Thank you for it.")];
            assert_eq!(learner.post(&format!("{path}/response"), &fields).await.status, 303);
            if n == 0 {
                assert_eq!(learner.post(&format!("{path}/report"), &[("text", "It is unfair.")]).await.status, 303);
            }
        }
        assert_eq!(learner.post(&format!("{activity}/appeal"), &[("text", "Please look again.")]).await.status, 303);
    }
    for learner in learners {
        for given in learner.get(activity).await.attributes("#given article", "id") {
            let path = format!("{activity}/reviews/{}/answer", given.strip_prefix("given-").unwrap());
            assert_eq!(learner.post(&path, &[("answer", "You are welcome.")]).await.status, 303);
        }
    }
    let sheet = trainer.get(activity).await.attribute("#reports a", "href").unwrap();
    let moderate = trainer.get(sheet.split('#').next().unwrap()).await;
    let moderate = moderate.attributes("form", "action").into_iter().find(|a| a.ends_with("/moderate")).unwrap();
    let out = [("verdict", "out"), ("reason", "It says nothing.")];
    assert_eq!(trainer.post(&moderate, &out).await.status, 303);
}

/// Crawls as everybody, and tries everything that anybody saw as everybody else.
async fn look(app: &TestApp, companies: &[(Kind, String, Session, Vec<Session>)], stage: &str) {
    let mut views: Vec<(usize, Option<usize>, View)> = Vec::new();
    for (company, (_, activity, trainer, learners)) in companies.iter().enumerate() {
        views.push((company, None, crawl(trainer, activity).await));
        for (n, learner) in learners.iter().enumerate() {
            views.push((company, Some(n), crawl(learner, activity).await));
        }
    }
    let users = |kind: Kind| (0..LEARNERS).map(move |n| person(&app.lms.school(kind), Part::Learner, n));
    for (company, who, view) in &views {
        let whose = format!("{stage}: {:?} {who:?}", KINDS[*company]);
        assert!(view.seen.len() > 3, "{whose} saw {} pages", view.seen.len());
        for (other_company, (kind, activity, ..)) in companies.iter().enumerate() {
            for (n, user) in users(*kind).enumerate() {
                // A trainer sees their own learners, a learner themselves.
                let known = *company == other_company && who.is_none_or(|me| me == n);
                for text in identity(&user).iter().filter(|_| !known) {
                    for (path, bytes) in &view.seen {
                        assert!(!holds(bytes, text), "{whose}: {path} has {text}");
                    }
                }
            }
            if *company != other_company {
                for (path, bytes) in &view.seen {
                    assert!(!holds(bytes, activity), "{whose}: {path} leads to {activity}");
                }
            }
        }
        // What programs wrote into files reaches nobody but their author and the trainer.
        if let Some(me) = who {
            let own: BTreeSet<&String> =
                view.seen.keys().filter(|p| p.contains("/files/") && !p.ends_with("/copy")).collect();
            let (_, activity, _, learners) = &companies[*company];
            let mine = learners[*me].get(activity).await.attributes("#own-work .files li > a:first-child", "href");
            assert_eq!(own.len(), mine.len(), "{whose}: originals are the own ones");
            for (path, bytes) in view.seen.iter().filter(|(path, _)| path.ends_with("/copy")) {
                assert!(!holds(bytes, "Zebulon"), "{whose}: {path}");
            }
        }
    }
    // What somebody saw of an activity does not exist for the other company, whoever asks, in whichever way.
    let mut tried = 0;
    for (company, _, view) in &views {
        let (_, _, trainer, learners) = &companies[1 - company];
        for stranger in [trainer, &learners[0]] {
            let token = stranger.token().await;
            for path in view.seen.keys().filter(|p| p.starts_with("/peer/0")) {
                let page = stranger.get(path).await;
                assert_eq!(page.status, 404, "{stage}: {path}");
                tried += 1;
            }
            for path in view.posts.iter().filter(|p| p.starts_with("/peer/0")) {
                let fields = [("csrf", token.clone()), ("reason", "x".to_owned()), ("verdict", "out".to_owned())];
                let page = stranger.post_raw(path, &fields, &[]).await;
                // Who may not do such a thing at all hears that; whoever may hears that there is no such activity.
                assert!(matches!(page.status, 403 | 404 | 400), "{stage}: {path} {}", page.status);
                tried += 1;
            }
        }
    }
    // Within a company: what only one learner sees is nobody else's, and the trainer's pages are no learner's.
    for (company, who, view) in &views {
        let (_, _, _, learners) = &companies[*company];
        for (n, learner) in learners.iter().enumerate().filter(|(n, _)| *who != Some(*n)) {
            let own = &views.iter().find(|(c, w, _)| c == company && *w == Some(n)).unwrap().2.seen;
            // The copy of an own file is one's own, linked or not.
            let is_own = |path: &str| own.contains_key(path) || own.contains_key(path.trim_end_matches("/copy"));
            for path in view.seen.keys().filter(|p| p.starts_with("/peer/0") && !is_own(p)) {
                let status = learner.get(path).await.status;
                let is_trainers = who.is_none();
                // The editor sends those away who have handed in, and every learner has one.
                assert!(status == 404 || (is_trainers && status == 403), "{stage}: {path} answers {status} to {n}");
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "{tried}");
}

async fn nobody_sees_what_is_not_theirs(app: &TestApp) {
    let mut companies = Vec::new();
    for kind in KINDS {
        let (activity, trainer, learners) = play(app, kind, &[]).await;
        companies.push((kind, activity, trainer, learners));
    }
    look(app, &companies, "before the release").await;
    for (_, activity, trainer, learners) in &companies {
        play_on(activity, trainer, learners).await;
    }
    look(app, &companies, "after the release").await;
}

async fn trainers_see_no_author_before_the_release_where_they_should_not(app: &TestApp) {
    let kind = Kind::Canvas;
    let (activity, trainer, learners) = play(app, kind, &[("trainer_blind", "on"), ("reviewing", "on")]).await;
    // Somebody has begun and not handed in: there is nothing to mark, and somebody to remind.
    let fourth = person(&app.lms.school(kind), Part::Learner, LEARNERS);
    app.learner(kind, LEARNERS).await;
    let users: Vec<User> = (0..LEARNERS).map(|n| person(&app.lms.school(kind), Part::Learner, n)).collect();
    let view = crawl(&trainer, &activity).await;
    for address in
        ["pairs", "reviewers", "release", "reviews.csv", "reviews.xlsx", "reviews.json", "pairs.csv", "grades"]
    {
        let path = format!("{activity}/{address}");
        assert!(view.seen.contains_key(&path) || trainer.get(&path).await.status == 200, "{address}");
    }
    let copies = view.seen.keys().filter(|path| path.ends_with("/copy")).count();
    assert_eq!(copies, LEARNERS * 3, "files are read as reviewers get them");
    let grades = trainer.get(&format!("{activity}/grades")).await.body.into_bytes();
    for user in &users {
        for text in identity(user) {
            for (path, bytes) in view.seen.iter().chain([(&"grades".to_owned(), &grades)]) {
                assert!(!holds(bytes, &text), "{path} has {text}");
            }
        }
    }
    assert!(trainer.get(&activity).await.text("#group").contains(&fourth.family_name));
    let originals = learners[0].get(&activity).await.attributes("#own-work .files li > a:first-child", "href");
    assert_eq!(originals.len(), 3);
    for path in &originals {
        assert_eq!(trainer.get(path).await.status, 404, "{path}");
    }
    assert_eq!(trainer.release(&activity).await.status, 303);
    let group = trainer.get(&activity).await.text("#group");
    assert!(users.iter().all(|user| group.contains(&user.family_name)), "{group}");
    for path in &originals {
        assert_eq!(trainer.get(path).await.status, 200, "{path}");
    }
}

/// Two teams and a control work: who is in the other team stays unknown, and so does which work is the trainer's, as long
/// as there are reviews.
async fn a_team_knows_itself_and_nobody_else(app: &TestApp) {
    let kind = Kind::Canvas;
    let trainer = app.trainer(kind).await;
    let activity = trainer.set_up(&[("reviews", "2"), ("groups", "teams")]).await;
    let users: Vec<User> = (0..4).map(|n| person(&app.lms.school(kind), Part::Learner, n)).collect();
    let mut learners = Vec::new();
    for n in 0..4 {
        learners.push(app.learner(kind, n).await);
    }
    let lines = users.iter().enumerate().map(|(n, user)| format!("\n{},{}", user.name(), ["Blue", "Red"][n / 2]));
    let list = format!("learner,group{}", lines.collect::<String>());
    let made = trainer.post(&format!("{activity}/pairs"), &[("action", "groups"), ("list", &list)]).await;
    assert_eq!(made.status, 303, "{}", made.text("#groups .problems"));
    let mut control = vec![("text", "<div>A plan.</div>"), ("tolerance", "10"), ("use", "control")];
    for (name, comment) in [("level_c1", "comment_c1"), ("level_c2", "comment_c2"), ("level_c3", "comment_c3")] {
        control.extend([(name, "1"), (comment, "What the trainer thinks.")]);
    }
    assert_eq!(trainer.post(&format!("{activity}/examples"), &control).await.status, 303);
    for n in [0, 2] {
        let name = format!("{} {}.docx", users[n].given_name, users[n].family_name);
        assert_eq!(learners[n].add_file(&name, &document("04-changes.docx")).await.status, 200);
        assert_eq!(
            learners[n + 1]
                .post(&format!("{activity}/work"), &[("text", "<div>Ours.</div>"), ("revision", "0")])
                .await
                .status,
            303
        );
    }
    for learner in &learners {
        for _ in 0..2 {
            assert_eq!(learner.review(["1", "2", "3"]).await.status, 303);
        }
    }
    for stage in ["before the release", "after the release"] {
        for (n, learner) in learners.iter().enumerate() {
            let view = crawl(learner, &activity).await;
            assert!(view.seen.keys().any(|path| path.ends_with("/copy")), "the other team's file is there");
            for (other, user) in users.iter().enumerate() {
                for (path, bytes) in &view.seen {
                    for text in identity(user).iter().filter(|_| n / 2 != other / 2) {
                        assert!(!holds(bytes, text), "{stage}: {path} tells {n} of {text}");
                    }
                    let others = ["Blue", "Red"][1 - n / 2];
                    assert!(!holds(bytes, &format!("{others}.")), "{stage}: {path} tells {n} of the team {others}");
                }
            }
            for (path, bytes) in &view.seen {
                assert!(!holds(bytes, "What the trainer thinks."), "{stage}: {path}");
                assert!(stage.starts_with("after") || !holds(bytes, "ontrol work"), "{stage}: {path}");
            }
            // What one of a team has, the others have, and nobody else.
            let mine = learner.get(&activity).await.attributes("#own-work .files li > a:first-child", "href");
            assert_eq!(mine.len(), 1);
            for (who, other) in learners.iter().enumerate() {
                let status = if who / 2 == n / 2 { 200 } else { 404 };
                assert_eq!(other.get(&mine[0]).await.status, status, "{stage}: {who} and the file of {n}");
            }
        }
        if stage.starts_with("before") {
            assert_eq!(trainer.release(&activity).await.status, 303);
        }
    }
}
