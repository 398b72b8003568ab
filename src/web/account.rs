//! Owns the account page: who is signed in here.

use askama::Template;

use super::layout::{Layout, Page, PageLink};

/// The account page.
#[derive(Debug, Template)]
#[template(path = "account.html")]
pub struct AccountPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// What the person is called.
    pub display_name: &'a str,
    /// Their user name, if they have one.
    pub user_name: Option<&'a str>,
    /// Their e-mail address, if one is known.
    pub email: Option<&'a str>,
    /// What can be changed.
    pub links: &'a [PageLink],
    /// Where signing out posts to.
    pub sign_out_action: &'a str,
}

impl Page for AccountPage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}
