//! Owns the questions to a Transit engine (OpenBao, Vault): make a data key, unwrap one, wrap one anew. No associated
//! data goes along, since Transit wraps nothing anew that has some; where a secret stands is bound under the data key
//! instead. Each question is bounded, and each way in which it fails has a sentence of its own.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::json;
use url::Url;
use zeroize::Zeroizing;

use super::kek::{KEY_LENGTH, KekError, Key, is_id};
use crate::base::fetch::{Answer, Bounds, Fetch, FetchError};
use crate::config::TransitSettings;

const TOKEN: HeaderName = HeaderName::from_static("x-vault-token");
/// The largest answer that is read.
const ANSWER_LIMIT: usize = 64 * 1024;
/// The longest token.
const TOKEN_LIMIT: u64 = 8 * 1024;
/// How much of what Transit says is told.
const SAID_LIMIT: usize = 200;
/// Counts answers by what they were.
const ASKED: &str = "signet_transit_requests_total";

/// Why Transit gave no answer that can be used. Holds no key and no token.
#[derive(Debug, thiserror::Error)]
pub enum TransitError {
    /// The configuration has no Transit key of this id.
    #[error("sealing.transit.keys has no key {id}")]
    Unconfigured {
        /// The key-encryption key.
        id: String,
    },
    /// The token's file cannot be read, or holds no token.
    #[error("the token for Transit cannot be read from {}: {source}", path.display())]
    Token {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nobody is there.
    #[error("Transit cannot be reached at {address}: {reason}")]
    Unreachable {
        /// Where.
        address: String,
        /// What the socket, TLS or HTTP said.
        reason: String,
    },
    /// It did not answer in time.
    #[error("Transit at {address} did not answer within {} ms (sealing.transit.timeout_ms)", time.as_millis())]
    TimedOut {
        /// Where.
        address: String,
        /// How long it had.
        time: Duration,
    },
    /// 403.
    #[error(
        "Transit refuses the token (403: {said}): renew the token in {}, and let its policy update {path}",
        file.display()
    )]
    Denied {
        /// The token's file.
        file: PathBuf,
        /// What was asked for.
        path: String,
        /// What it said.
        said: String,
    },
    /// 503, or 429 and 472 and 473 of standbys.
    #[error("Transit is sealed or not active ({status}: {said}): unseal it")]
    Sealed {
        /// The status.
        status: u16,
        /// What it said.
        said: String,
    },
    /// 404.
    #[error("there is no Transit engine at {path} (404: {said}): set sealing.transit.mount")]
    NotFound {
        /// What was asked for.
        path: String,
        /// What it said.
        said: String,
    },
    /// 400: the version of the key that wrapped the data key is not available.
    #[error(
        "Transit has no version of the key {name} any more that unwraps the data key (400: {said}): lower its \
         min_decryption_version, or restore the key from a backup of Transit"
    )]
    LostVersion {
        /// The key in Transit.
        name: String,
        /// What it said.
        said: String,
    },
    /// 400 otherwise: there is no such key, or another one of the same name.
    #[error(
        "Transit refuses the key {name} (400: {said}): it is not there, or not the one that wrapped the data key"
    )]
    Refused {
        /// The key in Transit.
        name: String,
        /// What it said.
        said: String,
    },
    /// Any other status.
    #[error("Transit answered {path} with {status}: {said}")]
    Status {
        /// What was asked for.
        path: String,
        /// The status.
        status: u16,
        /// What it said.
        said: String,
    },
    /// Something that Transit does not answer.
    #[error("what answers at {path} is not Transit: {problem}")]
    Answer {
        /// What was asked for.
        path: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl TransitError {
    /// Whether the next question would wait in vain too.
    pub(super) const fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Sealed { .. } | Self::Token { .. }
        )
    }
}

/// A Transit engine.
pub(super) struct Transit {
    fetch: Fetch,
    /// With the mount, and a slash at its end.
    address: Url,
    keys: Vec<TransitKey>,
    token_file: PathBuf,
    bounds: Bounds,
    hold: Duration,
}

