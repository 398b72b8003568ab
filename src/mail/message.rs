//! Owns the closed list of mails, and what each says of itself. Links and codes are secrets: they stand in clear only in
//! what the queue seals and in the mail itself.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::base::clock::Timestamp;
use crate::base::secret::Secret;
use crate::i18n::Locale;

/// A mail to one address.
#[derive(Clone, Serialize, Deserialize)]
pub struct Mail {
    /// The address as it is stored, never as somebody typed it.
    pub to: String,
    /// The language of whoever reads it.
    pub locale: Locale,
    /// What it says.
    pub message: Message,
}

/// What a mail says.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// Whoever reads it has this address: a new account's.
    AddressProof {
        /// Proves it.
        #[serde(serialize_with = "in_the_clear")]
        link: Secret,
        /// Proves it too, typed where the account was made.
        #[serde(serialize_with = "in_the_clear")]
        code: Secret,
        /// From when on neither does.
        expires_at: Timestamp,
    },
    /// The same of the address that an account is to have from now on.
    NewAddressProof {
        /// Proves it.
        #[serde(serialize_with = "in_the_clear")]
        link: Secret,
        /// From when on it does not.
        expires_at: Timestamp,
    },
    /// To the address from before: it is not the account's any more.
    AddressChanged {
        /// When.
        at: Timestamp,
    },
    /// Leads to a new password.
    PasswordReset {
        /// Where one is chosen.
        #[serde(serialize_with = "in_the_clear")]
        link: Secret,
        /// From when on it leads nowhere.
        expires_at: Timestamp,
    },
    /// The password is another one.
    PasswordChanged {
        /// When.
        at: Timestamp,
        /// In which browser, if it is known.
        browser: Option<String>,
    },
    /// Somebody signed in where nobody had before.
    NewDevice {
        /// When.
        at: Timestamp,
        /// In which browser, if it is known.
        browser: Option<String>,
    },
    /// An organization asks the address to join.
    Invitation {
        /// Which invitation.
        invitation: String,
        /// What the organization is called.
        organization: String,
        /// Who asks, if it was a member.
        inviter: Option<String>,
        /// Where it is answered.
        #[serde(serialize_with = "in_the_clear")]
        link: Secret,
        /// From when on it leads nowhere.
        expires_at: Timestamp,
    },
    /// An operator or an administrator helps somebody back into their account.
    AccountHelp {
        /// Where that goes on.
        #[serde(serialize_with = "in_the_clear")]
        link: Secret,
        /// From when on it leads nowhere.
        expires_at: Timestamp,
    },
    /// The account is no more.
    AccountDeleted {
        /// When.
        at: Timestamp,
    },
    /// Somebody tried to make an account with the address of one that exists.
    SignUpAttempt {
        /// Where its owner signs in.
        sign_in: String,
    },
    /// Mail works: an operator asked for it.
    Test,
}

/// The mails by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// [`Message::AddressProof`]
    AddressProof,
    /// [`Message::NewAddressProof`]
    NewAddressProof,
    /// [`Message::AddressChanged`]
    AddressChanged,
    /// [`Message::PasswordReset`]
    PasswordReset,
    /// [`Message::PasswordChanged`]
    PasswordChanged,
    /// [`Message::NewDevice`]
    NewDevice,
    /// [`Message::Invitation`]
    Invitation,
    /// [`Message::AccountHelp`]
    AccountHelp,
    /// [`Message::AccountDeleted`]
    AccountDeleted,
    /// [`Message::SignUpAttempt`]
    SignUpAttempt,
    /// [`Message::Test`]
    Test,
}

/// What counts against the mails that an address gets in a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// Anybody can cause it.
    OfOthers,
    /// It tells what happened to the account. Who causes many mails of the other kind keeps none of these away.
    OfTheAccount,
}

