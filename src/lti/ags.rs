//! Calls to Assignment and Grade Services: line items, scores, results (lti.md §5).

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::paging;
use super::score::{self, LINE_ITEM_TYPE, LINE_ITEMS_TYPE, RESULTS_TYPE, SCORE_TYPE};
use crate::net::{Answer, NetError, Outbound, Outgoing};
use crate::store::columns::Points;

/// At most this many pages of a list are read.
const MAX_PAGES: usize = 100;
/// The longest list page, in bytes.
const PAGE_LIMIT: usize = 2 * 1024 * 1024;
/// The longest time for one call.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A line item as the LMS describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineItem {
    /// Its address.
    pub url: String,
    /// What a full score is, where the LMS says so and it is positive.
    pub score_maximum: Option<Points>,
    /// The tool's own id of the activity, where set.
    pub resource_id: Option<String>,
    /// The tool's own kind of grade, where set.
    pub tag: Option<String>,
    /// The resource link it belongs to, where it does.
    pub resource_link_id: Option<String>,
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum AgsError {
    /// No complete answer.
    #[error(transparent)]
    Net(#[from] NetError),
    /// An answer that is not the one hoped for.
    #[error("the LMS answers {status}: {text}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The start of the body.
        text: String,
    },
    /// A success whose body cannot be read.
    #[error("the LMS's answer cannot be read: {0}")]
    Unreadable(&'static str),
}

/// The calls, for one token.
pub struct Ags<'a> {
    /// The outbound client.
    pub outbound: &'a Outbound,
    /// The bearer token.
    pub token: &'a str,
}

fn line_item(value: &Value) -> Option<LineItem> {
    let text = |member: &str| value.get(member).and_then(Value::as_str).filter(|s| !s.is_empty()).map(str::to_owned);
    Some(LineItem {
        url: text("id")?,
        score_maximum: value.get("scoreMaximum").and_then(Value::as_f64).and_then(Points::from_f64).filter(|p| p.0 > 0),
        resource_id: text("resourceId"),
        tag: text("tag"),
        resource_link_id: text("resourceLinkId"),
    })
}

fn excerpt(answer: &Answer) -> String {
    answer.text().chars().filter(|c| !c.is_control()).take(300).collect()
}

fn json_body(answer: &Answer) -> Result<Value, AgsError> {
    if !answer.is_success() {
        return Err(AgsError::Status { status: answer.status, text: excerpt(answer) });
    }
    serde_json::from_slice(&answer.body).map_err(|_| AgsError::Unreadable("not JSON"))
}

impl Ags<'_> {
    /// One line item.
    ///
    /// # Errors
    /// [`AgsError`].
    pub async fn line_item(&self, url: &Url) -> Result<LineItem, AgsError> {
        let request = Outgoing::get(url.clone()).accept(LINE_ITEM_TYPE).bearer(self.token).timeout(TIMEOUT);
        let body = json_body(&self.outbound.send(request).await?)?;
        line_item(&body).ok_or(AgsError::Unreadable("a line item without id"))
    }

    /// The line items of a course that carry our activity's id and tag, or belong to its link.
    ///
    /// # Errors
    /// [`AgsError`].
    pub async fn find_line_items(&self, container: &Url, filters: &[(&str, &str)]) -> Result<Vec<LineItem>, AgsError> {
        let mut first = container.clone();
        for (name, value) in filters {
            first.query_pairs_mut().append_pair(name, value);
        }
        let mut found = Vec::new();
        let mut next = Some(first);
        let mut seen = Vec::new();
        while let Some(url) = next.take() {
            let request = Outgoing::get(url.clone())
                .accept(LINE_ITEMS_TYPE)
                .bearer(self.token)
                .timeout(TIMEOUT)
                .limit(PAGE_LIMIT);
            let answer = self.outbound.send(request).await?;
            let body = json_body(&answer)?;
            let items = body.as_array().ok_or(AgsError::Unreadable("a list of line items is no array"))?;
            found.extend(items.iter().filter_map(line_item));
            seen.push(url);
            next = paging::next_page(&answer)
                .and_then(|n| Url::parse(&n).ok())
                .filter(|n| n.origin() == container.origin() && !seen.contains(n) && seen.len() < MAX_PAGES);
        }
        Ok(found)
    }

    /// Makes a line item. AGS has no idempotency: look first, and hold a lock.
    ///
    /// # Errors
    /// [`AgsError`].
    pub async fn create_line_item(&self, container: &Url, new: &NewLineItem<'_>) -> Result<LineItem, AgsError> {
        let mut body = json!({
            "label": new.label.chars().take(255).collect::<String>(),
            "scoreMaximum": new.score_maximum,
            "resourceId": new.resource_id,
            "tag": new.tag,
        });
        if let Some(link) = new.resource_link_id {
            body["resourceLinkId"] = json!(link);
        }
        let request = Outgoing::post(container.clone(), LINE_ITEM_TYPE, body.to_string().into_bytes())
            .accept(LINE_ITEM_TYPE)
            .bearer(self.token)
            .timeout(TIMEOUT);
        let answer = json_body(&self.outbound.send(request).await?)?;
        line_item(&answer).ok_or(AgsError::Unreadable("a line item without id"))
    }

    /// Posts a score; the caller classifies the answer.
    ///
    /// # Errors
    /// [`NetError`] when there is no complete answer.
    pub async fn post_score(&self, line_item: &Url, body: String) -> Result<Answer, NetError> {
        let url = score::service_url(line_item, "scores").unwrap_or_else(|| line_item.clone());
        let request =
            Outgoing::post(url, SCORE_TYPE, body.into_bytes()).bearer(self.token).timeout(TIMEOUT).limit(64 * 1024);
        self.outbound.send(request).await
    }

    /// What the LMS has for one learner: None where it has nothing, else the share of the maximum as
    /// (score, maximum). Moodle leaves the score of a zero out on some versions, so a row without one
    /// reads as zero.
    ///
    /// # Errors
    /// [`AgsError`].
    pub async fn result_of(&self, line_item: &Url, user_id: &str) -> Result<Option<(Points, Points)>, AgsError> {
        let mut url = score::service_url(line_item, "results").unwrap_or_else(|| line_item.clone());
        url.query_pairs_mut().append_pair("user_id", user_id);
        let request = Outgoing::get(url).accept(RESULTS_TYPE).bearer(self.token).timeout(TIMEOUT).limit(PAGE_LIMIT);
        let body = json_body(&self.outbound.send(request).await?)?;
        let rows = body.as_array().ok_or(AgsError::Unreadable("a list of results is no array"))?;
        let Some(row) = rows.iter().find(|r| r.get("userId").and_then(Value::as_str) == Some(user_id)) else {
            return Ok(None);
        };
        let number = |member: &str| row.get(member).and_then(Value::as_f64).and_then(Points::from_f64);
        Ok(Some((number("resultScore").unwrap_or(Points(0)), number("resultMaximum").unwrap_or(Points::whole(1)))))
    }
}

/// A line item to make.
#[derive(Clone, Copy, Debug)]
pub struct NewLineItem<'a> {
    /// The column's name.
    pub label: &'a str,
    /// What a full score is; a whole number, which every platform takes.
    pub score_maximum: i64,
    /// Our activity.
    pub resource_id: &'a str,
    /// The kind of grade.
    pub tag: &'a str,
    /// The link the column belongs to.
    pub resource_link_id: Option<&'a str>,
}
