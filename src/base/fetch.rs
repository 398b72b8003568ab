//! Owns the only outgoing HTTP: bounded time, bounded size, no redirects, and no address inside the network unless
//! configuration allows it (checked on the resolved addresses that the socket will use, so a second DNS answer
//! cannot slip in). It does not know what is fetched.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::StreamExt as _;
use http::{HeaderMap, Method, StatusCode};
use native_tls::TlsConnector;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::OnceCell;
use url::Url;

pub use super::reach::{Reach, permitted};

/// How long one fetch may take, connect to last byte.
pub const TIME_LIMIT: Duration = Duration::from_secs(5);
/// The largest body that is read.
pub const SIZE_LIMIT: usize = 1024 * 1024;

/// Why nothing was fetched. Never holds the answer's body.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The URL's host is, or resolves only to, addresses that this server must not reach.
    #[error("the address is not a public one")]
    ForbiddenAddress,
    /// Connecting, TLS, or reading failed, or took too long.
    #[error("the request failed")]
    Failed(#[source] reqwest::Error),
    /// The body is larger than [`Bounds::size`].
    #[error("the answer is too large")]
    TooLarge,
    /// The URL cannot stand in a request.
    #[error("the URL cannot be requested")]
    Malformed,
    /// The client could not be built, or the server is stopping.
    #[error("no HTTP client")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl FetchError {
    /// Whether time ran out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Failed(error) if error.is_timeout())
    }

    /// Whether there was no connection, or it broke off before the answer's end: what another attempt may mend.
    #[must_use]
    pub fn is_broken_connection(&self) -> bool {
        match self {
            Self::Failed(error) => !error.is_timeout() && !error.is_builder(),
            Self::ForbiddenAddress | Self::TooLarge | Self::Malformed | Self::Unavailable(_) => false,
        }
    }

    /// The innermost reason, for an operator: what the socket, TLS or HTTP said. It names no URL.
    #[must_use]
    pub fn reason(&self) -> String {
        let first: &dyn std::error::Error = self;
        std::iter::successors(Some(first), |error| error.source())
            .last()
            .map(ToString::to_string)
            .unwrap_or_default()
    }
}

/// How much one fetch may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// From connecting to the last byte.
    pub time: Duration,
    /// Bytes of the body.
    pub size: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            time: TIME_LIMIT,
            size: SIZE_LIMIT,
        }
    }
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status; a redirect is one like others.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
}

/// A client for requests that leave this server; clones are one and the same. It is built when the first one leaves: the
/// certificate authorities that it trusts take OpenSSL some 95 ms to read, and many servers never ask anybody.
#[derive(Debug, Clone)]
pub struct Fetch {
    client: Arc<OnceCell<reqwest::Client>>,
    reach: Reach,
}

/// The system's certificate authorities, read once for every client of this process.
static TRUST: OnceLock<TlsConnector> = OnceLock::new();

impl Fetch {
    /// One that may reach these addresses.
    #[must_use]
    pub fn new(reach: Reach) -> Self {
        Self {
            client: Arc::default(),
            reach,
        }
    }

    /// Builds the client ahead of the first request; whether that works is told then.
    pub async fn prepare(&self) {
        let _ = self.client().await;
    }

    async fn client(&self) -> Result<&reqwest::Client, FetchError> {
        let reach = self.reach;
        let build = async || tokio::task::spawn_blocking(move || build(reach)).await?;
        let client = self.client.get_or_try_init(build).await;
        client.map_err(FetchError::Unavailable)
    }

    /// Sends a request and reads the whole answer within the usual bounds.
    pub async fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, FetchError> {
        self.send_within(request, Bounds::default()).await
    }

    /// Posts a body, and reads the whole answer within the bounds.
    pub async fn post(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
        bounds: Bounds,
    ) -> Result<Answer, FetchError> {
        self.ask(Method::POST, url, headers, body, bounds).await
    }

    /// Gets, and reads the whole answer within the bounds.
    pub async fn get(&self, url: &Url, headers: HeaderMap, bounds: Bounds) -> Result<Answer, FetchError> {
        self.ask(Method::GET, url, headers, Vec::new(), bounds).await
    }

