//! What the gradebooks do with a score: Moodle's rules (moodle.md §0, §5.5) and Canvas' (canvas.md
//! §4.1, §4.3), errors included.

use serde_json::{Value, json};

use super::campus::{Effect, Kind, Mood, Part, School};
use crate::clock::UtcTime;

/// An answer: status, body.
pub type Answer = (u16, String);

/// Posts a score to a column.
#[must_use]
pub fn post(school: &mut School, line_item: &str, body: &str, now: UtcTime) -> Answer {
    school.requests.push(body.to_owned());
    match school.kind {
        Kind::Moodle => moodle(school, line_item, body),
        Kind::Canvas => canvas(school, line_item, body, now),
    }
}

fn is_learner(school: &School, user: &str) -> bool {
    school.mood != Mood::Rejecting && school.user(user).is_some_and(|u| u.part == Part::Learner)
}

fn record(school: &mut School, line_item: &str, user: &str, score: Option<f64>, timestamp: UtcTime) {
    school.ledger.push(Effect { line_item: line_item.to_owned(), user: user.to_owned(), score, timestamp });
}

/// Moodle puts the reason into the status line, which PHP refuses when it has a line break; what
/// arrives then is 200 with an empty list.
fn moodle_refusal(status: u16, body: &str) -> Answer {
    (if body.contains('\n') { 200 } else { status }, "[]".to_owned())
}

fn moodle(school: &mut School, line_item: &str, body: &str) -> Answer {
    let Some(column) = school.line_item(line_item).cloned() else {
        return (404, json!({"status": 404, "reason": "Not Found: Grade item doesn't exist"}).to_string());
    };
    let incorrect = || moodle_refusal(400, body);
    let Ok(score) = serde_json::from_str::<Value>(body) else {
        return incorrect();
    };
    let text = |name: &str| score.get(name).and_then(Value::as_str);
    let (Some(user), Some(timestamp), Some(_), Some(progress)) =
        (text("userId"), text("timestamp"), text("activityProgress"), text("gradingProgress"))
    else {
        return incorrect();
    };
    let number = |name: &str| score.get(name).and_then(Value::as_f64);
    let (given, maximum) = (number("scoreGiven"), number("scoreMaximum"));
    let Some(timestamp) = UtcTime::parse_iso(timestamp) else {
        return incorrect();
    };
    if (given.is_some() && maximum.is_none()) || !is_learner(school, user) {
        return incorrect();
    }
    let key = (line_item.to_owned(), user.to_owned());
    let grade = school.grades.entry(key).or_default();
    if grade.locked {
        return moodle_refusal(500, body);
    }
    if grade.modified.is_some_and(|m| m.unix_seconds() >= timestamp.unix_seconds()) {
        return moodle_refusal(409, body);
    }
    let comment = text("comment").filter(|c| !c.is_empty());
    let gradable = given.zip(maximum).filter(|_| progress == "FullyGraded");
    // Anything but a complete grade erases what is there (moodle.md item 10).
    grade.modified = (gradable.is_some() || comment.is_some()).then_some(timestamp);
    if !grade.overridden {
        grade.score = gradable.map(|(given, maximum)| {
            let scaled = if maximum > 0.0 { given * column.maximum / maximum } else { given };
            scaled.clamp(0.0, column.maximum)
        });
        grade.comments = comment.map(str::to_owned).into_iter().collect();
    }
    let (after, changed) = (grade.score, !grade.overridden);
    let user = user.to_owned();
    if changed {
        record(school, line_item, &user, after, timestamp);
    }
    (200, String::new())
}

fn canvas_error(kind: &str, message: &str) -> String {
    json!({"errors": {"type": kind, "message": message}}).to_string()
}

