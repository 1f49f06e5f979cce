//! HTML that may be shown as it is: either sanitised, or made here.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use crate::clock::UtcTime;

/// The longest rich text in bytes, before and after sanitising.
pub const MAX_RICH_TEXT: usize = 200 * 1024;

static SANITISER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::default();
    // What the editor can make, and nothing more: no images (they would tell an author when and from
    // where a reviewer reads), no styles, no classes, no ids.
    builder
        .tags(HashSet::from([
            "a",
            "b",
            "blockquote",
            "br",
            "code",
            "del",
            "div",
            "em",
            "h1",
            "h2",
            "h3",
            "h4",
            "i",
            "li",
            "ol",
            "p",
            "pre",
            "s",
            "strong",
            "u",
            "ul",
        ]))
        .tag_attributes(std::collections::HashMap::from([("a", HashSet::from(["href"]))]))
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow ugc"))
        .strip_comments(true);
    builder
});

/// HTML that is safe to show. Only this module makes one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CleanHtml(String);

impl CleanHtml {
    /// Sanitises what somebody wrote. Scripts, styles, images and unknown elements go; text stays, but
    /// for control characters and byte order marks. Sanitising the result again changes nothing.
    #[must_use]
    pub fn sanitise(html: &str) -> Self {
        let clean = |html: &str| SANITISER.clean(html).to_string();
        let once = clean(&without_controls(html));
        // What a character reference brought in again (`&#xfeff;`).
        Self(match without_controls(&once) {
            Cow::Borrowed(_) => once,
            Cow::Owned(rest) => clean(&rest),
        })
    }

    /// Plain text as rich text, line by line.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        Self::sanitise(&format!("<div>{}</div>", escaped.trim().replace('\n', "<br>")))
    }

    /// The markup.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text without markup, with a blank between blocks.
    #[must_use]
    pub fn plain_text(&self) -> String {
        let mut text = String::with_capacity(self.0.len());
        let mut in_tag = false;
        for c in self.0.chars() {
            match c {
                '<' => {
                    in_tag = true;
                    text.push(' ');
                }
                '>' => in_tag = false,
                c if !in_tag => text.push(c),
                _ => {}
            }
        }
        let text = text
            .replace("&nbsp;", " ")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// How many words it has.
    #[must_use]
    pub fn words(&self) -> usize {
        self.plain_text().split_whitespace().count()
    }

    /// A moment for the reader: UTC until the page's script shows it in the reader's own zone.
    #[must_use]
    pub fn time(at: UtcTime) -> Self {
        let shown = at.to_chrono().format("%Y-%m-%d %H:%M UTC");
        Self(format!("<time datetime=\"{}\">{shown}</time>", at.iso_seconds()))
    }
}

impl fmt::Display for CleanHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::FastWritable for CleanHtml {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        dest.write_str(&self.0)?;
        Ok(())
    }
}

impl askama::filters::HtmlSafe for CleanHtml {}

/// The text without the characters that nobody types and parsers disagree on: control characters
/// (PostgreSQL refuses NUL) and byte order marks, which a parser drops at the start of a text only.
fn without_controls(text: &str) -> Cow<'_, str> {
    let dropped = |c: char| c == '\u{feff}' || (c.is_control() && !matches!(c, '\n' | '\t'));
    if text.contains(dropped) {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n").replace(dropped, ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// A name as it may be shown: without control characters and without the marks that reorder text,
/// which can make one name look like another (reliability-security.md T42).
#[must_use]
pub fn clean_name(name: &str) -> String {
    name.chars()
        .filter(|c| {
            !c.is_control()
                && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
        })
        .collect::<String>()
        .trim()
        .chars()
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn scripts_and_what_could_call_home_are_removed() {
        for (dirty, clean) in [
            ("<p>Hi<script>alert(1)</script></p>", "<p>Hi</p>"),
            ("<img src=x onerror=alert(1)>", ""),
            ("<a href=\"javascript:alert(1)\">x</a>", "<a rel=\"noopener noreferrer nofollow ugc\">x</a>"),
            ("<svg onload=alert(1)><math><mi>x</mi></math></svg>", ""),
            ("<div style=\"position:fixed\" class=\"x\" id=\"y\" data-z=\"1\">t</div>", "<div>t</div>"),
            ("<iframe srcdoc=\"<script>\">x</iframe>", "x"),
            ("<!-- c --><b>ok</b>", "<b>ok</b>"),
            ("<form action=/x><input name=csrf></form>t", "t"),
            ("<h1>T</h1><ul><li>a</li></ul>", "<h1>T</h1><ul><li>a</li></ul>"),
        ] {
            assert_eq!(CleanHtml::sanitise(dirty).as_str(), clean, "{dirty}");
        }
    }

    #[test]
    fn words_are_counted_across_blocks() {
        let html = CleanHtml::sanitise("<div>One two</div><div>three&nbsp;four &amp; five</div>");
        assert_eq!(html.plain_text(), "One two three four & five");
        assert_eq!(html.words(), 6);
        assert_eq!(CleanHtml::sanitise("<div><br></div>").words(), 0);
    }

    #[test]
    fn names_cannot_reorder_text() {
        assert_eq!(clean_name(" A\u{202e}nna\u{0007}\u{200b} "), "Anna");
        assert_eq!(clean_name(&"x".repeat(500)).len(), 200);
    }

    #[test]
    fn what_nobody_types_is_dropped_and_line_ends_stay() {
        for (dirty, clean) in [
            ("\0\u{feff}", ""),
            ("&#xfeff;a", "a"),
            ("a\u{feff}b\u{1}c", "abc"),
            ("a\r\nb\rc\td", "a\nb\nc\td"),
            ("a&#13;b", "a\nb"),
            ("<a href=\"java&#1;script:alert(1)\">x</a>", "<a rel=\"noopener noreferrer nofollow ugc\">x</a>"),
        ] {
            let once = CleanHtml::sanitise(dirty);
            assert_eq!(once.as_str(), clean, "{dirty:?}");
            assert_eq!(CleanHtml::sanitise(once.as_str()), once);
        }
    }

    proptest! {
        #[test]
        fn sanitising_twice_changes_nothing(html in ".{0,300}") {
            let once = CleanHtml::sanitise(&html);
            prop_assert_eq!(CleanHtml::sanitise(once.as_str()), once.clone());
            prop_assert!(!once.as_str().to_lowercase().contains("<script"));
        }
    }
}
