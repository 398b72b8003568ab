//! The server under test: its own database, its own time, its own port.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use signet::app::{App, Injected};
use signet::base::actor::Actor;
use signet::base::entropy::Entropy;
use signet::base::origin::Origin;
use signet::config::{MailTransport, SignetConfig};
use signet::db::UnitOfWork;
use signet::db::groups::GroupSettings;
use signet::jobs::queue::Worker;
use signet::mail::Letter;
use signet::router;
use signet::server::listener::{Listener, ListenerSettings};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::{Browser, RelyingParty};
use crate::support::clock::ManualClock;
use crate::support::database::TestDatabase;
use crate::support::dns::PublishedDns;
use crate::support::entropy::SeededEntropy;
use crate::support::mailbox::Mailbox;
use crate::support::pgbouncer;

/// A running server.
pub struct TestApp {
    /// The server's parts, for services that have no endpoint yet.
    pub app: App,
    /// Its database.
    pub database: TestDatabase,
    /// Its time.
    pub clock: Arc<ManualClock>,
    /// The DNS that it asks.
    pub dns: Arc<PublishedDns>,
    /// Where its mails go.
    pub mail: Arc<Mailbox>,
    /// Its issuer: `http://127.0.0.1:PORT`.
    pub issuer: String,
    /// Where this replica itself listens; the issuer unless it is a further replica.
    pub address: String,
    stop: CancellationToken,
}

static SEED: AtomicU64 = AtomicU64::new(1);

/// Set (to anything), every refresh of a run that may be in a group is in one, be it alone in it.
const IN_GROUPS: &str = "TEST_IN_GROUPS";

impl TestApp {
    /// A server with the default configuration, a cheap password hash and no rate per address.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with changes to its configuration.
    pub async fn with(change: impl FnOnce(&mut SignetConfig)) -> Self {
        Self::on(started_before().await, Arc::new(ManualClock::new()), change).await
    }

    /// Whether this run sends every grant in a group.
    pub fn is_grouped() -> bool {
        std::env::var_os(IN_GROUPS).is_some()
    }

    /// The same with groups as a test wants them.
    pub async fn with_groups(groups: GroupSettings) -> Self {
        Self::on_with_groups(started_before().await, groups, |_| {}).await
    }

    /// The same on a database that exists.
    pub async fn on_with_groups(
        database: TestDatabase,
        groups: GroupSettings,
        change: impl FnOnce(&mut SignetConfig),
    ) -> Self {
        Self::start(database, Arc::new(ManualClock::new()), Some(groups), change).await
    }

    /// The same whose mails leave by the server that its configuration names.
    pub async fn by_smtp(change: impl FnOnce(&mut SignetConfig)) -> Self {
        let database = started_before().await;
        Self::start_with(database, Arc::new(ManualClock::new()), None, (change, false)).await
    }

    /// Another replica of this server: same database and time, another port and process memory. Its issuer is the
    /// first one's.
    pub async fn replica(&self) -> Self {
        let issuer = self.issuer.clone();
        let mut replica = Self::on(self.database.again(), Arc::clone(&self.clock), |config| {
            config.issuer = issuer;
        })
        .await;
        replica.issuer.clone_from(&self.issuer);
        replica
    }

    /// A server on a database that exists.
    pub async fn on(
        database: TestDatabase,
        clock: Arc<ManualClock>,
        change: impl FnOnce(&mut SignetConfig),
    ) -> Self {
        let forced = Self::is_grouped().then(|| GroupSettings {
            smallest: 1,
            ..GroupSettings::default()
        });
        Self::start(database, clock, forced, change).await
    }

    async fn start(
        database: TestDatabase,
        clock: Arc<ManualClock>,
        groups: Option<GroupSettings>,
        change: impl FnOnce(&mut SignetConfig),
    ) -> Self {
        Self::start_with(database, clock, groups, (change, true)).await
    }

