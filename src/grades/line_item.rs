//! Finding the column of an activity in its LMS, and making it where there is none.

use url::Url;

use super::model::LineItem;
use super::store;
use crate::activity;
use crate::activity::model::GradeTag;
use crate::context::Context;
use crate::ids::{ActivityId, CourseId};
use crate::lti::ags::{Ags, AgsError, LineItem as LmsLineItem, NewLineItem};
use crate::lti::score::{SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ};
use crate::platform::model::{Course, Link};
use crate::store::columns::Points;
use crate::store::{Conn, StoreError, StoreResult};

/// A column that can be written to.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its address.
    pub url: Url,
    /// What a full score is.
    pub maximum: Points,
}

/// Why there is no column.
#[derive(Debug)]
pub enum NoColumn {
    /// The LMS offers no gradebook to this activity, or does not let us make a column.
    NoService,
    /// Another worker is looking for it at this moment.
    Busy,
    /// The LMS had one and has it no longer: a person says whether to make another.
    Lost,
    /// The LMS did not answer well.
    Failed(AgsError),
    /// The database.
    Store(StoreError),
}

impl From<StoreError> for NoColumn {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<AgsError> for NoColumn {
    fn from(error: AgsError) -> Self {
        Self::Failed(error)
    }
}

/// The default maximum where the LMS does not say: our marks are out of 100.
pub(super) const DEFAULT_MAXIMUM: Points = Points::whole(100);
/// What a full grade of reviewing is in the column that we make for it.
const REVIEWING_MAXIMUM: i64 = 100;
/// How long one worker may look for a column, in seconds.
const LEASE: i64 = 180;

/// What is known about a column before the LMS is asked.
pub struct Place<'a> {
    /// The row.
    pub item: &'a LineItem,
    /// The link it belongs to.
    pub link: &'a Link,
    /// The course.
    pub course: &'a Course,
    /// The name for a new column.
    pub label: &'a str,
}

/// The activities around one, for the search of its column.
struct Relatives {
    /// What a full score is in a new column.
    score_maximum: i32,
    /// Those that it was copied from: its column may still bear the id of one of them.
    ancestors: Vec<ActivityId>,
    /// The LMS's addresses of the columns of others in the course: no two activities share one.
    columns: Vec<String>,
    /// The LMS's ids of their links.
    links: Vec<String>,
}

impl Relatives {
    fn load(conn: &mut Conn, activity: &ActivityId, course: &CourseId) -> StoreResult<Self> {
        Ok(Self {
            score_maximum: activity::store::score_maximum(conn, activity)?,
            ancestors: activity::store::list_ancestors(conn, activity)?,
            columns: store::list_columns_of_others(conn, activity, course)?,
            links: activity::store::list_links_of_others(conn, activity, course)?,
        })
    }

    fn own(&self, item: &LmsLineItem) -> bool {
        self.columns.contains(&item.url) || item.resource_link_id.as_ref().is_some_and(|id| self.links.contains(id))
    }
}

impl Place<'_> {
    /// The column of the link itself holds the overall mark, and nothing else.
    fn coupled(&self) -> Option<&String> {
        self.link.line_item_url.as_ref().filter(|_| self.item.tag == GradeTag::Overall)
    }

    fn may_read(&self) -> bool {
        self.course.offers(SCOPE_LINE_ITEM) || self.course.offers(SCOPE_LINE_ITEM_READ)
    }
}

/// How long the LMS's own description of a column counts, in seconds.
const DESCRIBED: i64 = 24 * 3600;

