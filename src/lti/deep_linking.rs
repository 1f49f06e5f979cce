//! Deep Linking 2.0 (lti.md §4): what an LMS lets a trainer choose, and the answer that places it. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::CLAIM;
use super::reject::Reject;
use super::verify::text;
use crate::clock::UtcTime;

/// The prefix of the claims of Deep Linking.
const DL_CLAIM: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/";
/// The one type of content that we offer.
const RESOURCE_LINK: &str = "ltiResourceLink";
/// How long an answer is valid, in seconds (at most five minutes, lti.md §4.2).
const LIFETIME: i64 = 240;

/// The claim `deep_linking_settings`: where the answer goes, and what it may hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the claim is a list of switches")]
pub struct Settings {
    /// Where the answer is posted.
    pub return_url: String,
    /// Whether the LMS takes `ltiResourceLink`.
    pub accepts_links: bool,
    /// Whether it takes more than one item. Absent means one.
    pub accept_multiple: bool,
    /// Whether a column may be asked for. Absent means perhaps, so it is.
    pub accept_line_item: bool,
    /// Whether activities may only open in a window of their own.
    pub window_only: bool,
    /// The title that the trainer typed in the LMS.
    pub title: Option<String>,
    /// The description that the trainer typed in the LMS.
    pub text: Option<String>,
    /// Opaque; echoed as it came.
    pub data: Option<Value>,
}

impl Settings {
    /// Reads the settings of a request.
    ///
    /// # Errors
    /// [`Reject::DeepLinkingSettings`] when the claim, the return address or the accepted types are missing.
    pub fn parse(claims: &Map<String, Value>) -> Result<Self, Reject> {
        let settings = claims.get(&format!("{DL_CLAIM}deep_linking_settings")).and_then(Value::as_object);
        let settings = settings.ok_or(Reject::DeepLinkingSettings)?;
        let texts = |name: &str| -> Option<Vec<&str>> {
            Some(settings.get(name)?.as_array()?.iter().filter_map(Value::as_str).collect())
        };
        let targets = texts("accept_presentation_document_targets").unwrap_or_default();
        Ok(Self {
            return_url: text(settings.get("deep_link_return_url")).ok_or(Reject::DeepLinkingSettings)?,
            accepts_links: texts("accept_types").ok_or(Reject::DeepLinkingSettings)?.contains(&RESOURCE_LINK),
            accept_multiple: settings.get("accept_multiple").and_then(Value::as_bool).unwrap_or(false),
            accept_line_item: settings.get("accept_lineitem").and_then(Value::as_bool).unwrap_or(true),
            window_only: targets.contains(&"window") && !targets.iter().any(|t| matches!(*t, "iframe" | "frame")),
            title: text(settings.get("title")),
            text: text(settings.get("text")),
            data: settings.get("data").filter(|d| !d.is_null()).cloned(),
        })
    }
}

/// A column that an item asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineItem {
    /// What a full mark counts; a whole number, which every LMS takes.
    pub score_maximum: i32,
    /// Our activity, by which the column is found again after a copy.
    pub resource_id: String,
    /// The kind of grade.
    pub tag: String,
    /// Whether the gradebook shall offer to open the learner's work (Canvas knows no such message).
    pub reviewable: bool,
}

/// An activity to place: one `ltiResourceLink`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The title.
    pub title: String,
    /// A description; empty for none.
    pub text: String,
    /// Where the link leads.
    pub url: String,
    /// What each launch of the link brings along.
    pub custom: BTreeMap<String, String>,
    /// The column, where there shall be one.
    pub line_item: Option<LineItem>,
    /// Until when learners hand in.
    pub due: Option<UtcTime>,
}

/// When a gradebook offers to open a learner's work: as soon as there is any (lti.md §8.1).
#[must_use]
pub fn submission_review() -> Value {
    json!({"reviewableStatus": ["InProgress", "Submitted", "Completed"]})
}

impl Item {
    fn to_json(&self, settings: &Settings) -> Value {
        let mut item = json!({"type": RESOURCE_LINK, "title": self.title, "url": self.url, "custom": self.custom});
        if !self.text.is_empty() {
            item["text"] = json!(self.text);
        }
        if let Some(column) = self.line_item.as_ref().filter(|_| settings.accept_line_item) {
            item["lineItem"] = json!({
                "scoreMaximum": column.score_maximum, "label": self.title, "resourceId": column.resource_id,
                "tag": column.tag,
            });
            if column.reviewable {
                item["lineItem"]["submissionReview"] = submission_review();
            }
        }
        if let Some(due) = self.due {
            item["submission"] = json!({"endDateTime": due.iso_seconds()});
        }
        if settings.window_only {
            item["window"] = json!({"targetName": "_blank"});
        }
        item
    }
}

/// Who answers whom.
#[derive(Clone, Copy, Debug)]
pub struct Parties<'a> {
    /// Our client id.
    pub client_id: &'a str,
    /// The LMS's issuer.
    pub issuer: &'a str,
    /// The LMS's deployment id.
    pub deployment_id: &'a str,
}

