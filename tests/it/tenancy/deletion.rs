//! How accounts and organizations go (systems.md section 5, row 22; section 4: lifecycle).

use serde_json::json;
use signet::lifecycle::delete_user::{DeleteUserError, delete_user};
use signet::user::EmailAddress;

use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::evidence::{count, events};
use crate::attack::holdings::{assert_access_dead, assert_dead, refreshed, text, wait};
use crate::claims::outputs::said;
use crate::command_line::program::Signet;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person, an_organization};

/// Deletes a person; says whether that was possible.
async fn delete(app: &TestApp, person: &TestPerson) -> Result<(), DeleteUserError> {
    let mut work = app.work().await;
    delete_user(&mut work, &person.id).await?;
    work.commit().await.expect("committed");
    Ok(())
}

/// TN-07: whoever takes a deleted person's address and user name is another person, with nothing of theirs.
#[tokio::test]
async fn tn_07_a_successor_with_the_same_address_inherits_nothing() {
    let app = TestApp::new().await;
    let web = app.relying_party(&a_client("web").third_party().create(&app).await);
    let root = a_person("root").create(&app).await;
    let acme = an_organization(&app, "acme", &root, None).await;
    let before = a_person("ada").create(&app).await;
    acme.add(&app, &before, "admin").await;
    let tokens = web
        .tokens(&app, &before, &[("scope", "openid offline_access")])
        .await;
    let code = web.code(&app, &before, &[]).await;
    wait(&app, 1);
    delete(&app, &before).await.expect("deleted");
    assert_dead(&web, &tokens).await;
    web.exchange(&code).await.assert_error(400, "invalid_grant");
    let typed = [("username", "ada"), ("password", before.password.as_str())];
    assert_eq!(app.browser().post("/login", &typed).await.status, 401);
    let after = a_person("ada").create(&app).await;
    assert_ne!(after.id, before.id);
    assert_dead(&web, &tokens).await;
    let tokens = web.tokens(&app, &after, &[]).await;
    let said = claims(text(&tokens, "access_token"));
    assert_eq!(said["sub"], json!(after.id));
    assert_eq!(said["org_role"], "owner", "their own space, not acme");
    let shown = Signet::on(&app.database).json(&["user", "show", "ada"]).await;
    assert_eq!(shown["memberships"].as_array().map(Vec::len), Some(1));
    let places = "select count(*) from auth.organizations where slug = 'ada-2' and deleted_at is null";
    assert_eq!(count(&app, places).await, 1, "the old slug stays taken");
}

/// Systems.md section 4: personal space and workspace are archived with the reason, memberships end, and what was
/// recorded stays and blocks nothing (section 5, row 22).
#[tokio::test]
async fn a_deleted_person_leaves_an_archive_and_a_record() {
    let app = TestApp::new().await;
    let (root, ada) = (
        a_person("root").create(&app).await,
        a_person("ada").create(&app).await,
    );
    an_organization(&app, "acme", &root, None)
        .await
        .add(&app, &ada, "member")
        .await;
    let recorded = count(&app, "select count(*) from auth.security_events").await;
    Signet::on(&app.database).json(&["user", "delete", "ada"]).await;
    for (what, how_many) in [
        (
            "select count(*) from auth.organizations
            where slug = 'ada' and deleted_at is not null and deleted_reason = 'user_deleted'",
            1,
        ),
        (
            "select count(*) from auth.workspaces w join auth.organizations o on o.id = w.organization_id
            where o.slug = 'ada' and w.archived_at is not null and w.archived_reason = 'user_deleted'",
            1,
        ),
        (
            "select count(*) from auth.users
            where email = 'ada@example.test' and status = 'archived' and deleted_at is not null",
            1,
        ),
        (
            "select count(*) from auth.members m join auth.users u on u.id = m.user_id
            where u.email = 'ada@example.test'",
            0,
        ),
        (
            "select count(*) from auth.workspace_members m join auth.users u on u.id = m.user_id
            where u.email = 'ada@example.test'",
            0,
        ),
        (
            "select count(*) from auth.passwords p join auth.users u on u.id = p.user_id
            where u.email = 'ada@example.test'",
            0,
        ),
    ] {
        assert_eq!(count(&app, what).await, how_many, "{what}");
    }
    assert_eq!(events(&app, "ACCOUNT_DELETED").await, 1);
    assert!(count(&app, "select count(*) from auth.security_events").await > recorded);
    let signet = Signet::on(&app.database);
    signet
        .run(&["user", "delete", "ada"])
        .await
        .assert_refused("no user");
    let address = EmailAddress::parse("ada@example.test").expect("an address");
    let mut work = app.work().await;
    let gone = signet::lifecycle::prove_email::prove_email(&mut work, &ada.id, &address).await;
    assert!(gone.is_err(), "a proof that comes late finds nobody");
}

