//! HK-06: every grant × output with an operator's hook: what it says is there or nowhere, whatever the grant.

use serde_json::json;
use signet::protocol::claims::Output;

use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::holdings::{refreshed, sql, text};
use crate::claims::outputs::said;
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_hook, a_person, an_organization};

/// HK-06. A hook of all outputs, of each alone; a JWT and a reference; code, refresh, and a lost reply's successor.
#[tokio::test]
async fn hk_06_a_hook_is_heard_by_every_grant_in_the_outputs_that_it_lists() {
    let app = TestApp::new().await;
    functions(
        &app,
        "create function hooks.own(event jsonb) returns jsonb language sql stable as
            $$ select jsonb_build_object('claims', (event -> 'claims') || jsonb_build_object(
                'own', event #>> '{org,role}')) $$",
    )
    .await;
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "acme", &ada, None).await;
    let clients = [
        a_client("plain").create(&app).await,
        a_client("wanting").full_id_token().create(&app).await,
        a_client("opaque").reference_tokens().create(&app).await,
    ];
    let alone = Output::ALL.map(|output| vec![output]);
    for outputs in alone.iter().chain([&Output::ALL.to_vec()]) {
        sql(&app, "delete from auth.token_hooks").await;
        a_hook("own").outputs(outputs).create(&app).await;
        let expected = |output| outputs.contains(&output).then(|| json!("owner"));
        for client in &clients {
            let relying_party = app.relying_party(client);
            let by_code = relying_party
                .tokens(&app, &ada, &[("scope", "openid profile")])
                .await;
            let by_refresh = refreshed(&relying_party, &by_code).await;
            let by_replay = refreshed(&relying_party, &by_code).await;
            assert_eq!(
                by_replay["refresh_token"], by_refresh["refresh_token"],
                "the same successor"
            );
            let grants = [("code", by_code), ("refresh", by_refresh), ("replay", by_replay)];
            for (grant, tokens) in grants {
                let context = format!("{outputs:?} by {grant} for {}", client.id);
                let token = text(&tokens, "access_token");
                let introspection = relying_party.introspect(token).await;
                let own = introspection.get("own").cloned();
                assert_eq!(own, expected(Output::AccessToken), "access token: {context}");
                let id_token = claims(text(&tokens, "id_token"));
                assert_eq!(
                    id_token.get("own").cloned(),
                    expected(Output::IdToken),
                    "ID token: {context}"
                );
                let userinfo = relying_party.userinfo(token).await.json();
                assert_eq!(
                    userinfo.get("own").cloned(),
                    expected(Output::Userinfo),
                    "userinfo: {context}"
                );
                let tenancy = said(&relying_party, &tokens).await;
                assert_eq!(tenancy.access_token["org_role"], "owner", "{context}");
                assert_eq!(tenancy.userinfo["org_role"], "owner", "{context}");
            }
        }
    }
}

/// Contracts section 3: a lost reply that asked for less scope gets the same successor, with a hook in between.
#[tokio::test]
async fn a_lost_reply_of_a_narrowed_refresh_is_asked_about_as_it_was() {
    let app = TestApp::new().await;
    functions(
        &app,
        "create function hooks.own(event jsonb) returns jsonb language sql stable as
            $$ select jsonb_build_object('claims', jsonb_build_object('own', event #>> '{claims,scope}')) $$",
    )
    .await;
    a_hook("own").create(&app).await;
    let client = a_client("web").scopes(&["openid", "modules"]).create(&app).await;
    let relying_party = app.relying_party(&client);
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "acme", &ada, None).await;
    let tokens = relying_party
        .tokens(&app, &ada, &[("scope", "openid modules")])
        .await;
    let narrowed = [("scope", "openid")];
    let refresh = text(&tokens, "refresh_token");
    let first = relying_party.refresh(refresh, &narrowed).await;
    let again = relying_party.refresh(refresh, &narrowed).await;
    assert_eq!(
        (first.status, again.status),
        (200, 200),
        "{} {}",
        first.body,
        again.body
    );
    let (first, again) = (first.json(), again.json());
    assert_eq!(first["refresh_token"], again["refresh_token"]);
    for tokens in [first, again] {
        let said = claims(text(&tokens, "access_token"));
        assert_eq!(said["own"], "openid");
        assert!(said.get("modules").is_none());
    }
}