/// The claims of the answer (lti.md §4.2). No item means that the trainer cancelled.
#[must_use]
pub fn response(parties: Parties<'_>, settings: &Settings, items: &[Item], nonce: &str, now: UtcTime) -> Value {
    let seconds = now.unix_seconds();
    let mut claims = json!({
        "iss": parties.client_id, "aud": parties.issuer, "iat": seconds, "exp": seconds + LIFETIME, "nonce": nonce,
    });
    let mut set = |name: String, value: Value| claims[name] = value;
    set(format!("{CLAIM}message_type"), json!("LtiDeepLinkingResponse"));
    set(format!("{CLAIM}version"), json!("1.3.0"));
    set(format!("{CLAIM}deployment_id"), json!(parties.deployment_id));
    set(format!("{DL_CLAIM}content_items"), items.iter().map(|item| item.to_json(settings)).collect());
    if let Some(data) = &settings.data {
        set(format!("{DL_CLAIM}data"), data.clone());
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(settings: Value) -> Result<Settings, Reject> {
        let claims = json!({format!("{DL_CLAIM}deep_linking_settings"): settings});
        Settings::parse(claims.as_object().unwrap())
    }

    fn least() -> Value {
        json!({"deep_link_return_url": "https://lms.test/return?x=1", "accept_types": ["ltiResourceLink"]})
    }

    fn item() -> Item {
        Item {
            title: "T".into(),
            text: String::new(),
            url: "https://tool.test/launch".into(),
            custom: BTreeMap::from([("activity_id".to_owned(), "a".to_owned())]),
            line_item: Some(LineItem {
                score_maximum: 20,
                resource_id: "a".into(),
                tag: "overall".into(),
                reviewable: false,
            }),
            due: Some(UtcTime::from_unix_seconds(1_800_000_000)),
        }
    }

    fn answer(settings: &Settings, items: &[Item]) -> Value {
        let parties = Parties { client_id: "c", issuer: "https://lms.test", deployment_id: "7" };
        response(parties, settings, items, "n", UtcTime::from_unix_seconds(1_000))
    }

    #[test]
    fn what_is_absent_means_the_cautious_thing() {
        let settings = parse(least()).unwrap();
        assert!(!settings.accept_multiple && settings.accept_line_item && settings.accepts_links);
        assert!(!settings.window_only && settings.data.is_none() && settings.title.is_none());
        let mut none = least();
        none["accept_types"] = json!(["link", "file"]);
        assert!(!parse(none).unwrap().accepts_links);
        for member in ["deep_link_return_url", "accept_types"] {
            let mut lacking = least();
            lacking.as_object_mut().unwrap().remove(member);
            assert_eq!(parse(lacking), Err(Reject::DeepLinkingSettings), "{member}");
        }
        assert_eq!(Settings::parse(&Map::new()), Err(Reject::DeepLinkingSettings));
    }

    #[test]
    fn an_item_says_what_both_lmss_keep() {
        let items = answer(&parse(least()).unwrap(), &[item()])[format!("{DL_CLAIM}content_items")].clone();
        assert_eq!(
            items,
            json!([{
                "type": "ltiResourceLink", "title": "T", "url": "https://tool.test/launch",
                "custom": {"activity_id": "a"},
                "lineItem": {"scoreMaximum": 20, "label": "T", "resourceId": "a", "tag": "overall"},
                "submission": {"endDateTime": "2027-01-15T08:00:00Z"},
            }])
        );
    }

    #[test]
    fn a_gradebook_that_can_open_works_is_told_when() {
        let mut item = item();
        item.line_item.as_mut().unwrap().reviewable = true;
        let sent = &answer(&parse(least()).unwrap(), &[item])[format!("{DL_CLAIM}content_items")][0];
        let wanted = json!({"reviewableStatus": ["InProgress", "Submitted", "Completed"]});
        assert_eq!(sent["lineItem"]["submissionReview"], wanted);
    }

    #[test]
    fn no_column_is_asked_for_where_the_lms_takes_none() {
        let mut without = least();
        without["accept_lineitem"] = json!(false);
        without["accept_presentation_document_targets"] = json!(["window"]);
        let answer = answer(&parse(without).unwrap(), &[item()]);
        let sent = &answer[format!("{DL_CLAIM}content_items")][0];
        assert_eq!(sent.get("lineItem"), None);
        assert_eq!(sent["window"]["targetName"], "_blank");
    }

    #[test]
    fn x50_x51_data_is_echoed_as_it_came_or_absent() {
        let claim = format!("{DL_CLAIM}data");
        assert_eq!(answer(&parse(least()).unwrap(), &[]).get(&claim), None);
        for data in [json!("é\u{1F600}\u{202e}".repeat(512)), json!(""), json!({"a": [1, null]})] {
            let mut with = least();
            with["data"] = data.clone();
            assert_eq!(answer(&parse(with).unwrap(), &[])[&claim], data);
        }
    }

    #[test]
    fn x54_cancelling_answers_with_an_empty_list() {
        let claims = answer(&parse(least()).unwrap(), &[]);
        assert_eq!(claims[format!("{DL_CLAIM}content_items")], json!([]));
        assert_eq!(
            (&claims["iss"], &claims["aud"], &claims["nonce"]),
            (&json!("c"), &json!("https://lms.test"), &json!("n"))
        );
        assert_eq!((&claims["iat"], &claims["exp"]), (&json!(1_000), &json!(1_240)));
        assert_eq!(claims[format!("{CLAIM}message_type")], "LtiDeepLinkingResponse");
        assert_eq!(claims[format!("{CLAIM}deployment_id")], "7");
    }
}
