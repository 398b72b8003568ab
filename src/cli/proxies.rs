//! Whether the proxy that must stand before the server is named: one that is not makes all of its clients share the
//! limits of one address.

use crate::config::SignetConfig;
use crate::http::middleware::client_ip::TrustedProxies;

/// What is named, or what is missing and how to mend it.
pub(super) fn named(config: &SignetConfig) -> Result<String, String> {
    let proxies = &config.listen.trusted_proxies;
    TrustedProxies::parse(proxies).map_err(|error| format!("listen.trusted_proxies: {error}"))?;
    if !proxies.is_empty() {
        return Ok(format!("believed: {}", proxies.join(", ")));
    }
    let ends_tls = !config.tls.certificate.as_os_str().is_empty();
    if config.issuer.starts_with("https://") && !ends_tls {
        return Err(
            "the issuer is https and this listener is plain, so a proxy stands before it, but listen.trusted_proxies \
             names none: everybody shares the limits of one address; name the proxy's address or network"
                .to_owned(),
        );
    }
    Ok("none".to_owned())
}
