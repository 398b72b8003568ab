//! `signet user`.

use insta::assert_json_snapshot;

use super::program::{Signet, tidy};
use crate::app::TestApp;
use crate::attack::login_enumeration::attempt;
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
          "name": "Personal space",
          "organization_id": "[id]",
          "role": "owner",
          "slug": "anna"
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

/// What is known of a person stands under its name, and an organization is named by more than its id.
#[tokio::test]
async fn an_account_is_shown_to_be_read() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    signet.json_with_input(&CREATE, "correct horse battery\n").await;
    let shown = signet.run(&["user", "show", "anna"]).await.output;
    for line in [
        "claims:\n",
        "  email:              Anna@example.com\n",
        "  preferred_username: anna\n",
        "memberships:\n  organization_id ",
        ", slug anna, role owner, joined_at ",
        ", name Personal space\n",
        "status:          active\n",
    ] {
        assert!(shown.contains(line), "{line:?} in {shown}");
    }
    assert!(!shown.contains('{'), "{shown}");
}

/// Names and the address of mail change; what is left out stays, and somebody else's is refused.
#[tokio::test]
async fn an_account_is_edited() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    signet.json_with_input(&CREATE, "correct horse battery\n").await;
    let other = [
        "user",
        "create",
        "--email",
        "b@example.com",
        "--user-name",
        "bob",
        "--no-password",
    ];
    signet.json(&other).await;
    let edit = |options: &'static [&'static str]| [&["user", "edit", "anna"], options].concat();
    let told = signet
        .run(&edit(&["--name", "Anna B.", "--email", "anna.b@example.com"]))
        .await;
    assert!(
        told.output.contains("profile changed, e-mail address changed"),
        "{told:?}"
    );
    let claims = signet.json(&["user", "show", "anna"]).await["claims"].clone();
    assert_eq!(claims["name"], "Anna B.");
    assert_eq!(claims["email"], "anna.b@example.com");
    assert_eq!(claims["email_verified"], false, "nobody has proven the new one");
    assert_eq!(claims["preferred_username"], "anna");
    let same = signet
        .run(&edit(&["--email", "ANNA.B@example.com", "--verified"]))
        .await;
    assert!(same.output.contains("e-mail address proven"), "{same:?}");
    let spelled = signet.run(&edit(&["--email", "Anna.B@example.com"])).await;
    assert!(spelled.output.contains("e-mail address changed"), "{spelled:?}");
    let claims = signet.json(&["user", "show", "anna"]).await["claims"].clone();
    assert_eq!(
        claims["email_verified"], true,
        "it is the same one in another spelling"
    );
    let again = signet.run(&edit(&["--email", "Anna.B@example.com"])).await;
    assert!(again.output.contains("nothing changed"), "{again:?}");
    for (options, because) in [
        (
            &["--email", "B@example.com"][..],
            "another account has this address",
        ),
        (&["--user-name", "BOB"], "another account has this name"),
        (&["--email", "no address"], "email"),
        (&["--user-name", "a b"], "user_name"),
        (&[], "nothing to change"),
    ] {
        signet.run(&edit(options)).await.assert_refused(because);
    }
    let renamed = signet.run(&edit(&["--user-name", "anja"])).await;
    assert!(renamed.output.contains("user name anja"), "{renamed:?}");
    let taken = signet.run(&["user", "edit", "anja", "--user-name", ""]).await;
    assert!(taken.output.contains("user name taken away"), "{taken:?}");
    let claims = signet.json(&["user", "show", "anna.b@example.com"]).await["claims"].clone();
    assert_eq!(claims.get("preferred_username"), None);
}

/// Whoever has another address of mail signs in with that one.
#[tokio::test]
async fn a_person_signs_in_with_a_new_address_and_not_with_the_old_one() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    signet.json_with_input(&CREATE, "correct horse battery\n").await;
    signet
        .json(&["user", "edit", "anna", "--email", "new@example.com"])
        .await;
    let password = "correct horse battery";
    for (address, status) in [("new@example.com", 303), ("anna@example.com", 401)] {
        let reply = attempt(&app.browser(), address, password).await;
        assert_eq!(reply.status, status, "{address}: {}", reply.body);
    }
}
