//! The pure part of Assignment and Grade Services: addresses, bodies, and what an answer means
//! (lti.md §5; reliability-security.md §2.4, §2.7).

use serde_json::{Value, json};
use url::Url;

use crate::clock::UtcTime;
use crate::store::columns::{Family, Points};

/// The media type of a score; Moodle refuses any other spelling.
pub const SCORE_TYPE: &str = "application/vnd.ims.lis.v1.score+json";
/// The media type of a line item.
pub const LINE_ITEM_TYPE: &str = "application/vnd.ims.lis.v2.lineitem+json";
/// The media type of a list of line items.
pub const LINE_ITEMS_TYPE: &str = "application/vnd.ims.lis.v2.lineitemcontainer+json";
/// The media type of a list of results.
pub const RESULTS_TYPE: &str = "application/vnd.ims.lis.v2.resultcontainer+json";

/// The scope to post scores.
pub const SCOPE_SCORE: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/score";
/// The scope to read results.
pub const SCOPE_RESULT: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly";
/// The scope to read and create line items.
pub const SCOPE_LINE_ITEM: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem";
/// The scope to read line items.
pub const SCOPE_LINE_ITEM_READ: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly";

/// The address of a service under a line item: `scores` or `results` goes into the path, and the
/// query stays (lti.md A-01).
#[must_use]
pub fn service_url(line_item: &Url, service: &str) -> Option<Url> {
    let mut url = line_item.clone();
    url.set_fragment(None);
    url.path_segments_mut().ok()?.pop_if_empty().push(service);
    Some(url)
}

/// A grade to send. The type holds no score without its maximum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score<'a> {
    /// The LMS's own id of the learner.
    pub user_id: &'a str,
    /// What is said about the work.
    pub standing: Standing,
    /// The time of the decision, a whole second; the same for all tries of one revision.
    pub timestamp: UtcTime,
    /// When the learner handed in, if known.
    pub submitted_at: Option<UtcTime>,
    /// The LMS product, which decides about the Canvas extension.
    pub family: Family,
    /// Where the LMS opens the work, for those that can (canvas.md §5).
    pub work_url: Option<&'a str>,
}

/// What a score says. A grade always comes with its maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The work was handed in and waits for its grade.
    HandedIn,
    /// It is graded.
    Graded {
        /// The points, at most four decimals.
        given: Points,
        /// What they are out of: the column's own maximum, so that no LMS rescales.
        maximum: Points,
    },
}

/// The extension of Canvas' scores.
const CANVAS_SUBMISSION: &str = "https://canvas.instructure.com/lti/submission";

impl Score<'_> {
    /// The body, on one line: Moodle answers 200 to a rejected score whose body has a line break.
    /// There is never a comment: it would be added again by each try in Canvas.
    #[must_use]
    pub fn body(&self) -> String {
        let mut body = json!({
            "userId": self.user_id,
            "activityProgress": "Submitted",
            "gradingProgress": "PendingManual",
            "timestamp": self.timestamp.iso_millis(),
        });
        if let Standing::Graded { given, maximum } = self.standing {
            body["scoreGiven"] = number(given);
            body["scoreMaximum"] = number(maximum);
            body["activityProgress"] = json!("Completed");
            body["gradingProgress"] = json!("FullyGraded");
        }
        if let Some(at) = self.submitted_at {
            body["submission"] = json!({"submittedAt": at.iso_millis()});
        }
        if self.family == Family::Canvas {
            body[CANVAS_SUBMISSION] = self.canvas_submission();
        }
        body.to_string()
    }

    /// Handing in is a new attempt, and keeps whatever grade there is. A grade is none: without saying
    /// so, every score would count as one.
    fn canvas_submission(&self) -> Value {
        let handed_in = self.standing == Standing::HandedIn;
        let mut said = json!({"new_submission": handed_in});
        if handed_in {
            said["preserve_score"] = json!(true);
        }
        if let Some(url) = self.work_url {
            said["submission_type"] = json!("basic_lti_launch");
            said["submission_data"] = json!(url);
        }
        said
    }
}

/// Whole numbers as integers: some platforms insist.
fn number(points: Points) -> Value {
    if points.0 % 10_000 == 0 { json!(points.0 / 10_000) } else { json!(points.as_f64()) }
}

/// Scales a mark out of one maximum to another, to four decimals, half up.
#[must_use]
pub fn scale(points: Points, from: Points, to: Points) -> Points {
    if from.0 <= 0 || from == to {
        return points;
    }
    let scaled = (i128::from(points.0) * i128::from(to.0) * 2 + i128::from(from.0)) / (i128::from(from.0) * 2);
    Points(i64::try_from(scaled).unwrap_or(i64::MAX))
}

