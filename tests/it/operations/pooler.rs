//! Behind a pooler that gives each transaction another session: with `database.pooler` everything holds, and without it
//! nothing starts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use signet::hook::definition::FunctionName;
use sqlx::{Connection as _, PgConnection, Row as _};
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;
use crate::attack::evidence::{count, events};
use crate::attack::holdings::{assert_dead, assert_live, refreshed, text};
use crate::command_line::doctor_findings::assert_found;
use crate::command_line::program::Signet;
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_person};
use crate::support::clock::ManualClock;
use crate::support::database::TestDatabase;
use crate::support::pgbouncer::{Manner, PgBouncer};

/// A server whose only way to its database is a pooler with two sessions for each role.
async fn pooled() -> (TestApp, PgBouncer) {
    let database = TestDatabase::new().await;
    let pooler = PgBouncer::before(&database, &Manner::default());
    let led = pooler.database(&database);
    let app = TestApp::on(led, Arc::new(ManualClock::new()), |config| {
        config.database.pooler = true;
    })
    .await;
    (app, pooler)
}

/// How many statements the session behind this connection remembers.
async fn prepared(connection: &mut PgConnection) -> i64 {
    sqlx::raw_sql("select count(*) from pg_prepared_statements")
        .fetch_one(connection)
        .await
        .and_then(|row| row.try_get(0))
        .expect("a count")
}

/// Eight people at once share two sessions; codes are redeemed once, reuse ends a grant, and the sessions remember no
/// more at the end than a transaction prepares.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_holds_behind_a_pooler() {
    let (app, pooler) = pooled().await;
    let web = a_client("web").create(&app).await;
    let hand = app.relying_party(&web);
    let mut people = Vec::new();
    for number in 0..8 {
        people.push(a_person(&format!("person{number}")).create(&app).await);
    }
    let signing_in = people.iter().map(|person| hand.tokens(&app, person, &[]));
    let tokens = futures_util::future::join_all(signing_in).await;
    for tokens in &tokens {
        assert_live(&hand, tokens).await;
    }
    let first = &tokens[0];
    let second = refreshed(&hand, first).await;
    refreshed(&hand, &second).await;
    hand.refresh(text(first, "refresh_token"), &[])
        .await
        .assert_error(400, "invalid_grant");
    assert_dead(&hand, &second).await;
    assert_eq!(events(&app, "REFRESH_REUSED").await, 1);
    let code = hand.code(&app, &people[1], &[]).await;
    let redeemed = hand.exchange(&code).await.json();
    hand.exchange(&code).await.assert_error(400, "invalid_grant");
    assert_dead(&hand, &redeemed).await;
    for _ in 0..50 {
        assert_live(&hand, &tokens[2]).await;
    }
    let options = pooler
        .url(&app.database.url)
        .parse::<sqlx::postgres::PgConnectOptions>();
    let options = options.expect("a URL").extra_float_digits(None);
    let mut connections = Vec::new();
    for _ in 0..2 {
        let mut connection = PgConnection::connect_with(&options).await.expect("a connection");
        sqlx::raw_sql("begin")
            .execute(&mut connection)
            .await
            .expect("begun");
        assert!(prepared(&mut connection).await <= 12);
        connections.push(connection);
    }
    assert!(app.app.unready().await.is_none());
}

/// A hook's limits hold, and nothing that a function leaves in its session meets the next.
#[tokio::test]
async fn a_hook_is_asked_behind_a_pooler() {
    let (app, _pooler) = pooled().await;
    functions(
        &app,
        "create function hooks.litters(event jsonb) returns jsonb language plpgsql as
            $$ begin
                perform set_config('statement_timeout', '0', false);
                perform pg_advisory_lock(4711);
                execute 'prepare trap as select 1';
                return '{}';
            end $$;
         create function hooks.looks(event jsonb) returns jsonb language sql as
            $$ select jsonb_build_object(
                'path', current_setting('search_path'),
                'read_only', current_setting('transaction_read_only'),
                'watches', current_setting('client_connection_check_interval'),
                'traps', (select count(*) from pg_prepared_statements where name = 'trap')) $$",
    )
    .await;
    let transport = app.app.token_issuer().hooks.sql().expect("a way");
    let ask = async |name: &str| {
        let function = FunctionName::parse(&format!("hooks.{name}")).expect("a function");
        let bytes = transport
            .ask(&function, &json!({}), Duration::from_secs(10))
            .await
            .expect("an answer");
        serde_json::from_slice::<serde_json::Value>(&bytes).expect("JSON")
    };
    for _ in 0..4 {
        ask("litters").await;
        let seen = ask("looks").await;
        let expected = json!({"path": "\"\"", "read_only": "on", "watches": "500ms", "traps": 0});
        assert_eq!(seen, expected);
    }
    let locks = "select count(*) from pg_locks where locktype = 'advisory' and objid = 4711
        and database = (select oid from pg_database where datname = current_database())";
    assert_eq!(count(&app, locks).await, 0);
    let function = FunctionName::parse("hooks.looks").expect("a function");
    assert!(transport.obstacles(&function).await.expect("told").is_empty());
}

