//! Owns what is recorded of what people gave to clients: codes, refresh tokens, access tokens.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::{ClientId, GrantId, TokenId, UserId};

/// A code or a token was presented again, or taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantEvent {
    /// An authorization code was presented again (RFC 6749 §4.1.2); its grant ended.
    CodeReplayed {
        client: ClientId,
        user: UserId,
        grant: GrantId,
    },
    /// An old refresh token was presented (RFC 9700 §4.14.2); its grant ended.
    RefreshReused {
        client: ClientId,
        user: UserId,
        grant: GrantId,
        generation: i32,
        current: i32,
    },
    /// The previous refresh token was presented again inside the grace: a lost reply, not a theft.
    RefreshReplayed {
        client: ClientId,
        user: UserId,
        grant: GrantId,
    },
    /// A token was revoked (RFC 7009): with `token` that access token alone, without it the whole grant.
    TokenRevoked {
        client: ClientId,
        user: Option<UserId>,
        grant: Option<GrantId>,
        token: Option<TokenId>,
    },
}

impl Event for GrantEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::CodeReplayed { client, user, grant } => Entry::new("CODE_REPLAYED", json!({}))
                .client(client)
                .user(user)
                .grant(grant),
            Self::RefreshReused {
                client,
                user,
                grant,
                generation,
                current,
            } => Entry::new(
                "REFRESH_REUSED",
                json!({ "generation": generation, "current": current }),
            )
            .client(client)
            .user(user)
            .grant(grant),
            Self::RefreshReplayed { client, user, grant } => Entry::new("REFRESH_REPLAYED", json!({}))
                .client(client)
                .user(user)
                .grant(grant),
            Self::TokenRevoked {
                client,
                user,
                grant,
                token,
            } => Entry::new("TOKEN_REVOKED", json!({ "jti": token }))
                .client(client)
                .user(user.as_ref())
                .grant(grant.as_ref()),
        }
    }
}
