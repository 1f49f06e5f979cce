//! Invitations, signing keys and the audit log.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use askama::Template;

use super::session::{Admin, AdminPosted};
use crate::admin::store as admins;
use crate::audit::{self, Entry};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::grades;
use crate::ids::RegistrationId;
use crate::platform::keys::{self, KeyError, KeyInfo};
use crate::platform::model::Invitation;
use crate::platform::registering::{self, DEFAULT_HOURS, RegisterError};
use crate::platform::store;
use crate::store::{Conn, StoreResult};
use crate::web::fields::Fields;
use crate::web::html::CleanHtml;
use crate::web::{PageError, PageResult, View, page, page_with, see_other};

/// How many invitations the page lists.
const INVITATIONS: i64 = 30;
/// How many lines of the audit log a page shows.
const LINES: i64 = 50;

#[derive(Template)]
#[template(path = "admin_invitations.html")]
struct Invitations {
    v: View,
    /// The address that was made just now; it is shown once.
    made: Option<(String, UtcTime)>,
    problem: bool,
    invitations: Vec<Invitation>,
    now: UtcTime,
}

impl Invitations {
    fn state(&self, invitation: &Invitation) -> String {
        self.v.t(if invitation.used {
            "invitation-used"
        } else if invitation.expires_at <= self.now {
            "invitation-over"
        } else {
            "invitation-open"
        })
    }
}

async fn list_invitations(context: &Context) -> StoreResult<Vec<Invitation>> {
    context.db.read(|c| store::list_invitations(c, INVITATIONS)).await
}

async fn invitations(admin: Admin, context: web::Data<Context>) -> PageResult {
    let (invitations, now) = (list_invitations(&context).await?, context.clock.now());
    page(&Invitations { v: admin.view, made: None, problem: false, invitations, now })
}

/// Makes an invitation and shows its address, which is stored nowhere.
async fn invite(form: AdminPosted, context: web::Data<Context>) -> PageResult {
    let name = form.fields.text("name").to_owned();
    let good = !name.is_empty() && name.len() <= 255;
    let mut made = None;
    if good {
        let (settings, actor, now) = (context.settings.clone(), form.by.actor(), form.at);
        let updates = Some(form.fields.text("updates")).filter(|id| !id.is_empty());
        let updates = updates.map(|id| RegistrationId(id.to_owned()));
        let invited = context.db.write(move |c: &mut Conn| -> Result<_, RegisterError> {
            registering::invite(c, &settings, &name, updates, DEFAULT_HOURS, &actor, now)
        });
        made = Some(invited.await?);
    }
    let invitations = list_invitations(&context).await?;
    let shown = Invitations { v: form.by.view, made, problem: !good, invitations, now: form.at };
    page_with(if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &shown)
}

#[derive(Template)]
#[template(path = "admin_keys.html")]
struct Keys {
    v: View,
    keys: Vec<KeyInfo>,
}

impl Keys {
    fn state(&self, key: &KeyInfo) -> String {
        self.v.t(match key.state {
            "waiting" => "key-waiting",
            "signing" => "key-signing",
            _ => "key-retiring",
        })
    }

    fn time(&self, iso: &str) -> CleanHtml {
        self.v.time(&UtcTime::parse_iso(iso).unwrap_or(UtcTime(0)))
    }

    fn may_rotate(&self) -> bool {
        self.keys.iter().all(|k| k.state != "waiting")
    }
}

async fn signing_keys(admin: Admin, context: web::Data<Context>) -> PageResult {
    let now = context.clock.now();
    let keys = context.db.read(move |c| keys::list(c, now)).await?;
    page(&Keys { v: admin.view, keys })
}

/// Publishes the next key, with a code.
async fn rotate(form: AdminPosted, context: web::Data<Context>) -> PageResult {
    if let Some(asked) = form.asks_code(&context).await? {
        return Ok(asked);
    }
    let at_once = form.fields.text("when") == "now";
    let (inner, actor, now) = (context.get_ref().clone(), form.by.actor(), form.at);
    let rotated = web::block(move || keys::rotate(&inner.db, &inner.key, now, at_once, &actor)).await;
    match rotated.map_err(|e| PageError::internal(&e))? {
        Ok(_) => Ok(see_other("/admin/keys")),
        Err(KeyError::RotationUnderWay(_)) => Err(PageError::refused("rotation-under-way")),
        Err(KeyError::Store(error)) => Err(error.into()),
        Err(KeyError::Crypto(error)) => Err(error.into()),
    }
}

/// Lets grades go to the LMSs again after a restore, with a code.
async fn resume(form: AdminPosted, context: web::Data<Context>) -> PageResult {
    if let Some(asked) = form.asks_code(&context).await? {
        return Ok(asked);
    }
    let (actor, now) = (form.by.actor(), form.at);
    // Whoever was here before has done it: the page then shows so.
    context.db.write(move |c| grades::restored::resume(c, &actor, now)).await?;
    context.wake.wake();
    Ok(see_other("/admin"))
}

/// A line of the log with the name of whoever did it.
struct Line {
    entry: Entry,
    actor: String,
}

#[derive(Template)]
#[template(path = "admin_audit.html")]
struct Audit {
    v: View,
    lines: Vec<Line>,
    number: i64,
    more: bool,
}

/// Names people of the console; people of courses keep their number.
fn name_actors(conn: &mut Conn, entries: Vec<Entry>) -> StoreResult<Vec<Line>> {
    let known = admins::list_administrators(conn)?;
    let name = |actor: &str| {
        let id = actor.strip_prefix("administrator:")?;
        known.iter().find(|a| a.id.as_str() == id).map(|a| a.name.clone())
    };
    Ok(entries
        .into_iter()
        .map(|entry| Line { actor: name(&entry.actor).unwrap_or_else(|| entry.actor.clone()), entry })
        .collect())
}

async fn audit_log(request: HttpRequest, admin: Admin, context: web::Data<Context>) -> PageResult {
    let query = Fields::parse(request.query_string().as_bytes())?;
    let number = query.text("page").parse::<i64>().unwrap_or(1).clamp(1, 1_000_000);
    let mut lines = context
        .db
        .read(move |c| {
            let entries = audit::list_newest(c, (number - 1) * LINES, LINES + 1)?;
            name_actors(c, entries)
        })
        .await?;
    let page_size = usize::try_from(LINES).unwrap_or(usize::MAX);
    let more = lines.len() > page_size;
    lines.truncate(page_size);
    page(&Audit { v: admin.view, lines, number, more })
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/admin/invitations").route(web::get().to(invitations)).route(web::post().to(invite)))
        .service(web::resource("/admin/keys").route(web::get().to(signing_keys)).route(web::post().to(rotate)))
        .route("/admin/resume", web::post().to(resume))
        .route("/admin/audit", web::get().to(audit_log));
}
