//! English and French through Fluent. The texts are in `locales/`.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::Loader as _;
use fluent_templates::fluent_bundle::FluentValue;
use unic_langid::{LanguageIdentifier, langid};

mod loader {
    fluent_templates::static_loader! {
        pub static LOCALES = {
            locales: "./locales",
            fallback_language: "en",
            customise: |bundle| bundle.set_use_isolating(false),
        };
    }
}

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

static EN: LanguageIdentifier = langid!("en");
static FR: LanguageIdentifier = langid!("fr");

impl Lang {
    /// The language of a locale as LMSs write it: `fr`, `fr-CA`, `fr_ca`, `pt_br`. Unknown ones read English.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        let language = locale.split(['-', '_', '.']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("fr") { Self::Fr } else { Self::En }
    }

    /// The first language of an `Accept-Language` header that we speak.
    #[must_use]
    pub fn of_header(accept: &str) -> Self {
        accept
            .split(',')
            .filter_map(|part| part.split(';').next())
            .map(str::trim)
            .find_map(|tag| {
                let language = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
                match language.as_str() {
                    "fr" => Some(Self::Fr),
                    "en" => Some(Self::En),
                    _ => None,
                }
            })
            .unwrap_or_default()
    }

    /// The tag for `<html lang>`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    const fn id(self) -> &'static LanguageIdentifier {
        match self {
            Self::En => &EN,
            Self::Fr => &FR,
        }
    }

    /// A text without arguments.
    #[must_use]
    pub fn text(self, key: &str) -> String {
        loader::LOCALES.lookup(self.id(), key)
    }

    /// A text with arguments.
    #[must_use]
    pub fn text_with(self, key: &str, arguments: &[(&'static str, Argument)]) -> String {
        let map: HashMap<Cow<'static, str>, FluentValue<'_>> = arguments
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Argument::Text(text) => FluentValue::from(text.as_str()),
                    Argument::Number(number) => FluentValue::from(*number),
                };
                (Cow::Borrowed(*name), value)
            })
            .collect();
        loader::LOCALES.lookup_with_args(self.id(), key, &map)
    }
}

/// An argument of a text. Numbers choose plural forms.
#[derive(Clone, Debug)]
pub enum Argument {
    /// Shown as it is.
    Text(String),
    /// Counts.
    Number(i64),
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<&String> for Argument {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}
impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for Argument {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}
impl From<i32> for Argument {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}
impl From<u32> for Argument {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}
impl From<usize> for Argument {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}
impl<T: Clone + Into<Argument>> From<&&T> for Argument {
    fn from(value: &&T) -> Self {
        (**value).clone().into()
    }
}
impl From<&usize> for Argument {
    fn from(number: &usize) -> Self {
        (*number).into()
    }
}
impl From<&i32> for Argument {
    fn from(number: &i32) -> Self {
        (*number).into()
    }
}
impl From<&i64> for Argument {
    fn from(number: &i64) -> Self {
        (*number).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_of_lmss_and_browsers_are_read() {
        for (locale, lang) in [
            ("fr", Lang::Fr),
            ("fr_ca", Lang::Fr),
            ("FR-fr", Lang::Fr),
            ("en-US", Lang::En),
            ("pt_br", Lang::En),
            ("", Lang::En),
            ("french", Lang::En),
        ] {
            assert_eq!(Lang::of_locale(locale), lang, "{locale}");
        }
        assert_eq!(Lang::of_header("de;q=0.9, fr-CH;q=0.8, en;q=0.7"), Lang::Fr);
        assert_eq!(Lang::of_header("de, en, fr"), Lang::En);
        assert_eq!(Lang::of_header("*"), Lang::En);
    }
}
