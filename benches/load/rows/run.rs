//! Owns which row is made how, and the order of its runs: where two servers are measured, they take turns.

use std::time::Duration;

use super::catalogue::RowName;
use super::client_credentials::ClientCredentials;
use super::code::{Authorize, Exchange};
use super::ground::{Ground, SCOPE};
use super::login::Login;
use super::measuring::{Contender, Measuring, Row};
use super::private_key_jwt::PrivateKeyJwt;
use super::read::Read;
use super::refresh::Refresh;
use super::result::RowResult;

/// How a row is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// How long a measured run takes.
    pub(crate) seconds: Duration,
    /// How many there are.
    pub(crate) runs: u32,
}

/// The row of our own server, and of the one beside it.
pub(crate) struct Pair {
    /// Ours.
    pub(crate) own: RowResult,
    /// The peer's, where there is one that has this row.
    pub(crate) peer: Option<RowResult>,
}

/// Measures a row. One that cannot be measured is a result too, so that the others are not lost.
pub(crate) async fn run(
    row: RowName,
    own: &mut Contender,
    peer: Option<&mut Contender>,
    settings: Settings,
) -> Pair {
    let turns = Turns {
        row,
        own,
        peer: peer.filter(|_| row.is_of_peers()),
        settings,
    };
    match row {
        RowName::ClientCredentialsRs256 => {
            let of = |ground: &Ground| ClientCredentials {
                client: ground.service_rs256.clone(),
            };
            turns.take(of).await
        }
        RowName::ClientCredentialsEs256 => {
            let of = |ground: &Ground| ClientCredentials {
                client: ground.service_es256.clone(),
            };
            turns.take(of).await
        }
        RowName::PrivateKeyJwt => turns.take(|_| PrivateKeyJwt::new()).await,
        RowName::ExchangeRs256 => turns.take(|ground| Exchange::new(&ground.web_rs256)).await,
        RowName::ExchangeEs256 | RowName::ExchangeSqlHook | RowName::ExchangeHttpHook => {
            turns.take(|ground| Exchange::new(&ground.web_es256)).await
        }
        RowName::Authorize => turns.take(|_| Authorize).await,
        RowName::Refresh | RowName::RefreshSqlHook | RowName::RefreshHttpHook => {
            turns
                .take(|_| Refresh {
                    scope: "profile email",
                })
                .await
        }
        RowName::RefreshIdToken => turns.take(|_| Refresh { scope: SCOPE }).await,
        RowName::Introspection => turns.take(|_| Read::Introspection).await,
        RowName::Userinfo => turns.take(|_| Read::Userinfo).await,
        RowName::Jwks => turns.take(|_| Read::Document("/.well-known/jwks.json")).await,
        RowName::Discovery => {
            turns
                .take(|_| Read::Document("/.well-known/openid-configuration"))
                .await
        }
        RowName::Login => turns.take(|_| Login).await,
    }
}

struct Turns<'a> {
    row: RowName,
    own: &'a mut Contender,
    peer: Option<&'a mut Contender>,
    settings: Settings,
}

impl Turns<'_> {
    async fn take<R: Row>(self, of: impl Fn(&Ground) -> R) -> Pair {
        let Self { row, settings, .. } = self;
        let mut own = Side::begin(&of, self.own, settings).await;
        let mut peer = match self.peer {
            Some(peer) => Some(Side::begin(&of, peer, settings).await),
            None => None,
        };
        for _ in 0..settings.runs {
            own.measure(settings).await;
            if let Some(peer) = &mut peer {
                peer.measure(settings).await;
            }
        }
        Pair {
            own: own.end(row).await,
            peer: match peer {
                Some(peer) => Some(peer.end(row).await),
                None => None,
            },
        }
    }
}

/// One of those who take turns, until something fails: the other goes on.
struct Side<'a, R: Row>(anyhow::Result<Measuring<'a, R>>);

impl<'a, R: Row> Side<'a, R> {
    async fn begin(of: impl Fn(&Ground) -> R, contender: &'a mut Contender, settings: Settings) -> Self {
        let row = of(&contender.ground);
        Self(Measuring::begin(row, contender, settings.seconds).await)
    }

    async fn measure(&mut self, settings: Settings) {
        if let Ok(measuring) = &mut self.0
            && let Err(error) = measuring.measure(settings.seconds).await
        {
            self.0 = Err(error);
        }
    }

    async fn end(self, row: RowName) -> RowResult {
        let result = match self.0 {
            Ok(measuring) => measuring.end(row).await,
            Err(error) => Err(error),
        };
        result.unwrap_or_else(|error| RowResult::failed(row, &error))
    }
}
