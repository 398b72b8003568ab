//! What a new person has from the start (systems.md section 5, rows 1, 5, 15, 24 and 26; features: sign-up is one
//! transaction).

use signet::config::SignUpPolicy;
use signet::lifecycle::prove_email::prove_email;
use signet::lifecycle::sign_up::{self, MadeBy, NewAccount};
use signet::lifecycle::{ProveEmailError, SignUpError};
use signet::user::{EmailAddress, NewUser, UserError, UserStatus};

use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::attack::holdings::sql;
use crate::command_line::program::{Signet, tidy};
use crate::fixtures::{a_person, an_organization};

/// Signs somebody up.
async fn sign_up(app: &TestApp, email: &str, made_by: MadeBy) -> Result<NewAccount, SignUpError> {
    let new = NewUser::new(EmailAddress::parse(email).expect("an address"));
    let mut work = app.work().await;
    let made = sign_up::create_user(&mut work, &new, made_by, &app.app.config().sign_up).await?;
    work.commit().await.expect("committed");
    Ok(made)
}

/// Systems.md section 5, row 24: a personal space has one workspace, both have neutral names, and the person owns both.
#[tokio::test]
async fn a_person_has_a_personal_space_with_a_workspace() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let created = signet
        .json(&[
            "user",
            "create",
            "--email",
            "Ada.Secret@Example.com",
            "--no-password",
        ])
        .await;
    let space = created["personal_space"].as_str().expect("an id");
    let shown = signet.json(&["org", "show", space]).await;
    assert_eq!(shown["name"], "Personal space");
    assert_eq!(shown["type"], "personal");
    assert_eq!(shown["members"][0]["role"], "owner");
    let shown = signet
        .json(&["workspace", "show", "--org", space, "--workspace", "my-workspace"])
        .await;
    insta::assert_json_snapshot!(tidy(shown), @r#"
    {
      "archived_at": null,
      "archived_reason": null,
      "created_at": "[time]",
      "id": "[id]",
      "kind": "personal",
      "members": [
        {
          "role": "owner",
          "user_id": "[id]"
        }
      ],
      "name": "My Workspace",
      "organization_id": "[id]",
      "owner_user_id": "[id]",
      "slug": "my-workspace"
    }
    "#);
}

/// Issue: a failure fails the sign-up and leaves nothing, however late it comes; afterwards the address is free.
#[tokio::test]
async fn a_sign_up_that_fails_leaves_nothing() {
    let app = TestApp::new().await;
    sql(
        &app,
        "create function public.fail() returns trigger language plpgsql as
            'begin raise exception ''injected''; end';
        create trigger fail before insert on auth.workspace_members execute function public.fail();",
    )
    .await;
    let events = count(&app, "select count(*) from auth.security_events").await;
    let refused = sign_up(&app, "ada@example.com", MadeBy::Person).await;
    assert!(
        matches!(refused, Err(SignUpError::Organization(_))),
        "{refused:?}"
    );
    for left in [
        "select count(*) from auth.users",
        "select count(*) from auth.organizations",
        "select count(*) from auth.members",
        "select count(*) from auth.workspaces",
    ] {
        assert_eq!(count(&app, left).await, 0, "{left}");
    }
    let after = count(&app, "select count(*) from auth.security_events").await;
    assert_eq!(after, events);
    sql(&app, "drop trigger fail on auth.workspace_members").await;
    sign_up(&app, "ada@example.com", MadeBy::Person)
        .await
        .expect("an account");
}

/// Systems.md section 5, row 5: the policy says what a person is; nothing that everybody gets makes anybody active.
#[tokio::test]
async fn the_policy_decides_the_standing() {
    let cases = [
        (SignUpPolicy::Open, MadeBy::Person, Some(UserStatus::Active)),
        (SignUpPolicy::Open, MadeBy::Invited, Some(UserStatus::Active)),
        (SignUpPolicy::Waitlist, MadeBy::Person, Some(UserStatus::Waitlist)),
        (SignUpPolicy::Waitlist, MadeBy::Operator, Some(UserStatus::Active)),
        (SignUpPolicy::Closed, MadeBy::Person, None),
        (SignUpPolicy::Closed, MadeBy::Invited, Some(UserStatus::Waitlist)),
    ];
    for (policy, made_by, expected) in cases {
        let app = TestApp::with(|config| {
            config.sign_up.policy = policy;
            config.sign_up.organization_type = "team".to_owned();
            config.sign_up.join_global_organization = true;
        })
        .await;
        let made = sign_up(&app, "ada@example.com", made_by).await;
        match expected {
            Some(status) => assert_eq!(made.expect("an account").status, status, "{policy:?} {made_by:?}"),
            None => assert!(matches!(made, Err(SignUpError::Closed)), "{made:?}"),
        }
        let active = count(&app, "select count(*) from auth.users where status = 'active'").await;
        assert_eq!(active == 1, expected == Some(UserStatus::Active));
    }
}

