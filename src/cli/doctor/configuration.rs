//! Whether what configuration says by itself can be served: the issuer, the way people come, the keys that seal.

use super::finding::FindingId;
use super::report::{Checked, Problem};
use crate::cli::proxies::{self, ProxiesError};
use crate::config::SignetConfig;
use crate::db::told;
use crate::protocol::issuer::Issuer;
use crate::sealing::{KekError, Keyring};
use crate::server::tls;

pub(super) fn issuer(config: &SignetConfig) -> Checked {
    match Issuer::parse(&config.issuer) {
        Ok(issuer) if issuer.is_secure() => Ok(issuer.to_string()),
        Ok(issuer) => {
            let detail = format!("{issuer} is http: fit for this machine only; people need https");
            Err(Problem::new(FindingId::IssuerInsecure, detail))
        }
        Err(error) => Err(Problem::new(
            FindingId::IssuerInvalid,
            format!("{error} (key: issuer)"),
        )),
    }
}

pub(super) fn transport(config: &SignetConfig) -> Checked {
    let (certificate, key) = (&config.tls.certificate, &config.tls.key);
    if certificate.as_os_str().is_empty() && key.as_os_str().is_empty() {
        if config.listen.public.ip().is_loopback() {
            return Ok("ended by a proxy on this machine".to_owned());
        }
        let detail = format!(
            "{} is reachable from outside without TLS: set tls.certificate and tls.key, or listen on loopback",
            config.listen.public
        );
        return Err(Problem::new(FindingId::TlsMissing, detail));
    }
    tls::acceptor(certificate, key)
        .map(|_| "own certificate".to_owned())
        .map_err(|error| Problem::new(FindingId::TlsUnusable, error.to_string()))
}

pub(super) fn proxies(config: &SignetConfig) -> Checked {
    proxies::named(config).map_err(|error| {
        let id = match error {
            ProxiesError::Invalid(_) => FindingId::ProxiesInvalid,
            ProxiesError::Unnamed => FindingId::ProxiesUnnamed,
        };
        Problem::new(id, error.to_string())
    })
}

pub(super) fn sealing(keyring: &Result<Keyring, KekError>) -> Checked {
    match keyring {
        Ok(keyring) if keyring.has_development_key() => Err(Problem::new(
            FindingId::SealingDevelopmentKey,
            "a key id starts with dev-: `signet serve` refuses it; make one as keys/README.md says",
        )),
        Ok(keyring) => {
            let ids: Vec<&str> = keyring.configured().collect();
            Ok(format!("has {}", ids.join(", ")))
        }
        Err(error) => Err(Problem::new(FindingId::SealingUnusable, told(error))),
    }
}
