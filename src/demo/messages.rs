//! The launch messages of both LMSs, as their reference pages show them (moodle.md §2.1, canvas.md §2.1).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::campus::{Kind, Link, Part, Picker, School, User};
use crate::clock::UtcTime;
use crate::lti::notices::{CONTEXT_COPY, HELLO, SCOPE_NOTICES};

const C: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const M: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";

/// The address of a column.
#[must_use]
pub fn line_item_url(school: &School, base: &str, id: &str) -> String {
    let course = &school.course_id;
    match school.kind {
        Kind::Moodle => format!(
            "{base}/moodle/mod/lti/services.php/{course}/lineitems/{id}/lineitem?type_id={}",
            school.deployment_id
        ),
        Kind::Canvas => format!("{base}/canvas/api/lti/courses/{course}/line_items/{id}"),
    }
}

/// The address of the columns.
#[must_use]
pub fn line_items_url(school: &School, base: &str) -> String {
    let course = &school.course_id;
    match school.kind {
        Kind::Moodle => {
            format!("{base}/moodle/mod/lti/services.php/{course}/lineitems?type_id={}", school.deployment_id)
        }
        Kind::Canvas => format!("{base}/canvas/api/lti/courses/{course}/line_items"),
    }
}

/// The address of the roster.
#[must_use]
pub fn memberships_url(school: &School, base: &str) -> String {
    let course = &school.course_id;
    match school.kind {
        Kind::Moodle => format!(
            "{base}/moodle/mod/lti/services.php/CourseSection/{course}/bindings/{}/memberships",
            school.deployment_id
        ),
        Kind::Canvas => format!("{base}/canvas/api/lti/courses/{course}/names_and_roles"),
    }
}

/// The role claim of somebody. Arrays are sorted, as both LMSs send them.
#[must_use]
pub fn roles(kind: Kind, part: Part) -> Vec<String> {
    let institution = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#";
    let system = "http://purl.imsglobal.org/vocab/lis/v2/system/person#";
    match (kind, part) {
        (Kind::Moodle, Part::Trainer) => vec![format!("{M}#Instructor")],
        (Kind::Moodle, Part::Learner) => vec![format!("{M}#Learner")],
        (Kind::Canvas, Part::Trainer) => {
            vec![format!("{institution}Instructor"), format!("{M}#Instructor"), format!("{system}User")]
        }
        // Somebody who learns here may teach elsewhere: institution roles say nothing about this course.
        (Kind::Canvas, Part::Learner) => {
            vec![format!("{institution}Student"), format!("{M}#Learner"), format!("{system}User")]
        }
    }
}

/// The claims of a resource link launch.
#[must_use]
pub fn resource_link(school: &School, base: &str, user: &User, link: &Link, nonce: &str, now: UtcTime) -> Value {
    let seconds = now.unix_seconds();
    let site = format!("{base}/{}", school.kind.path());
    let life = match school.kind {
        Kind::Moodle => 60,
        Kind::Canvas => 3600,
    };
    let ags_scopes: Vec<&String> = school.scopes.iter().filter(|s| s.contains("lti-ags")).collect();
    let mut ags = json!({"scope": ags_scopes, "lineitems": line_items_url(school, base)});
    if let Some(item) = &link.line_item {
        ags["lineitem"] = json!(line_item_url(school, base, item));
    }
    let mut claims = json!({
        "iss": school.issuer, "aud": school.client_id, "iat": seconds, "exp": seconds + life, "nonce": nonce,
        "sub": user.sub, "name": user.name(), "given_name": user.given_name, "family_name": user.family_name,
        "email": format!("{}@example.org", user.given_name.to_lowercase()),
    });
    let mut set = |name: &str, value: Value| claims[format!("{C}{name}")] = value;
    set("message_type", json!("LtiResourceLinkRequest"));
    set("version", json!("1.3.0"));
    set("deployment_id", json!(school.deployment_id));
    set("target_link_uri", json!(format!("{}/lti/start", school.tool.0)));
    set("roles", json!(roles(school.kind, user.part)));
    let context_type = match school.kind {
        Kind::Moodle => "CourseSection",
        Kind::Canvas => "http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering",
    };
    set(
        "context",
        json!({
            "id": school.course_id, "label": school.course_label, "title": school.course_title, "type": [context_type],
        }),
    );
    set("resource_link", json!({"id": link.id, "title": link.title, "description": ""}));
    set(
        "launch_presentation",
        json!({
            "locale": school.locale, "document_target": "iframe", "return_url": format!("{site}/course"),
        }),
    );
    match school.kind {
        Kind::Moodle => {
            set(
                "tool_platform",
                json!({
                    "product_family_code": "moodle", "version": "2024100706", "guid": "localhost", "name": school.name,
                }),
            );
            set("lis", json!({"person_sourcedid": "", "course_section_sourcedid": ""}));
            set("ext", json!({"lms": "moodle-2"}));
        }
        Kind::Canvas => {
            set(
                "tool_platform",
                json!({
                    "guid": "demo:canvas-lms", "name": school.name, "version": "cloud", "product_family_code": "canvas",
                }),
            );
            set(
                "lis",
                json!({
                    "person_sourcedid": "$Person.sourcedId", "course_offering_sourcedid": "$CourseSection.sourcedId",
                }),
            );
            claims["locale"] = json!(school.locale);
            claims["azp"] = json!(school.client_id);
            claims["https://www.instructure.com/placement"] = Value::Null;
        }
    }
    if school.scopes.iter().any(|s| s == SCOPE_NOTICES) {
        claims[format!("{C}platformnotificationservice")] = json!({
            "service_versions": ["1.0"], "scope": [SCOPE_NOTICES],
            "platform_notification_service_url": format!("{site}/api/lti/notice-handlers/{}", school.deployment_id),
            "notice_types_supported": [HELLO, "LtiAssetProcessorSubmissionNotice", CONTEXT_COPY],
        });
    }
    claims[format!("{C}custom")] = custom(school, &link.custom);
    claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"] = ags;
    claims["https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"] =
        json!({"context_memberships_url": memberships_url(school, base), "service_versions": ["1.0", "2.0"]});
    claims
}