    async fn start_with(
        database: TestDatabase,
        clock: Arc<ManualClock>,
        groups: Option<GroupSettings>,
        (change, keeps_mail): (impl FnOnce(&mut SignetConfig), bool),
    ) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = socket.local_addr().expect("an address");
        let mut config = config(format!("http://{address}"), &database);
        pgbouncer::configure(&mut config);
        change(&mut config);
        let dns = Arc::new(PublishedDns::default());
        let mail = Arc::new(Mailbox::default());
        let injected = Injected {
            clock: Some(Arc::clone(&clock) as _),
            dns: Some(Arc::clone(&dns) as _),
            mail: keeps_mail.then(|| Arc::clone(&mail) as _),
            groups,
            ..Injected::default()
        };
        let app = build(config, injected).await;
        let stop = CancellationToken::new();
        let public = router::public(&app).expect("a router").layer(from_fn(finished));
        let settings = ListenerSettings {
            drain_time: Duration::from_millis(100),
            ..ListenerSettings::default()
        };
        tokio::spawn(Listener::new(socket, None, settings).serve(public, stop.clone()));
        let issuer = format!("http://{address}");
        Self {
            app,
            address: issuer.clone(),
            database,
            clock,
            dns,
            mail,
            issuer,
            stop,
        }
    }

    /// A new browser with no cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.issuer)
    }

    /// A relying party for a client that exists.
    pub fn relying_party(&self, client: &crate::fixtures::client::TestClient) -> RelyingParty {
        RelyingParty::new(&self.issuer, client.clone())
    }

    /// A relying party that knocks at this very replica.
    pub fn relying_party_here(&self, client: &crate::fixtures::client::TestClient) -> RelyingParty {
        RelyingParty::new(&self.address, client.clone())
    }

    /// A transaction on the server's own services, of the test itself; commit it by name.
    pub async fn work(&self) -> UnitOfWork {
        self.begin(Origin::internal("test")).await
    }

    /// The same of whoever acts.
    pub async fn work_as(&self, actor: &Actor) -> UnitOfWork {
        let origin = Origin::of_request("test".to_owned(), None, None);
        origin.proves(actor.clone());
        self.begin(origin).await
    }

    async fn begin(&self, origin: Origin) -> UnitOfWork {
        self.app
            .begin(self.app.context(origin))
            .await
            .expect("the database answers")
    }

    /// Where its mails go.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mail
    }

    /// Sends what waits to be sent; then every mail to an address, the oldest first.
    pub async fn mail_to(&self, address: &str) -> Vec<Letter> {
        self.run_queue().await;
        let all = self.mail.all().into_iter();
        all.filter(|letter| letter.to == address).collect()
    }

    /// Does what of the queue may be done at this moment, until nothing is left; how many attempts that were.
    pub async fn run_queue(&self) -> usize {
        let mut attempts = 0;
        loop {
            let mut worker = Worker::new(self.app.clone());
            let begun = worker.round().await.expect("the database answers").begun;
            worker.finish(Duration::from_secs(30)).await;
            if begun == 0 {
                return attempts;
            }
            attempts += begun;
        }
    }

    /// Drops every cache, as the watcher does when a version moves.
    pub async fn refresh_caches(&self) {
        for name in App::cache_names() {
            self.app.refresh(name).await;
        }
    }
}

/// The default configuration, with a cheap password hash and no rate per address.
fn config(issuer: String, database: &TestDatabase) -> SignetConfig {
    let mut config = SignetConfig {
        issuer,
        ..SignetConfig::default()
    };
    config.database.url.clone_from(&database.url);
    config.database.hook_url.clone_from(&database.hook_url);
    config.database.pool_size = 8;
    // A machine that is busy with other tests is no unavailable database.
    config.database.acquire_timeout_ms = 30_000;
    config.database.statement_timeout_ms = 30_000;
    config.sealing.kek_files = vec![kek()];
    config.mail.transport = MailTransport::Outbox;
    "Example <login@example.test>".clone_into(&mut config.mail.from);
    // The one of rows that a test makes unreadable.
    config.sealing.lost_keks = vec!["lost".to_owned()];
    config.password.memory_kib = 64;
    config.password.iterations = 1;
    config.limits.logins_per_minute_per_address = 0;
    config.limits.authorizations_per_minute_per_address = 0;
    config.limits.token_requests_per_minute_per_address = 0;
    config
}

async fn build(config: SignetConfig, injected: Injected) -> App {
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(SEED.fetch_add(1, Ordering::Relaxed)));
    let injected = Injected {
        entropy: Some(entropy),
        ..injected
    };
    App::build(config, injected)
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A database in which a server has started before: the signing keys are there. An RSA key is a quarter of a second's
/// work, more than most tests.
async fn started_before() -> TestDatabase {
    static STARTED: OnceCell<()> = OnceCell::const_new();
    STARTED
        .get_or_init(|| async {
            let database = TestDatabase::to_start_in().await;
            let config = config("http://127.0.0.1".to_owned(), &database);
            let injected = Injected {
                clock: Some(Arc::new(ManualClock::new())),
                ..Injected::default()
            };
            let app = build(config, injected).await;
            app.close().await;
            // A copy of it lies elsewhere, and is none that was restored.
            sqlx::query("update auth.platform set place = null")
                .execute(&mut database.admin().await)
                .await
                .expect("forgotten");
        })
        .await;
    TestDatabase::like_started().await
}

/// A success whose transaction was neither committed nor rolled back by name is none: whatever was written is gone.
pub async fn finished(request: Request, next: Next) -> Response {
    let what = format!("{} {}", request.method(), request.uri().path());
    let response = next.run(request).await;
    let abandoned = response
        .extensions()
        .get::<Origin>()
        .is_some_and(Origin::has_abandoned_work);
    let failed = response.status().is_client_error() || response.status().is_server_error();
    if abandoned && !failed {
        let told = format!(
            "{what} answers {} and left a transaction unfinished",
            response.status()
        );
        return (StatusCode::INTERNAL_SERVER_ERROR, told).into_response();
    }
    response
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A key-encryption key that every test shares, so that replicas open each other's rows.
pub fn kek() -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    static KEK: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    KEK.get_or_init(|| {
        let path = crate::support::folder::folder().join(format!("{}.kek", std::process::id()));
        std::fs::write(&path, "test-1:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n").expect("writable");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("permissions");
        path
    })
    .clone()
}
