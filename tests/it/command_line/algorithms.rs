//! `[signing] algorithms`: `EdDSA` can be left out of what is published.

use std::sync::Arc;

use signet::protocol::algorithm::Algorithm;

use super::doctor_findings::assert_found;
use super::program::Signet;
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};
use crate::support::clock::ManualClock;
use crate::support::database::TestDatabase;

/// A verifier that cannot read an Ed25519 key does not meet one, whether or not the database holds one from before.
#[tokio::test]
async fn eddsa_is_left_out_of_what_is_published() {
    let database = TestDatabase::new().await;
    let before = TestApp::on(database.again(), Arc::new(ManualClock::new()), |_| {}).await;
    assert_eq!(algorithms(&before).await, ["ES256", "EdDSA", "RS256"]);
    let app = TestApp::on(database, Arc::new(ManualClock::new()), |config| {
        config.signing.algorithms = vec![Algorithm::RS256, Algorithm::ES256];
    })
    .await;
    assert_eq!(algorithms(&app).await, ["ES256", "RS256"]);
    let metadata = app
        .browser()
        .get("/.well-known/openid-configuration")
        .await
        .json();
    let named = metadata["id_token_signing_alg_values_supported"].to_string();
    assert!(!named.contains("EdDSA"), "{named}");
}

async fn algorithms(app: &TestApp) -> Vec<String> {
    let jwks = app.browser().get("/.well-known/jwks.json").await.json();
    let keys = jwks["keys"].as_array().expect("keys").clone();
    let mut names: Vec<String> = keys
        .iter()
        .map(|key| key["alg"].as_str().expect("a name").to_owned())
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Nobody is registered with what is left out, and it is not left out while somebody is.
#[tokio::test]
async fn nobody_is_registered_with_what_is_left_out() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    let create = [
        "client", "create", "--name", "App", "--type", "service", "--id", "app",
    ];
    let edit = ["client", "edit", "app", "--access-token-alg", "EdDSA"];
    signet.json(&create).await;
    let without = Signet::on(&database).with("SIGNET_SIGNING__ALGORITHMS", "RS256,ES256");
    let refused = without.run(&edit).await;
    refused
        .assert_refused("the client app would be registered with EdDSA, which signing.algorithms leaves out");
    let shown = signet.json(&["client", "show", "app"]).await;
    assert_eq!(shown["access_token_signed_response_alg"], serde_json::Value::Null);
    signet.json(&edit).await;
    assert_found(&without, 1, "algorithms.left-out").await;
    let doctor = without.run(&["doctor"]).await;
    assert!(
        doctor
            .output
            .contains("registered with EdDSA, which signing.algorithms leaves out, and get no token: register them with another one (client app)"),
        "{}",
        doctor.output
    );
    without.json(&["client", "list"]).await;
    without.json(&["client", "edit", "app", "--name", "Other"]).await;
    let more = [
        "client", "create", "--name", "More", "--id", "more", "--type", "service",
    ];
    let more = [&more[..], &["--access-token-alg", "EdDSA"]].concat();
    let refused = without.run(&more).await;
    refused.assert_refused("the client more would be registered with EdDSA");
}

/// Who is registered with it from before gets no token; nobody else is kept from one, nor the server from starting.
#[tokio::test]
async fn who_uses_what_is_left_out_gets_no_token() {
    let database = TestDatabase::new().await;
    let clock = Arc::new(ManualClock::new());
    let before = TestApp::on(database.again(), Arc::clone(&clock), |_| {}).await;
    let old = a_client("old")
        .service()
        .algorithms(Algorithm::RS256, Algorithm::EdDsa);
    let old = old.create(&before).await;
    let other = a_client("other").service().create(&before).await;
    let app = TestApp::on(database, clock, |config| {
        config.signing.algorithms = vec![Algorithm::RS256, Algorithm::ES256];
    })
    .await;
    for (client, status) in [(&old, 503), (&other, 200)] {
        let grant = [("grant_type", "client_credentials")];
        let reply = app.relying_party(client).token(&grant).await;
        assert_eq!(reply.status, status, "{}", reply.body);
    }
}

