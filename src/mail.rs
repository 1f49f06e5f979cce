//! Mail by SMTP: one message in plain text at a time.

use std::time::Duration;

use lettre::address::AddressError;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, header};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::{Category, Severity};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use crate::settings::Settings;

/// The longest time for one mail.
const PATIENCE: Duration = Duration::from_secs(30);

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The address, as the LMS said it.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// Where a mail program ends them with one click (RFC 8058).
    pub unsubscribe: String,
}

/// Why the settings of mail cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The server.
    #[error("expected smtps://user:password@host or smtp://host:port ({0})")]
    Server(Error),
    /// Who mails are from.
    #[error("expected an address such as Cercle <cercle@example.org> ({0})")]
    From(AddressError),
}

impl SetUpError {
    /// The setting at fault.
    #[must_use]
    pub const fn setting(&self) -> &'static str {
        match self {
            Self::Server(_) => "CERCLE_SMTP_URL",
            Self::From(_) => "CERCLE_MAIL_FROM",
        }
    }
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It may go later: the server is away, busy, or refuses us.
    #[error("the mail server does not take mail now: {0}")]
    Later(String),
    /// It never goes: there is no such address, or it is none.
    #[error("this address takes no mail: {0}")]
    Never(String),
}

/// Sends mails, where a server is set; cheap to clone.
#[derive(Clone)]
pub struct Mailer(Option<Server>);

#[derive(Clone)]
struct Server {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// The mailer of these settings. It connects when it sends.
    ///
    /// # Errors
    /// [`SetUpError`] for a server that cannot be, or a sender where there is a server.
    pub fn new(settings: &Settings) -> Result<Self, SetUpError> {
        let Some(url) = settings.smtp_url.as_deref() else { return Ok(Self(None)) };
        let from = settings.mail_from.parse().map_err(SetUpError::From)?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(SetUpError::Server)?;
        Ok(Self(Some(Server { transport: transport.timeout(Some(PATIENCE)).build(), from })))
    }

    /// Whether there is a server.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Sends a mail.
    ///
    /// # Errors
    /// [`SendError`], which says whether it is worth another try.
    pub async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        let Some(server) = &self.0 else {
            return Err(SendError::Later("CERCLE_SMTP_URL is not set".to_owned()));
        };
        let message = server.message(letter)?;
        server.transport.send(message).await.map(|_| ()).map_err(|error| sort(&error))
    }
}

impl Server {
    fn message(&self, letter: &Letter) -> Result<Message, SendError> {
        let never = |error: &dyn std::fmt::Display| SendError::Never(error.to_string());
        let to: Address = letter.to.trim().parse().map_err(|e: AddressError| never(&e))?;
        let raw = |name, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
        let id = format!("<{}@{}>", uuid::Uuid::new_v4(), self.from.email.domain());
        let message = Message::builder().from(self.from.clone()).to(to.into()).subject(&letter.subject);
        let message = message.message_id(Some(id)).header(header::MIME_VERSION_1_0).header(ContentType::TEXT_PLAIN);
        message
            .raw_header(raw("List-Unsubscribe", format!("<{}>", letter.unsubscribe)))
            .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()))
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()))
            .body(letter.text.clone())
            .map_err(|e| never(&e))
    }
}

/// Only a word of the server about this mailbox ends it; a wrong password does not.
fn sort(error: &Error) -> SendError {
    let is_mailbox = |code: lettre::transport::smtp::response::Code| {
        code.severity == Severity::PermanentNegativeCompletion && code.category == Category::MailSystem
    };
    if error.status().is_some_and(is_mailbox) {
        SendError::Never(error.to_string())
    } else {
        SendError::Later(error.to_string())
    }
}
