//! Owns what every page shares: whose server this is, where its stylesheet stands, and the language that it is written in.

use std::sync::Arc;

use askama::Template;

use super::asset;
use crate::i18n::{Locale, Texts};
use crate::protocol::issuer::Issuer;

/// A page with its frame.
pub trait Page: Template {
    /// The frame.
    fn layout(&self) -> &Layout;
}

/// The frame of a page. It is copied for each, which copies no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The server's name: the issuer's host, which the person can compare with the address bar.
    pub service: Arc<str>,
    /// The URL path of the stylesheet.
    pub stylesheet: Arc<str>,
    /// Where another language is chosen.
    pub language_action: Arc<str>,
    /// The texts of the page's language.
    pub texts: Texts,
    /// The address of the page, below the issuer, which another language leads back to; none: it offers no other.
    pub here: Option<String>,
}

/// A way from one page to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageLink {
    /// Its id on the page.
    pub id: &'static str,
    /// Where it leads.
    pub address: String,
    /// What it says.
    pub label: String,
}

impl Layout {
    /// The frame of this issuer's pages; `language_path` is where another language is chosen.
    #[must_use]
    pub fn new(issuer: &Issuer, language_path: &str) -> Self {
        let service = issuer
            .origin()
            .split_once("://")
            .map_or_else(|| issuer.origin(), |(_, host)| host);
        Self {
            service: service.into(),
            stylesheet: format!("{}/static/{}", issuer.path(), asset::stylesheet_name()).into(),
            language_action: format!("{}{language_path}", issuer.path()).into(),
            texts: Texts::default(),
            here: None,
        }
    }

    /// The same in a language.
    #[must_use]
    pub fn in_language(&self, locale: Locale) -> Self {
        Self {
            texts: Texts::of(locale),
            ..self.clone()
        }
    }

    /// The same, at an address that another language leads back to.
    #[must_use]
    pub fn at(self, here: Option<String>) -> Self {
        Self { here, ..self }
    }
}
