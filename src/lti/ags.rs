//! Calls to Assignment and Grade Services: line items, scores, results (lti.md §5).

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::paging;
use super::score::{self, LINE_ITEM_TYPE, LINE_ITEMS_TYPE, RESULTS_TYPE, SCORE_TYPE};
use crate::clock::UtcTime;
use crate::net::{Answer, NetError, Outbound, Outgoing};
use crate::store::columns::Points;

/// At most this many pages of a list are read.
const MAX_PAGES: usize = 100;
/// The longest list page, in bytes.
const PAGE_LIMIT: usize = 2 * 1024 * 1024;
/// At most this many pages of results are read.
const MAX_RESULT_PAGES: usize = 200;

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
    /// Its name.
    pub label: Option<String>,
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
    /// The longest time for one call.
    pub timeout: Duration,
}

fn line_item(value: &Value) -> Option<LineItem> {
    let text = |member: &str| value.get(member).and_then(Value::as_str).filter(|s| !s.is_empty()).map(str::to_owned);
    Some(LineItem {
        url: text("id")?,
        score_maximum: value.get("scoreMaximum").and_then(Value::as_f64).and_then(Points::from_f64).filter(|p| p.0 > 0),
        resource_id: text("resourceId"),
        tag: text("tag"),
        resource_link_id: text("resourceLinkId"),
        label: text("label"),
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
        let request = Outgoing::get(url.clone()).accept(LINE_ITEM_TYPE).bearer(self.token).timeout(self.timeout);
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
                .timeout(self.timeout)
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
            .timeout(self.timeout);
        let answer = json_body(&self.outbound.send(request).await?)?;
        line_item(&answer).ok_or(AgsError::Unreadable("a line item without id"))
    }

    /// Posts a score; the caller classifies the answer.
    ///
    /// # Errors
    /// [`NetError`] when there is no complete answer.
    pub async fn post_score(&self, line_item: &Url, body: String) -> Result<Answer, NetError> {
        let url = score::service_url(line_item, "scores").unwrap_or_else(|| line_item.clone());
        let request = Outgoing::post(url, SCORE_TYPE, body.into_bytes())
            .bearer(self.token)
            .timeout(self.timeout)
            .limit(64 * 1024);
        self.outbound.send(request).await
    }

    /// What the LMS has for one learner; None where it has nothing.
    ///
    /// # Errors
    /// [`AgsError`].
    pub async fn result_of(&self, line_item: &Url, user_id: &str) -> Result<Option<LmsResult>, AgsError> {
        let mut url = score::service_url(line_item, "results").unwrap_or_else(|| line_item.clone());
        url.query_pairs_mut().append_pair("user_id", user_id);
        let (rows, _) = self.results_page(url).await?;
        Ok(rows.into_iter().find(|r| r.user_id == user_id))
    }

    /// All results of a column, handed over page by page; `limit` is the size of a page, where the LMS
    /// can bear being asked for one (Moodle cannot: moodle.md item 15).
    ///
    /// # Errors
    /// [`AgsError`]; what was handed over before may be used, what is missing says nothing.
    pub async fn each_result(
        &self,
        line_item: &Url,
        limit: Option<u32>,
        mut take: impl FnMut(LmsResult) + Send,
    ) -> Result<(), AgsError> {
        let mut first = score::service_url(line_item, "results").unwrap_or_else(|| line_item.clone());
        if let Some(limit) = limit {
            first.query_pairs_mut().append_pair("limit", &limit.to_string());
        }
        let mut seen: Vec<Url> = Vec::new();
        let mut next = Some(first);
        while let Some(url) = next.take() {
            let (rows, following) = self.results_page(url.clone()).await?;
            rows.into_iter().for_each(&mut take);
            seen.push(url);
            let Some(following) = following else { break };
            if following.origin() != line_item.origin() {
                return Err(AgsError::Unreadable("the next page of results is on another host"));
            }
            if seen.contains(&following) || seen.len() >= MAX_RESULT_PAGES {
                return Err(AgsError::Unreadable("the pages of results have no end"));
            }
            next = Some(following);
        }
        Ok(())
    }

    async fn results_page(&self, url: Url) -> Result<(Vec<LmsResult>, Option<Url>), AgsError> {
        let request =
            Outgoing::get(url.clone()).accept(RESULTS_TYPE).bearer(self.token).timeout(self.timeout).limit(PAGE_LIMIT);
        let answer = self.outbound.send(request).await?;
        let body = json_body(&answer)?;
        let rows = body.as_array().ok_or(AgsError::Unreadable("a list of results is no array"))?;
        let rows = rows.iter().map(result).collect::<Result<Vec<_>, _>>()?;
        Ok((rows, paging::next_page(&answer).and_then(|n| url.join(&n).ok())))
    }
}

/// What the LMS has for one learner in one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LmsResult {
    /// The learner.
    pub user_id: String,
    /// Score and maximum; None where the row has no score, which in Moodle may mean zero.
    pub score: Option<(Points, Points)>,
    /// When it was changed, where the LMS says so (Moodle does).
    pub at: Option<UtcTime>,
}

/// A number, also one that was written as a text.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|n: &f64| n.is_finite())
}

fn result(row: &Value) -> Result<LmsResult, AgsError> {
    let user_id = match row.get("userId") {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => return Err(AgsError::Unreadable("a result without its learner")),
    };
    let points = |member: &str| match row.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match number(value).and_then(Points::from_f64) {
            Some(points) => Ok(Some(points)),
            None => Err(AgsError::Unreadable("a result that is no number")),
        },
    };
    let maximum = points("resultMaximum")?.filter(|m| m.0 > 0).unwrap_or(Points::whole(1));
    let score = points("resultScore")?.map(|score| (score, maximum));
    let at = row.get("timestamp").and_then(Value::as_str).and_then(UtcTime::parse_iso);
    Ok(LmsResult { user_id, score, at })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_as_lmss_write_them() {
        let read = |row: Value| result(&row).map_err(|e| e.to_string());
        let p = Points::whole;
        let moodle =
            json!({"userId": "5", "resultScore": 83, "resultMaximum": 100, "timestamp": "2026-11-21T22:56:55+00:00"});
        let at = UtcTime::parse_iso("2026-11-21T22:56:55Z");
        assert_eq!(read(moodle), Ok(LmsResult { user_id: "5".into(), score: Some((p(83), p(100))), at }));
        let zero = json!({"userId": "5", "comment": "-"});
        assert_eq!(read(zero), Ok(LmsResult { user_id: "5".into(), score: None, at: None }));
        let texts = json!({"userId": 5, "resultScore": "0.5"});
        assert_eq!(read(texts), Ok(LmsResult { user_id: "5".into(), score: Some((Points(5000), p(1))), at: None }));
        for bad in [
            json!({"resultScore": 5}),
            json!({"userId": "5", "resultScore": "five"}),
            json!({"userId": "5", "resultScore": {}}),
            json!({"userId": "5", "resultScore": "NaN"}),
            json!({"userId": "5", "resultScore": 1e300}),
            json!("row"),
        ] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}
