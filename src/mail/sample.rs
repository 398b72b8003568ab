//! Owns an example of each mail, for `signet mail preview` and for tests.

use std::time::Duration;

use super::message::{Message, MessageKind};
use crate::base::clock::{self, Timestamp};
use crate::base::secret::Secret;

const HOUR: Duration = Duration::from_hours(1);

/// A mail of this kind as a server with this issuer would send it now.
#[must_use]
pub fn sample(kind: MessageKind, issuer: &str, now: Timestamp) -> Message {
    let link = |path: &str| Secret::new(format!("{issuer}{path}?token=EXAMPLE"));
    let code = || Secret::new("48213907".to_owned());
    let browser = || Some("Firefox, Linux".to_owned());
    let expires_at = clock::after(now, HOUR);
    match kind {
        MessageKind::AddressProof => Message::AddressProof {
            link: link("/account/prove"),
            code: code(),
            expires_at,
        },
        MessageKind::NewAddressProof => Message::NewAddressProof {
            link: link("/account/prove"),
            expires_at,
        },
        MessageKind::AddressChanged => Message::AddressChanged { at: now },
        MessageKind::PasswordReset => Message::PasswordReset {
            link: link("/account/reset"),
            expires_at,
        },
        MessageKind::PasswordChanged => Message::PasswordChanged {
            at: now,
            browser: browser(),
        },
        MessageKind::NewDevice => Message::NewDevice {
            at: now,
            browser: browser(),
        },
        MessageKind::Invitation => Message::Invitation {
            invitation: "example".to_owned(),
            organization: "Acme".to_owned(),
            inviter: Some("Ada Lovelace".to_owned()),
            link: link("/account/invitation"),
            expires_at,
        },
        MessageKind::AccountHelp => Message::AccountHelp {
            link: link("/account/help"),
            expires_at,
        },
        MessageKind::AccountDeleted => Message::AccountDeleted { at: now },
        MessageKind::SignUpAttempt => Message::SignUpAttempt {
            sign_in: format!("{issuer}/login"),
        },
        MessageKind::Test => Message::Test,
    }
}
