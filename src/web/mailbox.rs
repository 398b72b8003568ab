//! Owns the pages of signing up, of a forgotten password, and of changing password or address.

use askama::Template;

use super::layout::{Layout, Page};

/// A form that asks for an address of mail.
#[derive(Debug, Template)]
#[template(path = "mailbox_address.html")]
pub struct AddressPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// What the page is for.
    pub title: &'a str,
    /// What will happen.
    pub lead: &'a str,
    /// The waiting request.
    pub request: &'a str,
    /// Where the form posts to.
    pub action: &'a str,
    /// What stands in the field already.
    pub email: &'a str,
    /// Whether the password is asked for too: somebody is signed in, and must be who they are.
    pub asks_password: bool,
    /// What the button says.
    pub submit: &'a str,
    /// Why the page is shown again.
    pub problem: Option<&'a str>,
    /// Where the sign-in page is, or where else whoever does not want this goes.
    pub back: &'a str,
    /// What leads there.
    pub back_label: &'a str,
}

/// The page that waits for a code.
#[derive(Debug, Template)]
#[template(path = "mailbox_code.html")]
pub struct CodePage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// The proof that the code is for.
    pub proof: &'a str,
    /// The waiting request.
    pub request: &'a str,
    /// Where the form posts to.
    pub action: &'a str,
    /// Why the page is shown again.
    pub problem: Option<&'a str>,
    /// Where a mail is asked for once more.
    pub again: &'a str,
}

/// A form that asks for a new password.
#[derive(Debug, Template)]
#[template(path = "mailbox_password.html")]
pub struct PasswordPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// What the page is for.
    pub title: &'a str,
    /// What will happen.
    pub lead: &'a str,
    /// The address of the account, for password managers.
    pub email: &'a str,
    /// What proves the mailbox; empty where somebody is signed in.
    pub token: &'a str,
    /// The waiting request.
    pub request: &'a str,
    /// Where the form posts to.
    pub action: &'a str,
    /// What the person is called so far; none: they are not asked.
    pub name: Option<&'a str>,
    /// Whether the password from before is asked for.
    pub asks_current: bool,
    /// What the button says.
    pub submit: &'a str,
    /// Why the page is shown again.
    pub problem: Option<&'a str>,
}

/// A page with a button that does what a link in a mail leads to. A link alone does nothing: programs open them.
#[derive(Debug, Template)]
#[template(path = "mailbox_confirm.html")]
pub struct ConfirmPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// What the page is for.
    pub title: &'a str,
    /// What will happen.
    pub lead: &'a str,
    /// The address.
    pub email: &'a str,
    /// What proves the mailbox.
    pub token: &'a str,
    /// Where the form posts to.
    pub action: &'a str,
    /// What the button says.
    pub submit: &'a str,
}

/// A page that says what has happened, with a way on.
#[derive(Debug, Template)]
#[template(path = "mailbox_notice.html")]
pub struct NoticePage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// What has happened.
    pub title: &'a str,
    /// What that means.
    pub text: &'a str,
    /// Where to go on.
    pub next: &'a str,
    /// What leads there.
    pub label: &'a str,
}

impl Page for AddressPage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}

impl Page for CodePage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}

impl Page for PasswordPage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}

impl Page for ConfirmPage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}

impl Page for NoticePage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}
