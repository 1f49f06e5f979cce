//! The pages of a list that an LMS gives, one after the other (RFC 8288).

use crate::net::Answer;

/// The address of the next page, as the LMS gives it. Moodle's line item pages have typographic quotes
/// and `&amp;` (moodle.md item 16).
#[must_use]
pub fn next_page(answer: &Answer) -> Option<String> {
    link(answer, "next")
}

/// The address of what changes after this list was given (NRPS §2.4.2), as the LMS gives it.
#[must_use]
pub fn differences(answer: &Answer) -> Option<String> {
    link(answer, "differences")
}

fn link(answer: &Answer, relation: &str) -> Option<String> {
    // Moodle's typographic quotes are no visible ASCII, so the header is read as bytes.
    let mut headers = answer.headers.get_all("link").iter();
    headers.find_map(|v| link_in(&String::from_utf8_lossy(v.as_bytes()), relation))
}

fn link_in(header: &str, relation: &str) -> Option<String> {
    let mut rest = header;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>')?;
        let target = &rest[start + 1..end];
        let after = &rest[end + 1..];
        let parameters = after.split('<').next().unwrap_or_default();
        let is_wanted = parameters.split([';', ',']).any(|p| {
            p.trim().strip_prefix("rel").is_some_and(|v| {
                v.trim_start().trim_start_matches('=').trim().trim_matches(['"', '\'', '“', '”']) == relation
            })
        });
        if is_wanted {
            return Some(target.replace("&amp;", "&"));
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_followed_in_every_spelling() {
        for (header, next) in [
            (r#"<https://c/a?page=2>; rel="next""#, Some("https://c/a?page=2")),
            (
                r#"<https://c/a?page=1>; rel="current",<https://c/a?page=2>; rel="next",<https://c/a?page=9>; rel="last""#,
                Some("https://c/a?page=2"),
            ),
            (
                "<https://m/x?type_id=1&amp;limit=2&amp;from=2>; rel=“next”",
                Some("https://m/x?type_id=1&limit=2&from=2"),
            ),
            ("<https://c/a>; rel=next", Some("https://c/a")),
            (r#"<https://c/a>; rel="last""#, None),
            (r#"<https://c/a>; title="next"; rel="prev""#, None),
            ("garbage", None),
            ("<unfinished", None),
        ] {
            assert_eq!(link_in(header, "next").as_deref(), next, "{header}");
        }
    }
}
