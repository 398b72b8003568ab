//! Owns identifiers: a distinct type per noun over text. New ones are UUIDv7 (RFC 9562) made from the request's
//! clock and entropy; imported ones keep whatever text they had.

use serde::{Deserialize, Serialize};
use uuid::Builder;

use super::clock::Timestamp;
use super::entropy::{self, Entropy};

/// A new UUIDv7 in its text form.
pub fn new_v7(now: Timestamp, entropy: &dyn Entropy) -> String {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &entropy::bytes::<10>(entropy))
        .into_uuid()
        .to_string()
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

            /// Takes a text that a store or a caller already knows as this identifier.
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
    /// An operator's hook.
    HookId,
    /// One question to the operators' hooks, the same for each of them and for each attempt.
    HookEventId,
}
