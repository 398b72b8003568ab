//! Owns the checked authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1). It can be stored while its
//! person signs in; what the browser sends later never changes it.

use serde::{Deserialize, Serialize};

use crate::base::clock::Timestamp;
use crate::base::id::{ClientId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::i18n::{Locale, Wish};
use crate::protocol::claims_request::ClaimsRequest;
use crate::protocol::error::{Refusal, Remark};
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::prompt::Prompt;
use crate::protocol::redirect_uri::RedirectUri;
use crate::protocol::response_mode::ResponseMode;
use crate::protocol::scope::Scope;
use crate::user::{UserStatus, service as users};

/// Where the answer goes: proven to belong to the client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseTarget {
    /// The client.
    pub client_id: ClientId,
    /// Matched against the registered ones.
    pub redirect_uri: RedirectUri,
    /// False: the request relied on the only registered one.
    pub redirect_uri_given: bool,
    /// How the answer travels.
    pub response_mode: ResponseMode,
    /// Echoed unchanged.
    pub state: Option<String>,
}

/// A request that passed every check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Where the answer goes.
    pub target: ResponseTarget,
    /// What is asked for, within the client's registration.
    pub scope: Scope,
    /// For the ID token.
    pub nonce: Option<String>,
    /// Interactions asked for or forbidden.
    pub prompt: Prompt,
    /// Seconds since the last proof that the client accepts.
    pub max_age: Option<u32>,
    /// What to write into the user name field.
    pub login_hint: Option<String>,
    /// Whom the client expects, by `id_token_hint` or by `sub` in the claims parameter.
    pub expected_subject: Option<ExpectedSubject>,
    /// The proof key, enforced once sent.
    pub code_challenge: Option<CodeChallenge>,
    /// Claims asked for by name.
    pub claims: Option<ClaimsRequest>,
    /// The audience (RFC 8707).
    pub resource: Option<String>,
    /// An organization's id or slug.
    pub organization: Option<String>,
    /// The first of `ui_locales` that we speak; none is an error.
    #[serde(default)]
    pub ui_locale: Option<Locale>,
}

impl AuthorizationRequest {
    /// The language that it asked for when it arrived.
    #[must_use]
    pub fn wish(&self, at: Timestamp) -> Option<Wish> {
        self.ui_locale.map(|locale| Wish { locale, at })
    }

    /// What a person confirms for the place that is asked for: the scope, and the scopes whose claims are named. The
    /// organization and the resource are the place.
    #[must_use]
    pub fn to_confirm(&self) -> Scope {
        let named = self
            .claims
            .iter()
            .flat_map(ClaimsRequest::scopes)
            .map(str::to_owned);
        self.scope.clone().without_organization().with(named)
    }
}

/// Whom the client expects to be signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExpectedSubject {
    /// This person and nobody else.
    Person(UserId),
}

impl ExpectedSubject {
    /// Whether they can sign in here at all: known, not deleted, not shut out.
    pub async fn may_sign_in(&self, work: &mut UnitOfWork) -> Result<bool, DatabaseError> {
        let Self::Person(person) = self;
        let user = users::find(work, person).await?;
        Ok(user.is_some_and(|user| matches!(user.status, UserStatus::Active | UserStatus::Waitlist)))
    }
}

/// A request that passed every check, and what of it was not used.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedRequest {
    /// The request.
    pub request: AuthorizationRequest,
    /// The scopes that were left out, if any were.
    pub left_out: Option<Remark>,
}

/// A request that will not be answered with a code.
#[derive(Debug)]
pub enum AuthorizationError {
    /// No redirect URI is proven: a page of ours.
    Unredirectable {
        /// The client, if there is one of the name that was sent.
        client: Option<ClientId>,
        /// What is wrong.
        refusal: Refusal,
    },
    /// The error goes to the client.
    Redirectable(Box<ResponseTarget>, Refusal),
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for AuthorizationError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}
