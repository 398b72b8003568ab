//! Owns who calls on behalf of a person: an access token of a living grant, made for this server itself (RFC 6750),
//! with the scope that the path and the method need. One statement.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{Method, StatusCode};
use serde_json::Value;

use crate::api::refusal::Refusal;
use crate::app::App;
use crate::base::actor::Actor;
use crate::base::id::{OrganizationId, SessionId, UserId};
use crate::claims::subject;
use crate::config::QuotaSettings;
use crate::db::unit_of_work::RequestContext;
use crate::db::{DatabaseError, UnitOfWork};
use crate::http::app_state::AppState;
use crate::http::extract::bearer::{self, BearerError};
use crate::http::respond::challenge::Challenge;
use crate::http::respond::failure::Failure;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::scope::{CONSENTS, ORGANIZATION_ANY, ORGANIZATIONS, ORGANIZATIONS_MANAGE};
use crate::signing::error::VerificationError;
use crate::signing::key_set::KeySet;
use crate::tenancy::TenancyError;
use crate::token::access_token;

const INVALID: Challenge = Challenge::refused(ProtocolError::new(
    ErrorCode::InvalidToken,
    "the access token is not valid here",
));

/// A person, through an application that they signed in to.
pub struct Caller {
    /// The person.
    pub user: UserId,
    /// Their session, unless the grant outlived it.
    pub session: Option<SessionId>,
    /// The server's parts.
    pub state: AppState,
    /// The one organization that the application may speak of; none: all of the person's. A token speaks of one, and
    /// only a first-party client, or one with the scope `organization:*`, goes beyond it.
    only: Option<OrganizationId>,
    keys: Arc<KeySet>,
    context: RequestContext,
}

impl Caller {
    /// The organization that a path names, if the application may speak of it.
    pub fn organization(&self, id: &str) -> Result<OrganizationId, Refusal> {
        let id = OrganizationId::read(id);
        if self.may_speak_of(&id) {
            Ok(id)
        } else {
            Err(TenancyError::Unknown(id).into())
        }
    }

    /// Whether the application may speak of an organization.
    #[must_use]
    pub fn may_speak_of(&self, id: &OrganizationId) -> bool {
        self.only.as_ref().is_none_or(|only| only == id)
    }

    /// The one organization that the application may speak of; none: all of the person's.
    #[must_use]
    pub const fn only(&self) -> Option<&OrganizationId> {
        self.only.as_ref()
    }

    /// How much there may be of everything.
    #[must_use]
    pub fn quotas(&self) -> &QuotaSettings {
        &self.state.app.config().quotas
    }

    /// The server's parts.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.state.app
    }

    /// Refuses an application that may speak of one organization only.
    pub fn require_every_organization(&self) -> Result<(), Refusal> {
        if self.only.is_none() {
            return Ok(());
        }
        Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "one_organization",
            "this application may act for one organization only; it needs the scope organization:*",
        ))
    }

    /// Our keys, taken once for the request: cursors are tagged.
    #[must_use]
    pub fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// A transaction of this request, in which the person acts.
    pub async fn begin(&self) -> Result<UnitOfWork, DatabaseError> {
        self.state.app.begin(self.context.clone()).await
    }
}

/// A person, through an application that may see and withdraw what they allowed applications: the scope `consents`.
pub struct ConsentCaller(pub Caller);

impl FromRequestParts<AppState> for ConsentCaller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        Caller::with_scope(parts, state, &[CONSENTS]).await.map(Self)
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let needed: &[&'static str] = if parts.method == Method::GET || parts.method == Method::HEAD {
            &[ORGANIZATIONS, ORGANIZATIONS_MANAGE]
        } else {
            &[ORGANIZATIONS_MANAGE]
        };
        Self::with_scope(parts, state, needed).await
    }
}

impl Caller {
    /// The caller of a request whose token has one of the scopes.
    async fn with_scope(
        parts: &mut Parts,
        state: &AppState,
        needed: &[&'static str],
    ) -> Result<Self, Response> {
        let Ok(context) = RequestContext::from_request_parts(parts, state).await;
        let request_id = context.origin.request_id.clone();
        let text = bearer::read(&parts.headers, None);
        match text {
            Ok(text) => Self::of_token(state, context, text.expose(), needed).await,
            Err(error) => Err(error.into()),
        }
        .map_err(|error| error.write(&request_id))
    }

    /// The person whom an access token speaks for.
    async fn of_token(
        state: &AppState,
        context: RequestContext,
        text: &str,
        needed: &[&'static str],
    ) -> Result<Self, CallerError> {
        let token_issuer = state.app.token_issuer();
        let keys = token_issuer.keys.current();
        let token = access_token::read(token_issuer, &keys, text, context.now)?.ok_or(INVALID)?;
        let liveness = state.app.liveness();
        let claims = liveness.of_access_token(context.clone(), token_issuer, token);
        let claims = claims.await?.ok_or(INVALID)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        // A client's own token speaks for nobody, and a token for another audience is not for us.
        let person = text("grant_id").and_then(|_| subject::read_person(&claims));
        let (Some(user), Some(true)) = (person, text("aud").map(|aud| aud == token_issuer.issuer.as_str()))
        else {
            return Err(INVALID.into());
        };
        let granted = text("scope").unwrap_or_default();
        if !granted.split(' ').any(|token| needed.contains(&token)) {
            let least = needed.first().copied().unwrap_or_default();
            return Err(Challenge::insufficient(least).into());
        }
        let everywhere = granted.split(' ').any(|token| token == ORGANIZATION_ANY) || {
            let client = state.app.clients().find(text("client_id").unwrap_or_default());
            client.await?.is_some_and(|client| client.metadata.first_party)
        };
        // No organization in the token is none at all, not every one.
        let own = || OrganizationId::from_text(text("org_id").unwrap_or_default());
        context.origin.proves(Actor::Person(user.clone()));
        Ok(Self {
            only: (!everywhere).then(own),
            user,
            session: text("sid").map(SessionId::from_text),
            state: state.clone(),
            keys,
            context,
        })
    }
}

/// Why nobody is let in.
enum CallerError {
    /// The token is missing, none of ours, or not for this.
    Challenge(Challenge),
    /// A failure of ours.
    Failure(Failure),
}

impl CallerError {
    fn write(self, request_id: &str) -> Response {
        match self {
            Self::Challenge(challenge) => challenge.problem(request_id),
            Self::Failure(failure) => failure.problem(request_id).into_response(),
        }
    }
}

impl From<Challenge> for CallerError {
    fn from(challenge: Challenge) -> Self {
        Self::Challenge(challenge)
    }
}

impl From<BearerError> for CallerError {
    fn from(error: BearerError) -> Self {
        Self::Challenge(error.into())
    }
}

impl From<VerificationError> for CallerError {
    fn from(error: VerificationError) -> Self {
        Self::Failure(error.into())
    }
}

impl From<DatabaseError> for CallerError {
    fn from(error: DatabaseError) -> Self {
        Self::Failure(error.into())
    }
}
