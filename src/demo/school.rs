//! A school of the embedded LMSs: one course with its people, activities and gradebook, and how its LMS behaves.

use std::collections::{BTreeMap, HashMap};

use super::behaviour::{Kind, Mood, Storage};
use super::faults::Faults;
use super::records::{Effect, Grade, LineItem, Link, PendingLaunch, Picker, User};
use crate::clock::UtcTime;
use crate::crypto;
use crate::lti::SCOPE_ROSTER;
use crate::lti::score::{SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT, SCOPE_SCORE};

/// A school: one LMS with one course.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct School {
    /// How its LMS behaves.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The issuer.
    pub issuer: String,
    /// The tool's client id.
    pub client_id: String,
    /// The deployment id.
    pub deployment_id: String,
    /// The context id.
    pub course_id: String,
    /// The course.
    pub course_title: String,
    /// Its short name.
    pub course_label: String,
    /// The language of its launches.
    pub locale: String,
    /// Everybody.
    pub users: Vec<User>,
    /// The activities.
    pub links: Vec<Link>,
    /// The gradebook's columns.
    pub line_items: Vec<LineItem>,
    /// The gradebook: (column, learner) → grade.
    pub grades: HashMap<(String, String), Grade>,
    /// Every accepted score, in order.
    pub ledger: Vec<Effect>,
    /// Every score request, accepted or not, as body text.
    pub requests: Vec<String>,
    /// How the services behave.
    pub mood: Mood,
    /// How long each answer of the services takes.
    pub latency: std::time::Duration,
    /// How long making rosters took, for measurements.
    pub served: std::time::Duration,
    /// How many people or columns are on one page (Canvas).
    pub page: usize,
    /// How often the services were called.
    pub calls: usize,
    /// Answers that are given instead, for tests.
    pub faults: Faults,
    /// Whether the LMS offers platform storage in its launches (Canvas).
    pub offers_storage: bool,
    /// How its storage frame answers.
    pub storage: Storage,
    /// The scopes that the tool may ask for.
    pub scopes: Vec<String>,
    /// Tokens that were given out, with their end.
    pub tokens: HashMap<String, (UtcTime, Vec<String>)>,
    /// Assertions that were used (`jti`).
    pub token_requests: usize,
    /// The courses that this one was copied from, nearest first.
    pub history: Vec<String>,
    /// What the picker was opened for, by the secret in its return address.
    pub pickers: HashMap<String, Picker>,
    /// Items that wait in a form for "Save", by the same secret.
    pub selected: HashMap<String, Vec<serde_json::Value>>,
    /// The tool's key set as Moodle keeps it: until a signature does not fit.
    pub cached_keys: Option<Vec<u8>>,
    /// The page of the roster that fails, from 1.
    pub failing_page: Option<usize>,
    /// Where notices of each type are delivered.
    pub handlers: BTreeMap<String, String>,
    /// Links that only some learners may open, by their `sub`.
    pub admitted: HashMap<String, Vec<String>>,
    /// Whether the roster of a single link is refused.
    pub refuses_rlid: bool,
    /// Whether the roster tells where its differences are.
    pub tells_differences: bool,
    /// What it tells there next.
    pub differences: Vec<serde_json::Value>,
    /// How often the roster was asked for, page by page.
    pub roster_requests: usize,
    /// How often the key set was fetched.
    pub key_fetches: usize,
    /// Launches by their one-use id.
    pub launches: HashMap<String, PendingLaunch>,
    /// Tokens for Dynamic Registration, and whether they were used.
    pub registrations: HashMap<String, bool>,
    /// Whether the administrator has switched the tool on.
    pub active: bool,
    /// The tool's origin and this school's registration there.
    pub tool: (String, String),
    next_id: u64,
}

impl School {
    /// Somebody by `sub`.
    #[must_use]
    pub fn user(&self, sub: &str) -> Option<&User> {
        self.users.iter().find(|u| u.sub == sub)
    }

    /// A link by id.
    #[must_use]
    pub fn link(&self, id: &str) -> Option<&Link> {
        self.links.iter().find(|l| l.id == id)
    }

    /// A column by id.
    #[must_use]
    pub fn line_item(&self, id: &str) -> Option<&LineItem> {
        self.line_items.iter().find(|l| l.id == id)
    }

