//! What a page needs to know about its request: language, nonce, who may frame it, how to talk back.

use std::cell::RefCell;
use std::rc::Rc;

use actix_web::{HttpMessage as _, HttpRequest};

use super::html::CleanHtml;
use super::i18n::{Argument, Lang};
use crate::clock::UtcTime;

/// The parts of a request that its page shows; filled by the middleware, then by the session.
#[derive(Clone, Debug, Default)]
pub struct ViewState {
    /// The language.
    pub lang: Lang,
    /// The nonce of this response's scripts.
    pub nonce: String,
    /// The token that every form of this session carries; empty without a session.
    pub csrf: String,
    /// Who may frame this page.
    pub frame: Frame,
    /// Origins beside our own that a form of this page may end at.
    pub form_targets: Vec<String>,
    /// The way back into the LMS.
    pub return_url: Option<String>,
    /// The id of this request in the log.
    pub request_id: String,
    /// How much somebody has not seen yet, on pages that tell.
    pub unseen: Option<usize>,
    /// Whether the body is swapped into a page that is there already.
    pub is_fragment: bool,
}

/// Who may frame a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Frame {
    /// Nobody.
    #[default]
    Nobody,
    /// Any LMS: for pages that hold no data and appear before the LMS is known.
    AnyLms,
    /// These origins.
    Origins(Vec<String>),
}

/// A handle on the [`ViewState`] of a request; pages read it, extractors write it.
#[derive(Clone, Debug, Default)]
pub struct View(Rc<RefCell<ViewState>>);

impl View {
    /// The view of a request.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        if let Some(view) = request.extensions().get::<Self>() {
            return view.clone();
        }
        let view = Self::default();
        request.extensions_mut().insert(view.clone());
        view
    }

    /// A view outside a request, for tests of templates and texts.
    #[must_use]
    pub fn standalone(lang: Lang) -> Self {
        Self(Rc::new(RefCell::new(ViewState { lang, ..ViewState::default() })))
    }

    /// Changes the state.
    pub fn update(&self, change: impl FnOnce(&mut ViewState)) {
        change(&mut self.0.borrow_mut());
    }

    /// A copy of the state.
    #[must_use]
    pub fn state(&self) -> ViewState {
        self.0.borrow().clone()
    }

    /// The language.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.0.borrow().lang
    }

    /// The tag for `<html lang>`.
    #[must_use]
    pub fn lang_tag(&self) -> &'static str {
        self.lang().tag()
    }

    /// The nonce of this response's scripts.
    #[must_use]
    pub fn nonce(&self) -> String {
        self.0.borrow().nonce.clone()
    }

    /// The token of this session's forms.
    #[must_use]
    pub fn csrf(&self) -> String {
        self.0.borrow().csrf.clone()
    }

    /// The way back into the LMS.
    #[must_use]
    pub fn return_url(&self) -> Option<String> {
        self.0.borrow().return_url.clone()
    }

    /// How much somebody has not seen yet, on pages that tell.
    #[must_use]
    pub fn unseen(&self) -> Option<usize> {
        self.0.borrow().unseen
    }

    /// The address of a static file.
    #[must_use]
    pub fn asset(&self, name: &str) -> &'static str {
        super::assets::path(name)
    }

    /// A text.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.lang().text(key)
    }

    /// A text with a number `$n`.
    #[must_use]
    pub fn n(&self, key: &str, n: impl Into<Argument>) -> String {
        self.lang().text_with(key, &[("n", n.into())])
    }

    /// A text with two numbers `$n` and `$k`.
    #[must_use]
    pub fn nk(&self, key: &str, n: impl Into<Argument>, k: impl Into<Argument>) -> String {
        self.lang().text_with(key, &[("n", n.into()), ("k", k.into())])
    }

    /// A text with one named argument.
    #[must_use]
    pub fn a(&self, key: &str, name: &'static str, value: impl Into<Argument>) -> String {
        self.lang().text_with(key, &[(name, value.into())])
    }

    /// A text with two named arguments.
    #[must_use]
    pub fn aa(
        &self,
        key: &str,
        first: &'static str,
        first_value: impl Into<Argument>,
        second: &'static str,
        second_value: impl Into<Argument>,
    ) -> String {
        self.lang().text_with(key, &[(first, first_value.into()), (second, second_value.into())])
    }

    /// A moment, in the reader's own zone once the script runs.
    #[must_use]
    pub fn time(&self, at: &UtcTime) -> CleanHtml {
        CleanHtml::time(*at)
    }

    /// A decimal number as this language writes it.
    #[must_use]
    pub fn points(&self, points: &crate::store::columns::Points) -> String {
        // Two decimals are what people read; the stored value keeps four.
        let rounded = crate::store::columns::Points((points.0 + points.0.signum() * 50) / 100 * 100);
        match self.lang() {
            Lang::En => rounded.decimal(),
            Lang::Fr => rounded.decimal().replace('.', ","),
        }
    }
}
