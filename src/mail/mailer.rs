//! Owns the whole way of a mail from what it says to whoever takes it, and what is known of whether that works.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

use super::content::Content;
use super::letter::{Letter, LetterError, Sender};
use super::message::Mail;
use super::outbox::Outbox;
use super::smtp::{Smtp, SmtpError};
use super::transport::{Transport, Undelivered};
use crate::base::clock::Timestamp;
use crate::base::id::JobId;
use crate::config::{MailSettings, MailTransport};
use crate::i18n::Texts;

/// Why no mail can be sent as configuration says.
#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    /// Who it is from.
    #[error(transparent)]
    Letter(#[from] LetterError),
    /// The server.
    #[error(transparent)]
    Smtp(#[from] SmtpError),
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum Unsent {
    /// It was not taken.
    #[error(transparent)]
    Undelivered(#[from] Undelivered),
    /// It cannot be put together: the address is none, or a template failed.
    #[error("{0}")]
    Unmade(String),
    /// Its link leads nowhere any more.
    #[error("its link had expired before it could be sent")]
    Expired,
}

/// Sends mail.
#[derive(Clone)]
pub struct Mailer {
    transport: Arc<dyn Transport>,
    sender: Sender,
    product: String,
    failing: Arc<Mutex<Option<Failing>>>,
}

/// Since when nothing was taken.
#[derive(Debug, Clone)]
struct Failing {
    since: Instant,
    mails: u64,
}

impl Mailer {
    /// As configuration says; none where no mail is sent.
    pub fn configured(settings: &MailSettings, issuer: &str) -> Result<Option<Self>, MailerError> {
        let transport: Arc<dyn Transport> = match settings.transport {
            MailTransport::None => return Ok(None),
            MailTransport::Smtp => Arc::new(Smtp::configured(&settings.smtp)?),
            MailTransport::Outbox => Arc::new(Outbox(settings.outbox.clone())),
        };
        Ok(Some(Self::by(transport, settings, issuer)?))
    }

    /// By another way out.
    pub fn by(
        transport: Arc<dyn Transport>,
        settings: &MailSettings,
        issuer: &str,
    ) -> Result<Self, MailerError> {
        let host = || Url::parse(issuer).ok()?.host_str().map(str::to_owned);
        Ok(Self {
            transport,
            sender: Sender::configured(settings)?,
            product: Some(settings.product.clone())
                .filter(|product| !product.is_empty())
                .or_else(host)
                .unwrap_or_else(|| issuer.to_owned()),
            failing: Arc::default(),
        })
    }

    /// What a mail says.
    pub fn content(&self, mail: &Mail) -> Result<Content, askama::Error> {
        Content::of(&mail.message, Texts::of(mail.locale), &self.product)
    }

    /// Sends a mail; its id is the same for each attempt.
    pub async fn send(&self, id: &JobId, mail: &Mail, now: Timestamp) -> Result<(), Unsent> {
        if mail
            .message
            .expires_at()
            .is_some_and(|expires_at| now >= expires_at)
        {
            return Err(Unsent::Expired);
        }
        let letter = self.letter(id, mail, now)?;
        let delivered = self.transport.deliver(&letter).await;
        self.note(&delivered);
        Ok(delivered?)
    }

    fn letter(&self, id: &JobId, mail: &Mail, now: Timestamp) -> Result<Letter, Unsent> {
        let content = self
            .content(mail)
            .map_err(|error| Unsent::Unmade(error.to_string()))?;
        let letter = self.sender.letter(id, &mail.to, content, now);
        letter.map_err(|error| Unsent::Unmade(error.to_string()))
    }

    fn note(&self, delivered: &Result<(), Undelivered>) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        match delivered {
            // Whoever refuses one address answers.
            Ok(()) | Err(Undelivered { permanent: true, .. }) => *failing = None,
            Err(Undelivered { permanent: false, .. }) => {
                let known = failing.get_or_insert_with(|| Failing {
                    since: Instant::now(),
                    mails: 0,
                });
                known.mails = known.mails.saturating_add(1);
            }
        }
    }

    /// For how long nothing has been taken here, and after how many attempts; none if the last one was.
    #[must_use]
    pub fn failing_for(&self) -> Option<(Duration, u64)> {
        let failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        failing
            .as_ref()
            .map(|failing| (failing.since.elapsed(), failing.mails))
    }

    /// Whether a mail would be taken now.
    pub async fn check(&self) -> Result<(), Undelivered> {
        self.transport.check().await
    }

    /// Where it leads, for operators.
    #[must_use]
    pub fn told(&self) -> String {
        self.transport.told()
    }
}
