//! Owns a sign-in: the authorization request (Core §3.1.2.1, RFC 7636) and what its answer must be before a code is
//! believed (RFC 9207, RFC 6749 §10.12).

use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow};
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier, Scope};
use url::Url;

use super::browsers::Pending;
use super::error::DemoError;
use super::exchange::SignedIn;
use super::party::Party;
use crate::base::entropy;
use crate::base::handle::RANDOM_LENGTH;
use crate::base::secret::Secret;
use crate::http::extract::params::Params;
use crate::protocol::scope;

/// What is asked for, beside `openid`: whoever tries the API takes the access token that is shown.
const SCOPES: [&str; 7] = [
    "profile",
    "email",
    "address",
    "phone",
    scope::ORGANIZATIONS,
    scope::ORGANIZATIONS_MANAGE,
    scope::MODULES,
];

/// How the person wants to sign in.
#[derive(Debug, Default)]
pub(super) struct Wish {
    /// The slug of the organization to sign in for.
    pub(super) organization: Option<String>,
    /// `prompt=none`: answer from the provider's session, without a page.
    pub(super) silent: bool,
}

impl Party {
    /// Makes an authorization request; answers with its URL, its `state` and what must be remembered of it.
    pub(super) async fn ask(&self, wish: Wish) -> Result<(Url, (String, Pending)), DemoError> {
        let provider = self.provider().await?;
        let random = || entropy::base62(&*self.entropy, RANDOM_LENGTH);
        let (state, nonce) = (CsrfToken::new(random()), Nonce::new(random()));
        let verifier = PkceCodeVerifier::new(random());
        let mut request = provider
            .client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_scopes(SCOPES.into_iter().map(|scope| Scope::new(scope.to_owned())));
        if let Some(slug) = wish.organization {
            request = request.add_extra_param("organization", slug);
        }
        if wish.silent {
            request = request.add_prompt(CoreAuthPrompt::None);
        }
        let (url, state, nonce) = request.url();
        let pending = Pending {
            nonce,
            verifier: Secret::new(verifier.into_secret()),
            began_at: self.clock.now(),
        };
        Ok((url, (state.into_secret(), pending)))
    }

    /// Judges the authorization response, in this order: whose sign-in it is, from whom it comes, what it says.
    pub(super) async fn answer(
        &self,
        cookie: Option<&str>,
        response: &Params,
    ) -> Result<SignedIn, DemoError> {
        let pending = response
            .get("state")
            .and_then(|state| self.browsers.take(cookie, state, self.clock.now()))
            .ok_or(DemoError::UnknownState)?;
        let provider = self.provider().await?;
        check_issuer(response.get("iss"), &self.settings.issuer, provider.names_itself)?;
        if let Some(code) = response.get("error") {
            let description = response.get("error_description").map(str::to_owned);
            return Err(DemoError::Refused {
                code: code.to_owned(),
                description,
            });
        }
        let code = response.get("code").ok_or(DemoError::NoCode)?;
        self.redeem(code, pending).await
    }
}

/// RFC 9207 §2.4: compared as text, and required of a provider that announces it. Errors are checked as well.
fn check_issuer(found: Option<&str>, issuer: &str, required: bool) -> Result<(), DemoError> {
    match found {
        Some(found) if found == issuer => Ok(()),
        None if !required => Ok(()),
        Some(_) | None => Err(DemoError::WrongIssuer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_names_the_provider_that_was_asked() {
        let issuer = "https://login.example.com";
        assert!(check_issuer(Some(issuer), issuer, true).is_ok());
        assert!(check_issuer(None, issuer, false).is_ok());
        assert!(check_issuer(None, issuer, true).is_err());
        assert!(check_issuer(Some("https://login.example.com/"), issuer, false).is_err());
        assert!(check_issuer(Some("https://evil.example"), issuer, true).is_err());
    }
}