/// The custom parameters: those of the link, then the tool's own. Canvas sends a variable that it cannot
/// fill as it stands; Moodle knows nothing of dates and sends the text too.
fn custom(school: &School, own: &BTreeMap<String, String>) -> Value {
    let mut custom = json!(own);
    custom["due_at"] = json!("$ResourceLink.submission.endDateTime");
    custom["context_history"] = json!(school.history.join(","));
    custom
}

/// The claims of a deep linking request (moodle.md §4 and §9, canvas.md §2.2).
#[must_use]
pub fn deep_linking(
    school: &School,
    base: &str,
    user: &User,
    (picker, secret): (&Picker, &str),
    nonce: &str,
    now: UtcTime,
) -> Value {
    let none =
        Link { id: String::new(), title: String::new(), line_item: None, custom: BTreeMap::new(), published: true };
    let mut claims = resource_link(school, base, user, &none, nonce, now);
    claims[format!("{C}message_type")] = json!("LtiDeepLinkingRequest");
    if let Some(claims) = claims.as_object_mut() {
        claims.remove(&format!("{C}resource_link"));
    }
    let mut settings = json!({
        "deep_link_return_url": picker_return_url(school, base, secret), "accept_types": ["ltiResourceLink"],
        "title": picker.title, "text": "",
    });
    if !picker.data.is_empty() {
        settings["data"] = json!(picker.data);
    }
    match school.kind {
        Kind::Moodle => {
            claims[format!("{C}launch_presentation")] = json!({"locale": school.locale});
            settings["accept_presentation_document_targets"] = json!(["frame", "iframe", "window"]);
            settings["accept_multiple"] = json!(true);
            for no in ["accept_copy_advice", "accept_unsigned", "auto_create", "can_confirm"] {
                settings[no] = json!(false);
            }
        }
        Kind::Canvas => {
            settings["accept_presentation_document_targets"] = json!(["iframe", "window"]);
            settings["accept_multiple"] = json!(picker.placement != "assignment_selection");
            settings["auto_create"] = json!(picker.placement.starts_with("module_"));
            claims["https://www.instructure.com/placement"] = json!(picker.placement);
        }
    }
    claims["https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"] = settings;
    claims
}

/// The claims of a launch from the gradebook: like that of the link, and about one person (moodle.md §5.7).
#[must_use]
pub fn submission_review(
    school: &School,
    base: &str,
    user: &User,
    (link, for_user): (&Link, &str),
    nonce: &str,
    now: UtcTime,
) -> Value {
    let mut claims = resource_link(school, base, user, link, nonce, now);
    claims[format!("{C}message_type")] = json!("LtiSubmissionReviewRequest");
    claims[format!("{C}for_user")] = json!({"user_id": for_user});
    claims
}

/// The claims of a notice (canvas.md §8), about the course unless it only says hello.
#[must_use]
pub fn notice(school: &School, id: &str, kind: &str, nonce: &str, now: UtcTime) -> Value {
    let seconds = now.unix_seconds();
    let mut claims = json!({
        "iss": school.issuer, "aud": school.client_id, "azp": school.client_id, "iat": seconds,
        "exp": seconds + 3600, "nonce": nonce,
    });
    let mut set = |name: &str, value: Value| claims[format!("{C}{name}")] = value;
    set("version", json!("1.3.0"));
    set("deployment_id", json!(school.deployment_id));
    set("notice", json!({"id": id, "timestamp": now.iso_millis(), "type": kind}));
    if kind == CONTEXT_COPY {
        set("context", json!({"id": school.course_id, "label": school.course_label, "title": school.course_title}));
        set("origin_contexts", json!(school.history.iter().take(1).collect::<Vec<_>>()));
    }
    claims
}

/// The claims of a launch that opens a work by its address (canvas.md §5): an ordinary launch of whoever looks,
/// with the course's own id instead of the link's, without a column and without a word about whose work it is.
#[must_use]
pub fn retrieve(school: &School, base: &str, user: &User, address: &str, nonce: &str, now: UtcTime) -> Value {
    let course = Link {
        id: school.course_id.clone(),
        title: school.course_title.clone(),
        line_item: None,
        custom: BTreeMap::new(),
        published: true,
    };
    let mut claims = resource_link(school, base, user, &course, nonce, now);
    claims[format!("{C}target_link_uri")] = json!(address);
    claims
}

/// Where the tool's choice is posted.
#[must_use]
pub fn picker_return_url(school: &School, base: &str, secret: &str) -> String {
    match school.kind {
        Kind::Moodle => format!(
            "{base}/moodle/mod/lti/contentitem_return.php?course={}&id={}&sesskey={secret}",
            school.course_id, school.deployment_id
        ),
        Kind::Canvas => format!("{base}/canvas/courses/1/deep_linking_response?data={secret}"),
    }
}
