//! News: told once, on the page or by mail, to whom they concern and who wants them.

use std::sync::{Arc, Mutex};

use cercle::demo::campus::Kind;
use cercle::ids::PersonId;
use cercle::store::schema::news as table;
use cercle::store::{Conn, Engine, StoreResult};
use cercle::{news, peer};
use diesel::prelude::*;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::{Page, Session, TestApp, eventually};

/// Runs each listed test on both engines, with a mail server.
macro_rules! with_mail {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::run(cercle::store::Engine::Sqlite, async |app, mails| super::$name(app, mails).await).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::run(cercle::store::Engine::Postgres, async |app, mails| super::$name(app, mails).await).await;
            })+
        }
    };
}

with_mail! {
    marks_are_told_once_on_the_page_or_by_mail,
    what_can_wait_comes_once_a_day,
    who_wants_no_mail_gets_none,
    reminders_go_by_the_learners_own_dates,
    a_mail_server_that_does_not_take_mail_loses_nothing,
    trainers_hear_what_learners_ask,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// What the mail server says about a recipient.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Take,
    Busy,
    Unknown,
    Deny,
}

/// A mail server that keeps what it takes.
#[derive(Clone)]
struct MailServer {
    port: u16,
    state: Arc<Mutex<(Answer, Vec<Mail>, usize)>>,
}

#[derive(Clone, Debug)]
struct Mail {
    to: String,
    head: String,
    text: String,
}

impl MailServer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, state: Arc::new(Mutex::new((Answer::Take, Vec::new(), 0))) };
        let of_task = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = of_task.clone();
                tokio::spawn(async move { server.talk(stream).await });
            }
        });
        server
    }

    async fn talk(&self, stream: TcpStream) -> Option<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut to = String::new();
        write.write_all(b"220 mail.test ESMTP\r\n").await.ok()?;
        while let Some(line) = lines.next_line().await.ok()? {
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let answer = self.state.lock().unwrap().0;
            let reply = match (word.as_str(), answer) {
                ("EHLO", _) => "250-mail.test\r\n250 8BITMIME",
                ("MAIL", Answer::Deny) => "530 5.7.0 authentication required",
                ("RCPT", _) => {
                    self.state.lock().unwrap().2 += 1;
                    line.split(['<', '>']).nth(1).unwrap_or_default().clone_into(&mut to);
                    match answer {
                        Answer::Busy => "451 4.3.0 try again later",
                        Answer::Unknown => "550 5.1.1 no such user",
                        _ => "250 2.1.5 ok",
                    }
                }
                ("DATA", _) => {
                    write.write_all(b"354 go on\r\n").await.ok()?;
                    let mut raw = Vec::new();
                    while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                        raw.push(line.strip_prefix('.').map_or(line.clone(), str::to_owned));
                    }
                    self.state.lock().unwrap().1.push(Mail::read(&to, &raw.join("\n")));
                    "250 2.0.0 taken"
                }
                ("QUIT", _) => "221 2.0.0 bye",
                _ => "250 2.0.0 ok",
            };
            write.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
        }
        Some(())
    }

    fn answer(&self, answer: Answer) {
        self.state.lock().unwrap().0 = answer;
    }

    /// Takes the mails that came, by recipient.
    fn take(&self) -> Vec<Mail> {
        let mut mails = std::mem::take(&mut self.state.lock().unwrap().1);
        mails.sort_by(|a, b| a.to.cmp(&b.to));
        mails
    }

    fn tries(&self) -> usize {
        self.state.lock().unwrap().2
    }
}

impl Mail {
    fn read(to: &str, raw: &str) -> Self {
        let (head, body) = raw.split_once("\n\n").unwrap();
        // Long headers are folded.
        let head = head.replace("\n ", " ");
        let encoding = head.lines().find_map(|l| l.strip_prefix("Content-Transfer-Encoding: ")).unwrap_or("7bit");
        let text = match encoding {
            "quoted-printable" => quoted_printable(body),
            "base64" => {
                use base64::Engine as _;
                let bytes = base64::engine::general_purpose::STANDARD.decode(body.replace('\n', "")).unwrap();
                String::from_utf8(bytes).unwrap()
            }
            _ => body.to_owned(),
        };
        Self { to: to.to_owned(), head, text }
    }

    fn has(&self, header: &str) -> bool {
        self.head.lines().any(|line| line.starts_with(header))
    }

