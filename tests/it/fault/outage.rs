//! DB-03, DB-05: the database has no place or no time for a request, or asks for another try. Whoever asked is told so in
//! the form that they read, and when to come again; nobody's password was wrong.

use futures_util::future::join_all;
use sqlx::{AssertSqlSafe, PgConnection};
use tokio_util::sync::CancellationToken;

use super::scene::within;
use crate::api::caller::{Caller, console};
use crate::app::{Browser, RelyingParty, Reply, TestApp};
use crate::attack::evidence::{assert_page, count, events};
use crate::attack::holdings::{self, text};
use crate::fixtures::a_person;
use crate::fixtures::person::TestPerson;
use crate::race::queue::ONE_AT_A_TIME;
use crate::support::database::TestDatabase;

const COUNTED: &str = "select coalesce(sum(attempts), 0)::bigint from auth.login_attempts";

/// A refusal that says when to come again.
fn assert_again(reply: &Reply, form: &str) {
    assert_eq!(reply.status, 503, "{}", reply.body);
    assert!(!reply.header("retry-after").is_empty(), "{:?}", reply.headers);
    let told = reply.header("content-type");
    assert!(told.starts_with(form), "{told}");
}

/// Whoever can be refused, each in their own form.
struct Askers {
    app: TestApp,
    ada: TestPerson,
    hand: RelyingParty,
    caller: Caller,
    access: String,
    refresh: String,
}

impl Askers {
    async fn new(app: TestApp) -> Self {
        let web = console(&app).await;
        let ada = a_person("ada").create(&app).await;
        let hand = app.relying_party(&web);
        let tokens = hand.tokens(&app, &ada, &[]).await;
        let caller = Caller::new(&app, &web, &ada).await;
        let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
            hand,
            caller,
            ada,
            app,
        }
    }

    async fn sign_in(&self) -> Reply {
        sign_in(&self.app.browser(), &self.ada).await
    }
}

async fn sign_in(browser: &Browser, person: &TestPerson) -> Reply {
    let fields = [
        ("username", person.email.as_str()),
        ("password", &person.password),
    ];
    browser.post("/login", &fields).await
}

async fn run(connection: &mut PgConnection, statement: impl Into<String>) {
    sqlx::raw_sql(AssertSqlSafe(statement.into()))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

/// DB-03: the only connection is in use. Everybody is told within two seconds, readiness says so, and once it is given
/// back everything goes on.
#[tokio::test]
async fn db_03_without_a_free_connection_everybody_is_told_to_come_again() {
    let app = TestApp::with(|config| {
        config.database.pool_size = 1;
        config.database.acquire_timeout_ms = 500;
    })
    .await;
    let askers = Askers::new(app).await;
    // Nothing is stale because nobody polls.
    let stop = CancellationToken::new();
    let _watching = stop.clone().drop_guard();
    tokio::spawn(askers.app.app.clone().keep_current(stop));
    let held = askers.app.work().await;
    let question = [("token", askers.access.as_str())];
    within(2, "every refusal", async {
        let (introspected, userinfo, problem, page, ready) = tokio::join!(
            askers.hand.post("/oauth2/introspect", &question),
            askers.hand.userinfo(&askers.access),
            askers.caller.get("/organizations"),
            askers.sign_in(),
            askers.app.app.unready(),
        );
        assert_again(&introspected, "application/json");
        assert_again(&userinfo, "application/json");
        assert_again(&problem, "application/problem+json");
        assert_again(&page, "text/html");
        assert_page(&page, 503);
        assert_eq!(ready.as_deref(), Some("no database connection"));
    })
    .await;
    held.rollback().await.expect("it ends");
    assert_eq!(count(&askers.app, COUNTED).await, 0);
    assert_eq!(askers.hand.introspect(&askers.access).await["active"], true);
    assert_eq!(askers.caller.get("/organizations").await.status, 200);
    assert_eq!(askers.sign_in().await.status, 303);
    assert_eq!(askers.app.app.unready().await, None);
}

/// DB-03: so are code exchange and refresh, and whoever waits for its turn behind one of them. Nothing is spent.
#[tokio::test]
async fn db_03_without_a_free_connection_nobodys_code_or_refresh_token_is_spent() {
    let app = TestApp::on_with_groups(TestDatabase::new().await, ONE_AT_A_TIME, |config| {
        config.database.pool_size = 1;
        config.database.acquire_timeout_ms = 500;
    })
    .await;
    let askers = Askers::new(app).await;
    let hand = &askers.hand;
    let (mut codes, mut tokens) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        codes.push(hand.code(&askers.app, &askers.ada, &[]).await);
        tokens.push(hand.tokens(&askers.app, &askers.ada, &[]).await);
    }
    let stop = CancellationToken::new();
    let _watching = stop.clone().drop_guard();
    tokio::spawn(askers.app.app.clone().keep_current(stop));
    let held = askers.app.work().await;
    let exchanges = codes.iter().map(|code| hand.exchange(code));
    let refreshes = tokens
        .iter()
        .map(|tokens| hand.refresh(text(tokens, "refresh_token"), &[]));
    let all = async { tokio::join!(join_all(exchanges), join_all(refreshes)) };
    let replies = within(2, "every refusal", all).await;
    for reply in replies.0.iter().chain(&replies.1) {
        assert_again(reply, "application/json");
    }
    held.rollback().await.expect("it ends");
    for code in &codes {
        assert_eq!(hand.exchange(code).await.status, 200);
    }
    for tokens in &tokens {
        holdings::refreshed(hand, tokens).await;
    }
    for replayed in ["CODE_REPLAYED", "REFRESH_REPLAYED"] {
        assert_eq!(events(&askers.app, replayed).await, 0, "{replayed}");
    }
}

