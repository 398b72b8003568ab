//! The server's metadata (OpenID Connect Discovery §3, RFC 8414 §2): one struct for both documents, which lists only
//! what works.

use std::sync::{Arc, PoisonError, RwLock};

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Serialize;

use crate::app::App;
use crate::authentication::assurance::ACR_VALUES_SUPPORTED;
use crate::http::app_state::AppState;
use crate::i18n::Locale;
use crate::protocol::algorithm::{Algorithm, VerifiedAlgorithm};
use crate::protocol::claims;
use crate::protocol::client_authentication::ClientAuthenticationMethod;
use crate::protocol::endpoints::Endpoints;
use crate::protocol::grant_type::GrantType;
use crate::protocol::prompt::Prompt;
use crate::protocol::response_mode::ResponseMode;
use crate::protocol::scope;
use crate::protocol::tenancy_claims::TENANCY;
use crate::signing::key_set::KeySet;

/// The metadata, in the names of the specifications.
#[derive(Debug, Clone, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the specifications have these members"
)]
pub struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    end_session_endpoint: String,
    scopes_supported: Vec<&'static str>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: Vec<&'static str>,
    grant_types_supported: Vec<&'static str>,
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: Vec<&'static str>,
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    code_challenge_methods_supported: [&'static str; 1],
    claims_supported: Vec<&'static str>,
    claim_types_supported: [&'static str; 1],
    prompt_values_supported: Vec<&'static str>,
    acr_values_supported: Vec<&'static str>,
    display_values_supported: [&'static str; 1],
    ui_locales_supported: Vec<&'static str>,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// The metadata of a server with these keys.
    #[must_use]
    pub fn of(app: &App, keys: &KeySet) -> Self {
        let issuer = app.issuer();
        let endpoints = Endpoints::of(issuer);
        let methods = || {
            ClientAuthenticationMethod::ALL
                .into_iter()
                .map(ClientAuthenticationMethod::name)
        };
        let assertion_algorithms = || VerifiedAlgorithm::ALL.map(VerifiedAlgorithm::name).to_vec();
        Self {
            issuer: issuer.as_str().to_owned(),
            authorization_endpoint: endpoints.authorization,
            token_endpoint: endpoints.token,
            userinfo_endpoint: endpoints.userinfo,
            jwks_uri: endpoints.jwks_uri,
            revocation_endpoint: endpoints.revocation,
            introspection_endpoint: endpoints.introspection,
            end_session_endpoint: endpoints.end_session,
            scopes_supported: scope::standard().collect(),
            response_types_supported: ["code"],
            response_modes_supported: ResponseMode::ALL.into_iter().map(ResponseMode::name).collect(),
            grant_types_supported: GrantType::ALL.into_iter().map(GrantType::name).collect(),
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: keys
                .algorithms()
                .into_iter()
                .map(Algorithm::name)
                .collect(),
            token_endpoint_auth_methods_supported: methods().collect(),
            token_endpoint_auth_signing_alg_values_supported: assertion_algorithms(),
            revocation_endpoint_auth_methods_supported: methods().collect(),
            revocation_endpoint_auth_signing_alg_values_supported: assertion_algorithms(),
            // A public client may not introspect.
            introspection_endpoint_auth_methods_supported: methods().filter(|name| *name != "none").collect(),
            introspection_endpoint_auth_signing_alg_values_supported: assertion_algorithms(),
            code_challenge_methods_supported: ["S256"],
            claims_supported: claims_supported(),
            claim_types_supported: ["normal"],
            prompt_values_supported: Prompt::NAMES.to_vec(),
            acr_values_supported: ACR_VALUES_SUPPORTED.to_vec(),
            display_values_supported: ["page"],
            ui_locales_supported: Locale::ALL.into_iter().map(Locale::tag).collect(),
            claims_parameter_supported: true,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            authorization_response_iss_parameter_supported: true,
        }
    }
}

fn claims_supported() -> Vec<&'static str> {
    let protocol = [
        "sub",
        "iss",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "azp",
        "at_hash",
        "sid",
    ];
    let standard = scope::standard().flat_map(claims::of_scope).copied();
    let tenancy = TENANCY.iter().filter(|claim| claim.is_published());
    let tenancy = tenancy.map(|claim| claim.name);
    protocol.into_iter().chain(standard).chain(tenancy).collect()
}

/// The documents that are served, rendered once for each key set.
#[derive(Clone, Default)]
pub struct Rendered(Arc<RwLock<Option<Documents>>>);

/// The documents of one key set, so that answering with one copies nothing.
#[derive(Clone)]
pub struct Documents {
    etag: Arc<str>,
    /// The metadata.
    pub metadata: Bytes,
    /// The key set.
    pub jwks: Bytes,
}

impl Rendered {
    /// The documents of these keys, which are the current ones.
    #[must_use]
    pub fn of(&self, app: &App, keys: &KeySet) -> Documents {
        if let Some(documents) = &*self.0.read().unwrap_or_else(PoisonError::into_inner)
            && Arc::ptr_eq(&documents.etag, keys.jwks_etag())
        {
            return documents.clone();
        }
        let documents = Documents {
            etag: Arc::clone(keys.jwks_etag()),
            metadata: Bytes::from(serde_json::to_vec(&Metadata::of(app, keys)).unwrap_or_default()),
            jwks: Bytes::copy_from_slice(keys.jwks().as_bytes()),
        };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(documents.clone());
        documents
    }
}

/// Answers with the metadata, rendered once per change of keys; 0 statements.
pub async fn get(State(state): State<AppState>, Extension(rendered): Extension<Rendered>) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "public, max-age=300"),
    ];
    let keys = state.app.token_issuer().keys.current();
    (headers, rendered.of(&state.app, &keys).metadata).into_response()
}
