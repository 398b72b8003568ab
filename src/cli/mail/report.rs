//! Owns what `signet mail …` answers, as JSON and as text.

use std::fmt;

use serde::Serialize;

use crate::base::clock::Timestamp;
use crate::cli::layout;
use crate::mail::Content;
use crate::mail::bounce::Bounce;
use crate::mail::limit::Count;

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum MailReport {
    /// A mail.
    Preview(MailPreview),
    /// One was sent.
    Sent(MailSent),
    /// What an address got.
    Status(MailStatus),
}

/// A mail.
#[derive(Debug, Serialize)]
pub struct MailPreview {
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    #[serde(skip)]
    pub(super) shows_html: bool,
}

/// One was sent.
#[derive(Debug, Serialize)]
pub struct MailSent {
    /// To whom.
    pub address: String,
    /// Who took it.
    pub taken_by: String,
}

/// What an address got.
#[derive(Debug, Serialize)]
pub struct MailStatus {
    /// The address.
    pub address: String,
    /// What was asked for it in the last hour by kind, and in the last day.
    pub asked: Vec<MailCount>,
    /// What a server said when it refused the address last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounce: Option<String>,
    /// When that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounced_at: Option<Timestamp>,
    /// How many times it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounces: Option<i32>,
}

/// How many mails.
#[derive(Debug, Serialize)]
pub struct MailCount {
    /// Of which kind in an hour; none: in a day, of all that anybody can cause.
    pub kind: Option<String>,
    /// How many were asked for; beyond the limit none is sent.
    pub asked: i32,
    /// How many are sent.
    pub limit: u16,
    /// Since when.
    pub since: Timestamp,
}

impl MailPreview {
    pub(super) fn new(content: Content, shows_html: bool) -> Self {
        let Content { subject, text, html } = content;
        Self {
            subject,
            text,
            html,
            shows_html,
        }
    }
}

impl MailCount {
    pub(super) fn new(count: Count, (hourly, daily): (u16, u16)) -> Self {
        Self {
            limit: if count.message.is_some() { hourly } else { daily },
            kind: count.message,
            asked: count.asked,
            since: count.began_at,
        }
    }
}

impl MailStatus {
    pub(super) fn new(address: String, asked: Vec<MailCount>, bounce: Option<Bounce>) -> Self {
        Self {
            address,
            asked,
            bounced_at: bounce.as_ref().map(|bounce| bounce.bounced_at),
            bounces: bounce.as_ref().map(|bounce| bounce.times),
            bounce: bounce.map(|bounce| bounce.reason),
        }
    }
}

impl fmt::Display for MailReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Preview(mail) if mail.shows_html => formatter.write_str(&mail.html),
            Self::Preview(mail) => write!(formatter, "Subject: {}\n\n{}", mail.subject, mail.text),
            Self::Sent(sent) => write!(formatter, "{} took the mail to {}", sent.taken_by, sent.address),
            Self::Status(status) => layout::lines(formatter, status),
        }
    }
}
