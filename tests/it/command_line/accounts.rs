//! `signet user`.

use insta::assert_json_snapshot;

use super::program::{Signet, tidy};
use crate::app::TestApp;
use crate::fixtures::a_client;
use crate::fixtures::person::TestPerson;
use crate::support::database::TestDatabase;

const CREATE: [&str; 12] = [
    "user",
    "create",
    "--email",
    "Anna@Example.com",
    "--verified",
    "--user-name",
    "anna",
    "--tier",
    "founder",
    "--name",
    "Anna Example",
    "--password-file=-",
];

/// What a script reads after making an account and asking for it.
#[tokio::test]
async fn an_account_is_made_and_shown() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    let created = signet.json_with_input(&CREATE, "correct horse battery\n").await;
    assert_json_snapshot!(tidy(created), @r#"
    {
      "email": "Anna@example.com",
      "personal_space": "[id]",
      "user_id": "[id]"
    }
    "#);
    assert_json_snapshot!(tidy(signet.json(&["user", "show", "anna"]).await), @r#"
    {
      "claims": {
        "email": "Anna@example.com",
        "email_verified": true,
        "name": "Anna Example",
        "preferred_username": "anna",
        "updated_at": "[time]"
      },
      "created_at": "[time]",
      "kind": "human",
      "last_sign_in_at": null,
      "memberships": [
        {
          "joined_at": "[time]",
          "org_id": "[id]",
          "role": "owner"
        }
      ],
      "revoked_before": null,
      "role": "user",
      "status": "active",
      "tier": "founder",
      "user_id": "[id]"
    }
    "#);
    let again = signet.run_with_input(&CREATE, "correct horse battery\n").await;
    again.assert_refused("another account has this address");
    signet
        .run(&["user", "show", "nobody@example.com"])
        .await
        .assert_refused("nobody@example.com");
}

/// A made password is shown once, to whoever made the account; a chosen one never.
#[tokio::test]
async fn a_made_password_is_shown_once() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    let made = signet
        .json(&["user", "create", "--email", "made@example.com"])
        .await;
    let password = made["password"].as_str().expect("a password");
    assert!(password.len() >= 20, "{password}");
    let ran = signet.run(&["user", "show", "made@example.com"]).await;
    assert!(!ran.output.contains(password));
    let set = ["user", "set-password", "made@example.com", "--password-file=-"];
    let chosen = signet.json_with_input(&set, "another good passphrase\n").await;
    assert_eq!(chosen.get("password"), None);
    let weak = signet.run_with_input(&set, "password\n").await;
    assert_eq!(weak.code, 1);
    assert!(!weak.errors.contains("panicked"));
}

/// An account made here signs in there, and is out once it is disabled.
#[tokio::test]
async fn an_account_made_by_command_signs_in_until_it_is_disabled() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let created = signet.json_with_input(&CREATE, "correct horse battery\n").await;
    let person = TestPerson {
        id: signet::base::id::UserId::from_text(created["user_id"].as_str().expect("an id")),
        email: "anna@example.com".to_owned(),
        password: "correct horse battery".to_owned(),
    };
    let client = a_client("web").create(&app).await;
    let hand = app.relying_party(&client);
    let tokens = hand.tokens(&app, &person, &[]).await;
    let access = tokens["access_token"].as_str().expect("a token");
    assert_eq!(hand.userinfo(access).await.status, 200);
    signet.json(&["user", "disable", "ANNA@example.com"]).await;
    assert_eq!(hand.userinfo(access).await.status, 401);
    let refresh = tokens["refresh_token"].as_str().expect("a token");
    hand.refresh(refresh, &[])
        .await
        .assert_error(400, "invalid_grant");
}

/// A list names people as `user show` does.
#[tokio::test]
async fn a_list_shows_how_people_are_called() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    signet.json_with_input(&CREATE, "correct horse battery\n").await;
    let listed = signet.run(&["user", "list"]).await;
    let mut lines = listed.output.lines();
    let heads: Vec<&str> = lines.next().expect("heads").split_whitespace().collect();
    assert_eq!(
        heads,
        ["USER_ID", "EMAIL", "USER_NAME", "NAME", "ROLE", "TIER", "STATUS"]
    );
    let line = lines.next().expect("Anna");
    assert!(line.contains("Anna@example.com") && line.contains("  anna  ") && line.contains("Anna Example"));
}