fn canvas(school: &mut School, line_item: &str, body: &str, now: UtcTime) -> Answer {
    let Some(column) = school.line_item(line_item).cloned() else {
        return (404, json!({"errors": [{"message": "The specified resource does not exist."}]}).to_string());
    };
    let bad = |message: &str| (400, canvas_error("bad_request", message));
    let unprocessable = |message: &str| (422, canvas_error("unprocessable_entity", message));
    let Ok(score) = serde_json::from_str::<Value>(body) else {
        return bad("body is no JSON");
    };
    let text = |name: &str| score.get(name).and_then(Value::as_str);
    let (Some(user), Some(sent), Some(_), Some(progress)) =
        (text("userId"), text("timestamp"), text("activityProgress"), text("gradingProgress"))
    else {
        return bad("param is missing or the value is empty");
    };
    let Some(timestamp) = UtcTime::parse_iso(sent) else {
        return bad(&format!("Provided timestamp of {sent} not a valid timestamp"));
    };
    if !is_learner(school, user) {
        return unprocessable("User not found in course or is not a student");
    }
    if column.link.as_ref().and_then(|l| school.link(l)).is_some_and(|l| !l.published) {
        let message = "cannot be changed at this time: This assignment is still unpublished";
        return (422, json!({"errors": [{"field": "grade", "message": message, "error_code": null}]}).to_string());
    }
    let number = |name: &str| score.get(name).and_then(Value::as_f64);
    let (given, maximum) = (number("scoreGiven"), number("scoreMaximum"));
    match (given, maximum) {
        (Some(_), None) => {
            return unprocessable("ScoreMaximum not supplied when ScoreGiven present.");
        }
        (Some(g), _) if g < 0.0 => {
            return unprocessable("ScoreGiven must be greater than or equal to 0");
        }
        _ => {}
    }
    let submitted = score.get("submission").and_then(|s| s.get("submittedAt")).and_then(Value::as_str);
    if let Some(submitted) = submitted
        && UtcTime::parse_iso(submitted).is_none_or(|t| t > now.plus_seconds(60))
    {
        return bad(&format!("Provided submitted_at timestamp of {submitted} is not valid"));
    }
    let extension = score.get("https://canvas.instructure.com/lti/submission");
    let flag = |name: &str| extension.and_then(|e| e.get(name)).and_then(Value::as_bool);
    let key = (line_item.to_owned(), user.to_owned());
    let grade = school.grades.entry(key).or_default();
    if let Some(stored) = grade.modified.filter(|m| *m > timestamp) {
        let stored = stored.iso_millis();
        return bad(&format!("Provided timestamp of {sent} before last updated timestamp of {stored}"));
    }
    let before = grade.clone();
    if flag("new_submission").unwrap_or(true) {
        grade.attempts += 1;
        let said = |name: &str| extension.and_then(|e| e.get(name)).and_then(Value::as_str);
        if said("submission_type") == Some("basic_lti_launch") {
            grade.opens = said("submission_data").map(str::to_owned);
        }
    }
    let gradable = given.zip(maximum).filter(|_| matches!(progress, "FullyGraded" | "PendingManual"));
    match gradable {
        Some((given, maximum)) => {
            grade.score = Some(if maximum > 0.0 { given * column.maximum / maximum } else { given });
        }
        None if flag("preserve_score") == Some(true) => {}
        None => grade.score = None,
    }
    if let Some(comment) = text("comment").filter(|c| !c.is_empty()) {
        grade.comments.push(comment.to_owned());
    }
    grade.modified = Some(timestamp);
    let changed = (before.score, before.comments.len()) != (grade.score, grade.comments.len());
    let after = grade.score;
    let user = user.to_owned();
    if changed {
        record(school, line_item, &user, after, timestamp);
    }
    (200, json!({"resultUrl": format!("{line_item}/results/1")}).to_string())
}

/// The results of a column, for one learner or for all.
#[must_use]
pub fn results(school: &School, line_item: &str, url: &str, user: Option<&str>) -> Value {
    let Some(column) = school.line_item(line_item) else {
        return json!([]);
    };
    let mut rows: Vec<Value> = school
        .grades
        .iter()
        .filter(|((item, who), grade)| {
            item == line_item && user.is_none_or(|u| u == who) && (grade.modified.is_some() || grade.overridden)
        })
        .map(|((_, who), grade)| {
            let mut row = json!({"id": format!("{url}?user_id={who}"), "userId": who, "scoreOf": url});
            if let (Kind::Moodle, Some(at)) = (school.kind, grade.modified) {
                row["timestamp"] = json!(at.iso_millis());
            }
            // Moodle leaves a zero out (reliability-security.md §0.7).
            if let Some(score) = grade.score.filter(|s| school.kind == Kind::Canvas || *s != 0.0) {
                row["resultScore"] = json!(score);
                row["resultMaximum"] = json!(column.maximum);
            }
            row
        })
        .collect();
    rows.sort_by_key(|r| r["userId"].to_string());
    Value::Array(rows)
}