    /// A fresh id for a column.
    pub fn fresh_id(&mut self) -> String {
        self.next_id += 1;
        self.next_id.to_string()
    }

    /// The tool's login address.
    #[must_use]
    pub fn login_url(&self) -> String {
        format!("{}/lti/{}/login", self.tool.0, self.tool.1)
    }

    /// The tool's launch address: the one registered redirect URI.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        format!("{}/lti/{}/launch", self.tool.0, self.tool.1)
    }

    /// Begins a launch and returns its one-use id.
    pub fn begin_launch(&mut self, user: &str, link: &str, picker: Option<Picker>) -> String {
        self.next_id += 1;
        let id = format!("ltilaunch{}_{}", link, 1_500_000_000 + self.next_id);
        let launch = PendingLaunch {
            user: user.to_owned(),
            link: link.to_owned(),
            picker,
            for_user: None,
            opens: None,
            used: false,
        };
        self.launches.insert(id.clone(), launch);
        id
    }

    /// Opens the tool's picker and returns the secret of its return address (Moodle's `sesskey`, Canvas'
    /// `data`).
    pub fn open_picker(&mut self, picker: Picker) -> String {
        let id = self.fresh_id();
        let secret = stable_uuid(&format!("picker {id} of {}", self.client_id));
        self.pickers.insert(secret.clone(), picker);
        secret
    }

    /// A teacher changes a grade in the gradebook. Moodle then keeps it above the tool's; Canvas does not.
    pub fn teacher_grades(&mut self, line_item: &str, user: &str, score: f64, now: UtcTime) {
        let kind = self.kind;
        let grade = self.grades.entry((line_item.to_owned(), user.to_owned())).or_default();
        grade.score = Some(score);
        if kind == Kind::Moodle {
            (grade.modified, grade.overridden) = (Some(now), true);
        }
    }

    /// The grade of a learner in a column.
    #[must_use]
    pub fn grade(&self, line_item: &str, user: &str) -> Option<&Grade> {
        self.grades.get(&(line_item.to_owned(), user.to_owned()))
    }
}

/// Canvas' pages are small, so that a client that reads only the first one is found out.
const CANVAS_PAGE: usize = 10;

/// A school without a course of its own yet; `seed` fills it.
#[must_use]
pub fn school(kind: Kind, name: &str, issuer: &str, client_id: &str, deployment_id: &str) -> School {
    School {
        kind,
        name: name.to_owned(),
        issuer: issuer.to_owned(),
        client_id: client_id.to_owned(),
        deployment_id: deployment_id.to_owned(),
        course_id: String::new(),
        course_title: String::new(),
        course_label: String::new(),
        locale: String::new(),
        users: Vec::new(),
        links: Vec::new(),
        line_items: Vec::new(),
        grades: HashMap::new(),
        ledger: Vec::new(),
        requests: Vec::new(),
        mood: Mood::Well,
        latency: std::time::Duration::ZERO,
        served: std::time::Duration::ZERO,
        page: CANVAS_PAGE,
        calls: 0,
        faults: Faults::default(),
        offers_storage: kind == Kind::Canvas,
        storage: Storage::Honest,
        scopes: all_scopes(),
        tokens: HashMap::new(),
        token_requests: 0,
        history: Vec::new(),
        pickers: HashMap::new(),
        selected: HashMap::new(),
        cached_keys: None,
        failing_page: None,
        handlers: BTreeMap::new(),
        admitted: HashMap::new(),
        refuses_rlid: false,
        tells_differences: false,
        differences: Vec::new(),
        roster_requests: 0,
        key_fetches: 0,
        launches: HashMap::new(),
        registrations: HashMap::new(),
        active: true,
        tool: (String::new(), String::new()),
        next_id: 100,
    }
}

/// A UUID that is always the same for a text, as Canvas gives its people.
#[must_use]
pub fn stable_uuid(text: &str) -> String {
    let digest = crypto::sha256(text.as_bytes());
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// The scopes of Assignment and Grade Services and of the roster.
#[must_use]
pub fn all_scopes() -> Vec<String> {
    [SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT, SCOPE_SCORE, SCOPE_ROSTER].map(str::to_owned).to_vec()
}
