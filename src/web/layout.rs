//! Owns what every page shares: whose server this is, and where its stylesheet stands.

use super::asset;
use crate::protocol::issuer::Issuer;

/// The frame of every page, made once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The server's name: the issuer's host, which the person can compare with the address bar.
    pub service: String,
    /// The URL path of the stylesheet.
    pub stylesheet: String,
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
    /// The frame of this issuer's pages.
    #[must_use]
    pub fn new(issuer: &Issuer) -> Self {
        let service = issuer
            .origin()
            .split_once("://")
            .map_or_else(|| issuer.origin(), |(_, host)| host);
        Self {
            service: service.to_owned(),
            stylesheet: format!("{}/static/{}", issuer.path(), asset::stylesheet_name()),
        }
    }
}
