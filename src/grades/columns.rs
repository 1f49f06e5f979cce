//! Choosing a column by hand, where the LMS has lost the one that the grades went to
//! (reliability-security.md §2.8).

use url::Url;

use super::deliver::{self, Access, Parcel};
use super::line_item::DEFAULT_MAXIMUM;
use super::model::{LineItem, NO_SERVICE};
use super::outcome::Outcome;
use super::store;
use crate::activity;
use crate::activity::model::GradeTag;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::ids::{ActivityId, LineItemId};
use crate::launch::Scope;
use crate::lti::ags::LineItem as LmsLineItem;
use crate::store::columns::Points;
use crate::store::{Conn, StoreError, StoreResult};

/// A column that the LMS has, and that no other activity uses.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its address.
    pub url: String,
    /// Its name there; empty where the LMS says none.
    pub label: String,
    /// What a full score is.
    pub maximum: Points,
}

/// A column that the LMS has lost, with those that could take its place.
#[derive(Clone, Debug)]
pub struct Lost {
    /// Our id of it.
    pub id: LineItemId,
    /// Which grades went there.
    pub tag: GradeTag,
    /// What there is instead; or in one word why the LMS does not say.
    pub choices: Result<Vec<Choice>, &'static str>,
}

/// The title of an activity, its lost columns in the asker's course, and what the LMS has instead.
///
/// # Errors
/// `NotFound` when the activity is not placed in the asker's course.
pub async fn list_lost(context: &Context, scope: &Scope, activity: &ActivityId) -> StoreResult<(String, Vec<Lost>)> {
    let (inner, scope, activity) = (context.clone(), scope.clone(), activity.clone());
    let loaded = context
        .db
        .read(move |c: &mut Conn| -> StoreResult<_> {
            let title = activity::store::get(c, &scope, &activity)?.title;
            let lost = store::list_lost(c, &activity, &scope.course)?;
            let ids = lost.iter().map(|item| item.id.clone());
            let parcels =
                deliver::load_parcels(c, &inner, ids).map_err(|error| StoreError::Unavailable(error.to_string()))?;
            let mut taken = store::list_columns_of_others(c, &activity, &scope.course)?;
            for tag in GradeTag::ALL {
                taken.extend(store::find_line_item(c, &activity, &scope.course, *tag)?.and_then(|item| item.url));
            }
            Ok((title, lost, parcels, taken))
        })
        .await?;
    let (title, lost, parcels, taken) = loaded;
    let mut found = Vec::new();
    for LineItem { id, tag, .. } in lost {
        let Some(parcel) = parcels.get(&id) else { continue };
        let choices = ask(context, parcel, &taken).await;
        found.push(Lost { id, tag, choices });
    }
    Ok((title, found))
}

async fn ask(context: &Context, parcel: &Parcel, taken: &[String]) -> Result<Vec<Choice>, &'static str> {
    let (container, scope) = parcel.course().columns().ok_or(NO_SERVICE)?;
    let access = Access::get(context, parcel, scope).await.map_err(|outcome| outcome.class)?;
    let listed = access.ags(context).find_line_items(&container, &[]).await;
    let listed = listed.map_err(|error| Outcome::of_ags(&error).class)?;
    // What belongs to a link waits for that link's own grades.
    let is_free = |item: &LmsLineItem| !taken.contains(&item.url) && !parcel.is_of_another_link(item);
    let free = listed.into_iter().filter(is_free);
    Ok(free
        .map(|item| Choice {
            url: item.url,
            label: item.label.unwrap_or_default(),
            maximum: item.score_maximum.unwrap_or(DEFAULT_MAXIMUM),
        })
        .collect())
}

/// Sends the grades of a lost column to another one from now on: all of them, over whatever stands there.
/// False when the column is not lost any more. `choice` comes from [`list_lost`], never from a form.
///
/// # Errors
/// `NotFound` when the activity is not placed in the asker's course, or the column is of another one.
pub fn choose(
    conn: &mut Conn,
    scope: &Scope,
    activity: &ActivityId,
    lost: &LineItemId,
    choice: &Choice,
    now: UtcTime,
) -> StoreResult<bool> {
    activity::store::get(conn, scope, activity)?;
    store::hold(conn, activity, None)?;
    if !store::list_lost(conn, activity, &scope.course)?.iter().any(|item| item.id == *lost) {
        return Ok(false);
    }
    Url::parse(&choice.url).map_err(|_| StoreError::NotFound)?;
    store::bind_line_item(conn, lost, Some(&choice.url), Some(choice.maximum), false, now)?;
    store::send_again(conn, lost, now)?;
    let waiting: Vec<_> = store::list_waiting(conn, lost)?;
    store::rearm(conn, waiting, now)?;
    let detail = serde_json::json!({"line_item": lost, "url": choice.url});
    audit::record(conn, now, &Actor::Person(scope.person.clone()), "grade.choose_column", activity.as_str(), &detail)?;
    Ok(true)
}
