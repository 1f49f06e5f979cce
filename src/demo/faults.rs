//! Answers that an LMS gives instead of its own, for tests: in order, for one call or one learner.

use std::collections::{HashMap, VecDeque};

/// A call of the tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// For a token.
    Token,
    /// For one column, or the list of them.
    LineItem,
    /// To store a score.
    Score,
    /// For what the gradebook has.
    Results,
    /// For who is in the course.
    Roster,
}

/// What happens instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Another answer.
    Answer {
        /// Whether the call does its work first, unseen.
        applied: bool,
        /// The HTTP status.
        status: u16,
        /// The media type.
        media_type: &'static str,
        /// The body.
        body: String,
        /// One more header.
        header: Option<(&'static str, String)>,
    },
    /// The answer breaks off.
    Cut {
        /// Whether the call does its work first.
        applied: bool,
    },
    /// None: the call is answered as ever.
    Nothing,
}

impl Fault {
    /// An error as an LMS words it.
    #[must_use]
    pub fn status(status: u16, body: &str) -> Self {
        Self::Answer { applied: false, status, media_type: "application/json", body: body.to_owned(), header: None }
    }

    /// The same with a header.
    #[must_use]
    pub fn with_header(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Answer { applied, status, media_type, body, .. } => {
                Self::Answer { applied, status, media_type, body, header: Some((name, value.to_owned())) }
            }
            other => other,
        }
    }

    /// A page for people.
    #[must_use]
    pub fn page(status: u16) -> Self {
        let body = "<!doctype html><title>Log in</title>".to_owned();
        Self::Answer { applied: false, status, media_type: "text/html; charset=utf-8", body, header: None }
    }
}

/// The faults that wait.
#[derive(Clone, Debug, Default)]
pub struct Faults(HashMap<(Call, Option<String>), VecDeque<Fault>>);

impl Faults {
    /// Adds one for the next call of its kind, or of one learner's.
    pub fn push(&mut self, call: Call, user: Option<&str>, fault: Fault) {
        self.0.entry((call, user.map(str::to_owned))).or_default().push_back(fault);
    }

    /// Forgets what waits.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault of a call.
    pub fn take(&mut self, call: Call, user: Option<&str>) -> Fault {
        let mut next = |user: Option<&str>| self.0.get_mut(&(call, user.map(str::to_owned)))?.pop_front();
        user.and_then(|u| next(Some(u))).or_else(|| next(None)).unwrap_or(Fault::Nothing)
    }
}