/// Whether it refuses what it does not know or drops it, and whatever its mode: who needs a session of its own notices
/// at once that it has none, and says what to do.
#[tokio::test]
async fn a_pooler_that_nobody_told_of_is_refused() {
    let database = TestDatabase::new().await;
    let refusing = Manner::default();
    let dropping = Manner {
        ignores: true,
        ..Manner::default()
    };
    let of_sessions = Manner {
        ignores: true,
        mode: "session",
        ..Manner::default()
    };
    for manner in [refusing, dropping, of_sessions] {
        let pooler = PgBouncer::before(&database, &manner);
        let mut led = pooler.database(&database);
        led.owner_url = pooler.url(&database.owner_url);
        let signet = Signet::on(&led)
            .with("SIGNET_LISTEN__PUBLIC", "127.0.0.1:0")
            .with("SIGNET_LISTEN__INTERNAL", "127.0.0.1:0");
        for arguments in [&["serve"][..], &["client", "list"]] {
            let ran = signet.run(arguments).await;
            ran.assert_refused("a pooler stands before PostgreSQL");
            ran.assert_refused("set database.pooler = true");
        }
        let directly = "connect to PostgreSQL directly";
        signet.run(&["migrate"]).await.assert_refused(directly);
        let bootstrap = ["migrate", "--bootstrap", &pooler.url(&database.admin_url)];
        signet.run(&bootstrap).await.assert_refused(directly);
        let downstream = ["rls", "install", "--database", &led.owner_url];
        let ran = signet.run(&downstream).await;
        assert!(ran.errors.contains(directly), "{}", ran.errors);
        assert_found(&signet, 1, "database.pooler").await;
        let doctor = signet.run(&["doctor"]).await;
        assert!(
            doctor.output.contains("set database.pooler = true"),
            "{}",
            doctor.output
        );
    }
}

/// With `database.pooler` the same commands work; `doctor` sees who hands sessions around, and how changes are told.
#[tokio::test]
async fn the_doctor_sees_a_pooler() {
    let database = TestDatabase::new().await;
    let pooler = PgBouncer::before(&database, &Manner::default());
    let direct = Signet::on(&database).run(&["doctor"]).await;
    assert!(
        direct.output.contains("none: each connection is a session"),
        "{}",
        direct.output
    );
    let told = Signet::on(&pooler.database(&database)).with("SIGNET_DATABASE__POOLER", "true");
    assert_eq!(told.run(&["client", "list"]).await.code, 0);
    let doctor = told.run(&["doctor"]).await;
    assert_eq!(doctor.code, 0, "{}", doctor.output);
    assert!(
        doctor.output.contains("one hands sessions around"),
        "{}",
        doctor.output
    );
    assert!(doctor.output.contains("seen by polls"), "{}", doctor.output);
    let listening = told.with("SIGNET_DATABASE__LISTEN_URL", &database.url);
    let doctor = listening.run(&["doctor"]).await;
    assert!(doctor.output.contains("told at once"), "{}", doctor.output);
    let unneeded = Signet::on(&database).with("SIGNET_DATABASE__POOLER", "true");
    assert_found(&unneeded, 0, "pooler.unneeded").await;
    let unneeded = unneeded.run(&["doctor"]).await;
    assert_eq!(unneeded.code, 0, "{}", unneeded.output);
    assert!(unneeded.output.contains("unset it"), "{}", unneeded.output);
    let around_nothing = listening.with("SIGNET_DATABASE__LISTEN_URL", &pooler.url(&database.url));
    assert_found(&around_nothing, 1, "pooler.listen-url").await;
    let doctor = around_nothing.run(&["doctor"]).await;
    assert!(doctor.output.contains("database.listen_url"), "{}", doctor.output);
}

/// Behind a pooler whose role has no defaults no statement would end: bootstrap is to run again.
#[tokio::test]
async fn a_role_without_limits_is_refused_behind_a_pooler() {
    let database = TestDatabase::new().await;
    let name = database
        .url
        .rsplit('/')
        .next()
        .and_then(|rest| rest.split('?').next());
    let lost = format!(
        "alter role signet_app in database {0} set statement_timeout = 0",
        name.expect("a name")
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(lost))
        .execute(&mut database.admin().await)
        .await
        .expect("set");
    let pooler = PgBouncer::before(&database, &Manner::default());
    let signet = Signet::on(&pooler.database(&database)).with("SIGNET_DATABASE__POOLER", "true");
    signet
        .run(&["client", "list"])
        .await
        .assert_refused("migrate --bootstrap");
}

/// Without statements that stay, a cache of none would leave every one in the server's memory.
#[tokio::test]
async fn no_statement_cache_is_refused_with_the_reason() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database).with("SIGNET_DATABASE__STATEMENT_CACHE", "0");
    signet
        .run(&["client", "list"])
        .await
        .assert_refused("stays in PostgreSQL's memory");
}

/// A listener has a connection around the pooler, if one is given; without it a poll sees the change.
#[tokio::test]
async fn changes_are_listened_for_around_a_pooler() {
    let database = TestDatabase::new().await;
    let pooler = PgBouncer::before(&database, &Manner::default());
    let direct = database.url.clone();
    let app = TestApp::on(
        pooler.database(&database),
        Arc::new(ManualClock::new()),
        |config| {
            config.database.pooler = true;
            config.database.listen_url = direct;
        },
    )
    .await;
    let stop = CancellationToken::new();
    let watching = tokio::spawn(app.app.clone().keep_current(stop.clone()));
    let listeners = "select count(*) from pg_stat_activity where datname = current_database()
        and application_name = 'signet listener' and query ilike 'listen%'";
    let begun = Instant::now();
    while count(&app, listeners).await == 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "nobody listens");
        tokio::task::yield_now().await;
    }
    stop.cancel();
    watching.await.expect("it ends");
}
