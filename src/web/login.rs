//! Owns the sign-in page.

use askama::Template;

use super::client_card::ClientCard;
use super::layout::Layout;

/// The sign-in page.
#[derive(Debug, Template)]
#[template(path = "login.html")]
pub struct LoginPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// Who asked for the sign-in; nobody when a person came by themselves.
    pub client: Option<ClientCard<'a>>,
    /// The waiting request.
    pub request: &'a str,
    /// Where the form posts to.
    pub action: &'a str,
    /// Where a refusal posts to.
    pub cancel_action: &'a str,
    /// What stands in the first field already: the login hint, or what was typed before.
    pub username: &'a str,
    /// Why the page is shown again.
    pub problem: Option<LoginProblem>,
}

/// Why a sign-in did not succeed, as much as a person is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginProblem {
    /// The name or the password, whichever.
    WrongCredentials,
    /// A field is empty.
    Incomplete,
    /// Too many attempts, with an account or without.
    TooManyAttempts,
    /// The server has more sign-ins than it can check.
    Busy,
    /// The sign-in does not come from the browser that began it, or took too long.
    Restart,
}

impl LoginProblem {
    /// The sentence on the page.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::WrongCredentials => "The user name or password is not right.",
            Self::Incomplete => "Enter your user name and your password.",
            Self::TooManyAttempts => "Too many attempts. Wait a few minutes, then try again.",
            Self::Busy => "The server is busy at the moment. Try again shortly.",
            Self::Restart => "This sign-in could not be continued. Enter your details again.",
        }
    }
}
