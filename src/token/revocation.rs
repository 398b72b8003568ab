//! Owns the ending of tokens and grants (RFC 7009 §2.1): a refresh token ends its grant with every access token; an
//! access token ends alone.

use serde_json::{Map, Value};

use super::refresh_token::RefreshToken;
use super::store;
use crate::audit::GrantEvent;
use crate::base::clock::Timestamp;
use crate::base::handle::Handle;
use crate::base::id::{ClientId, GrantId, TokenId, UserId};
use crate::claims::subject;
use crate::db::{DatabaseError, UnitOfWork};

/// Why a grant ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// Its client revoked it.
    Revoked,
    /// Its code was presented again (RFC 6749 §4.1.2).
    CodeReplayed,
    /// A rotated refresh token was used again (RFC 9700 §4.14.2).
    RefreshReused,
}

impl EndReason {
    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::CodeReplayed => "code_replayed",
            Self::RefreshReused => "refresh_reused",
        }
    }
}

/// A grant that was just ended.
#[derive(Debug, Clone)]
pub struct EndedGrant {
    /// The grant.
    pub id: GrantId,
    /// Whose it was.
    pub user_id: UserId,
}

/// What became of a revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// The token is dead now, or was unknown or dead before: the same answer.
    Done,
    /// It belongs to another client: refused without effect.
    ForeignClient,
}

/// Ends a grant; `None` if it had ended before or never was.
pub async fn end_grant(
    work: &mut UnitOfWork,
    grant_id: &GrantId,
    reason: EndReason,
) -> Result<Option<EndedGrant>, DatabaseError> {
    store::end_grant(work, grant_id, reason).await
}

/// Revokes the grant of a refresh token. Any generation that we made is proof enough.
pub async fn revoke_refresh(
    work: &mut UnitOfWork,
    client_id: &ClientId,
    token: &RefreshToken,
) -> Result<Revocation, DatabaseError> {
    let digest = token.random.digest(work.epoch());
    let Some((grant_id, owner)) = store::grant_of_refresh(work, &digest).await? else {
        return Ok(Revocation::Done);
    };
    if owner != *client_id {
        return Ok(Revocation::ForeignClient);
    }
    if let Some(ended) = store::end_grant(work, &grant_id, EndReason::Revoked).await? {
        record(work, ended, client_id).await?;
    }
    Ok(Revocation::Done)
}

/// Revokes one access token by the claims of its JWT.
pub async fn revoke_jwt(
    work: &mut UnitOfWork,
    client_id: &ClientId,
    claims: &Map<String, Value>,
) -> Result<Revocation, DatabaseError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("client_id") != Some(client_id.as_str()) {
        return Ok(Revocation::ForeignClient);
    }
    let expires_at = claims
        .get("exp")
        .and_then(Value::as_i64)
        .and_then(|seconds| Timestamp::from_timestamp(seconds, 0));
    if let (Some(jti), Some(expires_at)) = (text("jti"), expires_at)
        && store::revoke_jti(work, jti, expires_at).await?
    {
        let event = GrantEvent::TokenRevoked {
            client: client_id.clone(),
            user: text("grant_id").and_then(|_| subject::read_person(claims)),
            grant: text("grant_id").map(GrantId::from_text),
            token: Some(TokenId::from_text(jti)),
        };
        crate::audit::record(work, event).await?;
    }
    Ok(Revocation::Done)
}

/// Revokes one reference token.
pub async fn revoke_reference(
    work: &mut UnitOfWork,
    client_id: &ClientId,
    handle: &Handle,
) -> Result<Revocation, DatabaseError> {
    let digest = handle.digest(work.epoch());
    match store::owner_of_reference(work, &digest).await? {
        Some(owner) if owner != *client_id => return Ok(Revocation::ForeignClient),
        Some(_) => {}
        None => return Ok(Revocation::Done),
    }
    if let Some((token, grant)) = store::delete_reference(work, &digest, client_id).await? {
        let event = GrantEvent::TokenRevoked {
            client: client_id.clone(),
            user: None,
            grant,
            token: Some(token),
        };
        crate::audit::record(work, event).await?;
    }
    Ok(Revocation::Done)
}

async fn record(work: &mut UnitOfWork, ended: EndedGrant, client_id: &ClientId) -> Result<(), DatabaseError> {
    crate::audit::record(
        work,
        GrantEvent::TokenRevoked {
            client: client_id.clone(),
            user: Some(ended.user_id),
            grant: Some(ended.id),
            token: None,
        },
    )
    .await
}