/// Systems.md section 5, rows 15 and 26: an organization of one's own and the global one only by configuration; without
/// a global one nobody is put anywhere.
#[tokio::test]
async fn configuration_adds_an_organization_and_the_global_one() {
    let app = TestApp::with(|config| {
        config.sign_up.policy = SignUpPolicy::Waitlist;
        config.sign_up.organization_type = "club".to_owned();
        config.sign_up.join_global_organization = true;
    })
    .await;
    let signet = Signet::on(&app.database);
    let root = a_person("root").create(&app).await;
    let members = "select count(*) from auth.members m join auth.organizations o on o.id = m.organization_id
        where o.is_global";
    assert_eq!(count(&app, members).await, 0);
    let everyone = an_organization(&app, "everyone", &root, None).await;
    for _ in 0..2 {
        signet.json(&["org", "set-global", "everyone"]).await;
    }
    let other = an_organization(&app, "other", &root, None).await;
    signet
        .run(&["org", "set-global", &other.slug])
        .await
        .assert_refused("another organization is the global one");
    let made = sign_up(&app, "ada@example.com", MadeBy::Person)
        .await
        .expect("an account");
    assert_eq!(made.status, UserStatus::Waitlist, "it makes nobody active");
    assert_eq!(count(&app, members).await, 2);
    let own = made.organization.expect("an organization").to_string();
    let shown = signet.json(&["org", "show", &own]).await;
    assert_eq!(
        (&shown["type"], &shown["name"]),
        (&"club".into(), &"My organization".into())
    );
    let shown = signet
        .json(&["workspace", "show", "--org", &own, "--workspace", "my-workspace"])
        .await;
    assert_eq!(shown["kind"], "default");
    // Gone, it is joined by nobody, and another one may take its place.
    signet.json(&["org", "delete", everyone.id.as_str()]).await;
    sign_up(&app, "bob@example.com", MadeBy::Person)
        .await
        .expect("an account");
    signet.json(&["org", "set-global", &other.slug]).await;
}

/// RC-04: two sign-ups of one address in two cases at once: the unique index decides, one account stays whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_04_two_sign_ups_of_one_address_make_one_account() {
    let app = TestApp::new().await;
    for round in 0..5 {
        let (lower, upper) = (
            format!("ada{round}@example.com"),
            format!("ADA{round}@EXAMPLE.COM"),
        );
        let (one, other) = tokio::join!(
            sign_up(&app, &lower, MadeBy::Person),
            sign_up(&app, &upper, MadeBy::Person)
        );
        assert!(one.is_ok() ^ other.is_ok(), "{one:?} {other:?}");
        let refused = one.err().or(other.err()).expect("a refusal");
        assert!(
            matches!(refused, SignUpError::User(UserError::EmailTaken)),
            "{refused:?}"
        );
    }
    assert_eq!(count(&app, "select count(*) from auth.users").await, 5);
    assert_eq!(count(&app, "select count(*) from auth.organizations").await, 5);
    assert_eq!(
        count(&app, "select count(*) from auth.workspace_members").await,
        5
    );
}

/// Systems.md section 5, row 4: a proof counts for the address that was proven, not for one that came after it.
#[tokio::test]
async fn a_proof_of_an_address_that_was_changed_proves_nothing() {
    let app = TestApp::new().await;
    let ada = a_person("ada")
        .with(|new| new.email_verified = false)
        .create(&app)
        .await;
    let verified = "select count(*) from auth.users where email_verified_at is not null";
    let mut work = app.work().await;
    let old = EmailAddress::parse("old@example.test").unwrap();
    let refused = prove_email(&mut work, &ada.id, &old).await;
    assert!(
        matches!(refused, Err(ProveEmailError::User(UserError::OtherAddress(_)))),
        "{refused:?}"
    );
    drop(work);
    assert_eq!(count(&app, verified).await, 0);
    let signet = Signet::on(&app.database);
    signet.json(&["user", "verify-email", "ADA@example.test"]).await;
    assert_eq!(count(&app, verified).await, 1);
}
