//! Owns what the demo application is told about itself and its provider.

use std::path::PathBuf;

use url::Url;

use crate::base::secret::Secret;

/// Where the provider is, and who the application is there.
#[derive(Debug, Clone)]
pub struct RelyingPartySettings {
    /// The provider's issuer identifier.
    pub issuer: String,
    /// Where browsers reach the application, without trailing slash: `http://localhost:8081`.
    pub own_url: String,
    /// The application's id at the provider.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// Organizations to offer on the page: slug and name.
    pub organizations: Vec<(String, String)>,
    /// The provider's outbox, whose mails a page shows.
    pub outbox: PathBuf,
}

impl RelyingPartySettings {
    /// The URL of one of the application's own paths.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.own_url.trim_end_matches('/'))
    }

    /// What a browser sends as `Origin` from the application's pages.
    pub(super) fn own_origin(&self) -> String {
        origin(&self.own_url)
    }

    /// The provider's origin: where forms may end after their redirects.
    pub(super) fn issuer_origin(&self) -> String {
        origin(&self.issuer)
    }

    /// The host and port that browsers reach the application by.
    pub(super) fn own_host(&self) -> String {
        let authority = |url: Url| url.authority().to_owned();
        Url::parse(&self.own_url).map_or_else(|_| String::new(), authority)
    }

    /// Whether the application is reached over TLS.
    pub(super) fn is_secure(&self) -> bool {
        self.own_url.starts_with("https://")
    }

    /// Whether an organization is among those that the page offers.
    pub(super) fn offers(&self, slug: &str) -> bool {
        self.organizations.iter().any(|(offered, _)| offered == slug)
    }
}

fn origin(url: &str) -> String {
    Url::parse(url).map_or_else(|_| "null".to_owned(), |url| url.origin().ascii_serialization())
}
