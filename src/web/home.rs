//! Owns the page at the root: what this server is.

use askama::Template;

use super::layout::{Layout, Page};

/// The home page.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct HomePage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// The account page.
    pub account: &'a str,
    /// The discovery document, for developers.
    pub discovery: &'a str,
}

impl Page for HomePage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}
