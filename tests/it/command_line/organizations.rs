//! `signet org`.

use insta::assert_json_snapshot;
use serde_json::Value;

use super::program::{Signet, tidy};
use crate::app::TestApp;
use crate::fixtures::a_person;

async fn say(signet: &Signet, words: &str) -> Value {
    let words: Vec<&str> = words.split(' ').collect();
    tidy(signet.json(&words).await)
}

async fn app_with_people() -> (TestApp, Signet) {
    let app = TestApp::new().await;
    a_person("olaf").create(&app).await;
    a_person("petra").create(&app).await;
    let signet = Signet::on(&app.database);
    (app, signet)
}

/// The member who is no owner.
fn viewer(shown: &Value) -> &Value {
    let members = shown["members"].as_array().expect("members");
    members
        .iter()
        .find(|member| member["role"] == "viewer")
        .expect("a viewer")
}

/// What a script reads of organizations; each change names what it did.
#[tokio::test]
async fn an_organization_is_made_and_shown() {
    let (_app, signet) = app_with_people().await;
    assert_json_snapshot!(say(&signet, "org create --name Acme --tier alpha --owner olaf@example.test").await, @r#"
    {
      "org_id": "[id]",
      "owner": "[id]",
      "slug": "acme"
    }
    "#);
    assert_json_snapshot!(say(&signet, "org show acme").await, @r#"
    {
      "created_at": "[time]",
      "members": [
        {
          "invited_at": null,
          "joined_at": "[time]",
          "role": "owner",
          "user_id": "[id]"
        }
      ],
      "name": "Acme",
      "org_id": "[id]",
      "owner_user_id": "[id]",
      "plan": null,
      "slug": "acme",
      "suspended_at": null,
      "tier": "alpha",
      "type": "team"
    }
    "#);
    let twice = [
        "org", "create", "--name", "Acme", "--slug", "acme", "--owner", "olaf",
    ];
    signet.run(&twice).await.assert_refused("acme");
}

/// An invitation is no membership until it is taken up.
#[tokio::test]
async fn a_member_is_invited_joins_and_leaves() {
    let (_app, signet) = app_with_people().await;
    say(&signet, "org create --name Acme --owner olaf").await;
    let invited = say(
        &signet,
        "org add-member --org acme --user petra --role viewer --pending",
    )
    .await;
    assert_json_snapshot!(invited, @r#"
    {
      "done": "invited as viewer",
      "org_id": "[id]",
      "user_id": "[id]"
    }
    "#);
    let shown = say(&signet, "org show acme").await;
    assert_eq!(viewer(&shown)["joined_at"], Value::Null);
    say(&signet, "org join --org acme --user petra").await;
    let shown = say(&signet, "org show acme").await;
    assert_eq!(viewer(&shown)["joined_at"], "[time]");
    say(&signet, "org remove-member --org acme --user petra").await;
    let shown = say(&signet, "org show acme").await;
    assert_eq!(shown["members"].as_array().expect("members").len(), 1);
}
