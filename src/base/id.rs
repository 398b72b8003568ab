//! Owns identifiers: a distinct type per noun over text. New ones are UUIDv7 (RFC 9562) made from the request's
//! clock and entropy; imported ones keep whatever text they had. What comes from outside is read in either case here,
//! and nowhere else.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use super::clock::Timestamp;
use super::entropy::{self, Entropy};

/// A new UUIDv7 in its text form.
pub fn new_v7(now: Timestamp, entropy: &dyn Entropy) -> String {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &entropy::bytes::<10>(entropy))
        .into_uuid()
        .to_string()
}

/// The form in which an id is stored: a UUID in lower case, in whichever case it was written (RFC 9562 §4). Any other
/// text stays as it is, and so do UUIDs without hyphens: imported ids look like them.
#[must_use]
pub fn stored_form(text: &str) -> Cow<'_, str> {
    if is_hyphenated_uuid(text) && text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

fn is_hyphenated_uuid(text: &str) -> bool {
    text.len() == uuid::fmt::Hyphenated::LENGTH && Uuid::try_parse(text).is_ok()
}

macro_rules! identifier {
    ($(#[$doc:meta] $name:ident,)+) => {$(
        #[$doc]
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Makes a new one.
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(new_v7(now, entropy))
            }

            /// Reads what somebody typed or sent as this identifier; see [`stored_form`].
            #[must_use]
            pub fn read(text: &str) -> Self {
                Self(stored_form(text).into_owned())
            }

            /// Takes a text that a store or a token of ours already knows as this identifier.
            pub fn from_text(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text, as stores bind it and claims carry it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )+};
}

identifier! {
    /// A person or service account: the `sub` claim.
    UserId,
    /// An organization (space): the `org_id` claim.
    OrganizationId,
    /// A workspace of an organization.
    WorkspaceId,
    /// A registered client: `client_id`. Operators choose its text.
    ClientId,
    /// A browser session: the `sid` claim.
    SessionId,
    /// A grant: the `grant_id` claim.
    GrantId,
    /// A security event.
    EventId,
    /// A signing key: `kid`.
    KeyId,
    /// One access token: `jti`.
    TokenId,
    /// An invitation to an organization.
    InvitationId,
    /// A key of a service.
    ServiceKeyId,
    /// A running process of this server.
    ReplicaId,
    /// A data key, which a Transit engine has wrapped.
    DataKeyId,
    /// An operator's hook.
    HookId,
    /// One question to the operators' hooks, the same for each of them and for each attempt.
    HookEventId,
    /// A proof that somebody reads a mailbox.
    VerificationId,
    /// Work that waits in the queue.
    JobId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_read_in_either_case_and_nothing_else_is_changed() {
        let stored = "0190c1a2-7b7c-7def-8123-456789abcdef";
        for spelling in [
            stored,
            "0190C1A2-7B7C-7DEF-8123-456789ABCDEF",
            "0190c1a2-7B7C-7def-8123-456789abcdeF",
        ] {
            assert_eq!(UserId::read(spelling).as_str(), stored);
        }
        for other in [
            "0190C1A27B7C7DEF8123456789ABCDEF",
            "aZ09bY18cX27dW36eV45fU54gT63hS72",
            "0190C1A2-7B7C-7DEF-8123-456789ABCDEG",
            "{0190C1A2-7B7C-7DEF-8123-456789ABCDEF}",
            "Acme",
            "",
        ] {
            assert_eq!(UserId::read(other).as_str(), other);
        }
    }
}
