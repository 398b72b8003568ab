//! Owns what the application asks the token and userinfo endpoints, and what it believes of their answers
//! (OpenID Connect Core §3.1.3, §5.3, §12). It does not know browsers.

use std::time::Duration;

use openidconnect::core::{
    CoreErrorResponseType, CoreGenderClaim, CoreIdToken, CoreIdTokenVerifier, CoreJwsSigningAlgorithm,
    CoreTokenResponse,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AuthorizationCode, ClaimsVerificationError, Nonce,
    OAuth2TokenResponse as _, PkceCodeVerifier, RefreshToken, RequestTokenError, StandardErrorResponse,
    SubjectIdentifier, TokenResponse as _, UserInfoClaims, UserInfoError,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::browsers::Pending;
use super::error::DemoError;
use super::party::Party;
use super::provider::Provider;
use crate::base::clock::Timestamp;
use crate::base::fetch::FetchError;

/// What a browser is signed in with.
#[derive(Debug)]
pub(super) struct SignedIn {
    /// Verified; also the hint at sign-out.
    pub(super) id_token: CoreIdToken,
    /// What the ID token was bound to.
    pub(super) nonce: Nonce,
    /// Whom it is about.
    pub(super) subject: SubjectIdentifier,
    /// For resource servers; the application shows it and does not judge it.
    pub(super) access_token: AccessToken,
    /// Gets the next tokens.
    pub(super) refresh_token: Option<RefreshToken>,
    /// How long the access token lives.
    pub(super) expires_in: Option<Duration>,
    /// What the userinfo endpoint said.
    pub(super) userinfo: UserInfo,
    /// The organization that a refresh changed to. A change holds for one response only, so each further refresh
    /// asks for it again.
    pub(super) switched_to: Option<String>,
    /// When the tokens came.
    pub(super) received_at: Timestamp,
}

/// What the userinfo endpoint said.
#[derive(Debug)]
pub(super) enum UserInfo {
    /// Claims about the ID token's subject.
    Claims(Value),
    /// It refused or failed, in words.
    Failed(String),
}

/// Whatever stands beside the standard claims.
#[derive(Debug, Serialize, Deserialize)]
struct OtherClaims {
    #[serde(flatten)]
    claims: serde_json::Map<String, Value>,
}

impl AdditionalClaims for OtherClaims {}

type TokenAnswer =
    Result<CoreTokenResponse, RequestTokenError<FetchError, StandardErrorResponse<CoreErrorResponseType>>>;

impl Party {
    /// Redeems the code of a sign-in.
    pub(super) async fn redeem(&self, code: &str, pending: Pending) -> Result<SignedIn, DemoError> {
        let provider = self.provider().await?;
        let answer = provider
            .client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| DemoError::Unusable("token_endpoint"))?
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.expose().to_owned()))
            .request_async(&self.transport)
            .await;
        let tokens = believe(answer)?;
        let id_token = tokens.id_token().ok_or(DemoError::NoIdToken)?.clone();
        let subject = self
            .verify(
                &provider,
                &id_token,
                tokens.access_token(),
                &Expected::Exactly(&pending.nonce),
            )
            .await?;
        let userinfo = self.userinfo(&provider, tokens.access_token(), &subject).await;
        Ok(SignedIn {
            id_token,
            nonce: pending.nonce,
            subject,
            access_token: tokens.access_token().clone(),
            refresh_token: tokens.refresh_token().cloned(),
            expires_in: tokens.expires_in(),
            userinfo,
            switched_to: None,
            received_at: self.clock.now(),
        })
    }

    /// Gets new tokens, for another organization if one is named.
    pub(super) async fn refresh(
        &self,
        held: &SignedIn,
        organization: Option<String>,
    ) -> Result<SignedIn, DemoError> {
        let provider = self.provider().await?;
        let refresh_token = held.refresh_token.as_ref().ok_or(DemoError::NoRefreshToken)?;
        let switched_to = organization.or_else(|| held.switched_to.clone());
        let mut request = provider
            .client
            .exchange_refresh_token(refresh_token)
            .map_err(|_| DemoError::Unusable("token_endpoint"))?;
        if let Some(slug) = &switched_to {
            request = request.add_extra_param("organization", slug);
        }
        let tokens = believe(request.request_async(&self.transport).await)?;
        // Core §12.2: a refresh need not bring an ID token.
        let id_token = tokens.id_token().unwrap_or(&held.id_token).clone();
        if tokens.id_token().is_some() {
            let subject = self
                .verify(
                    &provider,
                    &id_token,
                    tokens.access_token(),
                    &Expected::IfAny(&held.nonce),
                )
                .await?;
            if subject != held.subject {
                return Err(DemoError::OtherSubject);
            }
        }
        let userinfo = self
            .userinfo(&provider, tokens.access_token(), &held.subject)
            .await;
        Ok(SignedIn {
            id_token,
            nonce: held.nonce.clone(),
            subject: held.subject.clone(),
            access_token: tokens.access_token().clone(),
            // RFC 6749 §6: without a new one the old one stays.
            refresh_token: tokens.refresh_token().or(held.refresh_token.as_ref()).cloned(),
            expires_in: tokens.expires_in(),
            userinfo,
            switched_to,
            received_at: self.clock.now(),
        })
    }

    /// Verifies an ID token (Core §3.1.3.7) and says whom it is about. A signature that does not verify may be one
    /// of a newer key: the keys are fetched once more, then it is refused.
    async fn verify(
        &self,
        provider: &Provider,
        id_token: &CoreIdToken,
        access_token: &AccessToken,
        nonce: &Expected<'_>,
    ) -> Result<SubjectIdentifier, DemoError> {
        match check(&self.verifier(provider), id_token, access_token, nonce) {
            Err(DemoError::IdToken(ClaimsVerificationError::SignatureVerification(_))) => {
                self.discovery.forget().await;
                let provider = self.provider().await?;
                check(&self.verifier(&provider), id_token, access_token, nonce)
            }
            answer => answer,
        }
    }

    /// Only the algorithm that the client is registered with is believed.
    fn verifier<'a>(&'a self, provider: &'a Provider) -> CoreIdTokenVerifier<'a> {
        provider
            .client
            .id_token_verifier()
            .set_allowed_algs([CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256])
            .set_time_fn(|| self.clock.now())
    }

    /// Asks the userinfo endpoint. Its failure is shown beside the tokens: it does not undo the sign-in.
    async fn userinfo(
        &self,
        provider: &Provider,
        access_token: &AccessToken,
        subject: &SubjectIdentifier,
    ) -> UserInfo {
        let Ok(request) = provider
            .client
            .user_info(access_token.clone(), Some(subject.clone()))
        else {
            return UserInfo::Failed("The provider has no userinfo endpoint.".to_owned());
        };
        let answer: Result<UserInfoClaims<OtherClaims, CoreGenderClaim>, UserInfoError<FetchError>> =
            request.request_async(&self.transport).await;
        match answer.map(|claims| serde_json::to_value(&claims)) {
            Ok(Ok(claims)) => UserInfo::Claims(claims),
            Ok(Err(_)) => UserInfo::Failed("The answer could not be read.".to_owned()),
            Err(UserInfoError::Response(status, ..)) => {
                UserInfo::Failed(format!("The endpoint answered {status}."))
            }
            Err(error) => UserInfo::Failed(format!("{error}.")),
        }
    }
}

