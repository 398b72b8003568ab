//! Owns the page that carries an authorization response to its client in a form (OAuth 2.0 Form Post Response Mode
//! §2). Without scripts the person presses its button.

use askama::Template;

use super::layout::{Layout, Page};

/// Presses the button. A constant, because the page's policy names its hash.
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

impl Page for FormPostPage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::issuer::Issuer;

    #[test]
    fn the_script_is_the_hashed_one_and_values_are_inert() {
        let layout = Layout::new(
            &Issuer::parse("https://login.example.com/tenant").unwrap(),
            "/language",
        );
        let page = FormPostPage {
            layout: &layout,
            action: "https://app.example.com/cb",
            parameters: &[("state", "\"><script>alert(1)</script>")],
        };
        let text = page.render().unwrap();
        assert!(text.contains(&format!("<script>{SCRIPT}</script>")));
        assert_eq!(text.matches("<script").count(), 1);
        assert!(text.contains("href=\"/tenant/static/signet-"));
    }
}
