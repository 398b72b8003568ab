//! Owns the sign-in page.

use std::borrow::Cow;

use askama::Template;

use super::client_card::ClientCard;
use super::layout::{Layout, Page, PageLink};
use crate::i18n::Texts;

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

impl Page for LoginPage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}

impl LoginPage<'_> {
    fn problem_text(&self) -> Option<Cow<'static, str>> {
        self.problem.map(|problem| problem.text(self.layout.texts))
    }
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
}

impl LoginProblem {
    /// The sentence on the page. It is the same for whoever is asked for, with an account or without.
    fn text(self, texts: Texts) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::WrongCredentials => texts.login_wrong(),
            Self::Incomplete => texts.login_incomplete(),
            Self::TooManyAttempts(seconds) => {
                let wait = texts.wait(seconds);
                let sentence = if seconds < 60 {
                    texts.login_too_many_short(&wait)
                } else {
                    texts.login_too_many(&wait)
                };
                return Cow::Owned(sentence.plain());
            }
            Self::Busy => texts.login_busy(),
        })
    }
}
