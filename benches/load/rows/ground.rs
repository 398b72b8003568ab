//! Owns what every row starts from: the server, its clients and its people, and their sessions once somebody needs
//! them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signet::jose::Signer;
use tokio::sync::OnceCell;

use super::code_flow::CodeFlow;
use super::families::Families;
use super::login::LoginVisitor;
use super::sign_in::{SignIn, SignedIn};
use super::stock::Stock;
use crate::drive::{Tally, Until, Visitor, Worker, drive};
use crate::http::{Site, encode};

/// Where codes are sent: to nobody, only the redirect is read.
pub(crate) const REDIRECT_URI: &str = "https://client.example/callback";
/// Everybody's password.
pub(crate) const PASSWORD: &str = "a password that nobody has";
/// What the clients may ask for.
pub(crate) const SCOPE: &str = "openid profile email";

/// A client with its secret.
#[derive(Debug, Clone)]
pub(crate) struct ClientKey {
    /// Its id.
    pub(crate) id: String,
    /// The value of its `Authorization` header.
    pub(crate) basic: String,
}

impl ClientKey {
    /// RFC 6749 §2.3.1: both parts are encoded as in a form first.
    pub(crate) fn new(id: &str, secret: &str) -> Self {
        let basic = STANDARD.encode(format!("{}:{}", encode(id), encode(secret)));
        Self {
            id: id.to_owned(),
            basic: format!("Basic {basic}"),
        }
    }
}

/// A client with the key that it signs its assertions with.
pub(crate) struct SigningClient {
    /// Its id.
    pub(crate) id: String,
    /// Its key.
    pub(crate) key: Signer,
    /// The server that its assertions are for.
    pub(crate) issuer: String,
}

/// The server and who uses it.
pub(crate) struct Ground {
    /// The server.
    pub(crate) site: Arc<Site>,
    /// A service with RS256 access tokens.
    pub(crate) service_rs256: ClientKey,
    /// A service with ES256 access tokens.
    pub(crate) service_es256: ClientKey,
    /// A service with ES256 access tokens that signs assertions, where there is one.
    pub(crate) service_signing: Option<SigningClient>,
    /// A first-party application with RS256 ID tokens.
    pub(crate) web_rs256: ClientKey,
    /// A first-party application with ES256 ID tokens.
    pub(crate) web_es256: ClientKey,
    /// The application whose access tokens are introspected, and shown at userinfo.
    pub(crate) reader: ClientKey,
    /// Names that sign in.
    pub(crate) people: Vec<String>,
    /// How they do.
    pub(crate) sign_in: SignIn,
    /// How many ask at the same time.
    pub(crate) connections: u32,
    /// What was filled in beforehand, of the application with RS256 ID tokens.
    pub(crate) families: Option<Families>,
    /// One session of each person.
    pub(crate) sessions: OnceCell<Vec<String>>,
}

impl Ground {
    /// Drives visitors that make something, and fails if one of them cannot.
    pub(super) async fn make<V: Visitor>(&self, visitors: Vec<V>, visits: usize) -> anyhow::Result<Tally> {
        let workers = visitors
            .into_iter()
            .map(|visitor| Worker::new(self.site.address, visitor))
            .collect();
        let (_, tally) = drive(workers, Until::Visits(visits)).await?;
        anyhow::ensure!(
            tally.errors == 0,
            "what a row needs cannot be made: {}",
            tally.error.unwrap_or_default()
        );
        Ok(tally)
    }

    /// A session cookie of each person.
    pub(super) async fn sessions(&self) -> anyhow::Result<&[String]> {
        let made = self.sessions.get_or_try_init(|| async {
            let stock = Stock::new();
            let flow = Arc::new(CodeFlow::new(&self.site, &self.web_rs256, SCOPE));
            let visitors = self
                .shares(&self.people)
                .map(|people| LoginVisitor::new(self.sign_in, &flow, people, Some(stock.clone())));
            let visitors: Vec<_> = visitors.collect();
            let each = self.people.len().div_ceil(visitors.len().max(1));
            self.make(visitors, each).await?;
            Ok::<_, anyhow::Error>(
                stock
                    .take_all()
                    .into_iter()
                    .map(|SignedIn { session, .. }| session)
                    .collect(),
            )
        });
        Ok(made.await?)
    }

    /// Deals things out to the connections; each gets one at least, some the same if there are too few.
    pub(super) fn shares<'a, T: Clone>(&'a self, things: &'a [T]) -> impl Iterator<Item = Vec<T>> + 'a {
        let connections = usize::try_from(self.connections).unwrap_or(1);
        let few = things.len() < connections;
        (0..connections).map(move |connection| {
            if few {
                things.iter().cycle().skip(connection).take(1).cloned().collect()
            } else {
                things
                    .iter()
                    .skip(connection)
                    .step_by(connections)
                    .cloned()
                    .collect()
            }
        })
    }
}
