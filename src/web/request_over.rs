//! Owns the page for whoever comes back to a sign-in that is over: what became of it, and the way on.

use askama::Template;

use super::client_card::{ClientCard, WebLink};
use super::layout::Layout;

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

/// Why a request waits no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverBecause {
    /// It was answered.
    Answered,
    /// Its time was over before anybody answered.
    TooLate,
}

impl OverBecause {
    const fn title(self) -> &'static str {
        match self {
            Self::Answered => "You have answered already",
            Self::TooLate => "This sign-in took too long",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Answered => "This request was answered, and the application was told.",
            Self::TooLate => "The application asked a while ago, and waits no longer. Start again there.",
        }
    }
}
