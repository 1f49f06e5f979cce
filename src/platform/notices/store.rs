//! Queries about notices and the services that send them.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::ids::{CourseId, DeploymentId, RegistrationId};
use crate::lti::notices::{Notice, Service};
use crate::store::schema::{courses, deployments, notice_services, notices};
use crate::store::{Conn, StoreResult, on_engine};

/// How long one process may hold a subscription that it makes, in seconds.
const LEASE: i64 = 120;
/// Notices that are acted on at once.
const BATCH: i64 = 100;

/// Keeps a notice. False where it was kept before.
pub(super) fn create(
    conn: &mut Conn,
    registration: &RegistrationId,
    deployment: &DeploymentId,
    notice: &Notice,
    now: UtcTime,
) -> StoreResult<bool> {
    let row = (
        notices::registration_id.eq(registration),
        notices::notice_id.eq(&notice.id),
        notices::kind.eq(&notice.kind),
        notices::deployment_id.eq(deployment),
        notices::context_id.eq(&notice.context_id),
        notices::origins.eq(notice.origins.join(",")),
        notices::received_at.eq(now),
    );
    let made =
        on_engine!(conn, c => diesel::insert_into(notices::table).values(row).on_conflict_do_nothing().execute(c))?;
    diesel::update(notice_services::table.find(deployment))
        .set(notice_services::heard_at.eq(Some(now)))
        .execute(conn)?;
    Ok(made == 1)
}

/// A notice that waits.
pub(super) struct Open {
    registration_id: RegistrationId,
    notice_id: String,
    pub(super) kind: String,
    deployment_id: DeploymentId,
    pub(super) context_id: String,
    pub(super) origins: String,
}

/// The notices that wait, the oldest first.
pub(super) fn list_open(conn: &mut Conn) -> StoreResult<Vec<Open>> {
    type Row = (RegistrationId, String, String, DeploymentId, String, String);
    let rows: Vec<Row> = notices::table
        .filter(notices::handled_at.is_null())
        .order(notices::received_at)
        .limit(BATCH)
        .select((
            notices::registration_id,
            notices::notice_id,
            notices::kind,
            notices::deployment_id,
            notices::context_id,
            notices::origins,
        ))
        .load(conn)?;
    let open = |(registration_id, notice_id, kind, deployment_id, context_id, origins)| Open {
        registration_id,
        notice_id,
        kind,
        deployment_id,
        context_id,
        origins,
    };
    Ok(rows.into_iter().map(open).collect())
}

/// Notes that a notice was acted on.
pub(super) fn handled(conn: &mut Conn, notice: &Open, now: UtcTime) -> StoreResult<()> {
    diesel::update(notices::table.find((&notice.registration_id, &notice.notice_id)))
        .set(notices::handled_at.eq(Some(now)))
        .execute(conn)?;
    Ok(())
}

/// Notes which courses a course was copied from: the first opening of its links finds their activities there.
/// What a launch said of it already stays. True where that is new.
pub(super) fn note_copy(conn: &mut Conn, notice: &Open, now: UtcTime) -> StoreResult<bool> {
    let of_course = courses::table
        .filter(courses::deployment_id.eq(&notice.deployment_id))
        .filter(courses::contextless.eq(false))
        .filter(courses::context_id.eq(&notice.context_id));
    let known: Option<(CourseId, String)> = of_course.select((courses::id, courses::history)).first(conn).optional()?;
    match known {
        Some((_, history)) if !history.is_empty() => Ok(false),
        Some((id, _)) => {
            diesel::update(courses::table.find(&id)).set(courses::history.eq(&notice.origins)).execute(conn)?;
            Ok(true)
        }
        None => {
            let row = (
                courses::id.eq(CourseId::new()),
                courses::deployment_id.eq(&notice.deployment_id),
                courses::context_id.eq(&notice.context_id),
                courses::contextless.eq(false),
                courses::title.eq(""),
                courses::label.eq(""),
                courses::ags_scopes.eq(""),
                courses::history.eq(&notice.origins),
                courses::created_at.eq(now),
                courses::updated_at.eq(now),
            );
            let made = on_engine!(conn, c => diesel::insert_into(courses::table).values(row).on_conflict_do_nothing().execute(c))?;
            Ok(made == 1)
        }
    }
}