/// The timestamp of the next revision: now, but at least one whole second after the last one, because
/// Moodle refuses an equal second (reliability-security.md §2.3).
#[must_use]
pub fn next_timestamp(now: UtcTime, last: Option<UtcTime>) -> UtcTime {
    let now = now.truncated_to_second();
    last.map_or(now, |last| now.max(last.truncated_to_second().plus_seconds(1)))
}

/// What an answer to a score means for its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The LMS has it.
    Accepted,
    /// The LMS has a newer or equal time stamp: look at the result.
    Stale,
    /// The token is not taken.
    Unauthorized,
    /// Too many requests: wait.
    Throttled,
    /// The LMS has trouble as a whole; try again.
    Unavailable,
    /// The LMS failed, over this grade or over all (500).
    ServerError,
    /// The grade is locked in the LMS.
    Locked,
    /// The LMS sends us elsewhere; a token is never sent after it.
    Moved,
    /// The answer is no AGS answer (a login page, a proxy): the score may or may not be there.
    Suspicious,
    /// The LMS does not count this person as a learner here.
    UserNotGradable,
    /// The column is gone.
    LineItemMissing,
    /// The LMS takes no grades for this activity now.
    NotAccepting,
    /// We may not write to this column.
    Forbidden,
    /// The LMS does not understand us; a repeat would not help.
    Rejected,
}

impl Verdict {
    /// The text kept with the row.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Stale => "stale",
            Self::Unauthorized => "unauthorized",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::ServerError => "server_error",
            Self::Locked => "lms_refuses",
            Self::Moved => "moved",
            Self::Suspicious => "suspicious",
            Self::UserNotGradable => "user_not_gradable",
            Self::LineItemMissing => "line_item_missing",
            Self::NotAccepting => "lms_not_accepting",
            Self::Forbidden => "forbidden",
            Self::Rejected => "rejected",
        }
    }
}

