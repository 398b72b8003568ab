//! HTTP clients of tests. They share what they know of TLS: each of their own would read the system's certificate
//! authorities, which takes OpenSSL longer than most tests take.

use std::sync::OnceLock;

use native_tls::TlsConnector;

/// How a client begins.
pub fn builder() -> reqwest::ClientBuilder {
    static TRUST: OnceLock<TlsConnector> = OnceLock::new();
    let read = || TlsConnector::builder().request_alpns(&["http/1.1"]).build();
    let trust = TRUST.get_or_init(|| read().expect("the system's certificate authorities"));
    reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(trust.clone())
}

/// A client that follows redirects.
pub fn client() -> reqwest::Client {
    builder().build().expect("a client")
}