struct TransitKey {
    id: String,
    name: String,
}

/// A new data key.
pub(super) struct Made {
    pub(super) key: Key,
    pub(super) wrapped: String,
}

#[derive(Deserialize)]
struct Said<T> {
    data: T,
}

#[derive(Deserialize)]
struct DataKey {
    plaintext: String,
    ciphertext: String,
}

#[derive(Deserialize)]
struct Plaintext {
    plaintext: String,
}

#[derive(Deserialize)]
struct Ciphertext {
    ciphertext: String,
}

#[derive(Deserialize)]
struct Errors {
    errors: Vec<String>,
}

impl Transit {
    /// The engine of the configuration; none if it names no key.
    pub(super) fn configured(settings: &TransitSettings) -> Result<Option<Self>, KekError> {
        if settings.keys.is_empty() {
            return Ok(None);
        }
        let keys = settings.keys.iter().map(|entry| key(entry));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let address = format!(
            "{}/v1/{}/",
            settings.address.trim_end_matches('/'),
            settings.mount.trim_matches('/')
        );
        Ok(Some(Self {
            fetch: Fetch::new(settings.reach()),
            address: Url::parse(&address).map_err(|_| KekError::TransitAddress)?,
            keys,
            token_file: settings.token_file.clone(),
            bounds: Bounds {
                time: settings.timeout(),
                size: ANSWER_LIMIT,
            },
            hold: settings.hold(),
        }))
    }

