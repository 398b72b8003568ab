//! Which hook speaks where: outputs, order, and who is not asked.

use serde_json::json;
use signet::protocol::claims::Output;

use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::holdings::{sql, text};
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_hook, a_person};
use crate::support::statements::Statements;

const SPEAKERS: &str = "
    create function hooks.first(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_build_object('claims', jsonb_build_object('order', jsonb_build_array('first'))) $$;
    create function hooks.second(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_build_object('claims', jsonb_build_object(
            'order', (event -> 'claims' -> 'order') || '[\"second\"]')) $$;
    create function hooks.broken(event jsonb) returns jsonb language plpgsql stable as
        $$ begin raise exception 'broken'; end $$";

/// Contracts section 4: each output has its own hooks; the next hook sees what the one before said.
#[tokio::test]
async fn hooks_are_asked_in_order_for_the_outputs_that_they_list() {
    let app = TestApp::new().await;
    functions(&app, SPEAKERS).await;
    a_hook("second")
        .outputs(&[Output::AccessToken, Output::Userinfo])
        .with(|settings| {
            settings.position = 2;
            settings.overwrite.insert("order".to_owned());
        })
        .create(&app)
        .await;
    a_hook("first")
        .outputs(&Output::ALL)
        .with(|settings| settings.position = 1)
        .create(&app)
        .await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let access_token = text(&tokens, "access_token");
    let both = json!(["first", "second"]);
    assert_eq!(claims(access_token)["order"], both);
    assert_eq!(claims(text(&tokens, "id_token"))["order"], json!(["first"]));
    assert_eq!(relying_party.userinfo(access_token).await.json()["order"], both);
    assert_eq!(relying_party.introspect(access_token).await["order"], both);
}

/// Contracts section 4: introspection reports the token and asks nobody; a client's own token has no person to ask
/// about; a hook that lists the access token alone does not hold up userinfo. Disabled ones and candidates decide
/// nothing.
#[tokio::test]
async fn only_the_outputs_of_people_ask() {
    let app = TestApp::new().await;
    functions(&app, SPEAKERS).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let service = app.relying_party(&a_client("jobs").service().create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let access_token = text(&tokens, "access_token");
    a_hook("broken")
        .outputs(&[Output::AccessToken, Output::IdToken])
        .create(&app)
        .await;
    assert_eq!(relying_party.introspect(access_token).await["active"], true);
    assert_eq!(relying_party.userinfo(access_token).await.status, 200);
    let own = service.token(&[("grant_type", "client_credentials")]).await;
    assert_eq!(own.status, 200, "{}", own.body);
    let refused = relying_party.refresh(text(&tokens, "refresh_token"), &[]).await;
    refused.assert_error(503, "temporarily_unavailable");
    sql(&app, "update auth.token_hooks set outputs = '{userinfo}'").await;
    app.refresh_caches().await;
    let userinfo = relying_party.userinfo(access_token).await;
    assert_eq!(userinfo.status, 503, "{}", userinfo.body);
    for change in [
        "update auth.token_hooks set enabled = false, outputs = '{access_token,id_token,userinfo}'",
        "update auth.token_hooks set enabled = true, shadow = true",
    ] {
        sqlx::query(change)
            .execute(&mut app.database.admin().await)
            .await
            .unwrap();
        app.refresh_caches().await;
        assert_eq!(relying_party.userinfo(access_token).await.status, 200);
        let code = relying_party.code(&app, &ada, &[]).await;
        assert_eq!(relying_party.exchange(&code).await.status, 200);
    }
}

/// Issue 4, speed: without an operator's hook a grant is one statement; with one it is read, then asked about without
/// the database of ours, then completed.
#[tokio::test]
async fn a_grant_without_operators_hooks_stays_one_statement() {
    let app = TestApp::new().await;
    functions(&app, SPEAKERS).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let mut statements = Statements::of(&app.database).await;
    let refresh = relying_party.refresh(text(&tokens, "refresh_token"), &[]);
    let (reply, sent) = statements.during(refresh).await;
    assert_eq!((reply.status, sent.len()), (200, 1), "{sent:?}");
    a_hook("first").create(&app).await;
    let next = reply.json();
    // The caches of clients and resources are warm again.
    relying_party.introspect(text(&next, "access_token")).await;
    let refresh = relying_party.refresh(text(&next, "refresh_token"), &[]);
    let (reply, sent) = statements.during(refresh).await;
    assert_eq!((reply.status, sent.len()), (200, 2), "{sent:?}");
}
