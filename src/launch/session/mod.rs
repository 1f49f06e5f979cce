//! Sessions: who is signed in, in which course, as what.

pub mod pages;

use crate::clock::UtcTime;
use crate::ids::{CourseId, LinkId, PersonId, RegistrationId, SessionId};
use crate::store::columns::{Role, text_enum};

/// A session without any request for this long has ended, in seconds. Writing saves as it goes, so a
/// session that is in use is never this quiet.
pub const IDLE: i64 = 2 * 3600;
/// A session ends after this long in any case, in seconds: roles are those of the launch.
pub const LIFETIME: i64 = 8 * 3600;

text_enum! {
    /// How a browser shows that a session is its own.
    Mode {
        /// A partitioned cookie.
        Cookie => "cookie",
        /// A token in the memory of the page, sent as a header.
        Bearer => "bearer",
    }
}

/// A session as it is stored. The token itself is not: only its SHA-256.
#[derive(Clone, Debug)]
pub struct Session {
    /// Our id.
    pub id: SessionId,
    /// SHA-256 of the token.
    pub token_hash: String,
    /// How the token travels.
    pub mode: Mode,
    /// The token that every form of this session carries.
    pub csrf_token: String,
    /// The registration.
    pub registration_id: RegistrationId,
    /// The person.
    pub person_id: PersonId,
    /// The course.
    pub course_id: CourseId,
    /// The link that was opened; None where a trainer chooses what to place in the course.
    pub link_id: Option<LinkId>,
    /// The role in this course, from this launch.
    pub role: Role,
    /// The language of the launch.
    pub locale: String,
    /// Who may frame the pages, separated by blanks.
    pub frame_origins: String,
    /// The way back into the LMS.
    pub return_url: Option<String>,
    /// The LMS's id of the person whose work is asked for, where the launch came from the gradebook.
    pub review_of: Option<String>,
    /// When it began.
    pub created_at: UtcTime,
    /// When it was last used, to five minutes.
    pub last_seen_at: UtcTime,
    /// When it ends in any case.
    pub expires_at: UtcTime,
    /// When it was ended early.
    pub ended_at: Option<UtcTime>,
}

impl Session {
    /// Whether it still counts.
    #[must_use]
    pub fn is_live(&self, now: UtcTime) -> bool {
        self.ended_at.is_none() && now < self.expires_at && now.seconds_since(self.last_seen_at) < IDLE
    }

    /// What queries need to know about who asks.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope {
            registration: self.registration_id.clone(),
            person: self.person_id.clone(),
            course: self.course_id.clone(),
            link: self.link_id.clone(),
            role: self.role,
        }
    }
}

/// Who asks, in which course, as what. Every query that returns somebody's data takes one.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The registration.
    pub registration: RegistrationId,
    /// The person.
    pub person: PersonId,
    /// The course.
    pub course: CourseId,
    /// The link that was opened; None where a trainer chooses what to place in the course.
    pub link: Option<LinkId>,
    /// The role in this course.
    pub role: Role,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_end_by_idling_by_age_and_by_hand() {
        let start = UtcTime::from_unix_seconds(1_000_000);
        let session = Session {
            id: SessionId::new(),
            token_hash: String::new(),
            mode: Mode::Cookie,
            csrf_token: String::new(),
            registration_id: RegistrationId::new(),
            person_id: PersonId::new(),
            course_id: CourseId::new(),
            link_id: Some(LinkId::new()),
            role: Role::Learner,
            locale: "en".into(),
            frame_origins: String::new(),
            return_url: None,
            review_of: None,
            created_at: start,
            last_seen_at: start,
            expires_at: start.plus_seconds(LIFETIME),
            ended_at: None,
        };
        assert!(session.is_live(start.plus_seconds(IDLE - 1)));
        assert!(!session.is_live(start.plus_seconds(IDLE)));
        let used = Session { last_seen_at: start.plus_seconds(LIFETIME - 10), ..session.clone() };
        assert!(used.is_live(start.plus_seconds(LIFETIME - 1)));
        assert!(!used.is_live(start.plus_seconds(LIFETIME)));
        assert!(!Session { ended_at: Some(start), ..session }.is_live(start));
    }
}