/// Contracts section 5: an organization keeps an owner; the refusal names every organization, and changes nothing.
#[tokio::test]
async fn a_last_owner_is_not_deleted() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let first = an_organization(&app, "first", &ada, None).await;
    let second = an_organization(&app, "second", &ada, None).await;
    second.invite(&app, &bob, "owner").await;
    let refused = signet.run(&["user", "delete", "ada"]).await;
    refused.assert_refused(first.id.as_str());
    refused.assert_refused(second.id.as_str());
    assert_eq!(signet.json(&["user", "show", "ada"]).await["status"], "active");
    signet.json(&["org", "delete", "first"]).await;
    let third = a_person("third").create(&app).await;
    second.add(&app, &third, "owner").await;
    signet.json(&["user", "delete", "ada"]).await;
}

/// TN-09: two owners who delete their accounts at once: one of them stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tn_09_two_owners_are_not_deleted_at_once() {
    let app = TestApp::new().await;
    for round in 0..3 {
        let names = [format!("ada{round}"), format!("bob{round}")];
        let ada = a_person(&names[0]).create(&app).await;
        let bob = a_person(&names[1]).create(&app).await;
        let shared = an_organization(&app, &format!("shared{round}"), &ada, None).await;
        shared.add(&app, &bob, "owner").await;
        let (one, other) = tokio::join!(delete(&app, &ada), delete(&app, &bob));
        assert!(one.is_ok() ^ other.is_ok(), "{one:?} {other:?}");
    }
    let owners = "select count(*) from auth.members m join auth.organizations o on o.id = m.organization_id
        where o.slug like 'shared%' and m.role = 'owner'";
    assert_eq!(count(&app, owners).await, 3);
}

/// A deleted organization gives no claim, to nobody: what was bound to it ends, what was not goes on elsewhere.
#[tokio::test]
async fn a_deleted_organization_is_in_no_token() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let web = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "acme", &ada, None).await;
    signet
        .json(&["workspace", "create", "--org", "acme", "--name", "Launch"])
        .await;
    let bound = web.tokens(&app, &ada, &[("organization", "acme")]).await;
    let unbound = web.tokens(&app, &ada, &[]).await;
    signet.json(&["org", "delete", "acme"]).await;
    assert_access_dead(&web, &bound).await;
    let named = web.introspect(text(&unbound, "access_token")).await;
    assert_eq!(named, json!({"active": false}), "the token names it");
    web.refresh(text(&bound, "refresh_token"), &[])
        .await
        .assert_error(400, "invalid_grant");
    let next = refreshed(&web, &unbound).await;
    let personal = crate::claims::outputs::personal_space(&app, &ada).await;
    assert_eq!(said(&web, &next).await.access_token["org_id"], json!(personal));
    let asked = web
        .authorize(&app.browser(), &ada, &[("organization", "acme")])
        .await;
    assert_eq!(asked.parameter("error").as_deref(), Some("access_denied"));
    signet.run(&["org", "show", "acme"]).await.assert_refused("acme");
    let taken = [
        "org", "create", "--name", "Acme", "--slug", "acme", "--owner", "ada",
    ];
    signet.run(&taken).await.assert_refused("acme is taken");
    let archived = "select count(*) from auth.workspaces where name = 'Launch' and archived_reason = 'organization_deleted'";
    assert_eq!(count(&app, archived).await, 1);
    assert_eq!(events(&app, "ORG_DELETED").await, 1);
}

/// Systems.md section 2, spaces: a personal space is undeletable.
#[tokio::test]
async fn a_personal_space_is_not_deleted_by_itself() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let personal = crate::claims::outputs::personal_space(&app, &ada).await;
    let refused = Signet::on(&app.database).run(&["org", "delete", &personal]).await;
    refused.assert_refused("it goes with its person only");
}
