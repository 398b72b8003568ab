//! The shipped hook: the SQL function gives what the inline path gives; one that is gone stops minting.

use serde_json::{Value, json};
use signet::base::clock::Clock as _;
use signet::base::id::OrganizationId;
use signet::protocol::claims::Output;

use super::outputs::tenancy;
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::evidence::count;
use crate::attack::holdings::{assert_live, refreshed, sql, text, wait};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person, an_organization};
use signet::user::AccessTier;

async fn by_hook(app: &TestApp, person: &TestPerson, organization: Option<&str>) -> Value {
    let statement = "select auth.custom_access_token_hook(auth.token_event($1, '{\"iss\": \"kept\"}', $2))";
    sqlx::query_scalar(statement)
        .bind(person.id.as_str())
        .bind(json!({"grant_type": "authorization_code", "organization": organization}))
        .fetch_one(&mut app.database.admin().await)
        .await
        .expect("the shipped function answers")
}

/// Contracts section 4: one rule, whether the server or an operator's copy asks it.
#[tokio::test]
async fn the_shipped_function_says_what_the_server_says() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let (alone, joined) = (
        a_person("alone").create(&app).await,
        a_person("joined").tier(AccessTier::Beta).create(&app).await,
    );
    let acme = an_organization(&app, "acme", &joined, Some(AccessTier::Alpha)).await;
    an_organization(&app, "beta", &joined, None).await;
    let id = acme.id.to_string();
    for (person, organization) in [
        (&alone, None),
        (&joined, None),
        (&joined, Some("acme")),
        (&joined, Some("beta")),
        (&joined, Some(id.as_str())),
    ] {
        let parameters: Vec<_> = organization
            .iter()
            .map(|value| ("organization", *value))
            .collect();
        let tokens = relying_party.tokens(&app, person, &parameters).await;
        let answer = by_hook(&app, person, organization).await;
        assert_eq!(answer["claims"]["iss"], "kept");
        assert_eq!(
            tenancy(&claims(text(&tokens, "access_token"))),
            tenancy(&answer["claims"])
        );
    }
    let refused = by_hook(&app, &alone, Some("acme")).await;
    assert_eq!(refused["error"]["http_code"], 403);
    assert!(refused.get("claims").is_none());
    assert_ne!(OrganizationId::from_text(id), OrganizationId::from_text("acme"));
}

/// Contracts section 4: the same result for a grant that is older than an organization's own cut-off, so that an
/// operator who adds to the shipped body refuses nobody for it.
#[tokio::test]
async fn an_extended_copy_of_the_shipped_function_keeps_an_organizations_cut_off() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let (one, two) = (
        a_person("one").create(&app).await,
        a_person("two").create(&app).await,
    );
    an_organization(&app, "acme", &one, None).await;
    an_organization(&app, "beta", &two, None).await;
    an_organization(&app, "coda", &two, None).await;
    let mut held = Vec::new();
    for person in [&one, &two] {
        held.push(relying_party.tokens(&app, person, &[]).await);
    }
    wait(&app, 1);
    sqlx::query("update auth.organizations set revoked_before = $1, updated_at = $1 where slug <> 'coda'")
        .bind(app.clock.now())
        .execute(&mut app.database.admin().await)
        .await
        .unwrap();
    let mut inline = Vec::new();
    for tokens in &mut held {
        *tokens = refreshed(&relying_party, tokens).await;
        inline.push(tenancy(&claims(text(tokens, "access_token"))));
    }
    assert_eq!(inline[0].get("org_id"), None, "{inline:?}");
    assert!(inline[1].get("org_id").is_some(), "{inline:?}");
    let shipped: String =
        sqlx::query_scalar("select pg_get_functiondef('auth.custom_access_token_hook(jsonb)'::regprocedure)")
            .fetch_one(&mut app.database.admin().await)
            .await
            .unwrap();
    let extended = shipped.replace("(facts - 'mv')", "(facts - 'mv') || '{\"desk\": 1}'");
    assert_ne!(extended, shipped);
    sqlx::raw_sql(sqlx::AssertSqlSafe(extended))
        .execute(&mut app.database.admin().await)
        .await
        .unwrap();
    app.app.refresh("hooks").await;
    for (tokens, inline) in held.iter().zip(inline) {
        let token = claims(text(&refreshed(&relying_party, tokens).await, "access_token"));
        assert_eq!(token["desk"], 1);
        assert_eq!(tenancy(&token), inline);
    }
}

