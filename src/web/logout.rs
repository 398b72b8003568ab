//! Owns the pages of signing out: the question where the request proves nothing, and the end.

use askama::Template;

use super::layout::{Layout, Page};

/// Asks whether to sign out (OpenID Connect RP-Initiated Logout §2).
#[derive(Debug, Template)]
#[template(path = "logout_confirm.html")]
pub struct LogoutConfirmPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// Which application asks for it.
    pub client: Option<&'a str>,
    /// Who would be signed out.
    pub user_name: &'a str,
    /// Where the form posts to.
    pub action: &'a str,
    /// The waiting request.
    pub request: &'a str,
    /// The session that the question is about.
    pub session: &'a str,
    /// Where to go instead.
    pub cancel: &'a str,
}

impl Page for LogoutConfirmPage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}

/// Says that nobody is signed in any more.
#[derive(Debug, Template)]
#[template(path = "signed_out.html")]
pub struct SignedOutPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// Back to the application that asked for it.
    pub way_back: Option<WayBack<'a>>,
    /// Whether it asked for an address that was not followed.
    pub not_returned: bool,
    /// Where to sign in again.
    pub home: &'a str,
}

impl Page for SignedOutPage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}

/// The way back to an application.
#[derive(Debug)]
pub struct WayBack<'a> {
    /// Its name.
    pub client: &'a str,
    /// Its address, as registered.
    pub address: String,
}
