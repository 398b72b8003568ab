//! Owns in which language a page is written: what the request asks for, what the person chose in this browser (a
//! cookie) or in their profile, what their browser prefers, what the operator configured. What is said last by the
//! request or in this browser comes first, so that whoever chooses another language sees it.

use std::time::Duration;

use http::header::ACCEPT_LANGUAGE;
use http::{HeaderMap, HeaderValue};

use super::extract::cookies::{CookieName, CookieSettings};
use crate::base::clock::Timestamp;
use crate::i18n::{Locale, Wish, Wishes};
use crate::web::layout::Layout;

/// How long a browser keeps a choice.
const KEPT: Duration = Duration::from_hours(365 * 24);

/// The frames of pages.
#[derive(Debug, Clone)]
pub struct Frames {
    /// The frame in the operator's language.
    pub layout: Layout,
    /// How the cookie is named and bound.
    pub cookies: CookieSettings,
}

impl Frames {
    /// The frame of a page that nobody in particular is shown.
    #[must_use]
    pub fn of(&self, headers: &HeaderMap) -> Layout {
        self.wished(headers, None, None)
    }

    /// The frame of a page for a request that may have a wish, and a person whose profile may name a language.
    #[must_use]
    pub fn wished(&self, headers: &HeaderMap, request: Option<Wish>, account: Option<Locale>) -> Layout {
        let wishes = Wishes {
            request,
            browser: self.chosen(headers),
            account,
            // Of several, the first: no browser sends more than one.
            accept_language: headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()),
        };
        let locale = Locale::choose(wishes).unwrap_or(self.layout.texts.locale());
        self.layout.in_language(locale)
    }

    /// What was chosen in this browser.
    fn chosen(&self, headers: &HeaderMap) -> Option<Wish> {
        let cookie = self.cookies.read(headers, CookieName::Language)?;
        let (tag, microseconds) = cookie.expose().split_once('.')?;
        Some(Wish {
            locale: Locale::parse(tag)?,
            at: Timestamp::from_timestamp_micros(microseconds.parse().ok()?)?,
        })
    }

    /// The cookie that keeps a choice.
    #[must_use]
    pub fn keep(&self, choice: Wish) -> Option<HeaderValue> {
        let value = format!("{}.{}", choice.locale.tag(), choice.at.timestamp_micros());
        self.cookies.set(CookieName::Language, &value, Some(KEPT))
    }
}
