//! Owns the error page: for what went wrong before a client could be told, and for browsers elsewhere.

use askama::Template;

use super::layout::Layout;

/// What copies the folded details. A constant, because the page's policy names its hash. Without scripts the button stays
/// hidden, and the details are copied by hand.
pub const COPY_SCRIPT: &str = "const copy=document.getElementById(\"copy\"),\
    report=document.getElementById(\"report\"),copied=document.getElementById(\"copied\");\
    copy.hidden=false;copy.addEventListener(\"click\",async()=>{copied.textContent=\"\";report.select();let done=true;\
    try{await navigator.clipboard.writeText(report.value)}catch{done=document.execCommand(\"copy\")}\
    copied.textContent=done?\"Copied.\":\"Copy the selected text.\"});";

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
            title: "Authorization error",
            sentence: "The application sent a request that this server cannot answer. Tell the people who run it; the \
                       details below help them.",
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
            title: "Too many requests",
            sentence: "Too many requests came from your network. Wait a minute, then try again.",
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
            title: "Sign-out error",
            sentence: "The application sent a sign-out request that this server cannot read, so nobody was signed out. \
                       You can sign out on your account page.",
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
            title: "Request too large",
            sentence: "What your browser sent is larger than this server reads. Go back to the application and start \
                       again.",
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
            title: "The form did not arrive",
            sentence: "The connection broke off, or was too slow, while your browser sent the form. Go back and send \
                       it again.",
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
            title: "The server is busy",
            sentence: "The server could not answer in time. Wait a moment, then try again.",
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
            title: "Something went wrong",
            sentence: "The server failed. Try again in a moment; if it happens again, tell the people who run this \
                       server and give them the request id.",
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
            title: "This sign-in has ended",
            sentence: "It took too long, was finished already, or was begun in another browser. Go back to the \
                       application and start again.",
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
            title: "Request refused",
            sentence: "The form was not sent from this site. Go back to the application and start again.",
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
            title: "Page not found",
            sentence: "There is no page at this address.",
            code: None,
            description: None,
            report: None,
            request_id,
            account: None,
        }
    }
}
