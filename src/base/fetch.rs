//! Owns the only outgoing HTTP: bounded time, bounded size, no redirects, and no address inside the network unless
//! configuration allows it (checked on the resolved addresses that the socket will use, so a second DNS answer
//! cannot slip in). It does not know what is fetched.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

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
    /// The body is larger than [`SIZE_LIMIT`].
    #[error("the answer is too large")]
    TooLarge,
    /// The client could not be built.
    #[error("no HTTP client")]
    Unavailable(#[source] reqwest::Error),
}

/// Which addresses may be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only.
    Public,
    /// Loopback too: development and tests.
    PublicAndLoopback,
}

/// The one client for requests that leave this server.
#[derive(Debug, Clone)]
pub struct Fetch {
    client: reqwest::Client,
    reach: Reach,
}

impl Fetch {
    /// Builds the client.
    pub fn new(reach: Reach) -> Result<Self, FetchError> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIME_LIMIT)
            .no_proxy()
            .user_agent(concat!("signet/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(GuardedResolver(reach)))
            .build()
            .map_err(FetchError::Unavailable)?;
        Ok(Self { client, reach })
    }

    /// Sends a request and reads the whole answer within the limits.
    pub async fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, FetchError> {
        let request = reqwest::Request::try_from(request).map_err(FetchError::Failed)?;
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
        let response = self.client.execute(request).await.map_err(|error| {
            if is_forbidden(&error) {
                FetchError::ForbiddenAddress
            } else {
                FetchError::Failed(error)
            }
        })?;
        let mut answer = http::Response::builder().status(response.status());
        if let Some(headers) = answer.headers_mut() {
            headers.clone_from(response.headers());
        }
        let mut body = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(FetchError::Failed)?;
            if body.len() + chunk.len() > SIZE_LIMIT {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        answer.body(body).map_err(|_| FetchError::TooLarge)
    }
}

/// Whether an address may be connected to.
#[must_use]
pub fn permitted(address: IpAddr, reach: Reach) -> bool {
    let address = address.to_canonical();
    if address.is_loopback() {
        return reach == Reach::PublicAndLoopback;
    }
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            !(v4.is_private()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_broadcast()
                || v4.is_multicast()
                || v4.is_documentation()
                || first == 0
                || first >= 240
                || (first == 100 && (64..128).contains(&second))
                || (first == 192 && second == 0)
                || (first == 198 && (18..20).contains(&second)))
        }
        IpAddr::V6(v6) => {
            let [first, second, ..] = v6.segments();
            !(v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                || first == 0x2002
                || (first == 0x64 && second == 0xff9b)
                || (first == 0x2001 && (second == 0xdb8 || second == 0)))
        }
    }
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
