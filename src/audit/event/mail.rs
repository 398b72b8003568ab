//! Owns what is recorded of mail: to which address is not.

use serde_json::json;

use super::entry::{Entry, Event};

/// A mail was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailEvent {
    /// Its address has had as many as it gets in that time; whoever asked was told nothing of it.
    Limited { message: &'static str },
    /// Its address takes no mail.
    Bounced { message: &'static str, job: String },
}

impl Event for MailEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Limited { message } => Entry::new("MAIL_LIMITED", json!({ "message": message })),
            Self::Bounced { message, job } => {
                Entry::new("MAIL_BOUNCED", json!({ "message": message, "job_id": job }))
            }
        }
    }
}
