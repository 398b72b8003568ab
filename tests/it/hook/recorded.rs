//! What is recorded of a hook that fails: enough to prove it, few enough to keep, and no claim.

use std::time::Duration;

use serde_json::{Value, json};

use crate::app::{RelyingParty, TestApp};
use crate::attack::holdings::{refreshed, sql, text, wait};
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_hook, a_person};

const FUNCTIONS: &str = "
    create function hooks.broken(event jsonb) returns jsonb language plpgsql stable as
        $$ begin raise exception 'broken for ada@example.test'; end $$;
    create function hooks.forger(event jsonb) returns jsonb language sql stable as
        $$ select '{\"claims\": {\"own\": \"secret claim\", \"sub\": \"secret claim\"}}'::jsonb $$;
    create function hooks.hang(event jsonb) returns jsonb language plpgsql stable as
        $$ begin perform pg_sleep(60); return event; end $$;
    create function hooks.refuser(event jsonb) returns jsonb language sql stable as
        $$ select '{\"error\": {\"http_code\": 403, \"message\": \"no\"}}'::jsonb $$";

/// A person with tokens from before any hook.
async fn ready() -> (TestApp, RelyingParty, Value) {
    let app = TestApp::new().await;
    functions(&app, FUNCTIONS).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    (app, relying_party, tokens)
}

/// The metadata of each event, in their order.
async fn failures(app: &TestApp) -> Vec<Value> {
    app.app.token_issuer().hooks.settle().await;
    sqlx::query_scalar(
        "select metadata from auth.security_events where event_type = 'HOOK_FAILED' order by id",
    )
    .fetch_all(&mut app.database.admin().await)
    .await
    .expect("events")
}

/// Features 3, idea 5; style section 4, rule 19. A minute is one of the process's own, whatever requests take for the
/// present.
#[tokio::test]
async fn a_hook_that_fails_closed_is_recorded_once_a_minute() {
    let (app, relying_party, tokens) = ready().await;
    a_hook("broken").create(&app).await;
    let refresh = text(&tokens, "refresh_token");
    let event = json!({"hook": "broken", "problem": "hook_failed", "on_failure": "closed"});
    for pause in [0, 59, 120] {
        wait(&app, pause);
        let reply = relying_party.refresh(refresh, &[]).await;
        reply.assert_error(503, "temporarily_unavailable");
        assert_eq!(failures(&app).await, std::slice::from_ref(&event));
    }
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select user_id, client_id, e::text from auth.security_events e where event_type = 'HOOK_FAILED'",
    )
    .fetch_all(&mut app.database.admin().await)
    .await
    .expect("rows");
    let sub = crate::app::relying_party::claims(text(&tokens, "access_token"))["sub"].clone();
    for (user, client, row) in rows {
        assert_eq!((json!(user), client.as_str()), (sub.clone(), "web"));
        assert!(!row.contains("ada@"), "{row}");
    }
}

/// The same where tokens go on without the hook, and for every output; what it said stands nowhere.
#[tokio::test]
async fn a_hook_that_falls_back_is_recorded_without_what_it_said() {
    let (app, relying_party, tokens) = ready().await;
    a_hook("forger")
        .outputs(&signet::protocol::claims::Output::ALL)
        .built_in_on_failure()
        .create(&app)
        .await;
    let tokens = refreshed(&relying_party, &tokens).await;
    let token = text(&tokens, "access_token");
    assert_eq!(relying_party.userinfo(token).await.status, 200);
    let event = json!({"hook": "forger", "problem": "hook_locked_claim", "on_failure": "built_in"});
    assert_eq!(failures(&app).await, [event]);
}

/// A record that could not be written silences nothing: the next failure is recorded.
#[tokio::test]
async fn a_failure_that_could_not_be_recorded_is_recorded_the_next_time() {
    let (app, relying_party, tokens) = ready().await;
    a_hook("broken").create(&app).await;
    let refresh = text(&tokens, "refresh_token");
    sql(
        &app,
        "alter table auth.security_events add constraint full_disk check (event_type <> 'HOOK_FAILED') not valid",
    )
    .await;
    for expected in [0, 1] {
        let reply = relying_party.refresh(refresh, &[]).await;
        reply.assert_error(503, "temporarily_unavailable");
        assert_eq!(failures(&app).await.len(), expected);
        sql(
            &app,
            "alter table auth.security_events drop constraint if exists full_disk",
        )
        .await;
    }
}

/// What is too large only together is counted and recorded as well, of the last hook that spoke.
#[tokio::test]
async fn an_answer_that_is_too_large_together_is_recorded() {
    let (app, relying_party, tokens) = ready().await;
    functions(
        &app,
        "create function hooks.half(event jsonb) returns jsonb language sql stable as
             $$ select jsonb_build_object('claims', jsonb_build_object('half', repeat('x', 12000))) $$;
         create function hooks.other(event jsonb) returns jsonb language sql stable as
             $$ select jsonb_build_object('claims', jsonb_build_object('other', repeat('x', 12000))) $$;
         create function hooks.silent(event jsonb) returns jsonb language sql stable as
             $$ select '{\"claims\": {}}'::jsonb $$",
    )
    .await;
    for (name, position) in [("half", 1), ("other", 2), ("silent", 3)] {
        a_hook(name)
            .with(|settings| settings.position = position)
            .built_in_on_failure()
            .create(&app)
            .await;
    }
    let reply = relying_party.refresh(text(&tokens, "refresh_token"), &[]).await;
    reply.assert_error(503, "temporarily_unavailable");
    let event = json!({"hook": "other", "problem": "hook_oversized", "on_failure": "closed"});
    assert_eq!(failures(&app).await, [event]);
}

/// A circuit that opens is a code of its own, so it is seen at once.
#[tokio::test]
async fn a_hook_that_is_left_alone_is_recorded() {
    let (app, relying_party, mut tokens) = ready().await;
    a_hook("hang")
        .within(Duration::from_millis(50))
        .built_in_on_failure()
        .create(&app)
        .await;
    for _ in 0..7 {
        wait(&app, 1);
        tokens = refreshed(&relying_party, &tokens).await;
    }
    let problems: Vec<_> = failures(&app)
        .await
        .iter()
        .map(|event| event["problem"].clone())
        .collect();
    assert_eq!(problems, ["hook_timeout", "hook_left_alone"]);
}

/// Neither a refusal, which is an answer, nor a shadow, which decides nothing, is a failure.
#[tokio::test]
async fn refusals_and_shadows_are_not_recorded() {
    let (app, relying_party, tokens) = ready().await;
    a_hook("refuser").create(&app).await;
    let reply = relying_party.refresh(text(&tokens, "refresh_token"), &[]).await;
    reply.assert_error(400, "invalid_grant");
    sql(&app, "delete from auth.token_hooks").await;
    a_hook("broken")
        .with(|settings| settings.shadow = true)
        .create(&app)
        .await;
    refreshed(&relying_party, &tokens).await;
    assert_eq!(failures(&app).await, Vec::<Value>::new());
}
