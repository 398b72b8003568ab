//! Owns the page that carries an authorization response to its client in a form (OAuth 2.0 Form Post Response Mode
//! §2). Without scripts the person presses its button.

use askama::Template;

use super::layout::Layout;

/// The only script of ours: presses the button. A constant, because the page's policy names its hash.
pub const SCRIPT: &str = "document.getElementById(\"submit\").click();";

/// The form post page.
#[derive(Debug, Template)]
#[template(path = "form_post.html")]
pub struct FormPostPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// The redirect URI.
    pub action: &'a str,
    /// The parameters of the response.
    pub parameters: &'a [(&'a str, &'a str)],
}
