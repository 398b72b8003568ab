//! Owns the only DNS question that is asked by us and not by a socket: the text records of a name. Time and servers
//! are bounded, nothing is cached, and nothing of the answer is believed to be more than what the name's zone says.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use hickory_resolver::{Resolver, TokioResolver};

/// How long one look-up may take, with every retry.
pub const TIME_LIMIT: Duration = Duration::from_secs(5);
/// How long one server may take to answer.
const SERVER_LIMIT: Duration = Duration::from_secs(2);
/// The most records that are read.
const MOST_RECORDS: usize = 100;

/// Why there is no answer. That a name has no text records is an answer.
#[derive(Debug, thiserror::Error)]
pub enum DnsError {
    /// No server could be asked, or none gave an answer that holds.
    #[error("the DNS gives no answer")]
    Unavailable(#[source] Box<NetError>),
    /// It took longer than [`TIME_LIMIT`].
    #[error("the DNS gives no answer in time")]
    TimedOut,
}

impl From<NetError> for DnsError {
    fn from(error: NetError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

/// Who is asked for text records.
pub trait TextRecords: Send + Sync {
    /// The text records of a name, each with its parts joined (RFC 7208 §3.3 joins them alike); none if the name has
    /// none, or does not exist.
    fn text_records<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<String>, DnsError>>;
}

/// The DNS.
#[derive(Debug, Clone, Default)]
pub struct Dns {
    servers: Vec<SocketAddr>,
}

impl Dns {
    /// Asks these servers; the system's own if there are none.
    #[must_use]
    pub const fn new(servers: Vec<SocketAddr>) -> Self {
        Self { servers }
    }

    fn resolver(&self) -> Result<TokioResolver, NetError> {
        let mut builder = if self.servers.is_empty() {
            TokioResolver::builder_tokio()?
        } else {
            let servers = self.servers.iter().copied().map(name_server).collect();
            let config = ResolverConfig::from_name_servers(servers);
            Resolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        let options = builder.options_mut();
        options.timeout = SERVER_LIMIT;
        options.attempts = 1;
        options.cache_size = 0;
        builder.build()
    }

    async fn ask(&self, name: &str) -> Result<Vec<String>, DnsError> {
        // The dot at the end: no search list of this machine is tried.
        let name = format!("{}.", name.trim_end_matches('.'));
        let found = match self.resolver()?.txt_lookup(name).await {
            Ok(found) => found,
            Err(error) if error.is_no_records_found() => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let texts = found.answers().iter().filter_map(|record| match &record.data {
            RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
            _ => None,
        });
        Ok(texts.take(MOST_RECORDS).collect())
    }
}

impl TextRecords for Dns {
    fn text_records<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<String>, DnsError>> {
        Box::pin(async move {
            tokio::time::timeout(TIME_LIMIT, self.ask(name))
                .await
                .map_err(|_| DnsError::TimedOut)?
        })
    }
}

fn name_server(address: SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.into())
}