/// Classifies the answer to a score by status and body, never by the reason phrase, which HTTP/2 does
/// not have. The bodies are those of Moodle (moodle.md §5.5) and Canvas (canvas.md §4.1).
#[must_use]
pub fn classify(status: u16, is_html: bool, body: &str) -> Verdict {
    let says = |needles: &[&str]| needles.iter().any(|n| body.contains(n));
    match status {
        200..=299 if is_html => Verdict::Suspicious,
        // Moodle's masked error: a refusal whose reason could not be sent becomes 200 with `[]`.
        200..=299 if body.trim() == "[]" => Verdict::Rejected,
        200..=299 => Verdict::Accepted,
        300..=399 => Verdict::Moved,
        400 if says(&["earlier timestamp", "before last updated", "already exists for the provided timestamp"]) => {
            Verdict::Stale
        }
        400 if says(&["Incorrect score received"]) || body.trim() == "[]" => Verdict::UserNotGradable,
        401 => Verdict::Unauthorized,
        403 if says(&["Rate Limit Exceeded"]) => Verdict::Throttled,
        403 | 412 => Verdict::Forbidden,
        404 | 410 => Verdict::LineItemMissing,
        409 => Verdict::Stale,
        408 | 425 | 429 => Verdict::Throttled,
        422 if says(&["not a student", "User not found"]) => Verdict::UserNotGradable,
        422 if says(&[
            "concluded",
            "unpublished",
            "closed grading period",
            "being moderated",
            "not applicable",
            "allowed attempts",
        ]) =>
        {
            Verdict::NotAccepting
        }
        423 => Verdict::Locked,
        500 => Verdict::ServerError,
        502..=504 | 506..=599 => Verdict::Unavailable,
        _ => Verdict::Rejected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn services_go_into_the_path() {
        for (item, scores) in [
            (
                "https://m/mod/lti/services.php/2/lineitems/9/lineitem?type_id=2",
                "https://m/mod/lti/services.php/2/lineitems/9/lineitem/scores?type_id=2",
            ),
            ("https://c/api/lti/courses/1/line_items/7", "https://c/api/lti/courses/1/line_items/7/scores"),
            ("https://x/li/5/", "https://x/li/5/scores"),
            ("https://x/li/5?a=b%2Fc&d", "https://x/li/5/scores?a=b%2Fc&d"),
            ("https://x/li/5#frag", "https://x/li/5/scores"),
        ] {
            assert_eq!(service_url(&Url::parse(item).unwrap(), "scores").unwrap().as_str(), scores);
        }
    }

    #[test]
    fn a_body_is_one_line_with_its_maximum_and_no_comment() {
        let score = Score {
            user_id: "5",
            standing: Standing::Graded { given: Points(835_000), maximum: Points::whole(100) },
            timestamp: UtcTime::parse_iso("2026-05-12T18:04:00Z").unwrap(),
            submitted_at: UtcTime::parse_iso("2026-05-11T10:00:00.5Z"),
            family: Family::Canvas,
            work_url: None,
        };
        let body = score.body();
        assert!(!body.contains('\n'));
        let json: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(json["scoreGiven"], 83.5);
        assert_eq!(json["scoreMaximum"].to_string(), "100");
        assert_eq!(json["timestamp"], "2026-05-12T18:04:00.000Z");
        assert_eq!(json["submission"]["submittedAt"], "2026-05-11T10:00:00.500Z");
        assert_eq!(json["https://canvas.instructure.com/lti/submission"], json!({"new_submission": false}));
        assert!(json.get("comment").is_none());
        let moodle = Score { family: Family::Moodle, ..score.clone() };
        assert!(!moodle.body().contains("canvas"));
        let handed_in = Score { standing: Standing::HandedIn, work_url: Some("https://t/w"), ..score };
        let json: Value = serde_json::from_str(&handed_in.body()).unwrap();
        assert_eq!(
            (&json["activityProgress"], &json["gradingProgress"]),
            (&json!("Submitted"), &json!("PendingManual"))
        );
        assert!(json.get("scoreGiven").is_none() && json.get("scoreMaximum").is_none());
        let said = json!({
            "new_submission": true, "preserve_score": true, "submission_type": "basic_lti_launch",
            "submission_data": "https://t/w",
        });
        assert_eq!(json[CANVAS_SUBMISSION], said);
    }

    #[test]
    fn answers_mean_what_the_tables_say() {
        use Verdict as V;
        for (status, html, body, verdict) in [
            (200, false, "", V::Accepted),
            (201, false, "{}", V::Accepted),
            (204, false, "", V::Accepted),
            (200, true, "<html>", V::Suspicious),
            (200, false, "[]", V::Rejected),
            (302, false, "", V::Moved),
            (423, false, "", V::Locked),
            (400, false, "Provided timestamp of X before last updated timestamp of Y", V::Stale),
            (400, false, "[]", V::UserNotGradable),
            (400, false, "No handler found", V::Rejected),
            (401, false, "", V::Unauthorized),
            (403, false, "403 Forbidden (Rate Limit Exceeded)", V::Throttled),
            (403, false, "Invalid LTI id supplied.", V::Forbidden),
            (404, true, "<html>", V::LineItemMissing),
            (409, false, "[]", V::Stale),
            (412, false, "", V::Forbidden),
            (429, false, "", V::Throttled),
            (422, false, "User not found in course or is not a student", V::UserNotGradable),
            (422, false, "cannot be changed at this time: This assignment is still unpublished", V::NotAccepting),
            (422, false, "ScoreMaximum must be greater", V::Rejected),
            (500, false, "[]", V::ServerError),
            (520, false, "", V::Unavailable),
            (505, false, "", V::Rejected),
            (503, true, "<html>", V::Unavailable),
            (405, false, "", V::Rejected),
            (501, false, "", V::Rejected),
        ] {
            assert_eq!(classify(status, html, body), verdict, "{status} {body}");
        }
    }

    proptest! {
        #[test]
        fn timestamps_rise_by_whole_seconds(start in 0i64..2_000_000_000_000_000, steps in prop::collection::vec(-5_000_000i64..5_000_000, 1..50)) {
            let (mut now, mut last) = (start, None::<UtcTime>);
            for step in steps {
                now = (now + step).max(0);
                let next = next_timestamp(UtcTime(now), last);
                prop_assert_eq!(next.0 % 1_000_000, 0);
                if let Some(last) = last {
                    prop_assert!(next.unix_seconds() > last.unix_seconds());
                }
                last = Some(next);
            }
        }

        #[test]
        fn scaling_keeps_order_and_bounds(a in 0i64..=1_000_000, b in 0i64..=1_000_000, max in 1i64..10_000_000) {
            let (full, to) = (Points::FULL, Points(max));
            let (x, y) = (scale(Points(a), full, to), scale(Points(b), full, to));
            prop_assert!(x.0 >= 0 && x.0 <= max);
            prop_assert!(a > b || x <= y);
            prop_assert_eq!(scale(full, full, to), to);
        }
    }
}
