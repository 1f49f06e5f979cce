//! Where a launch ends: at what its link opens, or at one person's work.
//!
//! Canvas opens works by an address that it was given with the score: an ordinary launch of whoever looks, with
//! that address as its target (canvas.md §5). The address is no secret; the page behind it asks who is there.

use url::Url;

use crate::ids::{ActivityId, PersonId};

/// What the paths of works begin with.
const WORKS: &str = "/lti/works/";
/// Where a launch ends otherwise.
const OPEN: &str = "/open";

/// The path of one person's work in an activity.
#[must_use]
pub fn work_path(activity: &ActivityId, person: &PersonId) -> String {
    format!("{WORKS}{activity}/{person}")
}

/// Where a launch with some target ends; `origin` is the tool's own.
#[must_use]
pub fn landing(target: Option<&str>, origin: &str) -> String {
    let work = target.and_then(|t| Url::parse(t).ok()).filter(|url| url.origin().ascii_serialization() == origin);
    let work = work.and_then(|url| {
        let (activity, person) = url.path().strip_prefix(WORKS)?.split_once('/')?;
        let is_id = |id: &str| uuid::Uuid::try_parse(id).is_ok();
        (is_id(activity) && is_id(person)).then(|| format!("{WORKS}{activity}/{person}"))
    });
    work.unwrap_or_else(|| OPEN.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_works_lead_elsewhere() {
        let (origin, a, p) = ("https://tool.test", ActivityId::new(), PersonId::new());
        let path = work_path(&a, &p);
        assert_eq!(landing(Some(&format!("{origin}{path}")), origin), path);
        assert_eq!(landing(Some(&format!("{origin}{path}?x=1#y")), origin), path);
        for other in [
            None,
            Some("https://tool.test/lti/start".to_owned()),
            Some(format!("https://evil.test{path}")),
            Some(format!("{origin}/lti/works/{a}")),
            Some(format!("{origin}/lti/works/{a}/../x")),
            Some(format!("{origin}/lti/works/{a}/{p}/more")),
            Some(format!("{origin}/lti/works//evil.test/{p}")),
            Some("not an address".to_owned()),
        ] {
            assert_eq!(landing(other.as_deref(), origin), OPEN, "{other:?}");
        }
    }
}
