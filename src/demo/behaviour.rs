//! How the LMS of a school behaves.

use crate::store::columns::Family;

/// How the frame of platform storage answers (lti.md §3); the demo's own is honest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// As it should.
    #[default]
    Honest,
    /// Never.
    Silent,
    /// With the id of another message.
    WrongId,
    /// From another frame of the same origin.
    WrongSource,
}

impl Storage {
    /// The name that the frame's script knows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Silent => "silent",
            Self::WrongId => "wrong-id",
            Self::WrongSource => "wrong-source",
        }
    }
}

/// Which product a school's LMS behaves like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Moodle 4.5.
    Moodle,
    /// Canvas.
    Canvas,
}

impl Kind {
    /// The first part of its addresses.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Moodle => "moodle",
            Self::Canvas => "canvas",
        }
    }

    /// The product family of the registration.
    #[must_use]
    pub const fn family(self) -> Family {
        match self {
            Self::Moodle => Family::Moodle,
            Self::Canvas => Family::Canvas,
        }
    }

    /// The paths of authorization, token and key set.
    #[must_use]
    pub const fn endpoints(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Moodle => ("/mod/lti/auth.php", "/mod/lti/token.php", "/mod/lti/certs.php"),
            Self::Canvas => ("/api/lti/authorize_redirect", "/login/oauth2/token", "/api/lti/security/jwks"),
        }
    }
}

/// How the services of a school behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mood {
    /// As they should.
    #[default]
    Well,
    /// Each answer takes three seconds.
    Slow,
    /// 503 with an HTML page.
    Down,
    /// Scores are refused: nobody is a learner.
    Rejecting,
    /// A login page with status 200 instead of an answer.
    Html,
    /// 500 with an empty list.
    Failing,
    /// Scores are stored, and then the answer breaks off.
    Cut,
}

impl Mood {
    /// Reads the name of a mood.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "well" => Self::Well,
            "slow" => Self::Slow,
            "down" => Self::Down,
            "rejecting" => Self::Rejecting,
            "html" => Self::Html,
            "failing" => Self::Failing,
            "cut" => Self::Cut,
            _ => return None,
        })
    }

    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Slow => "slow",
            Self::Down => "down",
            Self::Rejecting => "rejecting",
            Self::Html => "html",
            Self::Failing => "failing",
            Self::Cut => "cut",
        }
    }
}
