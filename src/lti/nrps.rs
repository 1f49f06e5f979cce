//! Names and Role Provisioning Services 2.0 (lti.md §6): who takes part in a course.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::roles::{self, Mapped};
use super::verify::MAX_ID;
use super::{MEMBERSHIPS_TYPE, paging};
use crate::net::{NetError, Outbound, Outgoing};
use crate::store::columns::Role;

/// At most this many pages are read: 10 000 people in Canvas' pages of 50.
const MAX_PAGES: usize = 200;
/// The longest page, in bytes. Moodle sends everybody in one.
const PAGE_LIMIT: usize = 16 * 1024 * 1024;
const TIMEOUT: Duration = Duration::from_secs(30);

/// Somebody in the roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The LMS's id.
    pub sub: String,
    /// Their role, the highest one where they have several.
    pub mapped: Mapped,
    /// The full name, if the LMS shares it.
    pub name: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
}

/// Why there is no roster. A roster that is not whole is none: nobody may be taken for gone.
#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    /// No complete answer.
    #[error(transparent)]
    Net(#[from] NetError),
    /// An answer that is not the one hoped for.
    #[error("the LMS answers {0}")]
    Status(u16),
    /// A success whose body cannot be read, or which is about another course.
    #[error("the roster cannot be read: {0}")]
    Unreadable(&'static str),
}

/// What an LMS says about who takes part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Who takes part, once each.
    pub members: Vec<Member>,
    /// Who does no longer, by the LMS's ids: only in a list of differences. In a whole list whoever is not a
    /// member is gone.
    pub gone: Vec<String>,
    /// Whether it is the whole list.
    pub whole: bool,
    /// Where the LMS tells what changed since, if it does.
    pub differences: Option<Url>,
}

/// Which list is asked for.
#[derive(Clone, Debug)]
pub enum Wanted<'a> {
    /// Everybody in the course, or, with the id of a link, whoever may open it: the LMS's own access
    /// restrictions.
    Whole {
        /// The id of the link.
        link: Option<&'a str>,
    },
    /// What changed since, at the address that the LMS gave.
    Differences(Url),
}

/// Reads a roster to its last page.
///
/// # Errors
/// [`RosterError`], also when only the last page is missing.
pub async fn read(
    outbound: &Outbound,
    token: &str,
    url: &Url,
    context_id: &str,
    wanted: &Wanted<'_>,
) -> Result<Heard, RosterError> {
    let (first, whole) = match wanted {
        Wanted::Whole { link } => (with_link(url, *link), true),
        Wanted::Differences(since) => (since.clone(), false),
    };
    let mut members: BTreeMap<String, Member> = BTreeMap::new();
    let (mut gone, mut differences) = (Vec::new(), None);
    let (mut next, mut seen) = (Some(first), Vec::new());
    while let Some(page) = next.take() {
        if page.origin() != url.origin() || seen.contains(&page) || seen.len() >= MAX_PAGES {
            return Err(RosterError::Unreadable("its pages do not end"));
        }
        let request =
            Outgoing::get(page.clone()).accept(MEMBERSHIPS_TYPE).bearer(token).timeout(TIMEOUT).limit(PAGE_LIMIT);
        let answer = outbound.send(request).await?;
        if !answer.is_success() {
            return Err(RosterError::Status(answer.status));
        }
        for listed in parse(&answer.body, context_id)? {
            match listed {
                Listed::Member(member) => merge(&mut members, member),
                Listed::Gone(sub) => gone.push(sub),
            }
        }
        differences = paging::differences(&answer).and_then(|d| Url::parse(&d).ok()).or(differences);
        seen.push(page);
        next = match paging::next_page(&answer) {
            Some(address) => Some(Url::parse(&address).map_err(|_| RosterError::Unreadable("an address of a page"))?),
            None => None,
        };
    }
    gone.retain(|sub| !members.contains_key(sub));
    let differences = differences.filter(|d| d.origin() == url.origin());
    Ok(Heard { members: members.into_values().collect(), gone, whole, differences })
}

/// The address for one link: the query that is there stays (lti.md X-84).
fn with_link(url: &Url, link: Option<&str>) -> Url {
    let mut url = url.clone();
    if let Some(link) = link {
        url.query_pairs_mut().append_pair("rlid", link);
    }
    url
}

/// Somebody who is listed twice counts once, with the higher role.
fn merge(members: &mut BTreeMap<String, Member>, member: Member) {
    match members.get_mut(&member.sub) {
        Some(known) => {
            if rank(member.mapped.role) > rank(known.mapped.role) {
                known.mapped = member.mapped;
            }
        }
        None => drop(members.insert(member.sub.clone(), member)),
    }
}

