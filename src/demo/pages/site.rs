//! The pages of the embedded LMSs: choose who you are, the course, the gradebook, the roster, and the
//! panel that makes the LMS misbehave.

use std::collections::HashMap;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Lms, html, lms_error, redirect, session_cookie, signed_in};
use crate::demo::campus::{Kind, Link, Mood, Part, School, User};
use crate::web::assets;

/// Moodle's cookie has no `SameSite`, so that browsers leave it out of posts from other sites; Canvas'
/// says `None`.
pub(super) fn cookie(kind: Kind, user: &str) -> String {
    let name = session_cookie(kind);
    match kind {
        Kind::Moodle => format!("{name}={user}; Path=/moodle; HttpOnly"),
        Kind::Canvas => format!("{name}={user}; Path=/canvas; HttpOnly; Secure; SameSite=None"),
    }
}

/// The words of an LMS page in its school's language.
struct Words(bool);

impl Words {
    fn t(&self, english: &str, french: &str) -> String {
        if self.0 { french.to_owned() } else { english.to_owned() }
    }
}

pub(super) struct Frame {
    pub(super) school: School,
    pub(super) user: Option<User>,
    words: Words,
    pub(super) active: &'static str,
}

impl Frame {
    pub(super) fn path(&self) -> &'static str {
        self.school.kind.path()
    }

    pub(super) fn t(&self, english: &str, french: &str) -> String {
        self.words.t(english, french)
    }

    pub(super) fn lang(&self) -> &'static str {
        if self.words.0 { "fr" } else { "en" }
    }

    pub(super) fn pico(&self) -> &'static str {
        assets::path("pico.min.css")
    }

    fn is_trainer(&self, user: &User) -> bool {
        user.part == Part::Trainer
    }

    /// Whether whoever is signed in may edit the course.
    pub(super) fn may_edit(&self) -> bool {
        self.user.as_ref().is_some_and(|u| self.is_trainer(u))
    }

    /// Learners see what is published.
    fn shows(&self, link: &Link) -> bool {
        link.published || self.may_edit()
    }
}

#[derive(Template)]
#[template(path = "lms_home.html")]
struct Home {
    schools: Vec<School>,
    pico: &'static str,
}

#[derive(Template)]
#[template(path = "lms_people.html")]
struct People {
    f: Frame,
}

#[derive(Template)]
#[template(path = "lms_course.html")]
struct Course {
    f: Frame,
    open: Option<Link>,
    launch: String,
}

#[derive(Template)]
#[template(path = "lms_grades.html")]
struct Grades {
    f: Frame,
    /// Each learner's cells, with the link of their column where its work can be opened from here.
    rows: Vec<(User, Vec<(String, String)>)>,
}

#[derive(Template)]
#[template(path = "lms_roster.html")]
struct Roster {
    f: Frame,
}