/// Where the body of an earlier version stands, nobody has replaced anything.
#[tokio::test]
async fn the_shipped_function_of_an_earlier_version_is_no_operators_hook() {
    let app = TestApp::new().await;
    let earlier = include_str!("../../../migrations/0010_epoch.sql");
    let (_, definition) = earlier
        .split_once("create function auth.custom_access_token_hook(event jsonb)")
        .expect("the function");
    let body = definition.split("$$").nth(1).expect("a body");
    let statement = format!(
        "create or replace function auth.custom_access_token_hook(event jsonb) returns jsonb
            language sql stable set search_path = pg_catalog, pg_temp as $${body}$$"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(&mut app.database.admin().await)
        .await
        .unwrap();
    app.app.refresh("hooks").await;
    assert!(!app.app.token_issuer().hooks.are_asked(Output::AccessToken));
}

/// A newer version's migration runs before the last replica of this one has ended: the mark that it leaves speaks for
/// its body, and for no other.
#[tokio::test]
async fn the_shipped_function_of_a_newer_version_is_known_by_its_mark() {
    let app = TestApp::new().await;
    let newer = "create or replace function auth.custom_access_token_hook(event jsonb) returns jsonb
            language sql stable set search_path = pg_catalog, pg_temp as $$ select jsonb_build_object() $$;
        do $mark$ begin execute (
            select format('comment on function auth.custom_access_token_hook(jsonb) is %L',
                'signet: shipped ' || encode(sha256(convert_to(prosrc, 'UTF8')), 'hex'))
            from pg_proc
            where oid = to_regprocedure('auth.custom_access_token_hook(jsonb)'));
        end $mark$";
    let operators = "create or replace function auth.custom_access_token_hook(event jsonb) returns jsonb
        language sql stable set search_path = pg_catalog, pg_temp as $$ select event $$";
    for (statements, asked) in [(newer, false), (operators, true)] {
        sql(&app, statements).await;
        app.app.refresh("hooks").await;
        assert_eq!(app.app.token_issuer().hooks.are_asked(Output::AccessToken), asked);
    }
}

/// Contracts section 4: a function that is gone is not passed over. No person's token is minted, and nothing is spent,
/// so that they keep their login when the operator is done.
#[tokio::test]
async fn a_function_that_is_gone_stops_minting_and_spends_nothing() {
    let app = TestApp::new().await;
    let client = a_client("web").create(&app).await;
    let relying_party = app.relying_party(&client);
    let ada = a_person("ada").create(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let code = relying_party.code(&app, &ada, &[]).await;
    let shipped: String =
        sqlx::query_scalar("select pg_get_functiondef('auth.custom_access_token_hook(jsonb)'::regprocedure)")
            .fetch_one(&mut app.database.admin().await)
            .await
            .unwrap();
    let spent = "select count(*) from auth.oauth_authorization_codes where redeemed_at is not null";
    let before = count(&app, spent).await;
    sql(&app, "drop function auth.custom_access_token_hook(jsonb)").await;
    app.app.refresh("hooks").await;
    let replies = [
        relying_party.exchange(&code).await,
        relying_party.refresh(text(&tokens, "refresh_token"), &[]).await,
    ];
    for reply in replies {
        reply.assert_error(503, "temporarily_unavailable");
        assert!(!reply.header("retry-after").is_empty());
        assert!(reply.json().get("access_token").is_none());
    }
    assert_eq!(count(&app, spent).await, before);
    assert_live(&relying_party, &tokens).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(shipped))
        .execute(&mut app.database.admin().await)
        .await
        .unwrap();
    app.app.refresh("hooks").await;
    assert_eq!(relying_party.exchange(&code).await.status, 200);
    refreshed(&relying_party, &tokens).await;
}

/// Contracts section 4: a function that is replaced while the server runs is noticed without a restart.
#[tokio::test]
async fn a_function_replaced_at_run_time_is_noticed_by_the_next_poll() {
    let app = TestApp::new().await;
    let hooks = &app.app.token_issuer().hooks;
    let stop = tokio_util::sync::CancellationToken::new();
    let watcher = tokio::spawn(app.app.clone().keep_current(stop.clone()));
    assert!(!hooks.are_asked(Output::AccessToken));
    sql(
        &app,
        "create or replace function auth.custom_access_token_hook(event jsonb) returns jsonb
            language sql stable as $$ select null::jsonb $$",
    )
    .await;
    let noticed = async {
        while !hooks.are_asked(Output::AccessToken) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), noticed)
        .await
        .expect("a poll comes every few seconds");
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let code = relying_party.code(&app, &ada, &[]).await;
    relying_party
        .exchange(&code)
        .await
        .assert_error(503, "temporarily_unavailable");
    stop.cancel();
    watcher.await.unwrap();
}

/// HK-01: nobody registers a resource that renames a claim into one that the protocol decides, and what a person
/// calls themselves is never a claim of the protocol.
#[tokio::test]
async fn hk_01_no_name_of_a_resource_reaches_a_locked_claim() {
    use signet::client::{NewResource, Resource};
    for (ours, theirs) in [
        ("role", "sub"),
        ("role", "Scope"),
        ("tier", "AUD"),
        ("sub", "id"),
        ("role", "typ"),
        ("role", ""),
        ("role", "tier"),
    ] {
        let resource = Resource {
            identifier: "https://api.example.com/".to_owned(),
            name: "API".to_owned(),
            algorithm: None,
            token_type: signet::client::TokenType::AtJwt,
            lifetime: None,
            claim_names: std::iter::once((ours.to_owned(), theirs.to_owned())).collect(),
        };
        assert!(NewResource::parse(resource).is_err(), "{ours} as {theirs}");
    }
}
