//! Whether mail leaves.

use super::finding::FindingId;
use super::report::{Checked, Problem};
use crate::config::SignetConfig;
use crate::db::told;
use crate::mail::Mailer;

/// Asks the server whether it would take a mail; sends none.
pub(super) async fn leaves(config: &SignetConfig) -> Checked {
    let configured = Mailer::configured(&config.mail, &config.issuer);
    let mailer = configured.map_err(|error| Problem::new(FindingId::MailUnusable, told(&error)))?;
    let Some(mailer) = mailer else {
        return Ok("none is sent: mail.transport is none".to_owned());
    };
    match mailer.check().await {
        Ok(()) => Ok(format!("{} takes it", mailer.told())),
        Err(undelivered) => {
            let detail = format!("{undelivered}: mail waits and is tried again");
            Err(Problem::new(FindingId::MailUnreachable, detail))
        }
    }
}
