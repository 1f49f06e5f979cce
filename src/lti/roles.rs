//! From the role claim to what a person may do (lti.md §1.7).

use crate::store::columns::Role;

const CONTEXT: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";
const TEST_USER: &str = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser";

/// What the role claim of one launch means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// The role in this course.
    pub role: Role,
    /// Whether this is the LMS's own test person (Canvas' student view).
    pub test_user: bool,
}

/// The kinds of context role, highest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    CourseAdmin,
    Trainer,
    Assistant,
    Mentor,
    Learner,
}

/// Maps a role claim. Only context roles count: institution and system roles say what somebody is
/// elsewhere and give nothing in this course. No known context role means the least privilege.
#[must_use]
pub fn map(roles: &[String]) -> Mapped {
    let test_user = roles.iter().any(|r| r == TEST_USER);
    let parsed: Vec<(&str, Option<&str>)> = roles.iter().filter_map(|r| context_role(r)).collect();
    // A teaching assistant carries the sub-role and, beside it, the plain `Instructor`. The sub-role
    // says more, so it takes the plain one with it.
    let assisting = parsed.iter().any(|(principal, sub)| *principal == "Instructor" && is_assisting(*sub));
    let highest = parsed
        .iter()
        .filter(|(principal, sub)| !(assisting && *principal == "Instructor" && sub.is_none()))
        .filter_map(|(principal, sub)| kind(principal, *sub))
        .min();
    let role = match highest {
        Some(Kind::CourseAdmin | Kind::Trainer) => Role::Trainer,
        Some(Kind::Assistant) => Role::Assistant,
        Some(Kind::Learner) => Role::Learner,
        Some(Kind::Mentor) | None => Role::Observer,
    };
    Mapped { role, test_user }
}

fn is_assisting(sub: Option<&str>) -> bool {
    sub.is_some_and(|s| s.starts_with("TeachingAssistant") || s == "Grader")
}

fn kind(principal: &str, sub: Option<&str>) -> Option<Kind> {
    match principal {
        "Administrator" => Some(Kind::CourseAdmin),
        "Instructor" if is_assisting(sub) => Some(Kind::Assistant),
        "Instructor" | "ContentDeveloper" => Some(Kind::Trainer),
        "Mentor" => Some(Kind::Mentor),
        "Learner" | "Member" => Some(Kind::Learner),
        _ => None,
    }
}

const PRINCIPALS: [&str; 8] =
    ["Administrator", "ContentDeveloper", "Instructor", "Learner", "Manager", "Member", "Mentor", "Officer"];

