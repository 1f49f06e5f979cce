//! The extractors that handlers of signed-in pages take: [`SignedIn`] for reading, [`Posted`] for
//! every change. There is no other way to a session.

use std::future::Future;
use std::pin::Pin;

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};

use super::{Mode, Scope, Session};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::crypto;
use crate::launch::store;
use crate::lti::deep_linking::Settings;
use crate::platform::model::{Person, web_origin};
use crate::web::fields::Fields;
use crate::web::i18n::Lang;
use crate::web::view::Frame;
use crate::web::{PageError, View, cookies};

/// The session cookie.
pub const COOKIE: &str = "__Host-cercle";
/// How often `last_seen_at` is written, in seconds.
const TOUCH_EVERY: i64 = 300;
/// The longest form, in bytes: a work at its limit, percent-encoded, beside the other fields.
const MAX_FORM: usize = 1024 * 1024;

/// Somebody who is signed in.
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The person.
    pub person: Person,
    /// The page's view, with language, form token and frame set.
    pub view: View,
    /// What the LMS asked to choose, where the session is for that.
    pub deep_linking: Option<Settings>,
}

impl SignedIn {
    /// What queries need to know about who asks.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.session.scope()
    }
}

/// Reads the session of a request: the bearer token where there is one, else the cookie.
async fn sign_in(request: &HttpRequest) -> Result<SignedIn, PageError> {
    let context = request.app_data::<web::Data<Context>>().cloned().ok_or_else(PageError::no_session)?;
    let bearer = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .map(str::to_owned);
    let (token, mode) = match bearer {
        Some(token) => (token, Mode::Bearer),
        None => (cookies::value(request, COOKIE).ok_or_else(PageError::no_session)?, Mode::Cookie),
    };
    let (hash, now) = (crypto::sha256_text(&token), context.clock.now());
    let found = context.db.read(move |c| store::find_session(c, &hash)).await?;
    // A token counts only the way it was given out: a stolen cookie is no bearer token.
    let Some((session, person)) = found.filter(|(s, _)| s.mode == mode && s.is_live(now)) else {
        return Err(PageError::no_session());
    };
    if now.seconds_since(session.last_seen_at) >= TOUCH_EVERY {
        let id = session.id.clone();
        context.db.write(move |c| store::touch_session(c, &id, now)).await?;
    }
    let deep_linking = if session.link_id.is_some() {
        None
    } else {
        let id = session.id.clone();
        context.db.read(move |c| store::find_deep_linking(c, &id)).await?
    };
    let view = View::of(request);
    view.update(|s| {
        // The answer is a form that ends at the LMS; every page of the session may come to hold it.
        s.form_targets.extend(deep_linking.iter().filter_map(|d| web_origin(&d.return_url)));
        s.lang = Lang::of_locale(&session.locale);
        s.csrf.clone_from(&session.csrf_token);
        s.frame = Frame::Origins(session.frame_origins.split(' ').map(str::to_owned).collect());
        s.return_url.clone_from(&session.return_url);
    });
    Ok(SignedIn { session, person, view, deep_linking })
}

impl FromRequest for SignedIn {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { sign_in(&request).await })
    }
}

/// A form of somebody who is signed in, sent by a page of the same session. Origin and
/// `Sec-Fetch-Site` were checked by the middleware before.
pub struct Posted {
    /// Who sent it.
    pub by: SignedIn,
    /// What was sent.
    pub fields: Fields,
    /// When it arrived.
    pub at: UtcTime,
}

impl FromRequest for Posted {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut actix_web::dev::Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let by = sign_in(&request).await?;
            let fields = Fields::read_own(&request, &mut payload, MAX_FORM, &by.session.csrf_token).await?;
            let context = request.app_data::<web::Data<Context>>().ok_or_else(PageError::no_session)?;
            Ok(Self { by, fields, at: context.clock.now() })
        })
    }
}
