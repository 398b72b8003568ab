//! `signet service-key`.

use insta::assert_json_snapshot;
use serde_json::Value;

use super::program::{Signet, tidy};
use crate::app::TestApp;

async fn say(signet: &Signet, words: &str) -> Value {
    let words: Vec<&str> = words.split(' ').collect();
    tidy(signet.json(&words).await)
}

/// What a script reads of service keys; the key itself is shown once.
#[tokio::test]
async fn a_service_key_is_made_rotated_and_revoked() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let create =
        "service-key create --name billing --scope epoch:read --scope membership:read --lifetime 90d";
    assert_json_snapshot!(say(&signet, create).await, @r#"
    {
      "expires_at": "[time]",
      "name": "billing",
      "scopes": [
        "epoch:read",
        "membership:read"
      ],
      "service_key": "[secret]",
      "service_key_id": "[id]"
    }
    "#);
    assert_json_snapshot!(say(&signet, "service-key rotate billing --overlap 0").await, @r#"
    {
      "expires_at": "[time]",
      "name": "billing",
      "scopes": [
        "epoch:read",
        "membership:read"
      ],
      "service_key": "[secret]",
      "service_key_id": "[id]"
    }
    "#);
    assert_json_snapshot!(say(&signet, "service-key list").await, @r#"
    {
      "service_keys": [
        {
          "created_at": "[time]",
          "expires_at": "[time]",
          "last_used_at": null,
          "live": true,
          "name": "billing",
          "revoked_at": null,
          "scopes": [
            "epoch:read",
            "membership:read"
          ],
          "service_key_id": "[id]"
        },
        {
          "created_at": "[time]",
          "expires_at": "[time]",
          "last_used_at": null,
          "live": false,
          "name": "billing",
          "revoked_at": null,
          "scopes": [
            "epoch:read",
            "membership:read"
          ],
          "service_key_id": "[id]"
        }
      ]
    }
    "#);
    assert_json_snapshot!(say(&signet, "service-key revoke billing").await, @r#"
    {
      "name": "billing",
      "revoked": 1
    }
    "#);
    let listed = signet.run(&["service-key", "list"]).await.output;
    assert!(listed.contains("billing") && !listed.contains("sk_"), "{listed}");
}

/// A refusal says what would be right.
#[tokio::test]
async fn a_wrong_service_key_is_refused_with_advice() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    for (words, because) in [
        (
            "service-key create --name Billing --scope epoch:read",
            "name: 1 to 63",
        ),
        ("service-key rotate nobody", "there is no live service key nobody"),
        ("service-key revoke nobody", "there is no live service key nobody"),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        signet.run(&words).await.assert_refused(because);
    }
    let unknown = signet
        .run(&["service-key", "create", "--name", "a", "--scope", "all"])
        .await;
    assert_eq!(unknown.code, 2);
    assert!(unknown.errors.contains("epoch:read"), "{}", unknown.errors);
    signet
        .json(&["service-key", "create", "--name", "a", "--scope", "epoch:read"])
        .await;
    let again = ["service-key", "create", "--name", "a", "--scope", "epoch:read"];
    signet
        .run(&again)
        .await
        .assert_refused("there already is a service key a");
}
