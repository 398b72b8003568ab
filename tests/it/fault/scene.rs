//! A server behind a proxy, with a person who is signed in at a client.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use signet::jobs::queue;
use signet::router;
use signet::server::listener::{Listener, ListenerSettings};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::{Browser, RelyingParty, TestApp};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};
use crate::support::clock::ManualClock;
use crate::support::database::TestDatabase;
use crate::support::proxy::Proxy;

/// What a test of a fault stands on.
pub struct Scene {
    pub app: TestApp,
    pub proxy: Proxy,
    pub person: TestPerson,
    pub hand: RelyingParty,
    /// What she holds there.
    pub tokens: Value,
}

impl Scene {
    /// On a database of its own.
    pub async fn new() -> Self {
        Self::on(&TestDatabase::new().await).await
    }

    /// On this database, with bounds like an operator's, a little tighter.
    pub async fn on(database: &TestDatabase) -> Self {
        let proxy = Proxy::to(&database.url).await;
        let app = TestApp::on(proxy.before(database), Arc::new(ManualClock::new()), |config| {
            config.database.acquire_timeout_ms = 2_000;
            config.database.statement_timeout_ms = 1_500;
        })
        .await;
        let person = a_person("ada").create(&app).await;
        let hand = app.relying_party(&a_client("web").create(&app).await);
        let tokens = hand.tokens(&app, &person, &[]).await;
        Self {
            app,
            proxy,
            person,
            hand,
            tokens,
        }
    }

    /// A token that she holds.
    pub fn token(&self, name: &str) -> &str {
        self.tokens[name].as_str().expect("a token")
    }

    /// Leaves this many connections lying in the server: as many requests hold one at the same time.
    pub async fn keep_connections(&self, number: usize) {
        let work = futures_util::future::join_all((0..number).map(|_| self.app.work())).await;
        for work in work {
            work.rollback().await.expect("it ends");
        }
    }

    /// Watches the database and looks into the queue, as `signet serve` does, until the guard is dropped.
    pub fn watch(&self) -> tokio_util::sync::DropGuard {
        let stop = CancellationToken::new();
        tokio::spawn(queue::run(self.app.app.clone(), stop.clone()));
        tokio::spawn(self.app.app.clone().keep_current(stop.clone()));
        stop.drop_guard()
    }

    /// An operator, who asks for its health.
    pub async fn operator(&self) -> Browser {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", socket.local_addr().expect("an address"));
        let router = router::internal(self.app.app.clone(), String::new);
        let listener = Listener::new(socket, None, ListenerSettings::default());
        tokio::spawn(listener.serve(router, CancellationToken::new()));
        Browser::new(&origin)
    }
}

/// What something answers, if it takes no longer than this.
pub async fn within<T>(seconds: u64, what: &str, work: impl Future<Output = T>) -> T {
    let started = Instant::now();
    let answer = tokio::time::timeout(Duration::from_secs(seconds), work).await;
    answer.unwrap_or_else(|_| panic!("{what} took {:?}", started.elapsed()))
}
