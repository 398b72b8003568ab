//! HK-04: a hook that fails stops its own tokens within its time, or nobody if its operator says so.

use std::time::{Duration, Instant};

use serde_json::json;
use signet::db::sessions::Sessions;
use signet::hook::HookError;
use signet::hook::definition::{FunctionName, Target};
use signet::hook::transport::sql::SqlTransport;
use signet::protocol::claims::Output;

use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::evidence::count;
use crate::attack::holdings::{refreshed, sql, text};
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_hook, a_person};

const FAILING: &str = "
    create function hooks.hang(event jsonb) returns jsonb language plpgsql stable as
        $$ begin perform pg_sleep(60); return event; end $$;
    create function hooks.stubborn(event jsonb) returns jsonb language plpgsql stable as
        $$ begin
            perform set_config('statement_timeout', '0', true);
            loop
                begin perform pg_sleep(60); exception when query_canceled then null; end;
            end loop;
        end $$;
    create function hooks.broken(event jsonb) returns jsonb language plpgsql stable as
        $$ begin raise exception 'broken'; end $$";

/// A busy machine is slow at everything around the hook.
const REST: Duration = Duration::from_secs(5);

/// HK-04. The code and the refresh token survive the outage.
#[tokio::test]
async fn hk_04_a_hook_that_hangs_fails_closed_within_its_time_and_spends_nothing() {
    let app = TestApp::new().await;
    functions(&app, FAILING).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let code = relying_party.code(&app, &ada, &[]).await;
    for name in ["hang", "stubborn", "missing"] {
        a_hook(name).within(Duration::from_millis(200)).create(&app).await;
        for _ in 0..2 {
            let started = Instant::now();
            let replies = [
                relying_party.exchange(&code).await,
                relying_party.refresh(text(&tokens, "refresh_token"), &[]).await,
            ];
            assert!(started.elapsed() < REST, "{name}: {:?}", started.elapsed());
            for reply in replies {
                reply.assert_error(503, "temporarily_unavailable");
                assert!(!reply.header("retry-after").is_empty());
            }
        }
        sql(&app, "delete from auth.token_hooks").await;
        app.refresh_caches().await;
    }
    let spent = "select count(*) from auth.oauth_grants where generation <> 0 or ended_at is not null";
    assert_eq!(count(&app, spent).await, 0);
    assert_eq!(relying_party.exchange(&code).await.status, 200);
    refreshed(&relying_party, &tokens).await;
}

/// What has not the form of a code, a verifier or a refresh token of ours is refused before anybody is asked.
#[tokio::test]
async fn nobody_is_asked_about_what_cannot_be_ours() {
    let app = TestApp::new().await;
    functions(&app, FAILING).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let code = relying_party.code(&app, &ada, &[]).await;
    let with_verifier = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", &relying_party.client.redirect_uri),
        ("code_verifier", "short"),
    ];
    for hooked in [false, true] {
        if hooked {
            a_hook("broken").create(&app).await;
        }
        for (reply, description) in [
            (relying_party.exchange("nonsense").await, "the code is unknown"),
            (
                relying_party.token(&with_verifier).await,
                "code_verifier is malformed",
            ),
            (
                relying_party.refresh("nonsense", &[]).await,
                "the refresh token is unknown",
            ),
        ] {
            reply.assert_error(400, "invalid_grant");
            assert_eq!(reply.json()["error_description"], description);
        }
    }
}