/// Nothing is lost by it: what was presented in vain works once the client is registered with another algorithm.
#[tokio::test]
async fn a_code_and_a_refresh_token_outlive_a_missing_algorithm() {
    let database = TestDatabase::new().await;
    let clock = Arc::new(ManualClock::new());
    let before = TestApp::on(database.again(), Arc::clone(&clock), |_| {}).await;
    let ada = a_person("ada").create(&before).await;
    let old = a_client("old").algorithms(Algorithm::EdDsa, Algorithm::EdDsa);
    let old = old.create(&before).await;
    let refresh = before.relying_party(&old).tokens(&before, &ada, &[]).await["refresh_token"].clone();
    let refresh = refresh.as_str().expect("a token");
    let app = TestApp::on(database, clock, |config| {
        config.signing.algorithms = vec![Algorithm::RS256, Algorithm::ES256];
    })
    .await;
    let party = app.relying_party(&old);
    let code = party.code(&app, &ada, &[]).await;
    for _ in 0..2 {
        assert_eq!(party.exchange(&code).await.status, 503);
        assert_eq!(party.refresh(refresh, &[]).await.status, 503);
    }
    let edit = [
        "client",
        "edit",
        "old",
        "--id-token-alg",
        "RS256",
        "--access-token-alg",
        "ES256",
    ];
    Signet::on(&app.database).json(&edit).await;
    app.app.refresh("clients").await;
    for reply in [party.exchange(&code).await, party.refresh(refresh, &[]).await] {
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
}

/// What discovery must name is left out only by who says that he knows; a default is one that is on.
#[tokio::test]
async fn rs256_stays_unless_said_otherwise_and_a_default_is_on() {
    let database = TestDatabase::new().await;
    for (settings, because) in [
        (
            &[("ALGORITHMS", "ES256,EdDSA")][..],
            "RS256 is left out, which OpenID Connect Discovery requires",
        ),
        (&[("ALGORITHMS", "RS256")], "signing.access_token_algorithm"),
        (
            &[("ALGORITHMS", "ES256"), ("REQUIRE_RS256", "false")],
            "signing.id_token_algorithm",
        ),
        (&[("ID_TOKEN_ALGORITHM", "ES384")], "signing.id_token_algorithm"),
        (
            &[("ALGORITHMS", "RS256,ES256,HS256")],
            "SIGNET_SIGNING__ALGORITHMS",
        ),
        (
            &[("ALGORITHMS", "RS256,ES256,RS256")],
            "an algorithm stands twice",
        ),
        (&[("ALSO_PUBLISHED", "EdDSA")], "an algorithm stands twice"),
        (
            &[("RSA_BITS", "1024")],
            "RSA keys of 2048, 3072 or 4096 bits are made, not of 1024",
        ),
    ] {
        let signet = with(&database, settings);
        signet.run(&["client", "list"]).await.assert_refused(because);
    }
    for settings in [
        &[("ALGORITHMS", "RS256"), ("ACCESS_TOKEN_ALGORITHM", "RS256")][..],
        &[
            ("ALGORITHMS", "ES256,ES384"),
            ("REQUIRE_RS256", "false"),
            ("ID_TOKEN_ALGORITHM", "ES384"),
        ],
        &[
            ("ALGORITHMS", "RS256,PS256,ES256,ES384,EdDSA"),
            ("RSA_BITS", "4096"),
        ],
    ] {
        with(&database, settings).json(&["client", "list"]).await;
    }
}

fn with(database: &TestDatabase, settings: &[(&str, &str)]) -> Signet {
    let signet = Signet::on(database);
    settings.iter().fold(signet, |signet, (name, value)| {
        signet.with(&format!("SIGNET_SIGNING__{name}"), value)
    })
}

/// A client that is registered without a word of it has the default of that time, which stays when the default changes;
/// a product has what it expects.
#[tokio::test]
async fn a_client_is_registered_with_the_default_of_its_time() {
    let database = TestDatabase::new().await;
    let on = [
        ("ALGORITHMS", "RS256,ES256,ES384"),
        ("ID_TOKEN_ALGORITHM", "ES384"),
    ];
    let signet = with(&database, &on);
    let usual = with(&database, &on[..1]);
    let algorithm = async |signet: &Signet, id: &str| {
        let shown = signet.json(&["client", "show", id]).await;
        shown["id_token_signed_response_alg"].clone()
    };
    let create = [
        "client",
        "create",
        "--name",
        "App",
        "--redirect-uri",
        "https://app.example/",
    ];
    signet.json(&[&create[..], &["--id", "app"]].concat()).await;
    assert_eq!(algorithm(&usual, "app").await, "ES384");
    usual.json(&[&create[..], &["--id", "usual"]].concat()).await;
    assert_eq!(algorithm(&signet, "usual").await, "RS256");
    signet
        .json(&[
            "client",
            "create",
            "--for",
            "django",
            "--url",
            "https://shop.example.com",
        ])
        .await;
    assert_eq!(algorithm(&signet, "django").await, "RS256");
    let reset = [
        "client",
        "edit",
        "usual",
        "--reset",
        "id_token_signed_response_alg",
    ];
    signet.json(&reset).await;
    assert_eq!(algorithm(&signet, "usual").await, "ES384");
    let refused = signet
        .run(&[&create[..], &["--id", "off", "--id-token-alg", "PS256"]].concat())
        .await;
    refused.assert_refused(
        "the client off would be registered with PS256, which signing.algorithms leaves out \
         (invalid_client_metadata): choose one of RS256, ES256, ES384, or add PS256 there first",
    );
    let resource = [
        "client",
        "resource-create",
        "--identifier",
        "https://api.example",
        "--name",
        "API",
        "--alg",
    ];
    signet.json(&[&resource[..], &["ES384"]].concat()).await;
    let without = Signet::on(&database);
    let doctor = without.run(&["doctor"]).await;
    let named = "registered with ES384, which signing.algorithms leaves out, and get no token: register them with \
        another one (resource https://api.example, client app, client usual)";
    assert!(doctor.output.contains(named), "{}", doctor.output);
}

/// However many are registered with it, each can be changed, and be registered with another one; nobody new can.
#[tokio::test]
async fn one_of_many_that_use_what_is_left_out_is_changed() {
    let database = TestDatabase::new().await;
    let mut admin = database.admin().await;
    let many = "insert into auth.oauth_applications (client_id, metadata, created_at, updated_at)
        select 'many-' || lpad(number::text, 4, '0'), jsonb_build_object('client_name', 'Many', 'type', 'service',
            'grant_types', '[\"client_credentials\"]'::jsonb, 'scope', '',
            'token_endpoint_auth_method', 'client_secret_basic',
            'id_token_signed_response_alg', 'RS256', 'access_token_signed_response_alg', 'EdDSA'), now(), now()
        from generate_series(1, 1100) as number;
        insert into auth.resources (identifier, name, access_token_signed_response_alg, created_at, updated_at)
        select 'https://api.example/' || number, 'API', 'EdDSA', now(), now() from generate_series(1, 1100) as number";
    sqlx::raw_sql(many).execute(&mut admin).await.expect("inserted");
    let without = Signet::on(&database).with("SIGNET_SIGNING__ALGORITHMS", "RS256,ES256");
    let edit = ["client", "edit", "many-0001"];
    without.json(&[&edit[..], &["--name", "Renamed"]].concat()).await;
    let changed = without
        .json(&[&edit[..], &["--access-token-alg", "ES256"]].concat())
        .await;
    assert_eq!(changed["access_token_signed_response_alg"], "ES256");
    let refused = without
        .run(&[&edit[..], &["--access-token-alg", "EdDSA"]].concat())
        .await;
    refused.assert_refused("the client many-0001 would be registered with EdDSA");
    let edit = ["client", "resource-edit", "https://api.example/1"];
    without.json(&[&edit[..], &["--name", "Renamed"]].concat()).await;
    without.json(&[&edit[..], &["--alg", "RS256"]].concat()).await;
    let refused = without.run(&[&edit[..], &["--alg", "EdDSA"]].concat()).await;
    refused.assert_refused("the resource https://api.example/1 would be registered with EdDSA");
    let create = [
        "client",
        "create",
        "--name",
        "New",
        "--type",
        "service",
        "--access-token-alg",
        "EdDSA",
    ];
    without
        .run(&create)
        .await
        .assert_refused("would be registered with EdDSA");
}
