//! Owns the requests of the code flow for one client: authorization, exchange, refresh.

use std::sync::Arc;

use signet::protocol::pkce::CodeChallenge;

use super::ground::{ClientKey, REDIRECT_URI};
use crate::http::{Site, encode};

const VERIFIER: &str = "the-verifier-of-every-request-0123456789-abcdefg";
const TOKEN: &str = "/oauth2/token";

/// One client's way to its tokens.
pub(super) struct CodeFlow {
    pub(super) site: Arc<Site>,
    basic: String,
    authorize: String,
}

/// What a token answer held.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: Option<String>,
}

impl CodeFlow {
    pub(super) fn new(site: &Arc<Site>, client: &ClientKey, scope: &str) -> Self {
        let challenge = CodeChallenge::of_verifier(VERIFIER);
        // OpenID Connect Core §3.1.2.1: a nonce comes back in the ID token.
        let nonce = if scope.split(' ').any(|token| token == "openid") {
            "&nonce=n-0S6_WzA2Mj"
        } else {
            ""
        };
        let authorize = format!(
            "/oauth2/authorize?response_type=code&client_id={}&redirect_uri={}&scope={}&state=af0ifjsldkj{nonce}\
             &code_challenge={}&code_challenge_method=S256",
            encode(&client.id),
            encode(REDIRECT_URI),
            encode(scope),
            challenge.as_ref().map_or("", CodeChallenge::as_str),
        );
        Self {
            site: Arc::clone(site),
            basic: client.basic.clone(),
            authorize,
        }
    }

    /// The authorization request, with or without a session.
    pub(super) fn authorize(&self, session: Option<&str>) -> Vec<u8> {
        match session {
            Some(session) => self.site.get(&self.authorize, &[("cookie", session)]),
            None => self.site.get(&self.authorize, &[]),
        }
    }

    /// The exchange of a code.
    pub(super) fn exchange(&self, code: &str) -> Vec<u8> {
        let redirect_uri = encode(REDIRECT_URI);
        let form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri={redirect_uri}&code_verifier={VERIFIER}"
        );
        self.site.post(TOKEN, &[("authorization", &self.basic)], &form)
    }

    /// The use of a refresh token.
    pub(super) fn refresh(&self, token: &str) -> Vec<u8> {
        let form = format!("grant_type=refresh_token&refresh_token={token}");
        self.site.post(TOKEN, &[("authorization", &self.basic)], &form)
    }

    /// A question about a token.
    pub(super) fn introspect(&self, token: &str) -> Vec<u8> {
        self.site.post(
            "/oauth2/introspect",
            &[("authorization", &self.basic)],
            &format!("token={token}"),
        )
    }

    /// The service's own grant.
    pub(super) fn client_credentials(&self) -> Vec<u8> {
        self.site.post(
            TOKEN,
            &[("authorization", &self.basic)],
            "grant_type=client_credentials",
        )
    }
}
