//! One try to bring one grade into its LMS.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::line_item::{self, Column, Place};
use super::model::{DISABLED, LineItem, NO_SERVICE, Outgoing};
use super::outcome::{Outcome, is_ours};
use super::store;
use crate::activity;
use crate::activity::model::GradeTag;
use crate::context::Context;
use crate::crypto::rsa::SigningKey;
use crate::fault;
use crate::ids::LineItemId;
use crate::launch::landing;
use crate::lti::ags::{Ags, AgsError, LineItem as LmsLineItem};
use crate::lti::score::{
    SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT, SCOPE_SCORE, Score, Standing, Verdict, scale,
};
use crate::lti::token::TokenRequest;
use crate::platform;
use crate::platform::model::{Course, Family, Link, Registration};
use crate::platform::store::Home;
use crate::store::columns::Points;
use crate::store::{Conn, StoreError, upkeep};

/// What all grades of one column share.
pub struct Parcel {
    registration: Registration,
    deployment_id: String,
    course: Course,
    link: Link,
    item: LineItem,
    label: String,
    key: Arc<SigningKey>,
    /// Found once for all of them.
    column: tokio::sync::Mutex<Option<Result<Column, Outcome>>>,
    /// Whether this database was a backup: the LMS may have had grades from us of which it knows nothing.
    is_restored: bool,
}

impl Parcel {
    /// Whether results may be read.
    #[must_use]
    pub fn may_check(&self) -> bool {
        self.course.offers(SCOPE_RESULT)
    }

    /// A token for what the launch offered; only the scores are needed.
    fn token_request(&self, required: &str) -> TokenRequest {
        let mut wanted: Vec<&str> =
            [SCOPE_SCORE, SCOPE_RESULT, SCOPE_LINE_ITEM].into_iter().filter(|s| self.course.offers(s)).collect();
        if !wanted.contains(&SCOPE_LINE_ITEM) && self.course.offers(SCOPE_LINE_ITEM_READ) {
            wanted.push(SCOPE_LINE_ITEM_READ);
        }
        let scopes = wanted.into_iter().map(str::to_owned).collect();
        let request = self.registration.token_request(&self.deployment_id, scopes);
        TokenRequest { required: vec![required.to_owned()], ..request }
    }

    /// Whether the LMS's own value is read before a score goes: a first one has nothing to overwrite,
    /// unless an earlier try of it may have arrived.
    fn looks_first(&self, row: &Outgoing) -> bool {
        // After a lost answer Moodle itself refuses a repeated score; others would take it twice.
        let in_doubt = row.ambiguous && self.registration.family != Family::Moodle;
        (row.delivered_rev > 0 || in_doubt || self.is_restored) && self.may_check()
    }

    /// Whether its column is still being looked for: two searches at a time would be in each other's way.
    #[must_use]
    pub fn is_searching(&self) -> bool {
        self.column.try_lock().map_or(true, |column| column.is_none())
    }

    /// The course of these grades.
    #[must_use]
    pub const fn course(&self) -> &Course {
        &self.course
    }

    /// Whether a column belongs to a link, and not to the one of these grades.
    #[must_use]
    pub fn is_of_another_link(&self, item: &LmsLineItem) -> bool {
        item.resource_link_id.as_ref().is_some_and(|link| *link != self.link.resource_link_id)
    }

    /// The product of the LMS.
    #[must_use]
    pub const fn family(&self) -> Family {
        self.registration.family
    }

    /// The address of the column, where it is known already.
    #[must_use]
    pub fn known_url(&self) -> Option<url::Url> {
        self.item.url.as_ref().and_then(|u| url::Url::parse(u).ok())
    }
}

/// Loads what the grades of some columns share.
///
/// # Errors
/// When the database or the signing key fails.
pub fn load_parcels(
    conn: &mut Conn,
    context: &Context,
    items: impl IntoIterator<Item = LineItemId>,
) -> Result<HashMap<LineItemId, Arc<Parcel>>, platform::keys::KeyError> {
    let key = platform::keys::signing_key(conn, &context.key, context.clock.now())?;
    let is_restored = upkeep::find_restored(conn)?.is_some();
    let mut parcels = HashMap::new();
    for id in items {
        if parcels.contains_key(&id) {
            continue;
        }
        let item = store::get_line_item(conn, &id)?;
        let Home { course, deployment, registration } = platform::store::get_home(conn, &item.course_id)?;
        let link = match activity::store::find_link(conn, &item.activity_id, &item.course_id)? {
            Some(link) => link,
            None => platform::store::get_link(conn, &item.link_id)?,
        };
        let own_name = if link.title.is_empty() { &course.title } else { &link.title };
        let label = match item.tag {
            GradeTag::Overall => own_name.clone(),
            // A trainer who no longer wants it leaves the column that is there.
            GradeTag::Reviewing => activity::store::reviewing_column(conn, &item.activity_id)?
                .unwrap_or_else(|| format!("{own_name} ({})", item.tag)),
        };
        let (deployment_id, key, column) = (deployment.deployment_id, Arc::clone(&key), tokio::sync::Mutex::default());
        let parcel = Parcel { registration, deployment_id, course, link, item, label, key, column, is_restored };
        parcels.insert(id, Arc::new(parcel));
    }
    Ok(parcels)
}