/// The principal and sub-role of a context role in any of its spellings; None for everything else.
fn context_role(role: &str) -> Option<(&str, Option<&str>)> {
    let known = |p: &&str| PRINCIPALS.contains(p);
    if let Some(rest) = role.strip_prefix(CONTEXT) {
        if let Some(principal) = rest.strip_prefix('#') {
            return Some((principal, None)).filter(|(p, _)| known(p));
        }
        let (principal, sub) = rest.strip_prefix('/')?.split_once('#')?;
        return Some((principal, Some(sub))).filter(|(p, _)| known(p));
    }
    if let Some(rest) = role.strip_prefix("urn:lti:role:ims/lis/") {
        let (principal, sub) = rest.split_once('/').map_or((rest, None), |(p, s)| (p, Some(s)));
        return Some((principal, sub)).filter(|(p, _)| known(p));
    }
    PRINCIPALS.iter().find(|p| **p == role).map(|p| (*p, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    const M: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";
    const I: &str = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#";
    const S: &str = "http://purl.imsglobal.org/vocab/lis/v2/system/person#";

    fn role(roles: &[&str]) -> Role {
        map(&roles.iter().map(|r| (*r).to_owned()).collect::<Vec<_>>()).role
    }

    #[test]
    fn every_context_role_and_sub_role_of_the_vocabulary() {
        let table: &[(&str, &[&str], Role)] = &[
            (
                "Administrator",
                &[
                    "Administrator",
                    "Developer",
                    "ExternalDeveloper",
                    "ExternalSupport",
                    "ExternalSystemAdministrator",
                    "Support",
                    "SystemAdministrator",
                ],
                Role::Trainer,
            ),
            (
                "ContentDeveloper",
                &["ContentDeveloper", "ContentExpert", "ExternalContentExpert", "Librarian"],
                Role::Trainer,
            ),
            (
                "Instructor",
                &["ExternalInstructor", "GuestInstructor", "Lecturer", "PrimaryInstructor", "SecondaryInstructor"],
                Role::Trainer,
            ),
            (
                "Learner",
                &["ExternalLearner", "GuestLearner", "Instructor", "Learner", "NonCreditLearner"],
                Role::Learner,
            ),
            (
                "Manager",
                &["AreaManager", "CourseCoordinator", "ExternalObserver", "Manager", "Observer"],
                Role::Observer,
            ),
            ("Member", &["Member"], Role::Learner),
            (
                "Mentor",
                &[
                    "Advisor",
                    "Auditor",
                    "ExternalAdvisor",
                    "ExternalAuditor",
                    "ExternalLearningFacilitator",
                    "ExternalMentor",
                    "ExternalReviewer",
                    "ExternalTutor",
                    "LearningFacilitator",
                    "Mentor",
                    "Reviewer",
                    "Tutor",
                ],
                Role::Observer,
            ),
            ("Officer", &["Chair", "Communications", "Secretary", "Treasurer", "Vice-Chair"], Role::Observer),
        ];
        for (principal, subs, expected) in table {
            assert_eq!(role(&[&format!("{M}#{principal}")]), *expected, "{principal}");
            assert_eq!(role(&[principal]), *expected, "short {principal}");
            assert_eq!(role(&[&format!("urn:lti:role:ims/lis/{principal}")]), *expected, "urn {principal}");
            for sub in *subs {
                assert_eq!(role(&[&format!("{M}/{principal}#{sub}")]), *expected, "{principal}#{sub}");
            }
        }
        for sub in [
            "Grader",
            "TeachingAssistant",
            "TeachingAssistantGroup",
            "TeachingAssistantOffering",
            "TeachingAssistantSection",
            "TeachingAssistantSectionAssociation",
            "TeachingAssistantTemplate",
        ] {
            let uri = format!("{M}/Instructor#{sub}");
            assert_eq!(role(&[&uri]), Role::Assistant, "{sub} alone");
            assert_eq!(role(&[&uri, &format!("{M}#Instructor")]), Role::Assistant, "{sub} with its principal");
            assert_eq!(role(&[&format!("{M}#Instructor"), &uri]), Role::Assistant, "{sub} in the other order");
        }
    }

    #[test]
    fn roles_from_elsewhere_give_nothing_here() {
        for elsewhere in [
            &[format!("{I}Administrator")][..],
            &[format!("{I}Faculty")],
            &[format!("{I}Staff")],
            &[format!("{I}Instructor")],
            &[format!("{I}Student")],
            &[format!("{I}Learner")],
            &[format!("{S}Administrator")],
            &[format!("{S}SysAdmin")],
            &[format!("{S}User")],
            &["http://purl.imsglobal.org/vocab/lis/v2/person#Administrator".to_owned()],
            &["urn:lti:sysrole:ims/lis/Administrator".to_owned()],
            &["urn:lti:instrole:ims/lis/Instructor".to_owned()],
            &["http://purl.imsglobal.org/vocab/lis/v2/unknown/unknown#Helper".to_owned()],
            &[format!("{M}#instructor")],
            &[format!("{M}Instructor")],
            &[format!("{M}/Unknown#Instructor")],
            &[String::new()],
            &[],
        ] {
            assert_eq!(map(elsewhere), Mapped { role: Role::Observer, test_user: false }, "{elsewhere:?}");
        }
        assert_eq!(role(&[&format!("{I}Instructor"), &format!("{M}#Learner")]), Role::Learner);
        assert_eq!(
            role(&[&format!("{I}Administrator"), &format!("{M}#Instructor"), &format!("{S}User")]),
            Role::Trainer
        );
    }

    #[test]
    fn the_highest_role_counts() {
        assert_eq!(role(&[&format!("{M}#Learner"), &format!("{M}#Instructor")]), Role::Trainer);
        assert_eq!(role(&[&format!("{M}/Learner#Instructor")]), Role::Learner);
        assert_eq!(role(&[&format!("{M}#Mentor"), &format!("{M}#Learner")]), Role::Observer);
        assert_eq!(
            role(&[&format!("{M}/Instructor#TeachingAssistant"), &format!("{M}#ContentDeveloper")]),
            Role::Trainer
        );
    }

    #[test]
    fn the_test_user_is_marked_and_keeps_its_role() {
        let mapped = map(&[format!("{M}#Learner"), TEST_USER.to_owned()]);
        assert_eq!(mapped, Mapped { role: Role::Learner, test_user: true });
    }
}