/// HK-04: while as many hooks hang as there are connections for them, everything else goes on, over one connection.
#[tokio::test]
async fn hk_04_other_flows_do_not_notice_a_hook_that_hangs() {
    let app = TestApp::with(|config| {
        config.database.pool_size = 2;
        config.database.hook_pool_size = 1;
    })
    .await;
    functions(&app, FAILING).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let service = app.relying_party(&a_client("opaque").service().reference_tokens().create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let access_token = text(&tokens, "access_token");
    a_hook("hang").within(Duration::from_secs(5)).create(&app).await;
    let refresh = text(&tokens, "refresh_token");
    let hanging = async {
        tokio::join!(
            relying_party.refresh(refresh, &[]),
            relying_party.refresh(refresh, &[]),
            relying_party.refresh(refresh, &[]),
        )
    };
    let others = async {
        let asleep =
            "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and usename = 'signet_hook'
            and datname = current_database()";
        while count(&app, asleep).await == 0 {}
        let started = Instant::now();
        assert_eq!(relying_party.introspect(access_token).await["active"], true);
        assert_eq!(relying_party.userinfo(access_token).await.status, 200);
        let own = service.token(&[("grant_type", "client_credentials")]).await;
        assert_eq!(own.status, 200);
        relying_party.code(&app, &ada, &[]).await;
        assert!(
            started.elapsed() < Duration::from_secs(4),
            "{:?}",
            started.elapsed()
        );
    };
    let (replies, ()) = tokio::join!(hanging, others);
    for reply in [replies.0, replies.1, replies.2] {
        reply.assert_error(503, "temporarily_unavailable");
    }
}

/// The operator's choice: a token without what the hook would have said, for every way to fail but a refusal.
#[tokio::test]
async fn a_hook_may_fail_to_the_built_in_claims() {
    let app = TestApp::new().await;
    functions(&app, FAILING).await;
    functions(
        &app,
        "create function hooks.forger(event jsonb) returns jsonb language sql stable as
            $$ select '{\"claims\": {\"own\": 1, \"sub\": \"forged\"}}'::jsonb $$;
         create function hooks.refuser(event jsonb) returns jsonb language sql stable as
            $$ select '{\"error\": {\"http_code\": 403, \"message\": \"no\"}}'::jsonb $$",
    )
    .await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    for name in ["broken", "hang", "forger", "missing"] {
        a_hook(name)
            .within(Duration::from_millis(200))
            .outputs(&Output::ALL)
            .built_in_on_failure()
            .create(&app)
            .await;
        let tokens = relying_party.tokens(&app, &ada, &[]).await;
        let said = claims(text(&tokens, "access_token"));
        assert_eq!((&said["role"], &said["sub"]), (&json!("user"), &json!(ada.id)));
        assert!(said.get("own").is_none());
        sql(&app, "delete from auth.token_hooks").await;
        app.refresh_caches().await;
    }
    a_hook("refuser").built_in_on_failure().create(&app).await;
    let code = relying_party.code(&app, &ada, &[]).await;
    relying_party
        .exchange(&code)
        .await
        .assert_error(400, "invalid_grant");
}

/// Contracts section 4: each failure has a stable code for the operator.
#[tokio::test]
async fn each_failure_has_a_stable_code() {
    let app = TestApp::new().await;
    functions(&app, FAILING).await;
    let sql = app
        .app
        .token_issuer()
        .hooks
        .sql()
        .expect("database.hook_url is set");
    for (name, code) in [
        ("broken", "hook_failed"),
        ("hang", "hook_timeout"),
        ("missing", "hook_missing_function"),
    ] {
        let function = FunctionName::parse(&format!("hooks.{name}")).unwrap();
        let answer = sql.ask(&function, &json!({}), Duration::from_millis(500)).await;
        assert_eq!(answer.unwrap_err().code(), code, "{name}");
    }
    let broken = FunctionName::parse("hooks.broken").unwrap();
    let answer = sql.ask(&broken, &json!({}), Duration::from_millis(500)).await;
    let sqlstate = "P0001".to_owned();
    assert_eq!(answer, Err(HookError::Failed { sqlstate }));
    assert!(matches!(
        a_hook("broken").create(&app).await.settings.target,
        Target::Sql(_)
    ));
}

/// Contracts section 2: without `database.hook_url` no SQL hook runs; the start says so, a running server fails closed.
#[tokio::test]
async fn an_sql_hook_without_its_url_stops_the_start_and_the_token() {
    let app = TestApp::with(|config| config.database.hook_url.clear()).await;
    functions(&app, FAILING).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let code = relying_party.code(&app, &ada, &[]).await;
    a_hook("broken").create(&app).await;
    let reply = relying_party.exchange(&code).await;
    reply.assert_error(503, "temporarily_unavailable");
    let config = app.app.config().clone();
    let refused = signet::app::App::build(config, signet::app::Injected::default()).await;
    let told = refused.err().expect("the start is refused").to_string();
    assert!(
        told.contains("database.hook_url") && told.contains("broken"),
        "{told}"
    );
}

/// HK-04: a database of hooks that is not there is an outage, which the breaker counts; else every token would wait for
/// its whole time. That all connections are in use is none.
#[tokio::test]
async fn hk_04_a_database_of_hooks_that_is_not_there_is_an_outage() {
    let transport = SqlTransport::new("postgres://signet_hook@127.0.0.1:1/none", 1, Sessions::OWN).unwrap();
    let function = FunctionName::parse("hooks.any").unwrap();
    let event = json!({});
    let ask = |time| transport.ask(&function, &event, Duration::from_millis(time));
    let (who_tries, who_waits) = tokio::join!(ask(600), ask(200));
    assert!(who_tries.unwrap_err().is_outage());
    assert!(!who_waits.unwrap_err().is_outage());
}
