//! Owns the error page: for what went wrong before a client could be told, and for browsers elsewhere.

use askama::Template;

use super::layout::{Layout, Page};

/// What copies the folded details. A constant, because the page's policy names its hash. Without scripts the button stays
/// hidden, and the details are copied by hand.
pub const COPY_SCRIPT: &str = "const copy=document.getElementById(\"copy\"),\
    report=document.getElementById(\"report\"),copied=document.getElementById(\"copied\");\
    copy.hidden=false;copy.addEventListener(\"click\",async()=>{copied.textContent=\"\";report.select();let done=true;\
    try{await navigator.clipboard.writeText(report.value)}catch{done=document.execCommand(\"copy\")}\
    copied.textContent=done?copied.dataset.done:copied.dataset.select});";

/// The error page.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    /// The frame.
    pub layout: &'a Layout,
    /// The heading.
    pub title: &'a str,
    /// What happened, for a person.
    pub sentence: &'a str,
    /// The error code and its text, for the client's developer.
    pub code: Option<&'a str>,
    /// Fixed text beside the code.
    pub description: Option<&'a str>,
    /// What the client's developer copies into a message, folded away.
    pub report: Option<&'a str>,
    /// Under which the log has more.
    pub request_id: &'a str,
    /// The person's own page, where there is no other way on.
    pub account: Option<&'a str>,
}

impl Page for ErrorPage<'_> {
    fn layout(&self) -> &Layout {
        self.layout
    }
}

impl<'a> ErrorPage<'a> {
    /// An authorization request that cannot be answered to its client (RFC 6749 §4.1.2.1).
    #[must_use]
    pub const fn authorization(
        layout: &'a Layout,
        code: &'a str,
        description: &'a str,
        report: &'a str,
        request_id: &'a str,
    ) -> Self {
        Self {
            layout,
            title: layout.texts.error_authorization_title(),
            sentence: layout.texts.error_authorization_text(),
            code: Some(code),
            description: Some(description),
            report: Some(report),
            request_id,
            account: None,
        }
    }

    /// Too many requests from one address.
    #[must_use]
    pub const fn too_many_requests(layout: &'a Layout, request_id: &'a str) -> Self {
        Self {
            layout,
            title: layout.texts.error_too_many_title(),
            sentence: layout.texts.error_too_many_text(),
            code: None,
            description: None,
            report: None,
            request_id,
            account: None,
        }
    }

    /// A logout request that cannot be read.
    #[must_use]
    pub const fn logout(
        layout: &'a Layout,
        description: &'a str,
        account: &'a str,
        request_id: &'a str,
    ) -> Self {
        Self {
            layout,
            title: layout.texts.error_logout_title(),
            sentence: layout.texts.error_logout_text(),
            code: Some("invalid_request"),
            description: Some(description),
            report: None,
            request_id,
            account: Some(account),
        }
    }

    /// A form that is larger than any of ours.
    #[must_use]
    pub const fn too_large(layout: &'a Layout, request_id: &'a str) -> Self {
        Self {
            layout,
            title: layout.texts.error_too_large_title(),
            sentence: layout.texts.error_too_large_text(),
            code: None,
            description: None,
            report: None,
            request_id,
            account: None,
        }
    }

    /// A form that did not arrive whole.
    #[must_use]
    pub const fn broke_off(layout: &'a Layout, request_id: &'a str) -> Self {
        Self {
            layout,
            title: layout.texts.error_broke_off_title(),
            sentence: layout.texts.error_broke_off_text(),
            code: None,
            description: None,
            report: None,
            request_id,
            account: None,
        }
    }

    /// There is no room, or no time, for this request now.
    #[must_use]
    pub const fn busy(layout: &'a Layout, request_id: &'a str) -> Self {
        Self {
            layout,
            title: layout.texts.error_busy_title(),
            sentence: layout.texts.error_busy_text(),
            code: None,
            description: None,
            report: None,
            request_id,
            account: None,
        }
    }

    /// Something broke on our side.
    #[must_use]
    pub const fn server_error(layout: &'a Layout, request_id: &'a str) -> Self {
        Self {
            layout,
            title: layout.texts.error_server_title(),
            sentence: layout.texts.error_server_text(),
            code: None,
            description: None,
            report: None,
            request_id,
            account: None,
        }
    }

    /// A sign-in that has expired, ended, or belongs to another browser.
    #[must_use]
    pub const fn interaction_gone(layout: &'a Layout, account: &'a str, request_id: &'a str) -> Self {
        Self {
            layout,
            title: layout.texts.error_gone_title(),
            sentence: layout.texts.error_gone_text(),
            code: None,
            description: None,
            report: None,
            request_id,
            account: Some(account),
        }
    }

    /// A form that was not sent from our own page.
    #[must_use]
    pub const fn cross_site(layout: &'a Layout, request_id: &'a str) -> Self {
        Self {
            layout,
            title: layout.texts.error_cross_site_title(),
            sentence: layout.texts.error_cross_site_text(),
            code: None,
            description: None,
            report: None,
            request_id,
            account: None,
        }
    }

    /// Nothing stands here.
    #[must_use]
    pub const fn not_found(layout: &'a Layout, request_id: &'a str) -> Self {
        Self {
            layout,
            title: layout.texts.error_not_found_title(),
            sentence: layout.texts.error_not_found_text(),
            code: None,
            description: None,
            report: None,
            request_id,
            account: None,
        }
    }
}
