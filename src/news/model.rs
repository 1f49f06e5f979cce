//! News, and who gets mail.

use crate::clock::UtcTime;
use crate::ids::{ActivityId, NewsId, PersonId};
use crate::store::columns::text_enum;

text_enum! {
    /// What happened.
    Kind {
        /// The marks are out.
        Released => "released",
        /// A mark changed after that.
        MarkChanged => "mark_changed",
        /// The trainer answered an appeal.
        AppealAnswered => "appeal_answered",
        /// Dates changed, the learner's own or everybody's.
        DatesChanged => "dates_changed",
        /// An author replied to a review.
        Reply => "reply",
        /// The reviewer answered.
        Answer => "answer",
        /// Somebody in a team handed the work in.
        TeamHandedIn => "team_handed_in",
        /// Somebody in a team took the work back.
        TeamTookBack => "team_took_back",
        /// The trainer asks for a review.
        Asked => "asked",
        /// A work is due soon.
        WorkDue => "work_due",
        /// Reviews are due soon.
        ReviewsDue => "reviews_due",
        /// Reviews have begun for everybody.
        ReviewsBegin => "reviews_begin",
        /// The trainer would like to show a work.
        ExemplarAsked => "exemplar_asked",
        /// A learner appealed.
        Appeal => "appeal",
        /// A learner reported something.
        Report => "report",
        /// Marks were released by themselves.
        ReleasedByItself => "released_by_itself",
        /// Marks were to be released by themselves, and wait.
        ReleaseWaits => "release_waits",
    }
}

text_enum! {
    /// What mails are about; each can be switched off.
    Topic {
        /// Marks and dates.
        Results => "results",
        /// Replies and answers.
        Conversation => "conversation",
        /// What is due soon.
        Reminders => "reminders",
        /// What learners ask their trainer.
        Questions => "questions",
    }
}

impl Kind {
    /// What it belongs to.
    #[must_use]
    pub const fn topic(self) -> Topic {
        match self {
            Self::Released | Self::MarkChanged | Self::AppealAnswered | Self::DatesChanged => Topic::Results,
            Self::Reply | Self::Answer | Self::ExemplarAsked | Self::TeamHandedIn | Self::TeamTookBack => {
                Topic::Conversation
            }
            Self::Asked | Self::WorkDue | Self::ReviewsDue | Self::ReviewsBegin => Topic::Reminders,
            Self::Appeal | Self::Report | Self::ReleasedByItself | Self::ReleaseWaits => Topic::Questions,
        }
    }

    /// Whether a mail about it does not wait for the next day's.
    #[must_use]
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::Released | Self::AppealAnswered | Self::DatesChanged)
    }

    /// The key of its text.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Released => "news-released",
            Self::MarkChanged => "news-mark-changed",
            Self::AppealAnswered => "news-appeal-answered",
            Self::DatesChanged => "news-dates-changed",
            Self::Reply => "news-reply",
            Self::Answer => "news-answer",
            Self::TeamHandedIn => "news-team-handed-in",
            Self::TeamTookBack => "news-team-took-back",
            Self::Asked => "news-asked",
            Self::WorkDue => "news-work-due",
            Self::ReviewsDue => "news-reviews-due",
            Self::ReviewsBegin => "news-reviews-begin",
            Self::ExemplarAsked => "news-exemplar-asked",
            Self::Appeal => "news-appeal",
            Self::Report => "news-report",
            Self::ReleasedByItself => "news-released-by-itself",
            Self::ReleaseWaits => "news-release-waits",
        }
    }
}

/// Something that somebody should hear about.
#[derive(Clone, Debug)]
pub struct News {
    /// Our id.
    pub id: NewsId,
    /// Who should hear it.
    pub person_id: PersonId,
    /// The activity.
    pub activity_id: ActivityId,
    /// What happened.
    pub kind: Kind,
    /// Tells two of a kind apart.
    pub about: String,
    /// When.
    pub created_at: UtcTime,
    /// When they saw it on a page.
    pub seen_at: Option<UtcTime>,
    /// When it was mailed, or found that it cannot be.
    pub mailed_at: Option<UtcTime>,
}

/// Somebody who gets mail.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// Who.
    pub person_id: PersonId,
    /// Ends mails without a session: whoever knows it may do that and nothing else.
    pub token: String,
    /// What they want no mail about.
    pub muted: Vec<Topic>,
    /// When the last mail went.
    pub mailed_at: Option<UtcTime>,
    /// Until when nothing is sent: a mail is under way, or was not taken.
    pub not_before: Option<UtcTime>,
    /// Tries in a row that failed.
    pub tries: i32,
}