    /// The ids of its keys, in the configuration's order.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.id.as_str())
    }

    /// How long a data key is held once it was unwrapped.
    pub(super) const fn hold(&self) -> Duration {
        self.hold
    }

    /// Has a data key made and wrapped by a key-encryption key.
    pub(super) async fn make(&self, id: &str) -> Result<Made, TransitError> {
        let path = format!("datakey/plaintext/{}", self.name(id)?);
        let made: DataKey = self.ask(id, &path, &json!({ "bits": 8 * KEY_LENGTH })).await?;
        Ok(Made {
            key: decoded(&path, made.plaintext)?,
            wrapped: made.ciphertext,
        })
    }

    /// Has a data key unwrapped.
    pub(super) async fn unwrap(&self, id: &str, wrapped: &str) -> Result<Key, TransitError> {
        let path = format!("decrypt/{}", self.name(id)?);
        let said: Plaintext = self.ask(id, &path, &json!({ "ciphertext": wrapped })).await?;
        decoded(&path, said.plaintext)
    }

    /// Has a data key wrapped by the newest version of its key; Transit alone sees it.
    pub(super) async fn wrap_anew(&self, id: &str, wrapped: &str) -> Result<String, TransitError> {
        let path = format!("rewrap/{}", self.name(id)?);
        let said: Ciphertext = self.ask(id, &path, &json!({ "ciphertext": wrapped })).await?;
        Ok(said.ciphertext)
    }

    fn name(&self, id: &str) -> Result<&str, TransitError> {
        let key = self.keys.iter().find(|key| key.id == id);
        key.map(|key| key.name.as_str())
            .ok_or_else(|| TransitError::Unconfigured { id: id.to_owned() })
    }

    async fn ask<T: for<'a> Deserialize<'a>>(
        &self,
        id: &str,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<T, TransitError> {
        let answered = self.send(id, path, body).await;
        let outcome = if answered.is_ok() { "answered" } else { "failed" };
        metrics::counter!(ASKED, "outcome" => outcome).increment(1);
        answered
    }

    async fn send<T: for<'a> Deserialize<'a>>(
        &self,
        id: &str,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<T, TransitError> {
        let not_transit = |problem| TransitError::Answer {
            path: path.to_owned(),
            problem,
        };
        let url = self
            .address
            .join(path)
            .map_err(|_| not_transit("it has no URL"))?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(TOKEN, self.token()?);
        let sent = self
            .fetch
            .post(&url, headers, body.to_string().into_bytes(), self.bounds);
        let answer = sent.await.map_err(|error| self.unanswered(&error))?;
        if answer.status.as_u16() != 200 {
            return Err(self.refusal(id, path, &answer)?);
        }
        let body = Zeroizing::new(answer.body);
        let said: Said<T> = serde_json::from_slice(&body).map_err(|_| not_transit("no JSON of Transit's"))?;
        Ok(said.data)
    }

    fn token(&self) -> Result<HeaderValue, TransitError> {
        let failed = |source| TransitError::Token {
            path: self.token_file.clone(),
            source,
        };
        let read = || {
            use io::Read as _;
            let mut text = Zeroizing::new(String::with_capacity(256));
            let file = std::fs::File::open(&self.token_file)?;
            file.take(TOKEN_LIMIT).read_to_string(&mut text)?;
            Ok::<_, io::Error>(text)
        };
        let text = read().map_err(failed)?;
        let token = text.trim();
        if token.is_empty() {
            return Err(failed(io::Error::other("it is empty")));
        }
        let mut value = HeaderValue::from_str(token)
            .map_err(|_| failed(io::Error::other("it holds what no token has")))?;
        value.set_sensitive(true);
        Ok(value)
    }

    fn unanswered(&self, error: &FetchError) -> TransitError {
        let address = self.address.origin().ascii_serialization();
        if error.is_timeout() {
            let time = self.bounds.time;
            return TransitError::TimedOut { address, time };
        }
        let reason = match error {
            FetchError::ForbiddenAddress => {
                "it has no address that this server may reach (sealing.transit.reach)".to_owned()
            }
            error => error.reason(),
        };
        TransitError::Unreachable { address, reason }
    }

    /// Why it did not give what was asked for.
    fn refusal(&self, id: &str, path: &str, answer: &Answer) -> Result<TransitError, TransitError> {
        let said = told(&answer.body);
        let name = self.name(id)?.to_owned();
        let path = path.to_owned();
        Ok(match answer.status.as_u16() {
            400 if said.contains("version") => TransitError::LostVersion { name, said },
            400 => TransitError::Refused { name, said },
            403 => TransitError::Denied {
                file: self.token_file.clone(),
                path: format!("{}{path}", self.address.path().trim_start_matches("/v1/")),
                said,
            },
            404 => TransitError::NotFound { path, said },
            status @ (429 | 472 | 473 | 503) => TransitError::Sealed { status, said },
            status => TransitError::Status { path, status, said },
        })
    }
}

fn key(entry: &str) -> Result<TransitKey, KekError> {
    match entry.split_once(':') {
        Some((id, name)) if is_id(id) && is_id(name) => Ok(TransitKey {
            id: id.to_owned(),
            name: name.to_owned(),
        }),
        _ => Err(KekError::TransitKey {
            entry: entry.to_owned(),
        }),
    }
}

fn decoded(path: &str, plaintext: String) -> Result<Key, TransitError> {
    let plaintext = Zeroizing::new(plaintext);
    let bytes = STANDARD
        .decode(plaintext.as_bytes())
        .map(Zeroizing::new)
        .unwrap_or_default();
    <[u8; KEY_LENGTH]>::try_from(bytes.as_slice())
        .map(Zeroizing::new)
        .map_err(|_| TransitError::Answer {
            path: path.to_owned(),
            problem: "the data key is not base64 of 32 bytes",
        })
}

/// The errors that Transit names, without what would break a line, and not at any length.
fn told(body: &[u8]) -> String {
    let errors = serde_json::from_slice(body).map_or_else(|_| Vec::new(), |said: Errors| said.errors);
    let text = errors.join("; ").replace(|c: char| c.is_control(), " ");
    let text: String = text.trim().chars().take(SAID_LIMIT).collect();
    if text.is_empty() {
        "no reason given".to_owned()
    } else {
        text
    }
}
