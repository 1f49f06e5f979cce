//! The whole job in a real browser, in a frame on another site: as trainer and as three learners, with
//! and without cookies, wide and narrow. Every page that is passed is checked for accessibility, for
//! requests to other hosts, and for scrolling sideways.
//!
//! Needs Chromium and its driver: `apt-get install chromium chromium-driver`; `tests/run` does it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where something is wrong")]

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cercle::demo;
use cercle::demo::campus::{Kind, Storage};
use cercle::platform::registering;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

const AXE: &str = include_str!("vendor/axe.min.js");

/// What the browser does with the tool's cookies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cookies {
    Allowed,
    ThirdPartyBlocked,
    NoneOfTheTool,
}

/// What axe-core finds on the page or frame that is shown: nothing.
async fn check_accessibility(page: &Client, name: &str) {
    page.execute(AXE, vec![]).await.unwrap();
    let run = "const done = arguments[arguments.length - 1]; \
        axe.run(document, {resultTypes: ['violations']}).then((r) => done(r.violations.map((v) => \
        v.id + ': ' + v.nodes.map((n) => n.html + ' ' + n.failureSummary).join(' | '))), (e) => done([String(e)]))";
    let violations = page.execute_async(run, vec![]).await.unwrap();
    assert_eq!(violations, json!([]), "{name}: accessibility");
}

struct Driver {
    child: Child,
    url: String,
}

impl Driver {
    async fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is missing. Install it: apt-get install chromium chromium-driver");
        let url = format!("http://127.0.0.1:{port}");
        let start = std::time::Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(20), "chromedriver does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { child, url }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The demo, with its own ports and folder.
struct Stage {
    lms: String,
    tool: String,
    folder: PathBuf,
    campus: cercle::demo::campus::Campus,
    context: cercle::context::Context,
    handles: Vec<actix_web::dev::ServerHandle>,
}

impl Stage {
    async fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("cercle-browser-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).unwrap();
        let (one, two) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
        let runtime = tokio::runtime::Handle::current();
        let path = folder.clone();
        let demo = tokio::task::spawn_blocking(move || {
            let _guard = runtime.enter();
            demo::over(one, two, &path).unwrap()
        })
        .await
        .unwrap();
        let stage = Self {
            lms: demo.campus.base().to_owned(),
            tool: demo.tool.context.settings.origin(),
            folder,
            campus: demo.campus.clone(),
            context: demo.tool.context.clone(),
            handles: vec![demo.lms.handle(), demo.tool.handle()],
        };
        tokio::spawn(demo.lms.run());
        tokio::spawn(demo.tool.run());
        stage
    }

    async fn stop(self) {
        for handle in &self.handles {
            handle.stop(false).await;
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn browser(driver: &Driver, stage: &Stage, cookies: Cookies, width: u32) -> Client {
    let mut prefs = json!({});
    match cookies {
        Cookies::Allowed => prefs["profile.cookie_controls_mode"] = json!(0),
        Cookies::ThirdPartyBlocked => {
            prefs["profile.cookie_controls_mode"] = json!(1);
            prefs["profile.block_third_party_cookies"] = json!(true);
        }
        Cookies::NoneOfTheTool => {
            let pattern = format!("{},*", stage.tool);
            prefs["profile.content_settings.exceptions.cookies"] = json!({ pattern: {"setting": 2} });
        }
    }
    let mut options = json!({
        "args": ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=en",
            format!("--window-size={},1000", width.max(500))],
        "prefs": prefs,
    });
    if width < 500 {
        options["mobileEmulation"] = json!({"deviceMetrics": {"width": width, "height": 800, "pixelRatio": 1.0}});
    }
    let mut capabilities = serde_json::Map::new();
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    ClientBuilder::native()
        .capabilities(capabilities)
        .connect(&driver.url)
        .await
        .expect("Chromium is missing or does not start. Install it: apt-get install chromium chromium-driver")
}

/// Somebody at the browser.
struct Player<'a> {
    page: Client,
    stage: &'a Stage,
    school: &'static str,
    /// Which link of the course the job is done in.
    link: usize,
    expects_question: bool,
    checked: std::cell::RefCell<Vec<String>>,
}

impl Player<'_> {
    async fn wait(&self, css: &str) -> fantoccini::elements::Element {
        match self.page.wait().at_most(Duration::from_secs(15)).for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => {
                let source = self.page.source().await.unwrap_or_default();
                panic!("{css} does not appear: {error}\n{}", source.chars().take(6000).collect::<String>())
            }
        }
    }

