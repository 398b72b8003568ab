//! Owns how a mail of the queue is sent, and what a refusal means for its address.

use super::worker::Done;
use crate::app::App;
use crate::audit::{self, MailEvent};
use crate::base::id::JobId;
use crate::db::{DatabaseError, UnitOfWork};
use crate::mail::{Mail, Undelivered, Unsent, bounce};
use crate::queue::Failure;
use crate::user::EmailAddress;

pub(super) async fn send(app: &App, id: &JobId, mail: &Mail) -> Done {
    let Some(mailer) = app.mailer() else {
        return Done::Failed(Failure::temporary("mail.transport of this replica is none"));
    };
    match mailer.send(id, mail, app.clock().now()).await {
        Ok(()) => Done::Well,
        Err(unsent @ Unsent::Undelivered(Undelivered { permanent: true, .. })) => {
            Done::Refused(Failure::permanent(unsent.to_string()))
        }
        Err(unsent @ Unsent::Undelivered(_)) => Done::Failed(Failure::temporary(unsent.to_string())),
        Err(unsent @ (Unsent::Unmade(_) | Unsent::Expired)) => {
            Done::Failed(Failure::permanent(unsent.to_string()))
        }
    }
}

/// Notes against the address that a server refused it for good.
pub(super) async fn note_refusal(
    work: &mut UnitOfWork,
    id: &JobId,
    mail: &Mail,
    failure: &Failure,
) -> Result<(), DatabaseError> {
    let Ok(address) = EmailAddress::parse(&mail.to) else {
        return Ok(());
    };
    bounce::note(work, address.canonical(), &failure.reason).await?;
    let event = MailEvent::Bounced {
        message: mail.message.kind().name(),
        job: id.to_string(),
    };
    audit::record(work, event).await
}