/// Claims first, then that the access token came with them (Core §3.1.3.8).
fn check(
    verifier: &CoreIdTokenVerifier<'_>,
    id_token: &CoreIdToken,
    access_token: &AccessToken,
    nonce: &Expected<'_>,
) -> Result<SubjectIdentifier, DemoError> {
    let claims = id_token
        .claims(verifier, |found: Option<&Nonce>| nonce.check(found))
        .map_err(DemoError::IdToken)?;
    if let Some(expected) = claims.access_token_hash() {
        let of_key = |source| DemoError::IdToken(ClaimsVerificationError::SignatureVerification(source));
        let algorithm = id_token.signing_alg().map_err(of_key)?;
        let key = id_token.signing_key(verifier).map_err(of_key)?;
        let actual = AccessTokenHash::from_token(access_token, algorithm, key)
            .map_err(|_| DemoError::AccessTokenHash)?;
        if actual != *expected {
            return Err(DemoError::AccessTokenHash);
        }
    }
    Ok(claims.subject().clone())
}

/// Which nonce an ID token must carry.
enum Expected<'a> {
    /// The one that the authorization request sent.
    Exactly(&'a Nonce),
    /// Core §12.2: none, or the first one's.
    IfAny(&'a Nonce),
}

impl Expected<'_> {
    fn check(&self, found: Option<&Nonce>) -> Result<(), String> {
        let is = |expected: &Nonce, found: &Nonce| {
            bool::from(expected.secret().as_bytes().ct_eq(found.secret().as_bytes()))
        };
        match (self, found) {
            (Self::Exactly(expected) | Self::IfAny(expected), Some(found)) if is(expected, found) => Ok(()),
            (Self::IfAny(_), None) => Ok(()),
            (_, Some(_)) => Err("the nonce is another one".to_owned()),
            (Self::Exactly(_), None) => Err("the nonce is missing".to_owned()),
        }
    }
}

fn believe(answer: TokenAnswer) -> Result<CoreTokenResponse, DemoError> {
    answer.map_err(|error| match error {
        RequestTokenError::ServerResponse(refusal) => DemoError::Refused {
            code: refusal.error().to_string(),
            description: refusal.error_description().cloned(),
        },
        RequestTokenError::Request(source) => DemoError::TokenRequest(source),
        // What could not be read may hold a token, so nothing of it is kept.
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => DemoError::TokenAnswer,
    })
}
