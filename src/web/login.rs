//! Owns the sign-in page.

use std::borrow::Cow;

use askama::Template;

use super::client_card::ClientCard;
use super::layout::{Layout, PageLink};

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
    /// What else somebody may want who cannot sign in.
    pub links: &'a [PageLink],
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
    /// Too many attempts, with an account or without: so many seconds to wait.
    TooManyAttempts(u64),
    /// The server has more sign-ins than it can check.
    Busy,
    /// The sign-in does not come from the browser that began it, or took too long.
    Restart,
}

impl LoginProblem {
    /// The sentence on the page.
    #[must_use]
    pub fn text(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::WrongCredentials => {
                "The user name or password is not right. Check both and try again. If it stays so although you are sure, \
                 use a browser in which you have signed in before, or ask whoever runs this server."
            }
            Self::Incomplete => "Enter your user name and your password.",
            Self::TooManyAttempts(seconds) => return Cow::Owned(too_many_attempts(seconds)),
            Self::Busy => "The server is busy at the moment. Try again shortly.",
            Self::Restart => "This sign-in could not be continued. Enter your details again.",
        })
    }
}

/// The same words for whoever is asked for, with an account or without.
fn too_many_attempts(seconds: u64) -> String {
    let wait = wait(seconds);
    if seconds < 60 {
        return format!("Too many attempts. Wait {wait}, then try again.");
    }
    format!(
        "Too many attempts. Try again in {wait}, or in a browser in which you have signed in before. Whoever runs this \
         server can unlock your account."
    )
}

/// A wait in words, never shorter than it is.
fn wait(seconds: u64) -> String {
    let (number, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..7200 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3600), "hour"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_words_and_never_too_short() {
        for (seconds, words) in [
            (1, "1 second"),
            (20, "20 seconds"),
            (60, "1 minute"),
            (61, "2 minutes"),
            (1800, "30 minutes"),
            (7201, "3 hours"),
        ] {
            assert_eq!(wait(seconds), words);
        }
    }
}
