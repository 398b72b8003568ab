//! A mail is asked for: counted against what its address gets, sealed, and left in the queue, in the transaction of the act
//! that it tells of. Whoever asked learns nothing of whether it was one too many: the answer is the same.

use crate::audit::{self, MailEvent};
use crate::base::id::JobId;
use crate::config::SignetConfig;
use crate::db::{DatabaseError, UnitOfWork};
use crate::i18n::Locale;
use crate::mail::limit::{self, Admission, Limits};
use crate::mail::{Mail, Message};
use crate::queue::{self, AddError, Added, Job};
use crate::sealing::Keyring;
use crate::user::EmailAddress;

/// What mails are asked for with.
#[derive(Clone, Copy)]
pub struct Post<'a> {
    keyring: &'a Keyring,
    limits: Limits,
    most_waiting: i64,
}

/// To whom, in which language.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'a> {
    /// The address as it is stored.
    pub email: &'a EmailAddress,
    /// The language.
    pub locale: Locale,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailAsked {
    /// It waits to be sent.
    Waits(JobId),
    /// It is not sent: its address has had as many as it gets, or more waits than the queue holds.
    Dropped,
}

/// Why a mail could not be asked for.
#[derive(Debug, thiserror::Error)]
pub enum SendMailError {
    /// The queue did not take it.
    #[error(transparent)]
    Queue(#[from] AddError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl<'a> Post<'a> {
    /// As configuration says; none where no mail is sent.
    #[must_use]
    pub fn configured(config: &SignetConfig, keyring: &'a Keyring) -> Option<Self> {
        config.mail.is_sent().then(|| Self {
            keyring,
            limits: Limits::configured(&config.mail),
            most_waiting: i64::from(config.queue.most_waiting),
        })
    }
}

/// Asks for a mail.
pub async fn send_mail(
    work: &mut UnitOfWork,
    post: Post<'_>,
    recipient: Recipient<'_>,
    message: Message,
) -> Result<MailAsked, SendMailError> {
    if !admit(work, post, recipient, &message).await? {
        return Ok(MailAsked::Dropped);
    }
    add(work, post, recipient, message).await
}

/// Asks for a mail if there is somebody to get it. If not, the same is done and counted, and the mail taken back: the
/// statements are the same, so that whoever asks learns nothing from how long it takes.
pub async fn send_if(
    work: &mut UnitOfWork,
    post: Post<'_>,
    recipient: Recipient<'_>,
    message: Message,
    exists: bool,
) -> Result<MailAsked, SendMailError> {
    if !admit(work, post, recipient, &message).await? {
        return Ok(MailAsked::Dropped);
    }
    work.begin_part().await?;
    let asked = add(work, post, recipient, message).await?;
    work.end_part(exists).await?;
    Ok(asked)
}

/// Counts a mail; says whether it may be sent.
async fn admit(
    work: &mut UnitOfWork,
    post: Post<'_>,
    recipient: Recipient<'_>,
    message: &Message,
) -> Result<bool, SendMailError> {
    let kind = message.kind();
    let admission = limit::admit(work, recipient.email.canonical(), kind, post.limits).await?;
    if admission == Admission::Admitted {
        return Ok(true);
    }
    tracing::info!(
        mail.kind = kind.name(),
        "a mail is not sent: its address has had as many as it gets; `signet mail status` shows it"
    );
    // Not once more for each further one: whoever asks a thousand times fills no table.
    if admission == Admission::FirstTooMany {
        let event = MailEvent::Limited { message: kind.name() };
        audit::record(work, event).await?;
    }
    Ok(false)
}

async fn add(
    work: &mut UnitOfWork,
    post: Post<'_>,
    recipient: Recipient<'_>,
    message: Message,
) -> Result<MailAsked, SendMailError> {
    let job = Job::Mail(Box::new(Mail {
        to: recipient.email.address().to_owned(),
        locale: recipient.locale,
        message,
    }));
    Ok(
        match queue::add(work, post.keyring, &job, post.most_waiting).await? {
            Added::Waits(id) => MailAsked::Waits(id),
            Added::Full(_) => MailAsked::Dropped,
        },
    )
}