impl MessageKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::AddressProof,
        Self::NewAddressProof,
        Self::AddressChanged,
        Self::PasswordReset,
        Self::PasswordChanged,
        Self::NewDevice,
        Self::Invitation,
        Self::AccountHelp,
        Self::AccountDeleted,
        Self::SignUpAttempt,
        Self::Test,
    ];

    /// The name that is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AddressProof => "address_proof",
            Self::NewAddressProof => "new_address_proof",
            Self::AddressChanged => "address_changed",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::NewDevice => "new_device",
            Self::Invitation => "invitation",
            Self::AccountHelp => "account_help",
            Self::AccountDeleted => "account_deleted",
            Self::SignUpAttempt => "sign_up_attempt",
            Self::Test => "test",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What it counts against.
    #[must_use]
    pub const fn budget(self) -> Budget {
        match self {
            Self::AddressProof
            | Self::NewAddressProof
            | Self::PasswordReset
            | Self::Invitation
            | Self::AccountHelp
            | Self::SignUpAttempt
            | Self::Test => Budget::OfOthers,
            Self::AddressChanged | Self::PasswordChanged | Self::NewDevice | Self::AccountDeleted => {
                Budget::OfTheAccount
            }
        }
    }
}

impl Message {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::AddressProof { .. } => MessageKind::AddressProof,
            Self::NewAddressProof { .. } => MessageKind::NewAddressProof,
            Self::AddressChanged { .. } => MessageKind::AddressChanged,
            Self::PasswordReset { .. } => MessageKind::PasswordReset,
            Self::PasswordChanged { .. } => MessageKind::PasswordChanged,
            Self::NewDevice { .. } => MessageKind::NewDevice,
            Self::Invitation { .. } => MessageKind::Invitation,
            Self::AccountHelp { .. } => MessageKind::AccountHelp,
            Self::AccountDeleted { .. } => MessageKind::AccountDeleted,
            Self::SignUpAttempt { .. } => MessageKind::SignUpAttempt,
            Self::Test => MessageKind::Test,
        }
    }

    /// From when on its link leads nowhere, so that sending it helps nobody.
    #[must_use]
    pub const fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::AddressProof { expires_at, .. }
            | Self::NewAddressProof { expires_at, .. }
            | Self::PasswordReset { expires_at, .. }
            | Self::Invitation { expires_at, .. }
            | Self::AccountHelp { expires_at, .. } => Some(*expires_at),
            Self::AddressChanged { .. }
            | Self::PasswordChanged { .. }
            | Self::NewDevice { .. }
            | Self::AccountDeleted { .. }
            | Self::SignUpAttempt { .. }
            | Self::Test => None,
        }
    }
}

impl Mail {
    /// What a later mail replaces this one by while it waits: its link is dead by then.
    #[must_use]
    pub fn replaces(&self) -> Option<String> {
        match &self.message {
            Message::Invitation { invitation, .. } => Some(format!("invitation {invitation}")),
            _ => None,
        }
    }

    /// What it is, for an operator: no secret.
    #[must_use]
    pub fn told(&self) -> String {
        format!(
            "{} to {} ({})",
            self.message.kind().name(),
            self.to,
            self.locale.tag()
        )
    }
}

/// Never in a log: neither the address nor what it says.
impl fmt::Debug for Mail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Mail")
            .field("message", &self.message.kind())
            .finish_non_exhaustive()
    }
}

/// Into what the queue seals.
fn in_the_clear<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::{Clock as _, SystemClock};
    use crate::mail::sample;

    #[test]
    fn every_mail_is_written_down_and_read_back() {
        for kind in MessageKind::ALL {
            let mail = Mail {
                to: "ada@example.com".to_owned(),
                locale: Locale::De,
                message: sample(kind, "https://login.example.com", SystemClock.now()),
            };
            assert_eq!(MessageKind::parse(kind.name()), Some(kind));
            let written = serde_json::to_string(&mail).unwrap();
            let read: Mail = serde_json::from_str(&written).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), written);
            assert_eq!(read.message.kind(), kind);
            assert_eq!(format!("{read:?}"), format!("Mail {{ message: {kind:?}, .. }}"));
        }
    }
}
