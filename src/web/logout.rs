//! Owns the pages of signing out: the question where the request proves nothing, and the end.

use askama::Template;

use super::layout::Layout;

/// Asks whether to sign out (OpenID Connect RP-Initiated Logout §2).
#[derive(Debug, Template)]
#[template(path = "logout_confirm.html")]
pub struct LogoutConfirmPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// Who would be signed out.
    pub user_name: Option<&'a str>,
    /// Where the form posts to.
    pub action: &'a str,
    /// What the form carries on.
    pub fields: &'a [(&'a str, &'a str)],
    /// Where to go instead.
    pub cancel: &'a str,
}

/// Says that nobody is signed in any more.
#[derive(Debug, Template)]
#[template(path = "signed_out.html")]
pub struct SignedOutPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// Where to sign in again.
    pub home: &'a str,
}
