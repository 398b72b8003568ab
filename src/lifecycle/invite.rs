//! Somebody is asked into an organization: the invitation is made, and where mail is sent its link goes to the address.
//! Whoever asks sees the token either way, as long as applications carry it themselves.

use std::time::Duration;

use crate::base::handle::Handle;
use crate::base::id::{InvitationId, OrganizationId};
use crate::base::secret::Secret;
use crate::config::QuotaSettings;
use crate::db::{DatabaseError, UnitOfWork};
use crate::i18n::Locale;
use crate::lifecycle::send_mail::{Post, Recipient, SendMailError, send_mail};
use crate::mail::Message;
use crate::tenancy::invitation::{self, InvitationError, NewInvitation, SentInvitation};
use crate::user::EmailAddress;

/// What invitations are sent with.
pub struct Inviting<'a, L> {
    /// How many there may be.
    pub quotas: &'a QuotaSettings,
    /// What mails are asked for with; none where none is sent.
    pub post: Option<Post<'a>>,
    /// Where the holder of a token answers.
    pub link: L,
}

/// Why nobody was asked.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The invitation was not made.
    #[error(transparent)]
    Invitation(#[from] InvitationError),
    /// Its mail could not be asked for.
    #[error(transparent)]
    Mail(#[from] SendMailError),
}

impl From<DatabaseError> for InviteError {
    fn from(error: DatabaseError) -> Self {
        Self::Invitation(error.into())
    }
}

/// Asks an address to join with a role.
pub async fn invite<L: Fn(&Handle) -> String>(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    new: &NewInvitation,
    inviting: &Inviting<'_, L>,
) -> Result<SentInvitation, InviteError> {
    let sent = invitation::create(work, organization, new, inviting.quotas).await?;
    send(work, &sent, inviting).await?;
    Ok(sent)
}

/// Gives a pending invitation a new token and new time; the link that was sent before is dead.
pub async fn invite_again<L: Fn(&Handle) -> String>(
    work: &mut UnitOfWork,
    (organization, id): (&OrganizationId, &InvitationId),
    lifetime: Option<Duration>,
    inviting: &Inviting<'_, L>,
) -> Result<SentInvitation, InviteError> {
    let sent = invitation::resend(work, organization, id, lifetime, inviting.quotas).await?;
    send(work, &sent, inviting).await?;
    Ok(sent)
}

async fn send<L: Fn(&Handle) -> String>(
    work: &mut UnitOfWork,
    sent: &SentInvitation,
    inviting: &Inviting<'_, L>,
) -> Result<(), InviteError> {
    let Some(post) = inviting.post else {
        return Ok(());
    };
    // As it stands in the row, with the names of this moment.
    let Some(found) = invitation::find(work, &sent.token).await? else {
        return Ok(());
    };
    let Ok(email) = EmailAddress::parse(&found.email) else {
        return Ok(());
    };
    let recipient = Recipient {
        email: &email,
        locale: Locale::default(),
    };
    let message = Message::Invitation {
        invitation: sent.id.to_string(),
        organization: found.organization_name,
        inviter: found.inviter,
        link: Secret::new((inviting.link)(&sent.token)),
        expires_at: sent.expires_at,
    };
    send_mail(work, post, recipient, message).await?;
    Ok(())
}
