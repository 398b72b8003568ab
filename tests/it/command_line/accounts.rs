//! `signet user` and `signet org`.

use insta::assert_json_snapshot;

use super::program::{Signet, tidy};
use crate::app::TestApp;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};
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

/// What a script reads of organizations; each change names what it did.
#[tokio::test]
async fn an_organization_is_made_joined_and_left() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let owner = a_person("olaf").create(&app).await;
    a_person("petra").create(&app).await;
    let created = [
        "org",
        "create",
        "--name",
        "Acme Research",
        "--tier",
        "alpha",
        "--owner",
        &owner.email,
    ];
    assert_json_snapshot!(tidy(signet.json(&created).await), @r#"
    {
      "org_id": "[id]",
      "owner": "[id]",
      "slug": "acme-research"
    }
    "#);
    let add = [
        "org",
        "add-member",
        "--org",
        "acme-research",
        "--user",
        "petra",
        "--role",
        "viewer",
        "--pending",
    ];
    assert_json_snapshot!(tidy(signet.json(&add).await), @r#"
    {
      "done": "invited as viewer",
      "org_id": "[id]",
      "user_id": "[id]"
    }
    "#);
    signet
        .json(&["org", "join", "--org", "acme-research", "--user", "petra"])
        .await;
    assert_json_snapshot!(tidy(signet.json(&["org", "show", "acme-research"]).await), @r#"
    {
      "created_at": "[time]",
      "members": [
        {
          "invited_at": null,
          "joined_at": "[time]",
          "role": "owner",
          "user_id": "[id]"
        },
        {
          "invited_at": "[time]",
          "joined_at": "[time]",
          "role": "viewer",
          "user_id": "[id]"
        }
      ],
      "name": "Acme Research",
      "org_id": "[id]",
      "owner_user_id": "[id]",
      "plan": null,
      "slug": "acme-research",
      "suspended_at": null,
      "tier": "alpha",
      "type": "team"
    }
    "#);
    signet
        .json(&[
            "org",
            "remove-member",
            "--org",
            "acme-research",
            "--user",
            "petra",
        ])
        .await;
    let left = signet.json(&["org", "show", "acme-research"]).await;
    assert_eq!(left["members"].as_array().expect("members").len(), 1);
    let twice = [
        "org",
        "create",
        "--name",
        "Acme Research",
        "--slug",
        "acme-research",
        "--owner",
        &owner.email,
    ];
    signet.run(&twice).await.assert_refused("acme-research");
}
