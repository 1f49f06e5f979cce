//! XML, rewritten element by element; what no rule names stays byte for byte.

use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

use super::Refused;

/// What becomes of an element.
pub(super) enum Fate {
    /// It stays, with the attributes as the rule left them.
    Stay,
    /// It goes, with all that is in it.
    Go,
    /// It stays, with this text in place of its own.
    Say(&'static str),
}

/// An attribute: its name as written, its value as written (escaped).
pub(super) type Attribute = (String, String);

/// The name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// How deep elements may stand in each other: no document's do.
const MAX_DEPTH: usize = 500;

fn start_of(
    element: &BytesStart,
    rule: &mut impl FnMut(&str, &mut Vec<Attribute>) -> Fate,
) -> Result<(Fate, Option<BytesStart<'static>>), Refused> {
    let name = element.name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| Refused::Damaged)?;
        attributes.push((attribute.key.as_ref().to_owned(), attribute.value.into_owned()));
    }
    let before = attributes.clone();
    let fate = rule(local(&name), &mut attributes);
    if attributes == before {
        return Ok((fate, None));
    }
    let mut content = name.clone();
    for (key, value) in attributes {
        content.extend([" ", key.as_str(), "=\"", &value.replace('"', "&quot;"), "\""]);
    }
    Ok((fate, Some(BytesStart::from_content(content, name.len()))))
}

/// Rewrites a document. `rule` sees each element's local name and attributes, and may change these; `words` sees each
/// piece of text with the local name of the element around it. Comments and document types go.
///
/// # Errors
/// `Damaged` for what is not well-formed.
pub(super) fn rewrite(
    text: &str,
    mut rule: impl FnMut(&str, &mut Vec<Attribute>) -> Fate,
    mut words: impl FnMut(&str, &str) -> Option<String>,
) -> Result<Vec<u8>, Refused> {
    let damaged = |_| Refused::Damaged;
    let mut reader = Reader::from_str(text);
    let mut writer = Writer::new(Vec::with_capacity(text.len()));
    let mut put = |event: Event| writer.write_event(event).map_err(|_| Refused::Damaged);
    let mut open: Vec<String> = Vec::new();
    // How deep inside an element that goes, or whose text is replaced.
    let mut skipped = 0_usize;
    loop {
        match reader.read_event().map_err(damaged)? {
            Event::Eof => break,
            Event::Start(_) if skipped > 0 => skipped += 1,
            Event::End(_) if skipped > 1 => skipped -= 1,
            Event::Start(element) => {
                let (fate, changed) = start_of(&element, &mut rule)?;
                if matches!(fate, Fate::Go) {
                    skipped = 1;
                    open.push(String::new());
                    continue;
                }
                open.push(local(element.name().as_ref()).to_owned());
                if open.len() > MAX_DEPTH {
                    return Err(Refused::Damaged);
                }
                put(Event::Start(changed.unwrap_or(element)))?;
                if let Fate::Say(text) = fate {
                    put(Event::Text(BytesText::new(text)))?;
                    skipped = 1;
                }
            }
            Event::End(element) => {
                skipped = 0;
                // An element that went has no name here.
                if !open.pop().ok_or(Refused::Damaged)?.is_empty() {
                    put(Event::End(element))?;
                }
            }
            _ if skipped > 0 => {}
            Event::Empty(element) => {
                let (fate, changed) = start_of(&element, &mut rule)?;
                if !matches!(fate, Fate::Go) {
                    put(Event::Empty(changed.unwrap_or(element)))?;
                }
            }
            Event::Text(text) => {
                let around = open.last().map_or("", String::as_str);
                match words(around, &text) {
                    Some(other) => put(Event::Text(BytesText::from_escaped(other)))?,
                    None => put(Event::Text(text))?,
                }
            }
            Event::Comment(_) | Event::DocType(_) => {}
            other => put(other)?,
        }
    }
    if open.is_empty() { Ok(writer.into_inner()) } else { Err(Refused::Damaged) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> Result<String, Refused> {
        let rule = |name: &str, attributes: &mut Vec<Attribute>| {
            attributes.retain(|(key, _)| key != "x:who");
            match name {
                "gone" => Fate::Go,
                "said" => Fate::Say("nobody"),
                _ => Fate::Stay,
            }
        };
        let words = |around: &str, text: &str| (around == "b").then(|| text.replace("Ann", "?"));
        rewrite(text, rule, words).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn only_what_a_rule_names_changes() {
        for (before, after) in [
            ("<a q='1' z=\"&lt;\">  t &amp; u<e /></a>", "<a q='1' z=\"&lt;\">  t &amp; u<e /></a>"),
            (
                "<?xml version=\"1.0\"?><a><!-- Ann --><gone><x/>Ann<gone>b</gone></gone>c</a>",
                "<?xml version=\"1.0\"?><a>c</a>",
            ),
            ("<a><said><i>Ann</i> Lee</said><said/></a>", "<a><said>nobody</said><said/></a>"),
            ("<a x:who='Ann' k='\"'/>", "<a k=\"&quot;\"/>"),
            ("<a>Ann<y:b>Ann</y:b></a>", "<a>Ann<y:b>?</y:b></a>"),
            ("<!DOCTYPE a [<!ENTITY e \"Ann\">]><a/>", "<a/>"),
        ] {
            assert_eq!(run(before).unwrap(), after, "{before}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for text in ["<a>", "</a>", "<a></b>", "<a b></a x>", "<a", &"<a>".repeat(600)] {
            assert!(run(text).is_err(), "{text:.20}");
        }
    }
}