/// The points that the LMS may show for a row because they came from us: where they are compared.
///
/// # Errors
/// When the database fails.
pub fn load_ours(conn: &mut Conn, parcel: &Parcel, row: &Outgoing) -> Result<Vec<Points>, StoreError> {
    if !(row.is_grade() && parcel.looks_first(row)) {
        return Ok(Vec::new());
    }
    let (activity, tag, since) = (&parcel.item.activity_id, parcel.item.tag, row.delivered_rev.max(1));
    let mut ours = store::list_points_since(conn, activity, &row.person_id, tag, since)?;
    ours.extend(row.sent_points);
    Ok(ours)
}

/// A token, and what it was asked for, so that it can be forgotten.
pub struct Access {
    request: TokenRequest,
    token: String,
    timeout: Duration,
}

impl Access {
    /// A token for a scope that the launch offered.
    ///
    /// # Errors
    /// What that means for the grade.
    pub async fn get(context: &Context, parcel: &Parcel, required: &str) -> Result<Self, Outcome> {
        let request = parcel.token_request(required);
        if !request.scopes.iter().any(|s| s == required) {
            return Err(Outcome::because(Verdict::Forbidden, NO_SERVICE, "the LMS offers no such service here"));
        }
        let token = context.tokens.get(&request, &parcel.key).await.map_err(|error| Outcome::of_token(&error))?;
        let seconds = u64::try_from(context.settings.ags.timeout_seconds).unwrap_or(30);
        Ok(Self { request, token, timeout: Duration::from_secs(seconds) })
    }

    /// The calls with this token.
    #[must_use]
    pub fn ags<'a>(&'a self, context: &'a Context) -> Ags<'a> {
        Ags { outbound: &context.outbound, token: &self.token, timeout: self.timeout }
    }

    /// The LMS does not take it.
    pub async fn forget(&self, context: &Context) {
        context.tokens.forget(&self.request, &self.token).await;
    }
}

/// Tries to send one row. `ours` is what [`load_ours`] gave. A token that is refused is fetched anew once.
pub async fn send(context: &Context, parcel: &Parcel, row: &Outgoing, ours: &[Points]) -> Outcome {
    if !parcel.registration.enabled {
        return Outcome::because(Verdict::Forbidden, DISABLED, "");
    }
    let mut last = Outcome::of(Verdict::Unauthorized);
    for _ in 0..2 {
        let access = match Access::get(context, parcel, SCOPE_SCORE).await {
            Ok(access) => access,
            Err(outcome) => return outcome,
        };
        fault::point_of(row.is_grade(), "after_token");
        last = send_with(context, &access.ags(context), parcel, row, ours).await;
        if last.verdict != Verdict::Unauthorized {
            break;
        }
        access.forget(context).await;
    }
    last
}

async fn column_of(
    context: &Context,
    ags: &Ags<'_>,
    parcel: &Parcel,
    gone: Option<&Column>,
) -> Result<Column, Outcome> {
    let mut column = parcel.column.lock().await;
    match column.as_ref() {
        Some(Ok(found)) if gone.is_none_or(|g| g.url != found.url) => return Ok(found.clone()),
        Some(Err(outcome)) if outcome.verdict != Verdict::Unauthorized => return Err(outcome.clone()),
        _ => {}
    }
    let place = Place { item: &parcel.item, link: &parcel.link, course: &parcel.course, label: &parcel.label };
    let found = line_item::resolve(context, ags, &place, gone.map(|g| &g.url)).await;
    let found = found.map_err(|error| Outcome::of_column(&error));
    *column = Some(found.clone());
    found
}

