//! How often each operation waits for the database, with and without a pooler: the table in the manual.

use std::sync::Arc;

use sqlx::postgres::PgConnectOptions;

use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};
use crate::support::clock::ManualClock;
use crate::support::database::TestDatabase;
use crate::support::pgbouncer::{Manner, PgBouncer};
use crate::support::round_trips::Counter;

const OPERATIONS: [&str; 7] = [
    "client credentials",
    "a whole sign-in",
    "a silent sign-in",
    "code exchange",
    "refresh",
    "introspection",
    "userinfo",
];

/// What each operation costs on the second time, when caches are warm.
async fn counted(app: &TestApp, counter: &Counter) -> [usize; 7] {
    let person = a_person("rike").create(app).await;
    let hand = app.relying_party(&a_client("web").create(app).await);
    let worker = app.relying_party(&a_client("worker").service().create(app).await);
    let mut costs = [0; 7];
    for _ in 0..2 {
        let grant = [("grant_type", "client_credentials")];
        let (reply, service) = counter.during(worker.token(&grant)).await;
        assert_eq!(reply.status, 200);
        let browser = app.browser();
        let scope = [("scope", "openid email")];
        let (_, whole) = counter.during(hand.authorize(&browser, &person, &scope)).await;
        let (reply, silent) = counter.during(hand.authorize(&browser, &person, &scope)).await;
        let code = reply.parameter("code").expect("a code");
        let (reply, exchange) = counter.during(hand.exchange(&code)).await;
        let tokens = reply.json();
        let text = |name: &str| tokens[name].as_str().expect("a token");
        let (reply, refresh) = counter.during(hand.refresh(text("refresh_token"), &[])).await;
        assert_eq!(reply.status, 200);
        let access = reply.json();
        let access = access["access_token"].as_str().expect("a token");
        let (seen, introspection) = counter.during(hand.introspect(access)).await;
        assert_eq!(seen["active"], true);
        let (reply, userinfo) = counter.during(hand.userinfo(access)).await;
        assert_eq!(reply.status, 200);
        costs = [service, whole, silent, exchange, refresh, introspection, userinfo];
    }
    costs
}

/// Behind a pooler a statement is parsed and executed inside a transaction, with four round trips for a single one.
#[tokio::test]
async fn the_manual_says_what_a_pooler_costs() {
    let database = TestDatabase::new().await;
    let pooler = PgBouncer::before(&database, &Manner::default());
    let options: PgConnectOptions = database.admin_url.parse().expect("a URL");
    let server = options
        .get_socket()
        .expect("a socket")
        .join(format!(".s.PGSQL.{}", options.get_port()));
    let mut table = Vec::new();
    for (socket, through) in [(server, false), (pooler.socket(), true)] {
        let counter = Counter::before(socket);
        let fresh = TestDatabase::new().await;
        let led = TestDatabase {
            url: counter.url(&fresh.url),
            ..fresh
        };
        let app = TestApp::on(led, Arc::new(ManualClock::new()), |config| {
            config.database.pooler = through;
        })
        .await;
        table.push(counted(&app, &counter).await);
    }
    let manual = include_str!("../../../src/manual/operations.md");
    for (index, name) in OPERATIONS.iter().enumerate() {
        let line = format!("| {name} | {} | {} |", table[0][index], table[1][index]);
        assert!(manual.contains(&line), "the manual lacks: {line}\n{table:?}");
    }
    assert_eq!(table[0][3..], [1; 4], "a token operation is one round trip");
}
