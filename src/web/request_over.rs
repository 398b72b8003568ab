//! Owns the page for whoever comes back to a sign-in that is over: what became of it, and the way on.

use askama::Template;

use super::client_card::{ClientCard, WebLink};
use super::layout::{Layout, Page};

/// The page of a request that waits no more.
#[derive(Debug, Template)]
#[template(path = "request_over.html")]
pub struct RequestOverPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// Who asked.
    pub client: ClientCard<'a>,
    /// What became of it.
    pub ending: OverBecause,
    /// Where the client can be found; none if it has no address on the web.
    pub way_back: Option<WebLink>,
    /// The person's own page.
    pub account: &'a str,
}

impl Page for RequestOverPage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}

impl RequestOverPage<'_> {
    const fn title(&self) -> &'static str {
        match self.ending {
            OverBecause::Answered => self.layout.texts.request_over_answered_title(),
            OverBecause::TooLate => self.layout.texts.request_over_late_title(),
        }
    }

    const fn sentence(&self) -> &'static str {
        match self.ending {
            OverBecause::Answered => self.layout.texts.request_over_answered_text(),
            OverBecause::TooLate => self.layout.texts.request_over_late_text(),
        }
    }
}

/// Why a request waits no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverBecause {
    /// It was answered.
    Answered,
    /// Its time was over before anybody answered.
    TooLate,
}
