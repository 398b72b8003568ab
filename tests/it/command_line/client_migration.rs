//! What becomes of clients that are older than their document.

use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::program::Signet;
use crate::app::test_app::kek;
use crate::support::database::EmptyDatabase;

/// The last version in which a client was columns.
const COLUMNS: i64 = 25;

/// A client that was registered before keeps every value under the document's names, and what came since does not
/// change it: claims stay out of its ID token, and it goes on without PKCE where it was let.
#[tokio::test]
async fn a_client_of_before_keeps_what_it_had() {
    let database = EmptyDatabase::new().await;
    let mut admin = database.connect("postgres").await;
    let rights = format!(
        "grant create, temporary on database {0} to signet_owner;
         grant usage, create on schema public to signet_owner;
         grant usage on schema public to signet_app;
         alter default privileges for role signet_owner in schema public grant select on tables to signet_app",
        database.name
    );
    sqlx::raw_sql(AssertSqlSafe(rights))
        .execute(&mut admin)
        .await
        .expect("rights");
    let owner = database.url("signet_owner").await;
    let mut connection = PgConnection::connect(&owner).await.expect("the owner");
    signet::db::migrate::MIGRATIONS
        .run_to(COLUMNS, &mut connection)
        .await
        .expect("the schema of before");
    sqlx::raw_sql(
        "insert into auth.resources (identifier, name, created_at, updated_at)
         values ('https://api.example', 'API', now(), now());
         insert into auth.oauth_applications (
             client_id, name, type, client_uri, token_endpoint_auth_method, redirect_urls, grant_types, scopes,
             require_pkce, access_token_lifetime, default_resource, created_at, updated_at)
         values ('old', 'Old', 'web', 'https://old.example', 'client_secret_post', '{https://old.example/cb}',
                 '{authorization_code,refresh_token}', '{openid,offline_access}', false, 600, 'https://api.example',
                 now(), now()),
                ('plain', 'Plain', 'spa', null, 'none', '{https://plain.example/cb}', '{authorization_code}',
                 '{openid}', true, null, null, now(), now())",
    )
    .execute(&mut admin)
    .await
    .expect("clients of before");
    let signet = Signet::unconfigured()
        .with("SIGNET_ISSUER", "https://login.example.com")
        .with("SIGNET_DATABASE__URL", &database.url("signet_app").await)
        .with("SIGNET_DATABASE__OWNER_URL", &owner)
        .with("SIGNET_SEALING__KEK_FILES", kek().to_str().expect("UTF-8"));
    let migrated = signet.run(&["migrate"]).await;
    assert_eq!(migrated.code, 0, "{}", migrated.errors);
    let old = signet.json(&["client", "show", "old"]).await;
    for (field, value) in [
        ("client_name", json!("Old")),
        ("type", json!("web")),
        ("client_uri", json!("https://old.example")),
        ("token_endpoint_auth_method", json!("client_secret_post")),
        ("redirect_uris", json!(["https://old.example/cb"])),
        ("grant_types", json!(["authorization_code", "refresh_token"])),
        ("scope", json!("offline_access openid")),
        ("require_pkce", json!(false)),
        ("access_token_lifetime", json!(600)),
        ("default_resource", json!("https://api.example")),
        ("lean_id_token", json!(true)),
        ("id_token_signed_response_alg", json!("RS256")),
    ] {
        assert_eq!(old[field], value, "{field}");
    }
    let plain = signet.json(&["client", "show", "plain"]).await;
    assert_eq!(plain["require_pkce"], true);
    assert_eq!(plain["client_uri"], serde_json::Value::Null);
    let edited = signet.json(&["client", "edit", "old", "--name", "Renamed"]).await;
    assert_eq!(edited["client_name"], "Renamed");
}
