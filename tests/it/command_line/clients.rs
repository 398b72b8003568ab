//! `signet client`.

use insta::assert_json_snapshot;

use super::program::{Signet, tidy};
use crate::app::TestApp;
use crate::fixtures::client::TestClient;
use crate::support::database::TestDatabase;

const CREATE: [&str; 14] = [
    "client",
    "create",
    "--id",
    "web",
    "--name",
    "The application",
    "--redirect-uri",
    "https://app.example.com/cb",
    "--grant",
    "authorization_code",
    "--grant",
    "refresh_token",
    "--scope",
    "openid email",
];

/// What a script reads: id and secret once, then everything but the secret (contracts.md section 1).
#[tokio::test]
async fn a_client_is_registered_and_shown() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    let created = signet.json(&CREATE).await;
    let secret = created["client_secret"].as_str().expect("a secret").to_owned();
    assert_json_snapshot!(tidy(created), @r#"
    {
      "authorization_endpoint": "https://login.example.com/oauth2/authorize",
      "client_id": "web",
      "client_secret": "[secret]",
      "discovery": "https://login.example.com/.well-known/openid-configuration",
      "end_session_endpoint": "https://login.example.com/oauth2/logout",
      "issuer": "https://login.example.com",
      "jwks_uri": "https://login.example.com/.well-known/jwks.json",
      "redirect_uris": [
        "https://app.example.com/cb"
      ],
      "scope": "email openid",
      "token_endpoint": "https://login.example.com/oauth2/token",
      "userinfo_endpoint": "https://login.example.com/oauth2/userinfo"
    }
    "#);
    let shown = signet.json(&["client", "show", "web"]).await;
    assert!(!shown.to_string().contains(&secret));
    assert_json_snapshot!(tidy(shown), @r#"
    {
      "access_token_format": "jwt",
      "access_token_lifetime": null,
      "access_token_signed_response_alg": null,
      "audience": null,
      "backchannel_logout_session_required": false,
      "backchannel_logout_uri": null,
      "client_id": "web",
      "client_name": "The application",
      "client_uri": null,
      "default_max_age": null,
      "default_resource": null,
      "disabled": false,
      "exact_auth_method": false,
      "first_party": false,
      "grant_types": [
        "authorization_code",
        "refresh_token"
      ],
      "icon": null,
      "id_token_signed_response_alg": "RS256",
      "jwks": null,
      "jwks_uri": null,
      "lean_id_token": false,
      "logo_uri": null,
      "may_introspect": false,
      "policy_uri": null,
      "post_logout_redirect_uris": [],
      "redirect_uris": [
        "https://app.example.com/cb"
      ],
      "require_pkce": null,
      "revoked_before": null,
      "scope": "email openid",
      "secrets": [
        {
          "current": true,
          "expires_at": null
        }
      ],
      "token_endpoint_as_audience": false,
      "token_endpoint_auth_method": "client_secret_basic",
      "token_endpoint_auth_signing_alg": null,
      "tos_uri": null,
      "type": "web"
    }
    "#);
}

/// A line of the list says what tells clients apart.
#[tokio::test]
async fn a_client_is_listed() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    signet.json(&CREATE).await;
    assert_json_snapshot!(tidy(signet.json(&["client", "list"]).await), @r#"
    {
      "clients": [
        {
          "client_id": "web",
          "client_name": "The application",
          "disabled": false,
          "first_party": false,
          "type": "web"
        }
      ]
    }
    "#);
}

/// An id is given once, and one that nobody has is said to be unknown.
#[tokio::test]
async fn an_id_that_is_taken_or_unknown_is_refused() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    signet.json(&CREATE).await;
    signet.run(&CREATE).await.assert_refused("web");
    signet
        .run(&["client", "show", "nobody"])
        .await
        .assert_refused("signet client list");
}

/// RU-03 at the command line: what a client may not register is refused, and nothing is kept of it.
#[tokio::test]
async fn a_bad_registration_is_refused_whole() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    for uri in [
        "javascript:alert(1)",
        "http://app.example.com/cb",
        "https://*.example.com/cb",
        "https://a.example/#x",
    ] {
        let arguments = [
            "client",
            "create",
            "--id",
            "bad",
            "--name",
            "Bad",
            "--redirect-uri",
            uri,
        ];
        let ran = signet.run(&arguments).await;
        assert_ne!(ran.code, 0, "{uri}");
        assert!(!ran.errors.contains("panicked"), "{}", ran.errors);
    }
    signet.run(&["client", "show", "bad"]).await.assert_refused("bad");
}

/// CA-06: a new secret works beside the old one as long as it was said, and a disabled client is out.
#[tokio::test]
async fn secrets_rotate_and_clients_are_switched_off() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let create = [
        "client",
        "create",
        "--id",
        "worker",
        "--name",
        "Worker",
        "--type",
        "service",
        "--grant",
        "client_credentials",
        "--custom-scope",
        "api:read",
    ];
    let created = signet.json(&create).await;
    let rotated = signet
        .json(&["client", "rotate-secret", "worker", "--overlap", "0s"])
        .await;
    let status = async |answer: &serde_json::Value| {
        let client = TestClient {
            id: "worker".to_owned(),
            secret: answer["client_secret"].as_str().map(str::to_owned),
            method: "client_secret_basic",
            redirect_uri: String::new(),
        };
        app.refresh_caches().await;
        let hand = app.relying_party(&client);
        hand.token(&[("grant_type", "client_credentials")]).await.status
    };
    assert_eq!(status(&created).await, 401);
    assert_eq!(status(&rotated).await, 200);
    assert_json_snapshot!(tidy(signet.json(&["client", "disable", "worker"]).await), @r#"
    {
      "client_id": "worker",
      "done": "disabled"
    }
    "#);
    assert_eq!(status(&rotated).await, 401);
    signet.json(&["client", "enable", "worker"]).await;
    assert_eq!(status(&rotated).await, 200);
}
