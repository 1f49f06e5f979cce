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
use cercle::demo::campus::{Kind, Part, School, Storage};
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
            demo::over(one, two, &path, env!("CARGO_BIN_EXE_cercle").into()).unwrap()
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

    fn school(&self, path: &str) -> School {
        self.campus.schools().into_iter().find(|s| s.kind.path() == path).unwrap()
    }

    /// Where the browser saves files.
    fn downloads(&self) -> std::path::PathBuf {
        self.folder.join("downloads")
    }

    async fn stop(self) {
        for handle in &self.handles {
            handle.stop(false).await;
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn browser(driver: &Driver, stage: &Stage, cookies: Cookies, width: u32) -> Client {
    let mut prefs = json!({"download.default_directory": stage.downloads()});
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
            // The driver now and then loses a frame that moves to a process of its own: it then runs what is meant for the
            // frame in the page around it. Cookies and messages between sites do not depend on the processes.
            "--disable-site-isolation-trials", "--disable-features=IsolateOrigins,site-per-process",
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

    /// Enters the tool's frame. It moves from the LMS to the tool meanwhile, and a driver that enters it just then may find
    /// itself in the page around it.
    async fn enter_tool(&self) {
        let start = std::time::Instant::now();
        loop {
            self.wait("#tool").await.enter_frame().await.unwrap();
            let place = self.page.execute("return [location.origin, window === window.top]", vec![]).await;
            if place.as_ref().is_ok_and(|place| *place == json!([self.stage.tool, false])) {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "the frame does not come to the tool: {place:?}");
            self.page.enter_parent_frame().await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Enters the tool's frame and confirms who it is, where that is asked.
    async fn enter(&self, name: &str) {
        self.enter_tool().await;
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
        self.send_files().await;
        self.check("editor").await;
        self.click("#hand-in").await;
        self.wait("#own-work").await;
        self.check("learner handed in").await;
    }

    /// Two are taken; one is not, and the page says why.
    async fn send_files(&self) {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/documents");
        let input = self.page.find(Locator::Css("#add-files")).await.unwrap();
        let chosen =
            ["25-information.pdf", "make.py", "34-words.png"].map(|name| folder.join(name).display().to_string());
        input.send_keys(&chosen.join("\n")).await.unwrap();
        self.wait(".files li:nth-child(2)").await;
        self.wait("[data-file-status][data-state=failed]").await;
        assert!(self.text("[data-file-status]").await.starts_with("make.py"));
    }

    async fn review(&self, learner: &str, times: usize) {
        self.open(learner, self.link).await;
        for _ in 0..times {
            self.click("#review").await;
            self.wait("#review-form").await;
            self.show_file().await;
            self.names_nobody_but(learner).await;
            self.check("review").await;
            self.click("#send-review").await;
            self.wait(".problems").await;
            self.choose(2).await;
            for area in self.page.find_all(Locator::Css("#review-form fieldset:has(.levels) textarea")).await.unwrap() {
                area.send_keys("It names the facts.").await.unwrap();
            }
            self.wait("[data-autosave-status][data-state=saved]").await;
            self.click("#send-review").await;
            self.wait("#next").await;
        }
        self.check("learner done").await;
    }

    /// The page says nothing about who the others are.
    async fn names_nobody_but(&self, reader: &str) {
        let page = self.page.source().await.unwrap();
        for user in self.stage.school(self.school).users.iter().filter(|u| u.part == Part::Learner) {
            let name = format!("{} {}", user.given_name, user.family_name);
            assert!(name == reader || !page.contains(&user.family_name), "the page names {name} to {reader}");
        }
    }

    /// A picture is shown in the page, also where no cookie goes with its address.
    async fn show_file(&self) {
        self.click(".files li:nth-child(2) summary").await;
        self.wait(".files img").await;
        let width = "return document.querySelector('.files img').naturalWidth";
        let start = std::time::Instant::now();
        while self.page.execute(width, vec![]).await.unwrap() != json!(48) {
            assert!(start.elapsed() < Duration::from_secs(20), "the picture is shown");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The trainer, on the group page, adds a work to practise on.
    async fn add_example(&self) {
        self.click("#examples").await;
        self.wait("#no-examples").await;
        self.type_into_editor("A work of last year.").await;
        self.click("#add-example").await;
        self.wait("#problems").await;
        self.check("example to correct").await;
        self.choose(1).await;
        for area in self.page.find_all(Locator::Css("#example-form fieldset:has(.levels) textarea")).await.unwrap() {
            area.send_keys("A source is missing.").await.unwrap();
        }
        self.click("#add-example").await;
        self.wait(".example").await;
        self.check("examples").await;
    }

    /// The same level everywhere.
    async fn choose(&self, level: usize) {
        let choose =
            "document.querySelectorAll('.levels').forEach((l) => l.querySelectorAll('input')[arguments[0]].click());";
        self.page.execute(choose, vec![json!(level)]).await.unwrap();
    }

    async fn practise(&self, learner: &str) {
        self.open(learner, self.link).await;
        self.click("#practise").await;
        // Until its script has seen it, a form saves nothing.
        self.wait("#practice-form[data-ready]").await;
        self.check("practice").await;
        self.choose(2).await;
        self.wait("[data-autosave-status][data-state=saved]").await;
        self.click("#compare").await;
        self.wait("#comparison.warn").await;
        self.check("compared").await;
        self.click("#practised").await;
        self.wait("#review").await;
    }

    /// Chooses a date so many days from now.
    async fn set_date(&self, field: &str, days: i64) {
        // The script has taken it over.
        self.wait(&format!("#{field}[data-ready]")).await;
        let at = self.stage.context.clock.now().plus_seconds(days * 86_400).unix_seconds() * 1000;
        let set = "const at = new Date(arguments[1]), pad = (n) => String(n).padStart(2, '0'), \
            input = document.getElementById(arguments[0]); \
            input.value = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:00`; \
            input.dispatchEvent(new Event('input'))";
        self.page.execute(set, vec![json!(field), json!(at)]).await.unwrap();
    }

    /// The trainer, on the group page, sets both dates: in a week, and, counted in days from that one, in two.
    async fn set_dates(&self) {
        self.click(".row a[href$=settings]").await;
        self.wait("#review-due-days[data-ready]").await;
        let count = "const days = document.getElementById('review-due-days'); days.value = '7'; \
            days.dispatchEvent(new Event('input'))";
        self.page.execute(count, vec![]).await.unwrap();
        self.set_date("work-due", 7).await;
        // The date follows at once, by the calendar, and cannot be set apart from the number.
        let counted = "const at = (id) => new Date(document.getElementById(id).value + 'Z'), \
            review = document.getElementById('review-due'); \
            return [(at('review-due') - at('work-due')) / 86400000, review.readOnly, \
                document.getElementsByName('review_due')[0].value === new Date(review.value).toISOString()]";
        let counted: Value = self.page.execute(counted, vec![]).await.unwrap();
        assert_eq!(counted, json!([7, true, true]));
        self.click("#save").await;
        self.wait("#preview-release").await;
    }

    /// The trainer gives somebody two days more.
    async fn extend(&self, trainer: &str, learner: &str) {
        self.open(trainer, self.link).await;
        self.page.find(Locator::LinkText(learner)).await.unwrap().click().await.unwrap();
        self.click("#extension summary").await;
        self.set_date("work-until", 2).await;
        self.wait("#extension-reason").await.send_keys("Was ill.").await.unwrap();
        self.click("#extension form button").await;
        self.wait("#extension blockquote").await;
        self.check("sheet with more time").await;
    }

    /// Decides a mark over a slow line and goes on before the answer is there, which brings nobody back.
    async fn decide_and_go_on(&self, mark: &str, reason: &str) {
        self.click("details:has(#mark) summary").await;
        self.wait("#mark").await.send_keys(mark).await.unwrap();
        self.wait("#reason").await.send_keys(reason).await.unwrap();
        let slow = "const { open, send } = XMLHttpRequest.prototype; \
            XMLHttpRequest.prototype.open = function (method, ...rest) { \
                this.slow = method === 'POST'; return open.call(this, method, ...rest); }; \
            XMLHttpRequest.prototype.send = function (body) { \
                if (!this.slow) return send.call(this, body); \
                this.addEventListener('loadend', () => { window.answered = true; }); \
                window.goOn = () => send.call(this, body); }; \
            window.usual = () => Object.assign(XMLHttpRequest.prototype, { open, send });";
        self.page.execute(slow, vec![]).await.unwrap();
        self.click("button[value=set]").await;
        self.click(".bar a").await;
        self.wait("#group").await;
        self.page.execute("window.goOn(); window.usual()", vec![]).await.unwrap();
        let start = std::time::Instant::now();
        while self.page.execute("return window.answered === true", vec![]).await.unwrap() != json!(true) {
            assert!(start.elapsed() < Duration::from_secs(20), "the decision is answered");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(!self.page.find_all(Locator::Css("#group")).await.unwrap().is_empty(), "the group is still there");
    }

    /// A file is saved and the page stays, also where no cookie goes with a link.
    async fn save_reviews(&self) {
        self.click("#exports a").await;
        let (file, start) = (self.stage.downloads().join("reviews.csv"), std::time::Instant::now());
        while !file.exists() {
            assert!(start.elapsed() < Duration::from_secs(20), "the reviews are saved as a file");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let saved = std::fs::read_to_string(&file).unwrap();
        assert!(saved.starts_with("\u{feff}Aut"), "its heading, in either language: {saved}");
        assert_eq!(saved.lines().count(), 1 + 3 * 2 * 3, "one line for each review and criterion: {saved}");
        self.wait("#group").await;
    }

    async fn release(&self, trainer: &str, decided: &str) {
        self.open(trainer, self.link).await;
        self.check("group").await;
        self.click("#queues").await;
        self.wait("main ol, #nothing").await;
        self.check("queues").await;
        self.click(".bar a").await;
        self.wait("#group").await;
        self.page.find(Locator::LinkText(decided)).await.unwrap().click().await.unwrap();
        self.click("details summary").await;
        self.check("sheet").await;
        self.wait("#mark").await.send_keys("90").await.unwrap();
        self.wait("#reason").await.send_keys("The second sentence is excellent.").await.unwrap();
        self.click("button[value=set]").await;
        self.wait("button[value=peers]").await;
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
    player.click(".bar a").await;
    player.save_reviews().await;
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
    player.enter_tool().await;
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

/// A double-blind assignment with what happens in one: practice before reviewing, somebody who needs more time, somebody
/// who drops out, a spot check, the release, and a mark that its author disputes.
async fn assignment(kind: Kind) {
    let (stage, driver) = (Stage::start().await, Driver::start().await);
    let player = Player {
        page: browser(&driver, &stage, Cookies::ThirdPartyBlocked, 1280).await,
        stage: &stage,
        school: kind.path(),
        link: 1,
        expects_question: false,
        checked: std::cell::RefCell::default(),
    };
    let (trainer, [one, two, late]) = names(kind);
    let gone = match kind {
        Kind::Moodle => "Nadia Benali",
        Kind::Canvas => "Nadia Rahman",
    };
    player.set_up(trainer).await;
    player.set_dates().await;
    player.add_example().await;
    for learner in [one, two, gone] {
        player.hand_in(learner).await;
    }
    // The deadline is over for everybody but one, who gets more time.
    stage.context.clock.advance(8 * 86_400);
    player.open(late, 1).await;
    assert!(player.page.find_all(Locator::Css("#write")).await.unwrap().is_empty(), "it is too late");
    player.check("too late").await;
    player.extend(trainer, late).await;
    player.hand_in(late).await;
    for learner in [one, two, late] {
        player.practise(learner).await;
        player.review(learner, 2).await;
    }
    // Who dropped out still owes two reviews, and got theirs all the same.
    player.open(trainer, 1).await;
    let row = format!("//table[@id='group']//tr[contains(., '{gone}')]");
    let row = player.page.find(Locator::XPath(&row)).await.unwrap().text().await.unwrap();
    assert!(row.contains("0 of 2") || row.contains("0 sur 2"), "{row}");
    assert!(row.contains("66"), "a mark: {row}");
    player.release(trainer, one).await;
    // A mark is disputed, and changed.
    player.open(two, 1).await;
    player.check("result").await;
    player.names_nobody_but(two).await;
    player.click("#appeal summary").await;
    player.wait("#appeal-text").await.send_keys("The second sentence was not read.").await.unwrap();
    player.click("#appeal form button").await;
    player.wait("#appeal blockquote").await;
    player.check("appeal").await;
    player.open(trainer, 1).await;
    player.click("#appeals a").await;
    player.check("sheet with an appeal").await;
    player.decide_and_go_on("75", "The second sentence is good.").await;
    player.click("#appeals a").await;
    player.wait("button[value=peers]").await;
    player.wait("#appeal-answer").await.send_keys("You are right.").await.unwrap();
    player.click("button[value=accept]").await;
    player.wait("#appeal blockquote:nth-of-type(2)").await;
    player.open(two, 1).await;
    let result = player.text("#next").await;
    assert!(result.contains("75") && result.contains("You are right."), "{result}");
    // The spot check, the disputed mark and the peers' marks arrive in the LMS.
    let wanted = match kind {
        Kind::Moodle => [(one, "90"), (two, "75"), (late, "66,67"), (gone, "66,67")],
        Kind::Canvas => [(one, "18"), (two, "15"), (late, "13.33"), (gone, "13.33")],
    };
    let start = std::time::Instant::now();
    for (name, mark) in wanted {
        let row = format!("//table[@id='gradebook']//tr[contains(., '{name}')]");
        loop {
            player.page.goto(&format!("{}/{}/grades", stage.lms, kind.path())).await.unwrap();
            let text = player.page.find(Locator::XPath(&row)).await.unwrap().text().await.unwrap();
            if text.ends_with(mark) {
                break;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "{text} should end with {mark}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    player.page.clone().close().await.unwrap();
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_assignment_in_french() {
    assignment(Kind::Moodle).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_assignment_in_english() {
    assignment(Kind::Canvas).await;
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
