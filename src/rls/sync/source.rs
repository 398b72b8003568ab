//! Owns the asking: the issuer's long poll, with the service key read anew each time, so that a rotated key needs no
//! restart.

use std::path::PathBuf;
use std::time::Duration;

use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use url::Url;

use super::cutoff_page::{CutoffPage, Refusal};
use super::error::SyncError;
use crate::base::fetch::{Bounds, Fetch, FetchError, Reach};
use crate::protocol::issuer::Issuer;

/// Below the issuer.
const PATH: &str = "/api/v1/internal/membership-epoch";
/// What an answer may take beyond the time that it was asked to wait.
const PATIENCE: Duration = Duration::from_secs(5);
/// An answer holds a few thousand cut-offs, or all of one transaction.
const SIZE_LIMIT: usize = 64 * 1024 * 1024;

/// Where cut-offs come from.
#[derive(Debug)]
pub struct Source {
    fetch: Fetch,
    issuer: Issuer,
    key_file: PathBuf,
}

impl Source {
    /// An issuer, and the file with the key that it gave to this service. The issuer may stand in a private network:
    /// whoever runs the worker named it.
    #[must_use]
    pub fn new(issuer: Issuer, key_file: PathBuf) -> Self {
        Self {
            fetch: Fetch::new(Reach::PublicAndPrivate),
            issuer,
            key_file,
        }
    }

    /// Asks for what is new since a cursor, or for everything.
    pub(super) async fn ask(&self, after: Option<&str>, wait: Duration) -> Result<CutoffPage, SyncError> {
        let mut url =
            Url::parse(&self.issuer.url(PATH)).map_err(|_| SyncError::Fetch(FetchError::Malformed))?;
        url.query_pairs_mut()
            .append_pair("wait", &wait.as_secs().to_string());
        if let Some(after) = after {
            url.query_pairs_mut().append_pair("after", after);
        }
        let bounds = Bounds {
            time: wait + PATIENCE,
            size: SIZE_LIMIT,
        };
        let headers = HeaderMap::from_iter([(AUTHORIZATION, self.key().await?)]);
        let answer = self
            .fetch
            .get(&url, headers, bounds)
            .await
            .map_err(SyncError::Fetch)?;
        if answer.status != http::StatusCode::OK {
            return Err(SyncError::Refused {
                status: answer.status.as_u16(),
                code: Refusal::word(&answer.body),
            });
        }
        serde_json::from_slice(&answer.body).map_err(|_| SyncError::Malformed)
    }

    async fn key(&self) -> Result<HeaderValue, SyncError> {
        let text = tokio::fs::read_to_string(&self.key_file)
            .await
            .map_err(|source| SyncError::KeyFile {
                path: self.key_file.clone(),
                source,
            })?;
        let no_key = || SyncError::NoKey(self.key_file.clone());
        let key = text.trim();
        let mut value = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| no_key())?;
        value.set_sensitive(true);
        if key.is_empty() { Err(no_key()) } else { Ok(value) }
    }
}