    /// Posts a body, and waits for the status alone, so long at most: nothing that is answered beside it is read.
    pub async fn deliver(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
        time: Duration,
    ) -> Result<StatusCode, FetchError> {
        let request = made(Method::POST, url, headers, body)?;
        Ok(self.begin(request, time).await?.status())
    }

    async fn ask(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
        bounds: Bounds,
    ) -> Result<Answer, FetchError> {
        let request = made(method, url, headers, body)?;
        let (parts, body) = self.send_within(request, bounds).await?.into_parts();
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }

    /// Sends a request and reads the whole answer within the bounds. The body is counted as it arrives, and nothing
    /// is read of one that says beforehand that it is too large.
    async fn send_within(
        &self,
        request: http::Request<Vec<u8>>,
        bounds: Bounds,
    ) -> Result<http::Response<Vec<u8>>, FetchError> {
        let response = self.begin(request, bounds.time).await?;
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).map_or(true, |length| length > bounds.size) {
            return Err(FetchError::TooLarge);
        }
        let mut answer = http::Response::builder().status(response.status());
        if let Some(headers) = answer.headers_mut() {
            headers.clone_from(response.headers());
        }
        let mut body = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(failed)?;
            if body.len() + chunk.len() > bounds.size {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        answer.body(body).map_err(|_| FetchError::TooLarge)
    }

    /// Sends a request, and waits for the head of the answer. The whole exchange may take so long.
    async fn begin(
        &self,
        request: http::Request<Vec<u8>>,
        time: Duration,
    ) -> Result<reqwest::Response, FetchError> {
        let mut request = reqwest::Request::try_from(request).map_err(failed)?;
        *request.timeout_mut() = Some(time);
        // A literal address never reaches the resolver. It is read in the form that the URL parser gave it: that one
        // also understands `127.1` and `0x7f000001`.
        let host = request
            .url()
            .host_str()
            .unwrap_or_default()
            .trim_matches(['[', ']']);
        if host
            .parse::<IpAddr>()
            .is_ok_and(|address| !permitted(address, self.reach))
        {
            return Err(FetchError::ForbiddenAddress);
        }
        self.client().await?.execute(request).await.map_err(|error| {
            if is_forbidden(&error) {
                FetchError::ForbiddenAddress
            } else {
                failed(error)
            }
        })
    }
}

fn made(
    method: Method,
    url: &Url,
    headers: HeaderMap,
    body: Vec<u8>,
) -> Result<http::Request<Vec<u8>>, FetchError> {
    let mut request = http::Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = url.as_str().parse().map_err(|_| FetchError::Malformed)?;
    *request.headers_mut() = headers;
    Ok(request)
}

fn build(reach: Reach) -> Result<reqwest::Client, Box<dyn std::error::Error + Send + Sync>> {
    let trust = if let Some(trust) = TRUST.get() {
        trust
    } else {
        // As reqwest offers it by itself where HTTP/2 is left out.
        let read = TlsConnector::builder().request_alpns(&["http/1.1"]).build()?;
        TRUST.get_or_init(|| read)
    };
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(trust.clone())
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIME_LIMIT)
        .no_proxy()
        .user_agent(concat!("signet/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Arc::new(GuardedResolver(reach)))
        .build()?)
}

/// A failure without its URL: queries and paths can hold secrets, and errors are logged.
fn failed(error: reqwest::Error) -> FetchError {
    FetchError::Failed(error.without_url())
}

#[derive(Debug, thiserror::Error)]
#[error("the name resolves to no permitted address")]
struct Forbidden;

fn is_forbidden(error: &reqwest::Error) -> bool {
    std::iter::successors(std::error::Error::source(error), |source| source.source())
        .any(<dyn std::error::Error>::is::<Forbidden>)
}

struct GuardedResolver(Reach);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses: Vec<SocketAddr> = found.filter(|address| permitted(address.ip(), reach)).collect();
            if addresses.is_empty() {
                return Err(Forbidden.into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