    /// Where the mail says that mails end.
    fn end(&self) -> String {
        let at = self.text.find("http").unwrap();
        let url = url::Url::parse(self.text[at..].split_whitespace().next().unwrap()).unwrap();
        url.path().to_owned()
    }
}

fn quoted_printable(body: &str) -> String {
    let joined = body.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_str();
    while let Some((before, after)) = rest.split_once('=') {
        bytes.extend_from_slice(before.as_bytes());
        bytes.push(u8::from_str_radix(&after[..2], 16).unwrap());
        rest = &after[2..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).unwrap()
}

async fn run(engine: Engine, test: impl AsyncFnOnce(&TestApp, &MailServer)) {
    let mails = MailServer::start().await;
    let url = format!("smtp://127.0.0.1:{}", mails.port);
    let app = TestApp::start_with(engine, move |settings| settings.smtp_url = Some(url)).await;
    test(&app, &mails).await;
    app.stop().await;
}

/// The mails that go now, of which there are so many. The job may send them before it is asked here.
async fn mailed(app: &TestApp, mails: &MailServer, wanted: usize) -> Vec<Mail> {
    news::jobs::run_round(&app.context).await.unwrap();
    eventually("mails come", async || mails.state.lock().unwrap().1.len() >= wanted).await;
    news::jobs::run_round(&app.context).await.unwrap();
    let sent = mails.take();
    assert_eq!(sent.len(), wanted, "{sent:?}");
    sent
}

/// Two learners hand in and review each other.
async fn reviewed(app: &TestApp, kind: Kind) -> (Session, String) {
    let trainer = app.trainer(kind).await;
    let activity = trainer.set_up(&[("title", "Peer task"), ("reviews", "1")]).await;
    for n in 0..2 {
        assert_eq!(app.learner(kind, n).await.hand_in(&format!("<div>Work {n}.</div>")).await.status, 303);
    }
    for n in 0..2 {
        assert_eq!(app.learner(kind, n).await.review(["1", "2", "1"]).await.status, 303);
    }
    (trainer, activity)
}

fn new_on(page: &Page) -> String {
    page.all("#new").join(" ")
}

async fn marks_are_told_once_on_the_page_or_by_mail(app: &TestApp, mails: &MailServer) {
    let (trainer, activity) = reviewed(app, Kind::Canvas).await;
    let (one, two) = (app.learner(Kind::Canvas, 0).await, app.learner(Kind::Canvas, 1).await);
    assert_eq!(trainer.release(&activity).await.status, 303);
    // One opens the page: told there, once, and by no mail.
    assert!(new_on(&one.get(&activity).await).contains("The marks of “Peer task” are out."));
    assert_eq!(new_on(&one.get(&activity).await), "");
    app.clock.advance(9 * MINUTE);
    mailed(app, mails, 0).await;
    app.clock.advance(2 * MINUTE);
    let sent = mailed(app, mails, 1).await;
    assert_eq!(sent.iter().map(|m| m.to.as_str()).collect::<Vec<_>>(), ["alice@example.org"]);
    let mail = &sent[0];
    assert!(mail.text.contains("- The marks of “Peer task” are out.") && mail.text.contains("learning platform"));
    assert!(mail.has("List-Unsubscribe: <http") && mail.has("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    assert!(mail.has("Auto-Submitted: auto-generated") && mail.has("From: Cercle <cercle@localhost>"), "{}", mail.head);
    assert!(mail.has("Message-ID: <") && mail.has("Date:") && mail.has("MIME-Version: 1.0"), "{}", mail.head);
    for name in ["Alex", "Carter", "Morgan", "Bennett"] {
        assert!(!mail.text.contains(name) && !mail.head.contains(name), "news name nobody");
    }
    mailed(app, mails, 0).await;
    // A changed mark is news of its own; the list has both, the newer first.
    let sheet = trainer.get(&activity).await.attributes("#group th a", "href").remove(1);
    let mark = [("mark", "80"), ("reason", "It is better."), ("seen", "0"), ("action", "set")];
    assert_eq!(trainer.post(&format!("{sheet}/mark"), &mark).await.status, 303);
    let list = two.get("/news").await;
    let items = list.all("#list li");
    assert!(items[0].contains("mark for “Peer task” has changed") && items[1].contains("are out"), "{items:?}");
    assert!(items.iter().all(|item| item.starts_with("new")));
    assert_eq!(list.attributes("#list a", "href"), [activity.clone(), activity.clone()]);
    assert!(two.get("/news").await.all("#list li").iter().all(|item| !item.starts_with("new")), "seen by now");
    // Nobody sees another's, and nobody without a session any.
    assert_eq!(app.learner(Kind::Canvas, 2).await.get("/news").await.all("#list li").len(), 0);
    assert_eq!(app.http.get(format!("{}/news", app.origin)).send().await.unwrap().status(), 401);
    // A second release that changes nothing tells nothing.
    assert_eq!(trainer.release(&activity).await.status, 303);
    assert_eq!(new_on(&two.get(&activity).await), "");
}

async fn what_can_wait_comes_once_a_day(app: &TestApp, mails: &MailServer) {
    let (trainer, activity) = reviewed(app, Kind::Moodle).await;
    assert_eq!(trainer.release(&activity).await.status, 303);
    app.clock.advance(11 * MINUTE);
    let first = mailed(app, mails, 2).await;
    assert!(first[0].text.contains("Les notes de «\u{a0}Peer task\u{a0}» sont publiées."), "in the reader's language");
    // Each replies to the other; that can wait.
    let (one, two) = (app.learner(Kind::Moodle, 0).await, app.learner(Kind::Moodle, 1).await);
    let form =
        async |learner: &Session| learner.get(&activity).await.attribute("#feedback form.response", "action").unwrap();
    for (learner, review) in [(&one, form(&one).await), (&two, form(&two).await)] {
        assert_eq!(learner.post(&review, &[("helpful", "5"), ("reply", "Merci.")]).await.status, 303);
    }
    app.clock.advance(11 * MINUTE);
    mailed(app, mails, 0).await;
    // One is answered, too: a single mail about both.
    let answer = one.get(&activity).await.attribute("#given form", "action").unwrap();
    assert_eq!(one.post(&answer, &[("answer", "Avec plaisir.")]).await.status, 303);
    app.clock.advance(DAY);
    // Who has read it here gets none.
    let daily = mailed(app, mails, 1).await;
    assert_eq!(daily[0].text.matches("\n- ").count() + usize::from(daily[0].text.starts_with("- ")), 2);
    assert!(daily[0].text.contains("Un relecteur vous a répondu"), "{}", daily[0].text);
    // Old news are not mailed any more, and then forgotten.
    app.clock.advance(100 * DAY);
    mailed(app, mails, 0).await;
    let before = app.clock.now().plus_seconds(-90 * DAY);
    assert!(app.context.db.write_blocking(|c| news::store::delete_before(c, before)).unwrap() > 0);
}

async fn who_wants_no_mail_gets_none(app: &TestApp, mails: &MailServer) {
    let (trainer, activity) = reviewed(app, Kind::Canvas).await;
    let one = app.learner(Kind::Canvas, 0).await;
    let form = one.get("/news").await;
    assert!(form.text("#mail").contains("alex@example.org") && form.all("#mail input[type=checkbox]").len() == 3);
    assert_eq!(form.attributes("#mail input[checked]", "name"), ["results", "conversation", "reminders"]);
    let token = form.attribute("#mail input[name=csrf]", "value").unwrap();
    let chosen = [("csrf", token), ("conversation", "on".to_owned())];
    assert_eq!(one.post_raw("/news", &chosen, &[]).await.status, 303);
    let forged = [("csrf", "x".to_owned()), ("results", "on".to_owned())];
    assert_eq!(one.post_raw("/news", &forged, &[]).await.status, 403);
    assert_eq!(one.get("/news").await.attributes("#mail input[checked]", "name"), ["conversation"]);
    assert_eq!(trainer.release(&activity).await.status, 303);
    app.clock.advance(11 * MINUTE);
    let sent = mailed(app, mails, 1).await;
    assert_eq!(sent.iter().map(|m| m.to.as_str()).collect::<Vec<_>>(), ["alice@example.org"]);
    // The last line of a mail ends them, without a session: by hand, or by one click of a mail program.
    let end = format!("{}{}", app.origin, sent[0].end());
    let shown = app.http.get(&end).send().await.unwrap();
    assert_eq!(shown.status(), 200);
    assert!(shown.text().await.unwrap().contains("Send me no more mails"));
    let clicked = app.http.post(&end).body("List-Unsubscribe=One-Click");
    let clicked = clicked.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    assert_eq!(clicked.status(), 303);
    assert!(app.http.get(&end).send().await.unwrap().text().await.unwrap().contains("sends you no mails"));
    let two = app.learner(Kind::Canvas, 1).await;
    assert!(two.get("/news").await.attributes("#mail input[checked]", "name").is_empty());
    let other_site = app.http.post(&end).header("origin", "https://elsewhere.test").body("mails=on");
    assert_eq!(other_site.send().await.unwrap().status(), 403, "no other page does it");
    assert_eq!(app.http.get(format!("{}/mail/unknown", app.origin)).send().await.unwrap().status(), 404);
    assert_eq!(app.http.post(format!("{}/mail/unknown", app.origin)).send().await.unwrap().status(), 404);
    // Nothing more comes; begun again, it does.
    let sheet = trainer.get(&activity).await.attributes("#group th a", "href").remove(1);
    let mark = |seen: &'static str| [("mark", "80"), ("reason", "It is better."), ("seen", seen), ("action", "set")];
    assert_eq!(trainer.post(&format!("{sheet}/mark"), &mark("0")).await.status, 303);
    app.clock.advance(DAY);
    mailed(app, mails, 0).await;
    let again = app.http.post(&end).body("mails=on").send().await.unwrap();
    assert_eq!(again.status(), 303);
    mailed(app, mails, 1).await;
}

async fn reminders_go_by_the_learners_own_dates(app: &TestApp, mails: &MailServer) {
    let at = |hours: i64| app.clock.now().plus_seconds(hours * HOUR).iso_seconds();
    let trainer = app.trainer(Kind::Canvas).await;
    let (work, review) = (at(72), at(120));
    let activity = trainer.set_up(&[("reviews", "1"), ("work_due", &work), ("review_due", &review)]).await;
    for n in 0..4 {
        app.learner(Kind::Canvas, n).await;
    }
    // Who was reminded so far. The job may have done it before.
    let remind = async |kind: news::model::Kind| {
        peer::reminders::run_round(&app.context).await.unwrap();
        let told = |c: &mut Conn| -> StoreResult<Vec<PersonId>> {
            Ok(table::table.filter(table::kind.eq(kind)).select(table::person_id).load(c)?)
        };
        let ids = app.context.db.read_blocking(told).unwrap();
        let people = app.context.db.read_blocking(|c| cercle::platform::store::list_people(c, ids)).unwrap();
        let mut names: Vec<String> = people.into_iter().map(|p| p.given_name.unwrap()).collect();
        names.sort();
        names.join(" ")
    };
    let (work_due, reviews_due) = (news::model::Kind::WorkDue, news::model::Kind::ReviewsDue);
    assert_eq!(remind(work_due).await, "", "three days ahead is too early");
    assert_eq!(app.learner(Kind::Canvas, 0).await.hand_in("<div>Work.</div>").await.status, 303);
    let sheets = trainer.get(&activity).await.attributes("#group th a", "href");
    let more = [("work_until", at(100)), ("review_until", at(130)), ("reason", "Ill.".to_owned())];
    let more: Vec<(&str, &str)> = more.iter().map(|(k, v)| (*k, v.as_str())).collect();
    assert_eq!(trainer.post(&format!("{}/extension", sheets[1]), &more).await.status, 303);
    app.clock.advance(25 * HOUR);
    for _ in 0..2 {
        assert_eq!(remind(work_due).await, "Hugh Nadia", "not who has handed in, not who has more time; and once");
    }
    app.clock.advance(28 * HOUR);
    assert_eq!(remind(work_due).await, "Alice Hugh Nadia", "who has more time, by that time");
    app.clock.advance(11 * MINUTE);
    let sent = mailed(app, mails, 3).await;
    let about = |name: &str| sent.iter().filter(|m| m.to.starts_with(name)).map(|m| m.text.clone()).collect::<String>();
    assert!(about("hugh").contains("Your work for “Peer task” is due soon."), "{sent:?}");
    assert!(about("alice").contains("dates for “Peer task” have changed") && about("alice").contains("due soon"));
    assert_eq!(about("alex"), "");
    // Reviews: only while there is something to review, and not for who is excused.
    app.clock.advance(20 * HOUR);
    assert_eq!(remind(reviews_due).await, "", "there is no work but the own one");
    let late = app.learner(Kind::Canvas, 1).await;
    assert_eq!(late.hand_in("<div>Late work.</div>").await.status, 303);
    assert_eq!(remind(reviews_due).await, "Alex");
    app.clock.advance(10 * HOUR);
    let excused = [("exempt", "on"), ("reason", "Leaves early.")];
    let trainer = app.trainer(Kind::Canvas).await;
    assert_eq!(trainer.post(&format!("{}/extension", sheets[1]), &excused).await.status, 303);
    assert_eq!(remind(reviews_due).await, "Alex", "who is excused is not reminded");
    app.clock.advance(3 * DAY);
    assert_eq!(remind(work_due).await, "Alice Hugh Nadia", "over is over");
    assert_eq!(remind(reviews_due).await, "Alex");
}

async fn a_mail_server_that_does_not_take_mail_loses_nothing(app: &TestApp, mails: &MailServer) {
    let (trainer, activity) = reviewed(app, Kind::Canvas).await;
    assert_eq!(trainer.release(&activity).await.status, 303);
    app.clock.advance(11 * MINUTE);
    for (answer, pause) in [(Answer::Busy, 5 * MINUTE), (Answer::Deny, 10 * MINUTE), (Answer::Busy, 20 * MINUTE)] {
        mails.answer(answer);
        mailed(app, mails, 0).await;
        let tries = mails.tries();
        app.clock.advance(pause - 1);
        mails.answer(Answer::Take);
        mailed(app, mails, 0).await;
        assert_eq!(mails.tries(), tries);
        app.clock.advance(1);
    }
    mailed(app, mails, 2).await;
    // An address that does not exist is not tried again; the news stay.
    let sheet = trainer.get(&activity).await.attributes("#group th a", "href").remove(0);
    let mark = [("mark", "80"), ("reason", "It is better."), ("seen", "0"), ("action", "set")];
    assert_eq!(trainer.post(&format!("{sheet}/mark"), &mark).await.status, 303);
    app.clock.advance(DAY);
    mails.answer(Answer::Unknown);
    mailed(app, mails, 0).await;
    let tries = mails.tries();
    app.clock.advance(DAY);
    mails.answer(Answer::Take);
    mailed(app, mails, 0).await;
    assert_eq!(mails.tries(), tries);
    let one = app.learner(Kind::Canvas, 0).await;
    assert!(one.get("/news").await.text("#list").contains("has changed"));
    // Two processes send one mail.
    let trainer = app.trainer(Kind::Canvas).await;
    let mark = [("mark", "85"), ("reason", "Better still."), ("seen", "1"), ("action", "set")];
    assert_eq!(trainer.post(&format!("{sheet}/mark"), &mark).await.status, 303);
    app.clock.advance(DAY);
    let (one, two) = tokio::join!(news::jobs::run_round(&app.context), news::jobs::run_round(&app.context));
    assert!(one.unwrap() + two.unwrap() <= 1);
    mailed(app, mails, 1).await;
}

async fn trainers_hear_what_learners_ask(app: &TestApp, mails: &MailServer) {
    let (trainer, activity) = reviewed(app, Kind::Canvas).await;
    assert_eq!(trainer.release(&activity).await.status, 303);
    let one = app.learner(Kind::Canvas, 0).await;
    assert_eq!(one.post(&format!("{activity}/appeal"), &[("text", "Look again.")]).await.status, 303);
    let report = one.get(&activity).await.attribute("#feedback form[action$=report]", "action").unwrap();
    assert_eq!(one.post(&report, &[("text", "It is rude.")]).await.status, 303);
    app.clock.advance(11 * MINUTE);
    let of_trainer = |sent: Vec<Mail>| sent.into_iter().find(|m| m.to == "claire@example.org");
    let mail = of_trainer(mailed(app, mails, 2).await).unwrap();
    assert!(mail.text.contains("asks you to look at a mark") && mail.text.contains("reported a problem"));
    assert!(!mail.text.contains("Alex") && !mail.text.contains("rude"), "no names, no words: {}", mail.text);
    let group = trainer.get(&activity).await;
    assert!(new_on(&group).contains("reported a problem"));
    // The trainer is asked about other things than learners are.
    assert_eq!(trainer.get("/news").await.attributes("#mail input", "name"), ["csrf", "questions"]);
    // The answer reaches the learner at once, whatever else was mailed that day.
    let sheet = group.attribute("#appeals a", "href").unwrap().replace("#appeal", "");
    let answer = [("action", "reject"), ("answer", "It stays.")];
    assert_eq!(trainer.post(&format!("{sheet}/appeal"), &answer).await.status, 303);
    app.clock.advance(11 * MINUTE);
    let sent = mailed(app, mails, 1).await;
    assert!(sent.iter().any(|m| m.to == "alex@example.org" && m.text.contains("has answered about your mark")));
    assert!(new_on(&one.get(&activity).await).contains("has answered"));
}