async fn send_with(context: &Context, ags: &Ags<'_>, parcel: &Parcel, row: &Outgoing, ours: &[Points]) -> Outcome {
    let column = match column_of(context, ags, parcel, None).await {
        Ok(column) => column,
        Err(outcome) => return outcome,
    };
    let outcome = send_to(context, ags, parcel, row, ours, &column).await;
    if outcome.verdict != Verdict::LineItemMissing {
        return outcome;
    }
    // The column is gone: another one of this activity takes the score at once.
    match column_of(context, ags, parcel, Some(&column)).await {
        Ok(other) => send_to(context, ags, parcel, row, ours, &other).await,
        Err(missing) if missing.verdict == Verdict::LineItemMissing => outcome,
        Err(other) => other,
    }
}

async fn send_to(
    context: &Context,
    ags: &Ags<'_>,
    parcel: &Parcel,
    row: &Outgoing,
    ours: &[Points],
    column: &Column,
) -> Outcome {
    if let Some(settled) = look_first(ags, parcel, row, ours, column).await {
        return settled;
    }
    let given = scale(row.desired_points, row.desired_maximum, column.maximum);
    let standing =
        if row.is_grade() { Standing::Graded { given, maximum: column.maximum } } else { Standing::HandedIn };
    let work_url = row.submitted_at.map(|_| work_url(context, parcel, row));
    let score = Score {
        user_id: &row.lms_sub,
        standing,
        timestamp: row.desired_ts,
        submitted_at: row.submitted_at,
        family: parcel.registration.family,
        work_url: work_url.as_deref(),
    };
    fault::point_of(row.is_grade(), "before_send");
    let answer = ags.post_score(&column.url, score.body()).await;
    fault::point_of(row.is_grade(), "after_send");
    let outcome = match answer {
        Ok(answer) => Outcome::of_answer(&answer, context.clock.now()),
        Err(error) => Outcome::of_net(&error),
    };
    if outcome.verdict == Verdict::Stale { settle(ags, parcel, row, column, outcome).await } else { outcome }
}

/// Where an LMS that opens works by their address finds this one (canvas.md §5).
fn work_url(context: &Context, parcel: &Parcel, row: &Outgoing) -> String {
    context.settings.url(&landing::work_path(&parcel.item.activity_id, &row.person_id))
}

/// What stands in the LMS is read before a score could replace it: another value than ours is somebody's
/// decision. None where the score may go.
async fn look_first(
    ags: &Ags<'_>,
    parcel: &Parcel,
    row: &Outgoing,
    ours: &[Points],
    column: &Column,
) -> Option<Outcome> {
    if !parcel.looks_first(row) {
        return None;
    }
    let seen = match ags.result_of(&column.url, &row.lms_sub).await {
        Ok(Some(seen)) => seen,
        Ok(None) => return None,
        Err(error) => return Some(unread(&error, row)),
    };
    if !row.is_grade() {
        // The LMS has something of ours: it was told.
        return Some(Outcome::of(Verdict::Accepted));
    }
    if seen.score.is_none() && row.delivered_rev == 0 {
        // What says "handed in" holds no grade.
        return None;
    }
    if is_ours(&seen, row, &[row.desired_points]) {
        return Some(Outcome { class: "confirmed", confirmed: true, ..Outcome::of(Verdict::Accepted) });
    }
    if is_ours(&seen, row, ours) {
        return None;
    }
    Some(Outcome { class: "changed_there", seen: Some(seen), ..Outcome::of(Verdict::Stale) })
}

fn unread(error: &AgsError, row: &Outgoing) -> Outcome {
    let outcome = Outcome::of_ags(error);
    match outcome.verdict {
        // A new token, or another column, is looked for; everything else is tried again.
        Verdict::Unauthorized | Verdict::LineItemMissing => outcome,
        _ => {
            Outcome { verdict: Verdict::Unavailable, class: "result_unavailable", ambiguous: row.ambiguous, ..outcome }
        }
    }
}

/// The LMS says that it has this or a newer grade: its own result tells which. After an attempt whose
/// answer was lost it is ours (reliability-security.md §0.2); otherwise somebody changed the grade
/// there, and a person decides.
async fn settle(ags: &Ags<'_>, parcel: &Parcel, row: &Outgoing, column: &Column, stale: Outcome) -> Outcome {
    if !parcel.may_check() {
        return if row.ambiguous { Outcome { class: "unchecked", verdict: Verdict::Accepted, ..stale } } else { stale };
    }
    match ags.result_of(&column.url, &row.lms_sub).await {
        Ok(Some(seen)) if is_ours(&seen, row, &[row.desired_points]) => {
            Outcome { class: "confirmed", verdict: Verdict::Accepted, confirmed: true, ..stale }
        }
        Ok(seen) => Outcome { seen, ..stale },
        Err(error) => unread(&error, row),
    }
}
