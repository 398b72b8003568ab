//! `signet org`.

use insta::assert_json_snapshot;
use serde_json::Value;

use super::program::{Signet, tidy};
use crate::app::TestApp;
use crate::fixtures::a_person;

pub(super) async fn say(signet: &Signet, words: &str) -> Value {
    let words: Vec<&str> = words.split(' ').collect();
    tidy(signet.json(&words).await)
}

pub(super) async fn app_with_people() -> (TestApp, Signet) {
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
      "branding": {},
      "created_at": "[time]",
      "feature_flags": {},
      "id": "[id]",
      "name": "Acme",
      "owner_user_id": "[id]",
      "plan": null,
      "slug": "acme",
      "suspended_at": null,
      "tier": "alpha",
      "type": "team"
    }
    "#);
    assert_json_snapshot!(say(&signet, "org show acme").await, @r#"
    {
      "branding": {},
      "created_at": "[time]",
      "feature_flags": {},
      "id": "[id]",
      "members": [
        {
          "can_create_workspaces": false,
          "invited_at": null,
          "invited_by": null,
          "joined_at": "[time]",
          "role": "owner",
          "user_id": "[id]"
        }
      ],
      "name": "Acme",
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
      "organization_id": "[id]",
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

/// Everything that an operator sets shows at once; a value that is none is refused in words.
#[tokio::test]
async fn settings_are_changed_and_shown() {
    let (_app, signet) = app_with_people().await;
    say(&signet, "org create --name Acme --owner olaf").await;
    for words in [
        "org rename acme Umbrella",
        "org set-slug acme umbrella",
        "org set-type umbrella brand",
        "org set-tier umbrella beta",
        "org set-plan umbrella agency",
        "org set-flag umbrella search.beta true",
        "org set-flag umbrella seats 25",
        "org set-flag umbrella gone x",
        "org set-flag umbrella gone",
        "org suspend umbrella",
    ] {
        say(&signet, words).await;
    }
    let looks = r##"{"logo_url": "https://cdn.example.com/u.svg", "primary_color": "#d01010"}"##;
    let branding = ["org", "set-branding", "umbrella", "--file", "-"];
    signet.json_with_input(&branding, looks).await;
    let mut shown = say(&signet, "org show umbrella").await;
    shown["members"].take();
    assert_json_snapshot!(shown, @r##"
    {
      "branding": {
        "logo_url": "https://cdn.example.com/u.svg",
        "primary_color": "#d01010"
      },
      "created_at": "[time]",
      "feature_flags": {
        "search.beta": true,
        "seats": 25
      },
      "id": "[id]",
      "members": null,
      "name": "Umbrella",
      "owner_user_id": "[id]",
      "plan": "agency",
      "slug": "umbrella",
      "suspended_at": "[time]",
      "tier": "beta",
      "type": "brand"
    }
    "##);
    signet
        .run(&["org", "show", "acme"])
        .await
        .assert_refused("there is no organization");
    signet
        .run(&["org", "set-slug", "umbrella", "\u{fc}mbrella"])
        .await
        .assert_refused("a-z, 0-9");
    signet
        .run(&["org", "set-slug", "umbrella", "admin"])
        .await
        .assert_refused("reserved");
    signet
        .run(&["org", "set-type", "olaf", "team"])
        .await
        .assert_refused("personal space");
    let plain = r#"{"logo_url": "http://cdn.example.com/u.svg"}"#;
    let refused = signet.run_with_input(&branding, plain).await;
    refused.assert_refused("https");
    signet
        .run_with_input(&branding, "{")
        .await
        .assert_refused("no JSON");
}

/// The last owner stays, whoever asks.
#[tokio::test]
async fn the_last_owner_is_not_removed() {
    let (_app, signet) = app_with_people().await;
    say(&signet, "org create --name Acme --owner olaf").await;
    let remove = ["org", "remove-member", "--org", "acme", "--user", "olaf"];
    signet.run(&remove).await.assert_refused("last owner");
    let step_down = [
        "org", "set-role", "--org", "acme", "--user", "olaf", "--role", "member",
    ];
    signet.run(&step_down).await.assert_refused("last owner");
    say(&signet, "org add-member --org acme --user petra --role owner").await;
    signet.json(&step_down).await;
    let listed = signet.run(&["org", "members", "acme", "--limit", "1"]).await;
    assert_eq!(
        (listed.code, listed.output.lines().count()),
        (0, 2),
        "{}",
        listed.output
    );
    assert!(listed.output.starts_with("USER_ID"), "{}", listed.output);
    signet
        .run(&["org", "remove-member", "--org", "olaf", "--user", "olaf"])
        .await
        .assert_refused("personal space");
}
