//! Owns the consent page.

use askama::Template;

use super::client_card::ClientCard;
use super::layout::{Layout, Page};
use super::scope_text::{self, ScopeLine};

/// The consent page.
#[derive(Debug, Template)]
#[template(path = "consent.html")]
pub struct ConsentPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// Who asks.
    pub client: ClientCard<'a>,
    /// Who is asked, as the person knows themselves.
    pub user_name: &'a str,
    /// What is asked for.
    pub scopes: &'a [&'a str],
    /// Whether access goes on when the person is away.
    pub offline: OfflineAccess,
    /// The name of the organization that is asked for; none: whichever is active.
    pub organization: Option<&'a str>,
    /// The resource that is asked for.
    pub resource: Option<&'a str>,
    /// The host or application that the browser goes to afterwards.
    pub destination: Option<&'a str>,
    /// The waiting request.
    pub request: &'a str,
    /// For whom and for which place the form is shown.
    pub shown_for: &'a str,
    /// Where the form posts to.
    pub action: &'a str,
}

impl Page for ConsentPage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}

/// Whether a client asks for access in the person's absence (OpenID Connect Core §11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfflineAccess {
    /// Access ends with the session.
    NotAsked,
    /// Access survives the session; the page says so.
    Asked,
}

impl ConsentPage<'_> {
    fn lines(&self) -> impl Iterator<Item = ScopeLine<'_>> {
        self.scopes
            .iter()
            .filter_map(|scope| scope_text::line(self.layout.texts, scope))
    }

    fn asks_offline(&self) -> bool {
        self.offline == OfflineAccess::Asked
    }
}
