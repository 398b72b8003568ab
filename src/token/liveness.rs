//! Owns the question whether a token that was rightly issued still holds: session, grant, client and person live, the
//! token not revoked. One statement each; of those about a person's JWT, which come most, one for all that come at once.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::access_token::PresentedToken;
use super::refresh_token::RefreshToken;
use super::store;
use crate::authentication::Assurance;
use crate::base::clock::Timestamp;
use crate::base::id::{ClientId, GrantId, OrganizationId, UserId};
use crate::claims::TokenIssuer;
use crate::claims::introspection::IntrospectedGrant;
use crate::db::groups::{Dispatcher, Sharing};
use crate::db::pool::Pool;
use crate::db::unit_of_work::RequestContext;
use crate::db::{DatabaseError, UnitOfWork};
use crate::protocol::claims::EPOCH;
use crate::protocol::claims_request::ClaimsRequest;
use crate::protocol::scope::Scope;
use crate::user::Profile;

/// A grant of a person that lives now.
#[derive(Debug, Clone)]
pub struct LiveGrant {
    /// The grant.
    pub id: GrantId,
    /// To whom it was given.
    pub client_id: ClientId,
    /// By whom.
    pub user_id: UserId,
    /// What was granted.
    pub scope: Scope,
    /// When it ends by itself; none if it only ends with its session.
    pub expires_at: Option<Timestamp>,
    /// When it began.
    pub created_at: Timestamp,
    /// The organization it is bound to.
    pub organization_id: Option<OrganizationId>,
    /// How the person proved who they are.
    pub assurance: Assurance,
}

impl LiveGrant {
    /// As introspection speaks of it.
    #[must_use]
    pub const fn introspected(&self) -> IntrospectedGrant<'_> {
        IntrospectedGrant {
            grant_id: &self.id,
            client_id: &self.client_id,
            user_id: &self.user_id,
            scope: &self.scope,
            assurance: &self.assurance,
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}

/// How many grants with a refresh token live, counted up to `most`.
pub async fn count_refreshable(work: &mut UnitOfWork, most: i64) -> Result<i64, DatabaseError> {
    store::count_refreshable(work, most).await
}

/// How many reference tokens have not expired, counted up to `most`.
pub async fn count_references(work: &mut UnitOfWork, most: i64) -> Result<i64, DatabaseError> {
    store::count_references(work, most).await
}

/// What the userinfo endpoint needs of a live grant.
#[derive(Debug)]
pub struct UserinfoFacts {
    /// The person.
    pub user_id: UserId,
    /// What is known of them.
    pub profile: Profile,
    /// The claims of the access token itself.
    pub token: Arc<Map<String, Value>>,
    /// Claims asked for by name.
    pub claims: ClaimsRequest,
    /// When the grant began.
    pub began: Timestamp,
    /// What the built-in hook says now; `None` is its refusal.
    pub tenancy: Option<Value>,
    /// The person's organizations, by the scope `organizations`.
    pub organizations: Option<Value>,
}

/// Where tokens are asked about.
#[derive(Clone)]
pub struct Liveness {
    pool: Pool,
    lives: Dispatcher<store::TokenLife>,
    userinfo: Dispatcher<store::UserinfoOf>,
}

impl Liveness {
    /// On the connections of a pool.
    #[must_use]
    pub fn new(sharing: &Arc<Sharing>) -> Self {
        Self {
            pool: sharing.pool().clone(),
            lives: Dispatcher::new(sharing, ()),
            userinfo: Dispatcher::new(sharing, ()),
        }
    }

    /// The claims of a presented access token if it lives, else `None`: one statement.
    pub async fn of_access_token(
        &self,
        context: RequestContext,
        token_issuer: &TokenIssuer,
        token: PresentedToken,
    ) -> Result<Option<Arc<Map<String, Value>>>, DatabaseError> {
        let claims = match token {
            PresentedToken::Jwt(claims) => claims,
            PresentedToken::Reference(handle) => {
                let mut work = UnitOfWork::repeatable(&self.pool, context).await?;
                let digest = handle.digest(work.epoch());
                let claims = store::reference_claims(&mut work, &digest).await?;
                work.commit().await?;
                let ours = |claims: &Map<String, Value>| {
                    claims.get("iss").and_then(Value::as_str) == Some(token_issuer.issuer.as_str())
                };
                return Ok(claims.filter(ours).map(Arc::new));
            }
        };
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let (Some(jti), Some(client_id)) = (text("jti"), text("client_id")) else {
            return Ok(None);
        };
        let lives = if let Some(grant_id) = text("grant_id") {
            let ours = text("aud") == Some(token_issuer.issuer.as_str());
            let asked = store::TokenLife {
                grant_id: grant_id.to_owned(),
                jti: jti.to_owned(),
                client_id: ClientId::from_text(client_id),
                mv: text(EPOCH).map(str::to_owned),
                organization: text("org_id").filter(|_| ours).map(str::to_owned),
                renamed: (!ours).then(|| Value::Object((*claims).clone())),
            };
            self.lives.ask(asked).await?.is_some()
        } else {
            let issued_at = claims.get("iat").and_then(Value::as_i64).unwrap_or(0);
            let mut work = UnitOfWork::repeatable(&self.pool, context).await?;
            let lives = store::client_token_lives(&mut work, client_id, jti, issued_at).await?;
            work.commit().await?;
            lives
        };
        Ok(lives.then_some(claims))
    }

    /// The grant of a refresh token if this generation is the current one and the grant lives: one statement.
    pub async fn of_refresh_token(
        &self,
        context: RequestContext,
        token: &RefreshToken,
    ) -> Result<Option<LiveGrant>, DatabaseError> {
        let mut work = UnitOfWork::repeatable(&self.pool, context).await?;
        let digest = token.random.digest(work.epoch());
        let grant = store::live_grant_of_refresh(&mut work, &digest, token.generation).await?;
        work.commit().await?;
        Ok(grant)
    }

    /// Everything that userinfo says of the grant of a live access token: one statement.
    pub async fn userinfo(
        &self,
        context: RequestContext,
        token: PresentedToken,
    ) -> Result<Option<UserinfoFacts>, DatabaseError> {
        match token {
            PresentedToken::Jwt(claims) => {
                let text = |name: &str| claims.get(name).and_then(Value::as_str);
                let (Some(grant_id), Some(jti)) = (text("grant_id"), text("jti")) else {
                    return Ok(None);
                };
                let asked = store::UserinfoOf {
                    grant_id: grant_id.to_owned(),
                    jti: jti.to_owned(),
                    client_id: text("client_id").map(ClientId::from_text),
                    mv: text(EPOCH).map(str::to_owned),
                    organization: text("org_id").map(str::to_owned),
                    scope: text("scope").unwrap_or_default().to_owned(),
                };
                let facts = self.userinfo.ask(asked).await?;
                Ok(facts.map(|facts| UserinfoFacts {
                    token: claims,
                    ..facts
                }))
            }
            PresentedToken::Reference(handle) => {
                let mut work = UnitOfWork::repeatable(&self.pool, context).await?;
                let digest = handle.digest(work.epoch());
                let facts = store::userinfo_of_reference(&mut work, &digest).await?;
                work.commit().await?;
                Ok(facts)
            }
        }
    }

    /// How many requests wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.lives.waiting() + self.userinfo.waiting()
    }
}
