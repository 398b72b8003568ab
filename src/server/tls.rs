//! Owns the listener's TLS: 1.2 with ECDHE and AES-GCM only, and 1.3 (RFC 9325 §4.2), and which of HTTP/2 and
//! HTTP/1.1 is spoken (RFC 7301).

use std::path::{Path, PathBuf};

use openssl::error::ErrorStack;
use openssl::ssl::{
    AlpnError, SslAcceptor, SslFiletype, SslMethod, SslOptions, SslSessionCacheMode, SslVersion,
    select_next_proto,
};

const TLS_1_2_CIPHERS: &str = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:\
                               ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
const TLS_1_3_CIPHERS: &str = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
/// `h2` and `http/1.1`, each after its length.
const PROTOCOLS: &[u8] = b"\x02h2\x08http/1.1";

/// Why TLS cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate chain cannot be read.
    #[error("{0} is no PEM certificate chain")]
    Certificate(PathBuf, #[source] ErrorStack),
    /// The key cannot be read.
    #[error("{0} is no PEM private key")]
    Key(PathBuf, #[source] ErrorStack),
    /// The two do not belong together.
    #[error("the private key is not that of the certificate")]
    Mismatch(#[source] ErrorStack),
    /// The library refuses what we ask of it.
    #[error("TLS cannot be set up")]
    Unavailable(#[from] ErrorStack),
}

/// Reads certificate chain and key, and fixes what is spoken.
pub fn acceptor(certificate: &Path, key: &Path) -> Result<SslAcceptor, TlsError> {
    let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
    builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    builder.set_cipher_list(TLS_1_2_CIPHERS)?;
    builder.set_ciphersuites(TLS_1_3_CIPHERS)?;
    builder.set_options(
        SslOptions::NO_COMPRESSION | SslOptions::NO_RENEGOTIATION | SslOptions::CIPHER_SERVER_PREFERENCE,
    );
    // Resumption by tickets only: nothing per connection stays in memory.
    builder.set_session_cache_mode(SslSessionCacheMode::OFF);
    builder.set_alpn_select_callback(|_, offered| {
        select_next_proto(PROTOCOLS, offered).ok_or(AlpnError::ALERT_FATAL)
    });
    builder
        .set_certificate_chain_file(certificate)
        .map_err(|error| TlsError::Certificate(certificate.to_owned(), error))?;
    builder
        .set_private_key_file(key, SslFiletype::PEM)
        .map_err(|error| TlsError::Key(key.to_owned(), error))?;
    builder.check_private_key().map_err(TlsError::Mismatch)?;
    Ok(builder.build())
}