const fn rank(role: Role) -> u8 {
    match role {
        Role::Observer => 0,
        Role::Learner => 1,
        Role::Assistant => 2,
        Role::Trainer => 3,
    }
}

/// Somebody on a page.
#[derive(Debug)]
enum Listed {
    Member(Member),
    Gone(String),
}

/// One page. Entries without an id are left out.
fn parse(body: &[u8], context_id: &str) -> Result<Vec<Listed>, RosterError> {
    let page: Value = serde_json::from_slice(body).map_err(|_| RosterError::Unreadable("not JSON"))?;
    if page["context"]["id"].as_str().is_some_and(|id| id != context_id) {
        return Err(RosterError::Unreadable("it is about another course"));
    }
    let members = page["members"].as_array().ok_or(RosterError::Unreadable("no list of members"))?;
    Ok(members.iter().filter_map(listed).collect())
}

fn listed(value: &Value) -> Option<Listed> {
    let text = |name: &str| super::verify::text(value.get(name));
    let sub = match &value["user_id"] {
        Value::Number(number) => number.to_string(),
        other => other.as_str()?.to_owned(),
    };
    if sub.is_empty() || sub.len() > MAX_ID || sub.contains('\0') {
        return None;
    }
    let status = value["status"].as_str().unwrap_or("Active");
    if !status.eq_ignore_ascii_case("active") {
        return Some(Listed::Gone(sub));
    }
    let listed = value["roles"].as_array();
    let listed: Vec<String> = listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    Some(Listed::Member(Member {
        sub,
        mapped: roles::map(&listed),
        name: text("name"),
        given_name: text("given_name"),
        family_name: text("family_name"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_page(page: &Value) -> Result<Vec<Listed>, RosterError> {
        parse(page.to_string().as_bytes(), "c1")
    }

    #[test]
    fn members_are_read_as_the_lmss_list_them() {
        let page = json!({"id": "x", "context": {"id": "c1"}, "members": [
            {"user_id": "5", "roles": ["Learner"], "name": "Ada", "status": "Active", "email": null},
            {"user_id": 6, "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]},
            {"user_id": "7", "roles": ["Learner"], "status": "inactive"},
            {"user_id": "8", "roles": ["Learner"], "status": "Deleted"},
            {"user_id": "9"}, {"roles": ["Learner"]}, {"user_id": ""}, {"user_id": "a".repeat(256)}, 7,
        ]});
        let mut members = Vec::new();
        let mut gone = Vec::new();
        for listed in read_page(&page).unwrap() {
            match listed {
                Listed::Member(member) => members.push(member),
                Listed::Gone(sub) => gone.push(sub),
            }
        }
        let roles: Vec<(&str, Role)> = members.iter().map(|m| (m.sub.as_str(), m.mapped.role)).collect();
        assert_eq!(roles, [("5", Role::Learner), ("6", Role::Trainer), ("9", Role::Observer)]);
        assert_eq!(gone, ["7", "8"]);
        assert_eq!(members[0].name.as_deref(), Some("Ada"));
    }

    #[test]
    fn x84_the_link_goes_into_the_query_that_is_there() {
        let url = Url::parse("https://lms.test/memberships?type=2").unwrap();
        let wanted = "https://lms.test/memberships?type=2&rlid=a%2Bb+c";
        assert_eq!(with_link(&url, Some("a+b c")).as_str(), wanted);
        assert_eq!(with_link(&url, None), url);
    }

    #[test]
    fn x83_a_roster_of_another_course_is_none() {
        let other = json!({"context": {"id": "c2"}, "members": []});
        assert!(matches!(read_page(&other), Err(RosterError::Unreadable(_))));
        for broken in [json!({}), json!([]), json!({"members": {}}), json!("x")] {
            assert!(matches!(read_page(&broken), Err(RosterError::Unreadable(_))), "{broken}");
        }
        assert!(parse(b"<html>log in</html>", "c1").is_err());
    }

    #[test]
    fn somebody_listed_twice_counts_once_and_staff_wins() {
        let member = |role: &str| match listed(&json!({"user_id": "5", "roles": [role]})) {
            Some(Listed::Member(member)) => member,
            other => panic!("{other:?}"),
        };
        for order in [["Learner", "Instructor"], ["Instructor", "Learner"]] {
            let mut members = BTreeMap::new();
            for role in order {
                merge(&mut members, member(role));
            }
            assert_eq!(members.len(), 1);
            assert_eq!(members["5"].mapped.role, Role::Trainer, "{order:?}");
        }
    }
}