    async fn click(&self, css: &str) {
        // Between finding and clicking the page may be swapped: then what was found is gone.
        let start = std::time::Instant::now();
        loop {
            let element = self.wait(css).await;
            let scroll = "arguments[0].scrollIntoView({block: 'center'})";
            let shown = self.page.execute(scroll, vec![serde_json::to_value(&element).unwrap()]).await;
            match (shown, element.click().await) {
                (Ok(_), Ok(())) => return,
                (shown, clicked) => {
                    assert!(
                        start.elapsed() < Duration::from_secs(10),
                        "{css} cannot be clicked: {shown:?} {clicked:?}"
                    );
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn text(&self, css: &str) -> String {
        self.wait(css).await.text().await.unwrap()
    }

    /// Signs somebody in at the LMS; ends in the course.
    async fn sign_in(&self, name: &str) {
        self.page.goto(&format!("{}/{}/", self.stage.lms, self.school)).await.unwrap();
        let button = format!("//button[contains(., '{name}')]");
        let button = self.page.wait().at_most(Duration::from_secs(20)).for_element(Locator::XPath(&button)).await;
        button.unwrap().click().await.unwrap();
        self.wait("#links").await;
    }

    /// Waits until something is gone, so that the next page is not asked for while this one is still leaving.
    async fn gone(&self, css: &str) {
        let start = std::time::Instant::now();
        while self.page.find_all(Locator::Css(css)).await.map_or(true, |found| !found.is_empty()) {
            assert!(start.elapsed() < Duration::from_secs(20), "{css} is still there");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.wait("#links").await;
    }

    /// Becomes somebody and opens a link of the course; ends inside the tool's frame.
    async fn open(&self, name: &str, link: usize) {
        self.sign_in(name).await;
        self.click(&format!("main li:nth-child({}) a", link + 1)).await;
        self.enter(name).await;
        self.wait("[data-local], #save, #next, #group").await;
    }

    /// Enters the tool's frame and confirms who it is, where that is asked.
    async fn enter(&self, name: &str) {
        self.wait("#tool").await.enter_frame().await.unwrap();
        if self.expects_question {
            let question = self.text("#continue").await;
            assert!(question.contains(name), "{question} names who it is about");
            self.check("continue").await;
            self.click("#continue").await;
        }
    }

    /// Accessibility, other hosts, width: of the page as it stands.
    async fn check(&self, name: &str) {
        if self.checked.borrow().iter().any(|n| n == name) {
            return;
        }
        self.checked.borrow_mut().push(name.to_owned());
        check_accessibility(&self.page, name).await;
        let loaded = "return performance.getEntriesByType('resource').map((e) => e.name)";
        let loaded: Value = self.page.execute(loaded, vec![]).await.unwrap();
        for address in loaded.as_array().unwrap() {
            assert!(address.as_str().unwrap().starts_with(&self.stage.tool), "{name}: {address} is another host");
        }
        // The frame is made 320 px wide for a moment.
        self.page.enter_parent_frame().await.unwrap();
        let resize = "document.getElementById('tool').style.width = arguments[0]";
        self.page.execute(resize, vec![json!("320px")]).await.unwrap();
        self.page.find(Locator::Css("#tool")).await.unwrap().enter_frame().await.unwrap();
        let wide = "const w = window.innerWidth; return [w, document.documentElement.scrollWidth, \
            [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > w + 1 && \
            !e.closest('.scroll')).slice(0, 5).map((e) => e.outerHTML.slice(0, 120))]";
        let wide: Value = self.page.execute(wide, vec![]).await.unwrap();
        let (inner, scroll) = (wide[0].as_i64().unwrap(), wide[1].as_i64().unwrap());
        assert!(inner <= 320, "the frame is narrow");
        assert!(scroll <= inner, "{name} scrolls sideways: {wide}");
        self.page.enter_parent_frame().await.unwrap();
        self.page.execute(resize, vec![json!("")]).await.unwrap();
        self.page.find(Locator::Css("#tool")).await.unwrap().enter_frame().await.unwrap();
    }

    async fn type_into_editor(&self, text: &str) {
        let editor = self.wait("trix-editor").await;
        editor.click().await.unwrap();
        editor.send_keys(text).await.unwrap();
    }

    async fn set_up(&self, trainer: &str) {
        self.open(trainer, 1).await;
        self.wait("#save").await;
        self.check("set-up").await;
        // What is missing is said, and what was typed stays.
        let title = self.wait("#title").await;
        title.clear().await.unwrap();
        title.send_keys("A task made in the browser").await.unwrap();
        self.click("#save").await;
        assert!(!self.text("#problems").await.is_empty());
        let typed = self.wait("#title").await.prop("value").await.unwrap();
        assert_eq!(typed.as_deref(), Some("A task made in the browser"));
        self.type_into_editor("Write two sentences.").await;
        self.page.execute("document.getElementById('reviews').value = '2'", vec![]).await.unwrap();
        self.click("#save").await;
        self.wait("#preview-release").await;
        self.check("empty group").await;
    }

    async fn hand_in(&self, learner: &str) {
        self.open(learner, self.link).await;
        self.check("learner before").await;
        self.click("#write").await;
        self.type_into_editor(&format!("These are the words of {}.", learner.len())).await;
        self.wait("[data-autosave-status][data-state=saved]").await;
        self.check("editor").await;
        self.click("#hand-in").await;
        self.wait("#own-work").await;
        self.check("learner handed in").await;
    }

    async fn review(&self, learner: &str, times: usize) {
        self.open(learner, self.link).await;
        for _ in 0..times {
            self.click("#review").await;
            self.wait("#review-form").await;
            self.check("review").await;
            self.click("#send-review").await;
            self.wait(".problems").await;
            let choose = "document.querySelectorAll('.levels').forEach((l) => l.querySelectorAll('input')[2].click());";
            self.page.execute(choose, vec![]).await.unwrap();
            for area in self.page.find_all(Locator::Css("#review-form fieldset:has(.levels) textarea")).await.unwrap() {
                area.send_keys("It names the facts.").await.unwrap();
            }
            self.wait("[data-autosave-status][data-state=saved]").await;
            self.click("#send-review").await;
            self.wait("#next").await;
        }
        self.check("learner done").await;
    }

    async fn release(&self, trainer: &str, decided: &str) {
        self.open(trainer, self.link).await;
        self.check("group").await;
        self.page.find(Locator::LinkText(decided)).await.unwrap().click().await.unwrap();
        self.click("details summary").await;
        self.check("sheet").await;
        self.wait("#mark").await.send_keys("90").await.unwrap();
        self.wait("#reason").await.send_keys("The second sentence is excellent.").await.unwrap();
        self.click("button[value=set]").await;
        self.wait("button[value=peers], blockquote").await;
        self.click(".bar a").await;
        self.click("#preview-release").await;
        self.wait("#release").await;
        self.check("preview").await;
        self.click("#release").await;
        self.wait("#group").await;
        self.check("released group").await;
        self.click("#grade-page").await;
        self.wait("#grades").await;
        self.check("grades").await;
    }
}

fn names(kind: Kind) -> (&'static str, [&'static str; 3]) {
    match kind {
        Kind::Moodle => ("Claire Morel", ["Camille Durand", "Alice Martin", "Hugo Petit"]),
        Kind::Canvas => ("Claire Morgan", ["Alex Carter", "Alice Bennett", "Hugh Palmer"]),
    }
}

async fn whole_job(kind: Kind, cookies: Cookies, width: u32) {
    let (stage, driver) = (Stage::start().await, Driver::start().await);
    let player = Player {
        page: browser(&driver, &stage, cookies, width).await,
        stage: &stage,
        school: kind.path(),
        link: 1,
        // Moodle has no platform storage: without cookies the person is asked. Canvas has it.
        expects_question: cookies == Cookies::NoneOfTheTool && kind == Kind::Moodle,
        checked: std::cell::RefCell::default(),
    };
    let (trainer, learners) = names(kind);
    player.set_up(trainer).await;
    if cookies == Cookies::NoneOfTheTool {
        let kept = player.page.execute("return document.cookie", vec![]).await.unwrap();
        assert_eq!(kept, json!(""));
        let stored = "return [localStorage.length, sessionStorage.length, location.href, document.body.outerHTML.includes('Bearer')]";
        let stored = player.page.execute(stored, vec![]).await;
        // Where cookies are blocked the storage is too; what matters is that nothing is in it.
        if let Ok(stored) = stored {
            assert_eq!((&stored[0], &stored[1]), (&json!(0), &json!(0)), "the token is in no storage");
            assert!(!stored[2].as_str().unwrap().contains("token"), "and in no address");
        }
    }
    for learner in learners {
        player.hand_in(learner).await;
    }
    for learner in learners {
        player.review(learner, 2).await;
    }
    player.release(trainer, learners[0]).await;
    // Two reviews at the third of four levels: 66.67; the first learner's mark was decided.
    let school = || stage.campus.schools().into_iter().find(|s| s.kind == kind).unwrap();
    let start = std::time::Instant::now();
    while school().ledger.len() < 3 {
        assert!(start.elapsed() < Duration::from_secs(20), "three grades arrive in the LMS");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    player.page.goto(&format!("{}/{}/grades", stage.lms, kind.path())).await.unwrap();
    let rows = player.page.find_all(Locator::Css("#gradebook tbody tr")).await.unwrap();
    let wanted = match kind {
        Kind::Moodle => ["90", "66,67", "66,67"],
        Kind::Canvas => ["18", "13.33", "13.33"],
    };
    for (row, (name, mark)) in rows.iter().zip(learners.iter().zip(wanted)) {
        let text = row.text().await.unwrap();
        assert!(text.contains(name) && text.ends_with(mark), "{text} should end with {mark}");
    }
    if kind == Kind::Moodle {
        // The trainer opens a learner's work from the gradebook.
        player.click("#gradebook tbody tr:first-child td:last-child a").await;
        player.enter(trainer).await;
        player.wait("#mark").await;
        assert!(player.text("h1").await.contains(learners[0]));
        player.page.enter_parent_frame().await.unwrap();
    }
    player.open(learners[0], 1).await;
    let result = player.text("#next").await;
    assert!(result.contains("90") && result.contains("The second sentence is excellent."), "{result}");
    player.check("result").await;
    player.page.clone().close().await.unwrap();
    stage.stop().await;
}

/// storage that never answers, that answers for another message, or whose answer comes from
/// another frame delays the launch and does not stop it: the person is asked. The forged answers hold
/// the right value, so taking one would pass without the question.
async fn distrusted_storage(storage: Storage) {
    let (stage, driver) = (Stage::start().await, Driver::start().await);
    stage.campus.with(Kind::Canvas, |school| school.storage = storage);
    let player = Player {
        page: browser(&driver, &stage, Cookies::NoneOfTheTool, 1280).await,
        stage: &stage,
        school: "canvas",
        link: 1,
        expects_question: true,
        checked: std::cell::RefCell::default(),
    };
    player.open(names(Kind::Canvas).0, 0).await;
    assert!(player.text("#group").await.contains("Alice Bennett"));
    player.page.clone().close().await.unwrap();
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_storage_asks_who_it_is() {
    distrusted_storage(Storage::Silent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_to_another_message_is_not_taken() {
    distrusted_storage(Storage::WrongId).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_from_another_frame_is_not_taken() {
    distrusted_storage(Storage::WrongSource).await;
}

/// An administrator pastes one address and switches the tool on; a trainer adds an activity by the picker,
/// learners do their part in it, and the grades arrive. Nothing is copied by hand; so many clicks it takes
/// the administrator, and so many the trainer until the activity stands in the course.
async fn from_nothing_to_a_grade(kind: Kind, cookies: Cookies, width: u32, clicks: (usize, usize)) {
    let (stage, driver) = (Stage::start().await, Driver::start().await);
    let (settings, now) = (stage.context.settings.clone(), stage.context.clock.now());
    let invited = stage
        .context
        .db
        .write(move |c| registering::invite(c, &settings, "A school", None, 1, &cercle::audit::Actor::Operator, now))
        .await;
    let address = invited.unwrap().0;
    let player = Player {
        page: browser(&driver, &stage, cookies, width).await,
        stage: &stage,
        school: kind.path(),
        link: 2,
        expects_question: cookies == Cookies::NoneOfTheTool && kind == Kind::Moodle,
        checked: std::cell::RefCell::default(),
    };
    let page = &player.page;
    let clicked = std::cell::Cell::new(0);
    let click = async |css: &str| {
        player.click(css).await;
        clicked.set(clicked.get() + 1);
    };
    page.goto(&format!("{}/{}/tools", stage.lms, kind.path())).await.unwrap();
    player.wait("#registration-url").await.send_keys(&address).await.unwrap();
    click("#add").await;
    player.wait("#tool").await.enter_frame().await.unwrap();
    player.wait("#connect").await;
    player.check("confirm registration").await;
    if kind == Kind::Canvas {
        click("#hosts").await;
    }
    click("#connect").await;
    player.wait("#remains").await;
    player.check("registered").await;
    click("#close").await;
    page.enter_parent_frame().await.unwrap();
    click("#activate").await;
    player.wait("#active").await;
    assert_eq!(clicked.replace(0), clicks.0);

    let (trainer, learners) = names(kind);
    player.sign_in(trainer).await;
    click("#add-activity").await;
    player.wait("#name").await.send_keys("Two sentences").await.unwrap();
    click("#select-content").await;
    player.enter(trainer).await;
    let title = player.wait("#title").await.prop("value").await.unwrap();
    assert_eq!(title.as_deref(), Some("Two sentences"), "the name came along from the LMS");
    player.check("set-up in the picker").await;
    player.type_into_editor("Write two sentences.").await;
    page.execute("document.getElementById('reviews').value = '1'", vec![]).await.unwrap();
    click("#save").await;
    page.enter_parent_frame().await.unwrap();
    player.wait("#selected").await;
    click("#save-activity").await;
    player.wait("#links").await;
    if kind == Kind::Canvas {
        click(".publish").await;
        player.gone(".publish").await;
    }
    assert_eq!(clicked.get(), clicks.1);

    for learner in &learners[..2] {
        player.hand_in(learner).await;
    }
    for learner in &learners[..2] {
        player.review(learner, 1).await;
    }
    player.release(trainer, learners[0]).await;
    let school = || stage.campus.schools().into_iter().find(|s| s.kind == kind).unwrap();
    let start = std::time::Instant::now();
    while school().ledger.len() < 2 {
        assert!(start.elapsed() < Duration::from_secs(20), "the grades arrive in the LMS");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let link = school().links[2].clone();
    assert!(school().ledger.iter().all(|e| Some(&e.line_item) == link.line_item.as_ref()), "in the activity's column");

    // The next activity: the picker now has something to offer.
    page.enter_parent_frame().await.unwrap();
    player.sign_in(trainer).await;
    player.click("#add-activity").await;
    player.click("#select-content").await;
    player.enter(trainer).await;
    player.wait("#choose").await;
    player.check("picker").await;
    player.click("input[value^='copy:']").await;
    player.click("#add").await;
    page.enter_parent_frame().await.unwrap();
    assert!(player.text("#selected").await.contains("Two sentences"));
    page.clone().close().await.unwrap();
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moodle_from_nothing_to_a_grade() {
    from_nothing_to_a_grade(Kind::Moodle, Cookies::ThirdPartyBlocked, 1280, (4, 4)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moodle_from_nothing_to_a_grade_without_any_cookie() {
    from_nothing_to_a_grade(Kind::Moodle, Cookies::NoneOfTheTool, 1280, (4, 4)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn canvas_from_nothing_to_a_grade_on_a_phone() {
    from_nothing_to_a_grade(Kind::Canvas, Cookies::NoneOfTheTool, 360, (5, 5)).await;
}

/// The console, at the top of a window: signing in with an authenticator app, and each of its pages.
async fn console(width: u32) {
    let (stage, driver) = (Stage::start().await, Driver::start().await);
    let page = browser(&driver, &stage, Cookies::Allowed, width).await;
    let (settings, now) = (stage.context.settings.clone(), stage.context.clock.now());
    let link =
        stage.context.db.write(move |c| cercle::admin::service::make_link(c, &settings, "Ada", false, now)).await;
    page.goto(&link.unwrap().0).await.unwrap();
    let wait =
        async |css: &str| page.wait().at_most(Duration::from_secs(20)).for_element(Locator::Css(css)).await.unwrap();
    let check = async |name: &str| {
        check_accessibility(&page, name).await;
        let wide = "return [window.innerWidth, document.documentElement.scrollWidth]";
        let wide = page.execute(wide, vec![]).await.unwrap();
        assert!(wide[1].as_i64() <= wide[0].as_i64(), "{name} scrolls sideways: {wide}");
    };
    check("enrolment").await;
    let typed = wait("#secret").await.text().await.unwrap().replace(' ', "");
    let secret = totp_rs::Secret::try_from_base32(typed).unwrap();
    let app = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    let seconds = u64::try_from(stage.context.clock.now().unix_seconds()).unwrap();
    wait("#code").await.send_keys(&app.generate(seconds).to_string()).await.unwrap();
    wait("#enter").await.click().await.unwrap();
    wait("#registrations").await;
    check("overview").await;
    wait("#registrations tbody tr a").await.click().await.unwrap();
    wait("#doctor").await;
    check("registration").await;
    wait("#doctor").await.click().await.unwrap();
    wait("#findings").await;
    check("doctor").await;
    for path in
        ["registrations/new", "registrations/new?preset=canvas", "registrations/new?preset=generic", "keys", "audit"]
    {
        page.goto(&format!("{}/admin/{path}", stage.tool)).await.unwrap();
        wait("#sign-out").await;
        check(path).await;
    }
    page.goto(&format!("{}/admin/registrations/new?preset=moodle", stage.tool)).await.unwrap();
    wait("#register").await.click().await.unwrap();
    wait("#problems").await;
    check("a registration to correct").await;
    page.goto(&format!("{}/admin/invitations", stage.tool)).await.unwrap();
    wait("#name").await.send_keys("Our Moodle").await.unwrap();
    wait("#make").await.click().await.unwrap();
    wait("#made").await;
    check("invitation").await;
    // What is dangerous asks again after a while; then it goes on where it stopped.
    stage.context.clock.advance(6 * 60);
    page.goto(&format!("{}/admin/keys", stage.tool)).await.unwrap();
    wait("#rotate").await.click().await.unwrap();
    wait("#confirm").await;
    check("confirmation").await;
    let seconds = u64::try_from(stage.context.clock.now().unix_seconds()).unwrap();
    wait("#code").await.send_keys(&app.generate(seconds).to_string()).await.unwrap();
    wait("#confirm").await.click().await.unwrap();
    wait("#keys tbody tr:nth-child(2)").await;
    wait("#sign-out").await.click().await.unwrap();
    wait("#enter").await;
    check("sign-in").await;
    page.close().await.unwrap();
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_console() {
    console(1280).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_console_on_a_phone() {
    console(360).await;
}

macro_rules! jobs {
    ($($name:ident: $kind:ident, $cookies:ident, $width:literal;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            whole_job(Kind::$kind, Cookies::$cookies, $width).await;
        }
    )+};
}

jobs! {
    moodle_with_third_party_cookies: Moodle, Allowed, 1280;
    moodle_with_third_party_cookies_blocked: Moodle, ThirdPartyBlocked, 1280;
    moodle_without_any_cookie_asks_who_it_is: Moodle, NoneOfTheTool, 1280;
    moodle_on_a_phone: Moodle, ThirdPartyBlocked, 360;
    canvas_with_third_party_cookies: Canvas, Allowed, 1280;
    canvas_with_third_party_cookies_blocked: Canvas, ThirdPartyBlocked, 1280;
    canvas_without_any_cookie_uses_platform_storage: Canvas, NoneOfTheTool, 1280;
    canvas_on_a_phone_without_any_cookie: Canvas, NoneOfTheTool, 360;
}