/// DB-04: a statement that waits for longer than it may is a refusal too: before a password was looked at, and after
/// it was found right. Neither counts.
#[tokio::test]
async fn db_04_a_statement_without_time_is_no_wrong_password() {
    let app = TestApp::with(|config| config.database.statement_timeout_ms = 500).await;
    let ada = a_person("ada").create(&app).await;
    for table in ["auth.login_attempts", "auth.sessions"] {
        let mut admin = app.database.admin().await;
        run(
            &mut admin,
            format!("begin; lock table {table} in access exclusive mode"),
        )
        .await;
        for _ in 0..2 {
            let reply = within(3, table, sign_in(&app.browser(), &ada)).await;
            assert_again(&reply, "text/html");
        }
        run(&mut admin, "rollback").await;
        assert_eq!(count(&app, COUNTED).await, 0, "{table}");
    }
    assert_eq!(events(&app, "LOGIN_FAILURE").await, 0);
    assert_eq!(sign_in(&app.browser(), &ada).await.status, 303);
}

/// DB-05: a statement ends with 40001, 40P01, 55P03 or 57P01. Nothing is half done: what was refused can be had in the
/// next try, and only once.
#[tokio::test]
async fn db_05_what_asks_for_another_try_leaves_nothing_behind() {
    let askers = Askers::new(TestApp::new().await).await;
    let mut admin = askers.app.database.admin().await;
    let mut refresh = askers.refresh.clone();
    for code in ["40001", "40P01", "55P03", "57P01"] {
        let redeemable = askers.hand.code(&askers.app, &askers.ada, &[]).await;
        let raise = format!(
            "create or replace function public.fail() returns trigger language plpgsql \
             as $$ begin raise exception 'injected' using errcode = '{code}'; end $$"
        );
        run(&mut admin, raise).await;
        for table in ["auth.oauth_grants", "auth.sessions", "auth.login_attempts"] {
            let trigger = format!(
                "create trigger fail before insert or update or delete on {table} \
                 for each row execute function public.fail()"
            );
            run(&mut admin, trigger).await;
        }
        assert_again(&askers.hand.refresh(&refresh, &[]).await, "application/json");
        assert_again(&askers.hand.exchange(&redeemable).await, "application/json");
        assert_again(&askers.sign_in().await, "text/html");
        run(&mut admin, "drop trigger fail on auth.login_attempts").await;
        // Here the password was right, and the session could not be started.
        assert_again(&askers.sign_in().await, "text/html");
        run(
            &mut admin,
            "drop trigger fail on auth.oauth_grants; drop trigger fail on auth.sessions",
        )
        .await;
        assert_eq!(count(&askers.app, COUNTED).await, 0, "{code}");
        let reply = askers.hand.refresh(&refresh, &[]).await;
        assert_eq!(reply.status, 200, "{code}: {}", reply.body);
        refresh = reply.json()["refresh_token"]
            .as_str()
            .expect("a token")
            .to_owned();
        assert_eq!(askers.hand.exchange(&redeemable).await.status, 200, "{code}");
        assert_eq!(askers.sign_in().await.status, 303, "{code}");
    }
    assert_eq!(events(&askers.app, "LOGIN_FAILURE").await, 0);
}