/// Forgets notices that nobody will repeat.
pub(super) fn delete_before(conn: &mut Conn, before: UtcTime) -> StoreResult<()> {
    diesel::delete(notices::table.filter(notices::handled_at.lt(Some(before)))).execute(conn)?;
    Ok(())
}

/// Notes where a deployment takes subscriptions; a changed address or offer is subscribed to anew.
pub(super) fn note_service(
    conn: &mut Conn,
    registration: &RegistrationId,
    deployment: &str,
    service: &Service,
    now: UtcTime,
) -> StoreResult<()> {
    let Some(known) = crate::platform::store::find_deployment(conn, registration, deployment)? else { return Ok(()) };
    let types = service.types.join(" ");
    let row = (
        notice_services::deployment_id.eq(&known.id),
        notice_services::url.eq(&service.url),
        notice_services::types.eq(&types),
        notice_services::due_at.eq(now),
        notice_services::failed.eq(false),
    );
    on_engine!(conn, c => diesel::insert_into(notice_services::table).values(row).on_conflict_do_nothing().execute(c))?;
    let differs = notice_services::url.ne(&service.url).or(notice_services::types.ne(&types));
    diesel::update(notice_services::table.filter(notice_services::deployment_id.eq(&known.id)).filter(differs))
        .set((
            notice_services::url.eq(&service.url),
            notice_services::types.eq(&types),
            notice_services::due_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether a notice or a subscription waits.
pub(super) fn is_anything_due(conn: &mut Conn, now: UtcTime) -> StoreResult<bool> {
    let open: Option<String> =
        notices::table.filter(notices::handled_at.is_null()).select(notices::notice_id).first(conn).optional()?;
    let due: Option<DeploymentId> = notice_services::table
        .filter(notice_services::due_at.le(now))
        .filter(notice_services::lease_until.is_null().or(notice_services::lease_until.lt(Some(now))))
        .select(notice_services::deployment_id)
        .first(conn)
        .optional()?;
    Ok(open.is_some() || due.is_some())
}

/// A subscription to make.
pub(super) struct Subscription {
    pub(super) deployment_id: DeploymentId,
    pub(super) lms_deployment: String,
    pub(super) registration_id: RegistrationId,
    pub(super) url: String,
    pub(super) types: String,
}

/// Claims the subscriptions that are due.
pub(super) fn claim(conn: &mut Conn, now: UtcTime) -> StoreResult<Vec<Subscription>> {
    type Row = (DeploymentId, String, RegistrationId, String, String);
    let due: Vec<Row> = notice_services::table
        .inner_join(deployments::table.on(deployments::id.eq(notice_services::deployment_id)))
        .filter(notice_services::due_at.le(now))
        .select((
            deployments::id,
            deployments::deployment_id,
            deployments::registration_id,
            notice_services::url,
            notice_services::types,
        ))
        .limit(BATCH)
        .load(conn)?;
    let mut claimed = Vec::new();
    for (deployment_id, lms_deployment, registration_id, url, types) in due {
        let taken = diesel::update(notice_services::table.find(&deployment_id))
            .filter(notice_services::lease_until.is_null().or(notice_services::lease_until.lt(Some(now))))
            .set(notice_services::lease_until.eq(Some(now.plus_seconds(LEASE))))
            .execute(conn)?;
        if taken == 1 {
            claimed.push(Subscription { deployment_id, lms_deployment, registration_id, url, types });
        }
    }
    Ok(claimed)
}

/// Notes how a subscription went.
pub(super) fn subscribed(
    conn: &mut Conn,
    deployment: &DeploymentId,
    done: bool,
    again: UtcTime,
    now: UtcTime,
) -> StoreResult<()> {
    let row = notice_services::table.find(deployment);
    diesel::update(row)
        .set((
            notice_services::failed.eq(!done),
            notice_services::due_at.eq(again),
            notice_services::lease_until.eq(None::<UtcTime>),
        ))
        .execute(conn)?;
    if done {
        diesel::update(row).set(notice_services::subscribed_at.eq(Some(now))).execute(conn)?;
    }
    Ok(())
}
