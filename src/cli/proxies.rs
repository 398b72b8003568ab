//! Whether the proxy that must stand before the server is named: one that is not makes all of its clients share the
//! limits of one address.

use crate::config::SignetConfig;
use crate::http::middleware::client_ip::TrustedProxies;

/// What is wrong with the names of proxies.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProxiesError {
    /// One is no address.
    #[error("listen.trusted_proxies: {0}")]
    Invalid(String),
    /// One is missing.
    #[error(
        "the issuer is https and this listener is plain, so a proxy stands before it, but listen.trusted_proxies names \
         none: everybody shares the limits of one address; name the proxy's address or network"
    )]
    Unnamed,
}

/// What is named, or what is missing and how to mend it.
pub(super) fn named(config: &SignetConfig) -> Result<String, ProxiesError> {
    let proxies = &config.listen.trusted_proxies;
    TrustedProxies::parse(proxies).map_err(|error| ProxiesError::Invalid(error.to_string()))?;
    if !proxies.is_empty() {
        return Ok(format!("believed: {}", proxies.join(", ")));
    }
    let ends_tls = !config.tls.certificate.as_os_str().is_empty();
    if config.issuer.starts_with("https://") && !ends_tls {
        return Err(ProxiesError::Unnamed);
    }
    Ok("none".to_owned())
}
