//! Owns the pages of an invitation: the question, and what came of it.

use askama::Template;

use super::layout::{Layout, Page};

/// Asks whether to join.
#[derive(Debug, Template)]
#[template(path = "invitation.html")]
pub struct InvitationPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// Who is asked, as the person knows themselves.
    pub user_name: &'a str,
    /// Where to.
    pub organization: &'a str,
    /// Who asks; none: the people who run this server.
    pub inviter: Option<&'a str>,
    /// As what.
    pub role: &'a str,
    /// The last day on which it can be answered, in words.
    pub open_until: &'a str,
    /// The invitation's token.
    pub token: &'a str,
    /// For whom the form is shown.
    pub shown_for: &'a str,
    /// Where the form posts to.
    pub action: &'a str,
}

impl Page for InvitationPage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}

/// Says how an invitation stands, with the way to the account page.
#[derive(Debug, Template)]
#[template(path = "invitation_answer.html")]
pub struct InvitationAnswerPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// The heading.
    pub title: &'a str,
    /// What happened, and what can be done.
    pub sentence: &'a str,
    /// The account page.
    pub account: &'a str,
}

impl Page for InvitationAnswerPage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}