/// The column of a place: the one that is bound; else the link's own; else one with our activity's id
/// and tag; else the link's only one; else a new one where the scope allows it and none was lost.
/// `gone` is an address that just answered that nothing is there.
///
/// # Errors
/// [`NoColumn`].
pub async fn resolve(
    context: &Context,
    ags: &Ags<'_>,
    place: &Place<'_>,
    gone: Option<&Url>,
) -> Result<Column, NoColumn> {
    let may_read = place.may_read();
    let mut named: Vec<Url> = Vec::new();
    for address in [place.item.url.as_ref(), place.coupled()].into_iter().flatten() {
        if let Ok(url) = Url::parse(address)
            && !named.contains(&url)
        {
            named.push(url);
        }
    }
    let mut lost = place.item.lost_at.is_some() || gone.is_some();
    for url in named {
        let is_bound = place.item.url.as_deref() == Some(url.as_str());
        let described = place.item.described_at.is_some_and(|t| context.clock.now().seconds_since(t) < DESCRIBED);
        match place.item.score_maximum {
            _ if gone == Some(&url) => continue,
            Some(maximum) if is_bound && (described || !may_read) => return Ok(Column { url, maximum }),
            _ => {}
        }
        let maximum = if may_read {
            match ags.line_item(&url).await {
                Ok(item) => item.score_maximum.unwrap_or(DEFAULT_MAXIMUM),
                Err(AgsError::Status { status: 404 | 410, .. }) => {
                    lost = true;
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
        } else {
            DEFAULT_MAXIMUM
        };
        bind(context, place, url.as_str(), maximum, false).await?;
        return Ok(Column { url, maximum });
    }
    let token = crate::crypto::random_token().map_err(|_| NoColumn::Busy)?;
    let (id, now) = (place.item.id.clone(), context.clock.now());
    let leased = {
        let (id, token) = (id.clone(), token.clone());
        context.db.write(move |c| store::lease_line_item(c, &id, &token, now.plus_seconds(LEASE), now)).await?
    };
    if !leased {
        return Err(NoColumn::Busy);
    }
    let outcome = search_or_create(context, ags, place, lost).await;
    let note_loss = matches!(outcome, Err(NoColumn::Lost)) && place.item.lost_at.is_none();
    context
        .db
        .write(move |c: &mut Conn| {
            if note_loss {
                store::bind_line_item(c, &id, None, None, false, now)?;
            }
            store::release_line_item(c, &id, &token)
        })
        .await?;
    outcome
}

async fn bind(context: &Context, place: &Place<'_>, url: &str, maximum: Points, ours: bool) -> StoreResult<()> {
    let (id, url, now) = (place.item.id.clone(), url.to_owned(), context.clock.now());
    context.db.write(move |c: &mut Conn| store::bind_line_item(c, &id, Some(&url), Some(maximum), ours, now)).await
}

async fn search_or_create(context: &Context, ags: &Ags<'_>, place: &Place<'_>, lost: bool) -> Result<Column, NoColumn> {
    let Some((container, _)) = place.course.columns() else {
        return Err(if lost { NoColumn::Lost } else { NoColumn::NoService });
    };
    let (activity, course) = (place.item.activity_id.clone(), place.item.course_id.clone());
    let relatives = context.db.read(move |c| Relatives::load(c, &activity, &course)).await?;
    // Copied with its course, a column keeps the id of the activity that it was made for (AGS §3.2.15).
    for id in std::iter::once(&place.item.activity_id).chain(&relatives.ancestors) {
        let found =
            ags.find_line_items(&container, &[("resource_id", id.as_str()), ("tag", place.item.tag.as_str())]).await?;
        if let Some(found) = best(found, id, place, &relatives) {
            return use_found(context, place, &found, false).await;
        }
    }
    let rlid = place.link.resource_link_id.as_str();
    // A second column belongs to no link: the link's own is the one that people see there. And Canvas gives a link
    // without an assignment the course's own id: nothing belongs to that.
    let is_real_link =
        place.item.tag == GradeTag::Overall && (place.course.contextless || rlid != place.course.context_id);
    if is_real_link {
        let linked = ags.find_line_items(&container, &[("resource_link_id", rlid)]).await?;
        let mut linked = linked.into_iter().filter(|i| i.resource_link_id.as_deref() == Some(rlid));
        if let (Some(found), None) = (linked.next(), linked.next()) {
            return use_found(context, place, &found, false).await;
        }
    }
    if lost {
        return Err(NoColumn::Lost);
    }
    if !place.course.offers(SCOPE_LINE_ITEM) {
        return Err(NoColumn::NoService);
    }
    let new = NewLineItem {
        label: place.label,
        score_maximum: match place.item.tag {
            GradeTag::Overall => i64::from(relatives.score_maximum),
            GradeTag::Reviewing => REVIEWING_MAXIMUM,
        },
        resource_id: place.item.activity_id.as_str(),
        tag: place.item.tag.as_str(),
        resource_link_id: is_real_link.then_some(rlid),
    };
    let made = ags.create_line_item(&container, &new).await?;
    use_found(context, place, &made, true).await
}

/// The column of an activity among those that the LMS found: the one of its own link, else the first
/// that belongs to no other activity. Some LMSs ignore filters that they do not know.
fn best(found: Vec<LmsLineItem>, id: &ActivityId, place: &Place<'_>, relatives: &Relatives) -> Option<LmsLineItem> {
    let is_tagged = |i: &LmsLineItem| match (i.tag.as_deref(), place.item.tag) {
        (Some(tag), wanted) => tag == wanted.as_str(),
        (None, wanted) => wanted == GradeTag::Overall,
    };
    let is_ours = |i: &LmsLineItem| i.resource_id.as_deref() == Some(id.as_str()) && is_tagged(i) && !relatives.own(i);
    let mut ours: Vec<LmsLineItem> = found.into_iter().filter(is_ours).collect();
    ours.sort_by_key(|i| i.resource_link_id.as_deref() != Some(place.link.resource_link_id.as_str()));
    if ours.len() > 1 {
        tracing::warn!(event = "ags.duplicate", activity = %id, "the LMS has several columns for one activity");
    }
    ours.into_iter().next()
}

async fn use_found(context: &Context, place: &Place<'_>, found: &LmsLineItem, ours: bool) -> Result<Column, NoColumn> {
    let url = Url::parse(&found.url).map_err(|_| NoColumn::Failed(AgsError::Unreadable("a line item address")))?;
    let maximum = found.score_maximum.unwrap_or(DEFAULT_MAXIMUM);
    bind(context, place, url.as_str(), maximum, ours).await?;
    Ok(Column { url, maximum })
}
