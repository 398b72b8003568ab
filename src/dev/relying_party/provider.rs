//! Owns the provider as the application knows it: its metadata and keys (OpenID Connect Discovery §4), fetched at
//! first use, and the client made of them. It does not know browsers.

use std::sync::Arc;
use std::time::Duration;

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, ClientId, ClientSecret, DiscoveryError, EndSessionUrl, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, LogoutProviderMetadata, ProviderMetadata, RedirectUrl,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::error::DemoError;
use super::settings::RelyingPartySettings;
use super::transport::Transport;
use crate::base::fetch::FetchError;

/// How long to wait before each further attempt: the provider may start at the same moment.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// The client after discovery.
pub(super) type DiscoveredClient = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

type Metadata = ProviderMetadata<
    LogoutProviderMetadata<ResponseIssuer>,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// RFC 9207 §3.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ResponseIssuer {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for ResponseIssuer {}

/// A discovered provider.
#[derive(Debug)]
pub(super) struct Provider {
    /// Builds requests and verifies answers.
    pub(super) client: DiscoveredClient,
    /// Where a sign-out continues.
    pub(super) end_session: Option<EndSessionUrl>,
    /// Whether it names itself in every authorization response; an answer without `iss` is then refused.
    pub(super) names_itself: bool,
}

/// The provider, discovered at most once at a time.
#[derive(Debug, Default)]
pub(super) struct Discovery {
    known: Mutex<Option<Arc<Provider>>>,
}

impl Discovery {
    /// The provider; fetched if it is not known yet.
    pub(super) async fn provider(
        &self,
        settings: &RelyingPartySettings,
        transport: &Transport,
    ) -> Result<Arc<Provider>, DemoError> {
        let mut known = self.known.lock().await;
        if let Some(provider) = &*known {
            return Ok(Arc::clone(provider));
        }
        let provider = Arc::new(connect(settings, transport).await?);
        *known = Some(Arc::clone(&provider));
        Ok(provider)
    }

    /// Forgets metadata and keys: they are fetched anew at the next use.
    pub(super) async fn forget(&self) {
        *self.known.lock().await = None;
    }
}

async fn connect(settings: &RelyingPartySettings, transport: &Transport) -> Result<Provider, DemoError> {
    let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|_| DemoError::Unusable("issuer"))?;
    let callback =
        RedirectUrl::new(settings.url("/callback")).map_err(|_| DemoError::Unusable("redirect address"))?;
    let metadata = discover(&issuer, transport).await.map_err(DemoError::Discovery)?;
    let additional = metadata.additional_metadata();
    let end_session = additional.end_session_endpoint.clone();
    let names_itself = additional
        .additional_metadata
        .authorization_response_iss_parameter_supported;
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(settings.client_id.clone()),
        Some(ClientSecret::new(settings.client_secret.expose().to_owned())),
    )
    .set_redirect_uri(callback);
    Ok(Provider {
        client,
        end_session,
        names_itself,
    })
}

async fn discover(issuer: &IssuerUrl, transport: &Transport) -> Result<Metadata, DiscoveryError<FetchError>> {
    for pause in PAUSES {
        match Metadata::discover_async(issuer.clone(), transport).await {
            Err(DiscoveryError::Request(_) | DiscoveryError::Response(..)) => tokio::time::sleep(pause).await,
            answer => return answer,
        }
    }
    Metadata::discover_async(issuer.clone(), transport).await
}
