//! Connections that were finished by name are lent again at once; nobody waits for one that only lies there.

use std::time::Duration;

use signet::db::PgConnection;
use signet::db::connect::{self, PoolSettings};
use signet::db::pool::{Pool, PooledConnection};
use signet::db::sessions::Sessions;
use sqlx::PgPool;

use crate::api::caller::{Caller, console};
use crate::app::TestApp;
use crate::fixtures::a_person;
use crate::support::database::TestDatabase;

const STATEMENT_TIMEOUT: Duration = Duration::from_secs(20);

async fn pg_pool(database: &TestDatabase, size: u32) -> PgPool {
    let settings = PoolSettings {
        url: database.url.clone(),
        size,
        acquire_timeout: Duration::from_secs(20),
        statement_timeout: STATEMENT_TIMEOUT,
        sessions: Sessions::OWN,
    };
    connect::open(&settings).await.unwrap()
}

/// Which of the database's processes serves this connection.
async fn server(connection: &mut PgConnection) -> i32 {
    sqlx::query_scalar("select pg_backend_pid()")
        .fetch_one(connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn the_connection_that_was_finished_last_is_lent_first() {
    let database = TestDatabase::new().await;
    let pool = Pool::new(pg_pool(&database, 4).await, STATEMENT_TIMEOUT);
    let (mut one, mut other) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    let (first, second) = (server(&mut one).await, server(&mut other).await);
    assert_ne!(first, second);
    one.keep();
    other.keep();
    for _ in 0..3 {
        let mut again = pool.acquire().await.unwrap();
        assert_eq!(server(&mut again).await, second);
        again.keep();
    }
}

#[tokio::test]
async fn a_transaction_does_not_wait_for_a_connection_that_nobody_uses() {
    let database = TestDatabase::new().await;
    let pool = Pool::new(pg_pool(&database, 3).await, STATEMENT_TIMEOUT);
    let mut connection = pool.acquire().await.unwrap();
    let lent = server(&mut connection).await;
    connection.keep();
    let mut transactions = Vec::new();
    let mut servers = Vec::new();
    for _ in 0..3 {
        let mut transaction = pool.begin().await.unwrap();
        servers.push(server(&mut transaction).await);
        transactions.push(transaction);
    }
    assert!(servers.contains(&lent), "the kept one was handed over");
    drop(transactions);
    let mut connection = pool.acquire().await.unwrap();
    assert!(
        servers.contains(&server(&mut connection).await),
        "no fourth connection"
    );
}

#[tokio::test]
async fn everybody_is_served_whatever_becomes_of_connections() {
    let database = TestDatabase::new().await;
    let pg_pool = pg_pool(&database, 4).await;
    let pool = Pool::new(pg_pool.clone(), STATEMENT_TIMEOUT);
    let visitors: Vec<_> = (0..120)
        .map(|number| {
            let pool = pool.clone();
            tokio::spawn(async move {
                match number % 5 {
                    0 | 1 => {
                        let mut connection = pool.acquire().await.unwrap();
                        server(&mut connection).await;
                        connection.keep();
                    }
                    2 => {
                        let mut connection = pool.acquire().await.unwrap();
                        server(&mut connection).await;
                    }
                    3 => {
                        let mut transaction = pool.begin().await.unwrap();
                        server(&mut transaction).await;
                        transaction.commit().await.unwrap();
                    }
                    _ => {
                        let mut transaction = pool.begin().await.unwrap();
                        server(&mut transaction).await;
                    }
                }
            })
        })
        .collect();
    for visitor in visitors {
        visitor.await.unwrap();
    }
    assert!(pg_pool.size() <= 4);
    pool.close().await;
}

/// Every connection lies in the lender, and as many transactions as there are connections begin at the same time.
#[tokio::test]
async fn transactions_get_what_is_kept_however_many_begin_at_once() {
    let database = TestDatabase::new().await;
    let pool = Pool::new(pg_pool(&database, 4).await, STATEMENT_TIMEOUT);
    let mut leases = Vec::new();
    for _ in 0..4 {
        leases.push(pool.acquire().await.unwrap());
    }
    leases.into_iter().for_each(PooledConnection::keep);
    let (one, two, three, four) = tokio::join!(pool.begin(), pool.begin(), pool.begin(), pool.begin());
    assert!([one, two, three, four].iter().all(Result::is_ok));
}

#[tokio::test]
async fn the_end_does_not_wait_for_what_is_kept() {
    let database = TestDatabase::new().await;
    let pool = Pool::new(pg_pool(&database, 4).await, STATEMENT_TIMEOUT);
    let (kept, under_way) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    kept.keep();
    let closing = pool.clone();
    let ending = tokio::spawn(async move { closing.close().await });
    under_way.keep();
    ending.await.unwrap();
    assert!(pool.acquire().await.is_err());
}

/// Whoever holds a connection waits for no other, or as many as there are connections would wait for each other: a
/// page, a refusal and a question to the API are served on one, also when no client is known yet.
#[tokio::test]
async fn each_request_needs_one_connection_at_a_time() {
    let app = TestApp::with(|config| {
        config.database.pool_size = 1;
        config.database.acquire_timeout_ms = 5_000;
    })
    .await;
    let web = console(&app).await;
    let relying_party = app.relying_party(&web);
    let ada = a_person("ada").create(&app).await;
    let browser = app.browser();
    let page = browser
        .get(&relying_party.authorization_url(&[("organization", "nowhere")]))
        .await;
    app.refresh_caches().await;
    let refused = relying_party.proceed(&browser, &ada, page).await;
    assert!(refused.location().as_str().contains("access_denied"));
    let caller = Caller::new(&app, &web, &ada).await;
    app.refresh_caches().await;
    assert_eq!(caller.get("/organizations").await.status, 200);
}
