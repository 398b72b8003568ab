//! Owns the keys of clients that publish them at a `jwks_uri` (RFC 7591 §2): fetched when they are needed, kept for
//! minutes, and asked for again when none of them has signed a token, since one may be new, also under an old name: at
//! most twice a minute for each client and one request at a time. A fetch that fails takes nothing away before its
//! time. It does not know what the keys sign.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Map, Value};
use tokio::sync::{Mutex, OwnedMutexGuard};
use url::Url;

use crate::base::clock::{self, Timestamp};
use crate::base::fetch::{Bounds, Fetch, FetchError};
use crate::base::id::ClientId;
use crate::jose::{ForeignJws, ForeignKeySet, JwsError, KeySetError};

/// How long a set is believed: a key that a client has taken away is dead after that.
const LIFETIME: Duration = Duration::from_mins(5);
/// How long a client's server is left alone after it was asked, whatever it answered.
const REST: Duration = Duration::from_secs(30);
/// How much one fetch may take.
const BOUNDS: Bounds = Bounds {
    time: Duration::from_secs(5),
    size: 64 * 1024,
};
/// The most clients whose sets are kept.
const CAPACITY: u64 = 1000;

/// Why a client's published keys are not at hand, in words for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishedKeysError {
    /// There was no whole answer.
    #[error("{0}")]
    Fetch(String),
    /// A redirect is one of these too: none is followed.
    #[error("it answered with status {0}")]
    Status(u16),
    /// Most likely an error page.
    #[error("it answered with another content type than application/jwk-set+json or application/json")]
    ContentType,
    /// What it answered is not what is asked for.
    #[error("what it answered is refused: {0}")]
    KeySet(#[from] KeySetError),
    /// The server is stopping.
    #[error("the request was broken off")]
    Interrupted,
}

/// The sets that were fetched.
#[derive(Clone)]
pub struct PublishedKeys {
    fetch: Fetch,
    sources: moka::sync::Cache<(ClientId, String), Arc<Source>>,
}

/// Where one client's keys come from.
#[derive(Default)]
struct Source {
    kept: RwLock<Option<Kept>>,
    /// Whoever holds it may ask; with what came of it the last time.
    turn: Arc<Mutex<Option<Attempt>>>,
}

struct Kept {
    keys: Arc<ForeignKeySet>,
    since: Timestamp,
}

struct Attempt {
    at: Timestamp,
    failure: Option<PublishedKeysError>,
}

impl PublishedKeys {
    /// Nothing fetched yet.
    #[must_use]
    pub fn new(fetch: Fetch) -> Self {
        Self {
            fetch,
            sources: moka::sync::Cache::new(CAPACITY),
        }
    }

    /// What one of the client's keys has signed; the inner error says why none has.
    pub(super) async fn verify<'t>(
        &self,
        client_id: &ClientId,
        uri: &str,
        token: &'t ForeignJws,
        now: Timestamp,
    ) -> Result<Result<&'t Map<String, Value>, JwsError>, PublishedKeysError> {
        let source = self
            .sources
            .get_with((client_id.clone(), uri.to_owned()), Arc::default);
        let mut tried = source.alive(now).map(|keys| (keys.verify(token), keys));
        if let Some((Ok(claims), _)) = tried {
            return Ok(Ok(claims));
        }
        let turn = Arc::clone(&source.turn).lock_owned().await;
        // Whoever had the turn before may have fetched what is wanted.
        let kept = source.alive(now);
        if let Some(keys) = kept
            && tried.as_ref().is_none_or(|(_, old)| !Arc::ptr_eq(old, &keys))
        {
            let verified = keys.verify(token);
            if verified.is_ok() {
                return Ok(verified);
            }
            tried = Some((verified, keys));
        }
        let refused = tried.map(|(verified, _)| verified);
        if let Some(last) = &*turn
            && now < clock::after(last.at, REST)
        {
            let failure = last.failure.clone();
            return refused.ok_or(failure.unwrap_or(PublishedKeysError::Interrupted));
        }
        let asking = Asking {
            fetch: self.fetch.clone(),
            client_id: client_id.clone(),
            uri: uri.to_owned(),
            now,
        };
        // A task of its own: a caller who goes away while it lasts does not cost the others the answer.
        let asked = tokio::spawn(async move { asking.ask(&source, turn).await });
        match asked.await {
            Ok(Ok(keys)) => Ok(keys.verify(token)),
            Ok(Err(failure)) => refused.ok_or(failure),
            Err(_) => refused.ok_or(PublishedKeysError::Interrupted),
        }
    }
}

impl Source {
    /// The set that was fetched last, while it is believed.
    fn alive(&self, now: Timestamp) -> Option<Arc<ForeignKeySet>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref()
            .filter(|kept| now < clock::after(kept.since, LIFETIME))
            .map(|kept| Arc::clone(&kept.keys))
    }
}

/// One question to a client's server.
struct Asking {
    fetch: Fetch,
    client_id: ClientId,
    uri: String,
    now: Timestamp,
}

impl Asking {
    /// Asks, keeps the answer, and gives the turn back.
    async fn ask(
        self,
        source: &Source,
        mut turn: OwnedMutexGuard<Option<Attempt>>,
    ) -> Result<Arc<ForeignKeySet>, PublishedKeysError> {
        let answered = self.fetched().await.map(Arc::new);
        match &answered {
            Ok(keys) => {
                *source.kept.write().unwrap_or_else(PoisonError::into_inner) = Some(Kept {
                    keys: Arc::clone(keys),
                    since: self.now,
                });
            }
            Err(failure) => tracing::warn!(
                client.id = %self.client_id,
                jwks_uri = self.uri.split('?').next(),
                reason = %failure,
                "a client's key set could not be fetched"
            ),
        }
        *turn = Some(Attempt {
            at: self.now,
            failure: answered.as_ref().err().cloned(),
        });
        answered
    }

    async fn fetched(&self) -> Result<ForeignKeySet, PublishedKeysError> {
        let url = Url::parse(&self.uri).map_err(|_| unfetched(&FetchError::Malformed))?;
        let accepted = HeaderValue::from_static("application/jwk-set+json, application/json");
        let headers = HeaderMap::from_iter([(ACCEPT, accepted)]);
        let answer = self.fetch.get(&url, headers, BOUNDS).await;
        let answer = answer.map_err(|error| unfetched(&error))?;
        if answer.status != StatusCode::OK {
            return Err(PublishedKeysError::Status(answer.status.as_u16()));
        }
        if !is_json(&answer.headers) {
            return Err(PublishedKeysError::ContentType);
        }
        Ok(ForeignKeySet::from_json(&answer.body)?)
    }
}

fn unfetched(error: &FetchError) -> PublishedKeysError {
    let reason = if error.is_timeout() {
        "it did not answer within 5 seconds".to_owned()
    } else {
        error.reason()
    };
    PublishedKeysError::Fetch(reason)
}

/// RFC 7517 §8.5.2, and what most servers say instead.
fn is_json(headers: &HeaderMap) -> bool {
    let named = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    named.is_some_and(|media_type| {
        let media_type = media_type.trim();
        ["application/jwk-set+json", "application/json"]
            .iter()
            .any(|one| media_type.eq_ignore_ascii_case(one))
    })
}