#[cfg(test)]
mod tests {
    use super::super::campus::{Grade, LineItem};
    use super::super::seed;
    use super::*;

    fn school(kind: Kind) -> (School, String) {
        let mut school = match kind {
            Kind::Moodle => seed::moodle("http://localhost:1"),
            Kind::Canvas => seed::canvas("http://localhost:1"),
        };
        school.line_items.push(LineItem {
            id: "77".into(),
            label: "L".into(),
            maximum: 20.0,
            resource_id: String::new(),
            tag: String::new(),
            link: None,
        });
        let learner = school.users.iter().find(|u| u.part == Part::Learner).unwrap().sub.clone();
        (school, learner)
    }

    fn score(user: &str, second: u32, extra: &Value) -> String {
        let mut body = json!({
            "userId": user, "scoreGiven": 80, "scoreMaximum": 100, "activityProgress": "Completed",
            "gradingProgress": "FullyGraded", "timestamp": format!("2026-05-10T10:00:{second:02}.000Z"),
        });
        for (k, v) in extra.as_object().unwrap() {
            if v.is_null() {
                body.as_object_mut().unwrap().remove(k);
            } else {
                body[k] = v.clone();
            }
        }
        body.to_string()
    }

    const NOW: UtcTime = UtcTime::from_unix_seconds(1_800_000_000);

    #[test]
    fn moodle_behaves_as_measured() {
        let (mut s, user) = school(Kind::Moodle);
        let mut send = |body: &str| post(&mut s, "77", body, NOW);
        assert_eq!(send(&score(&user, 1, &json!({}))), (200, String::new()));
        assert_eq!(send(&score(&user, 1, &json!({}))), (409, "[]".into()), "an equal second is refused");
        assert_eq!(send(&score("nobody", 2, &json!({}))), (400, "[]".into()));
        assert_eq!(send(&score(&user, 2, &json!({"scoreMaximum": null}))), (400, "[]".into()));
        let pretty = score(&user, 0, &json!({})).replace(',', ",\n");
        assert_eq!(send(&pretty), (200, "[]".into()), "a refusal with a line break looks like success");
        assert_eq!(send(&score(&user, 3, &json!({"gradingProgress": "Pending"}))), (200, String::new()));
        assert_eq!(s.grade("77", &user).unwrap().score, None, "anything but a full grade erases");
        assert_eq!(s.ledger.len(), 2);
        assert_eq!(s.ledger[0].score, Some(16.0), "rescaled to the column");
        s.grades.insert(("77".into(), user.clone()), Grade { locked: true, ..Grade::default() });
        assert_eq!(post(&mut s, "77", &score(&user, 9, &json!({})), NOW).0, 500);
        assert_eq!(post(&mut s, "404", &score(&user, 9, &json!({})), NOW).0, 404);
    }

    #[test]
    fn canvas_behaves_as_documented() {
        let (mut s, user) = school(Kind::Canvas);
        let keep = json!({"https://canvas.instructure.com/lti/submission": {"new_submission": false}});
        assert_eq!(post(&mut s, "77", &score(&user, 5, &keep), NOW).0, 200);
        assert_eq!(post(&mut s, "77", &score(&user, 5, &keep), NOW).0, 200, "an equal time is accepted");
        assert_eq!(s.ledger.len(), 1, "and changes nothing");
        let (status, body) = post(&mut s, "77", &score(&user, 4, &keep), NOW);
        assert!(status == 400 && body.contains("before last updated"), "{status} {body}");
        assert_eq!(post(&mut s, "77", &score(&user, 6, &json!({})), NOW).0, 200);
        assert_eq!(s.grade("77", &user).unwrap().attempts, 1, "a plain score is a new attempt");
        assert_eq!(post(&mut s, "77", &score("nobody", 7, &keep), NOW).0, 422);
        assert_eq!(post(&mut s, "77", &score(&user, 7, &json!({"scoreMaximum": null})), NOW).0, 422);
        assert_eq!(
            post(&mut s, "77", &score(&user, 8, &json!({"scoreGiven": null, "scoreMaximum": null})), NOW).0,
            200
        );
        assert_eq!(s.grade("77", &user).unwrap().score, None, "no score clears");
    }
}
