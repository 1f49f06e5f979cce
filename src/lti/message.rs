//! What a verified launch says: who opens what, and which services the LMS offers for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{deep_linking, notices};
use crate::clock::UtcTime;

/// What a launch is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// `LtiResourceLinkRequest`: somebody opens an activity.
    ResourceLink {
        /// The id of the resource link.
        id: String,
        /// Its title.
        title: Option<String>,
    },
    /// `LtiSubmissionReviewRequest`: somebody opens a learner's work from the gradebook (lti.md §8.1).
    SubmissionReview {
        /// The id of the resource link.
        id: String,
        /// Its title.
        title: Option<String>,
        /// Whose work; Moodle leaves it out where the gradebook names nobody.
        for_user: Option<String>,
    },
    /// `LtiDeepLinkingRequest`: somebody chooses what to place in a course.
    DeepLinking(Box<deep_linking::Settings>),
}

/// A verified launch: what the LMS says about who opens what.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Launch {
    /// What it is about.
    pub message: Message,
    /// The LMS's deployment id.
    pub deployment_id: String,
    /// The person, as the LMS names them; opaque.
    pub sub: String,
    /// The full name, if the LMS shares it.
    pub name: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// The e-mail address; for display only.
    pub email: Option<String>,
    /// The language of the launch (`fr`, `en_us`, …).
    pub locale: Option<String>,
    /// The role claim without empty and non-text members.
    pub roles: Vec<String>,
    /// The course.
    pub context: Option<Context>,
    /// Where the LMS wants the person to land; a deep linking request need not say.
    pub target_link_uri: Option<String>,
    /// Assignment and Grade Services.
    pub ags: Option<AgsEndpoint>,
    /// The roster address (NRPS).
    pub memberships_url: Option<String>,
    /// The Platform Notification Service, where we can use it.
    #[serde(default)]
    pub notices: Option<notices::Service>,
    /// Where to send the person back to.
    pub return_url: Option<String>,
    /// `iframe`, `frame` or `window`.
    pub document_target: Option<String>,
    /// The LMS product.
    pub product_family: Option<String>,
    /// The LMS's address, if it says so.
    pub platform_url: Option<String>,
    /// Custom parameters; unresolved variables and nulls are left out.
    pub custom: BTreeMap<String, String>,
    /// When the token itself expires.
    pub expires_at: UtcTime,
}

impl Launch {
    /// The resource link, where one is opened.
    #[must_use]
    pub fn resource_link_id(&self) -> Option<&str> {
        match &self.message {
            Message::ResourceLink { id, .. } | Message::SubmissionReview { id, .. } => Some(id),
            Message::DeepLinking(_) => None,
        }
    }

    /// Its title, where the LMS says so.
    #[must_use]
    pub fn resource_link_title(&self) -> Option<&str> {
        match &self.message {
            Message::ResourceLink { title, .. } | Message::SubmissionReview { title, .. } => title.as_deref(),
            Message::DeepLinking(_) => None,
        }
    }

    /// What a deep linking request asks for.
    #[must_use]
    pub fn deep_linking(&self) -> Option<&deep_linking::Settings> {
        match &self.message {
            Message::ResourceLink { .. } | Message::SubmissionReview { .. } => None,
            Message::DeepLinking(settings) => Some(settings),
        }
    }

    /// Whose work a launch from the gradebook asks for.
    #[must_use]
    pub fn review_of(&self) -> Option<&str> {
        match &self.message {
            Message::SubmissionReview { for_user, .. } => for_user.as_deref(),
            Message::ResourceLink { .. } | Message::DeepLinking(_) => None,
        }
    }
}

/// The course of a launch.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Context {
    /// The LMS's id.
    pub id: String,
    /// The full name.
    pub title: Option<String>,
    /// The short name.
    pub label: Option<String>,
}

/// The AGS claim (lti.md §5.1).
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct AgsEndpoint {
    /// The scopes that the LMS offers.
    pub scopes: Vec<String>,
    /// The line item container.
    pub line_items: Option<String>,
    /// The one line item of this link.
    pub line_item: Option<String>,
}