#[derive(Template)]
#[template(path = "lms_panel.html")]
struct Panel {
    f: Frame,
    moods: Vec<(&'static str, String)>,
}

pub(super) fn render(template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(body) => html(StatusCode::OK, body),
        Err(error) => lms_error(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

pub(super) fn kind_of(path: &str) -> Option<Kind> {
    match path {
        "moodle" => Some(Kind::Moodle),
        "canvas" => Some(Kind::Canvas),
        _ => None,
    }
}

pub(super) fn frame(request: &HttpRequest, lms: &Lms, path: &str, active: &'static str) -> Option<Frame> {
    let kind = kind_of(path)?;
    let school = lms.campus.with(kind, |s| s.clone())?;
    let user = signed_in(request, kind).and_then(|sub| school.user(&sub).cloned());
    let words = Words(school.locale == "fr");
    Some(Frame { school, user, words, active })
}

pub(super) fn not_found() -> HttpResponse {
    lms_error(StatusCode::NOT_FOUND, "Not found")
}

async fn home(lms: web::Data<Lms>) -> HttpResponse {
    render(&Home { schools: lms.campus.schools(), pico: assets::path("pico.min.css") })
}

async fn people(request: HttpRequest, lms: web::Data<Lms>, path: web::Path<String>) -> HttpResponse {
    frame(&request, &lms, &path, "people").map_or_else(not_found, |f| render(&People { f }))
}

async fn choose(
    request: HttpRequest,
    lms: web::Data<Lms>,
    path: web::Path<String>,
    form: web::Form<HashMap<String, String>>,
) -> HttpResponse {
    let Some(f) = frame(&request, &lms, &path, "people") else {
        return not_found();
    };
    let wanted = form.get("user").cloned().unwrap_or_default();
    if f.school.user(&wanted).is_none() {
        return redirect(&format!("/{}/", f.path()));
    }
    HttpResponse::SeeOther()
        .append_header((header::SET_COOKIE, cookie(f.school.kind, &wanted)))
        .insert_header((header::LOCATION, format!("/{}/course", f.path())))
        .finish()
}

async fn course(
    request: HttpRequest,
    lms: web::Data<Lms>,
    path: web::Path<String>,
    query: web::Query<HashMap<String, String>>,
) -> HttpResponse {
    let Some(f) = frame(&request, &lms, &path, "course") else {
        return not_found();
    };
    if f.user.is_none() {
        return redirect(&format!("/{}/", f.path()));
    }
    let open = query.get("link").and_then(|id| f.school.link(id)).filter(|l| f.shows(l)).cloned();
    let review = query.get("userid");
    let launch = open.as_ref().map_or_else(String::new, |link| match f.school.kind {
        Kind::Moodle if review.is_some() => {
            format!("/moodle/mod/lti/grade.php?id={}&userid={}", link.id, review.map_or("", String::as_str))
        }
        Kind::Moodle => format!("/moodle/mod/lti/launch.php?id={}&triggerview=0", link.id),
        Kind::Canvas => format!("/canvas/launch?id={}&userid={}", link.id, review.map_or("", String::as_str)),
    });
    render(&Course { f, open, launch })
}

async fn grades(request: HttpRequest, lms: web::Data<Lms>, path: web::Path<String>) -> HttpResponse {
    let Some(f) = frame(&request, &lms, &path, "grades") else {
        return not_found();
    };
    let school = &f.school;
    let rows = school
        .users
        .iter()
        .filter(|u| u.part == Part::Learner)
        .map(|user| {
            let cells = school
                .line_items
                .iter()
                .map(|item| {
                    let grade = school.grade(&item.id, &user.sub);
                    // Canvas shows what a submission was handed in with.
                    let is_shown = school.kind == Kind::Moodle || grade.is_some_and(|g| g.opens.is_some());
                    let opens = item.link.clone().filter(|_| is_shown && f.may_edit());
                    let shown = grade.and_then(|g| g.score).map_or_else(
                        || "–".to_owned(),
                        |score| {
                            let rounded = (score * 100.0).round() / 100.0;
                            if f.words.0 { rounded.to_string().replace('.', ",") } else { rounded.to_string() }
                        },
                    );
                    (shown, opens.unwrap_or_default())
                })
                .collect();
            (user.clone(), cells)
        })
        .collect();
    render(&Grades { f, rows })
}

async fn roster(request: HttpRequest, lms: web::Data<Lms>, path: web::Path<String>) -> HttpResponse {
    frame(&request, &lms, &path, "roster").map_or_else(not_found, |f| render(&Roster { f }))
}

async fn panel(request: HttpRequest, lms: web::Data<Lms>, path: web::Path<String>) -> HttpResponse {
    let Some(f) = frame(&request, &lms, &path, "panel") else {
        return not_found();
    };
    let moods = vec![
        ("well", f.t("as it should", "comme il faut")),
        ("slow", f.t("slow: every answer takes three seconds", "lentement : trois secondes par réponse")),
        ("down", f.t("down: 503 to everything", "en panne : 503 partout")),
        ("rejecting", f.t("rejecting: nobody counts as a learner", "en refusant : personne n’est apprenant")),
    ];
    render(&Panel { f, moods })
}

async fn set_mood(
    lms: web::Data<Lms>,
    path: web::Path<String>,
    form: web::Form<HashMap<String, String>>,
) -> HttpResponse {
    let Some(kind) = kind_of(&path) else {
        return not_found();
    };
    let mood = form.get("mood").and_then(|m| Mood::parse(m)).unwrap_or_default();
    lms.campus.with(kind, |school| school.mood = mood);
    redirect(&format!("/{}/panel", kind.path()))
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(home))
        .route("/{school}/", web::get().to(people))
        .route("/{school}/", web::post().to(choose))
        .route("/{school}/course", web::get().to(course))
        .route("/{school}/grades", web::get().to(grades))
        .route("/{school}/roster", web::get().to(roster))
        .route("/{school}/panel", web::get().to(panel))
        .route("/{school}/panel", web::post().to(set_mood));
}
