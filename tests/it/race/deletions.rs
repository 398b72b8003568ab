//! RC-05: people and organizations that are deleted while tokens are issued for them. What comes back is a clean
//! refusal or a token that is dead already, and nothing is left that would live.

use signet::lifecycle::delete_organization::delete_organization;
use signet::lifecycle::delete_user::delete_user;
use signet::tenancy::{Joining, MemberRole, member};

use super::together::{Replicas, all_at_once};
use crate::app::TestApp;
use crate::app::relying_party::VERIFIER;
use crate::attack::evidence::count;
use crate::attack::holdings::{ada, assert_access_dead, bob, text, wait};
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, an_organization};

#[derive(Debug, Clone, Copy)]
enum Gone {
    Person,
    Organization,
}

async fn delete(app: &TestApp, ada: &TestPerson, acme: &TestOrganization, gone: Gone) {
    let mut work = app.work().await;
    match gone {
        Gone::Person => delete_user(&mut work, &ada.id).await.unwrap(),
        Gone::Organization => delete_organization(&mut work, &acme.id).await.unwrap(),
    }
    work.commit().await.unwrap();
}

/// RC-05: a refresh and a code for an organization that goes, or of a person who goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_05_what_is_deleted_during_issuance_has_no_token() {
    for gone in [Gone::Person, Gone::Organization] {
        let replicas = Replicas::new().await;
        let app = &replicas.first;
        let client = a_client("web").third_party().create(app).await;
        let doors = replicas.doors(&client);
        let (ada, bob) = (ada(app).await, bob(app).await);
        let acme = an_organization(app, "acme", &bob, None).await;
        acme.add(app, &ada, "member").await;
        let asked = [("scope", "openid offline_access"), ("organization", "acme")];
        let tokens = doors[0].tokens(app, &ada, &asked).await;
        let code = doors[0].code(app, &ada, &asked).await;
        wait(app, 1);
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", text(&tokens, "refresh_token")),
        ];
        let redeem = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", client.redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let (refreshed, redeemed, ()) = tokio::join!(
            all_at_once(&doors, 6, &refresh),
            all_at_once(&doors, 1, &redeem),
            delete(app, &ada, &acme, gone)
        );
        for reply in refreshed.into_iter().chain(redeemed) {
            if reply.status == 200 {
                let issued = reply.json();
                assert_access_dead(&doors[0], &issued).await;
                let next = doors[0].refresh(text(&issued, "refresh_token"), &[]).await;
                next.assert_error(400, "invalid_grant");
            } else {
                reply.assert_error(400, "invalid_grant");
            }
        }
        assert_access_dead(&doors[0], &tokens).await;
        doors[0]
            .refresh(text(&tokens, "refresh_token"), &[])
            .await
            .assert_error(400, "invalid_grant");
        doors[0].exchange(&code).await.assert_error(400, "invalid_grant");
    }
}

/// RC-05: a membership that comes at the same moment as the deletion leaves no member who is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_05_nobody_joins_who_is_being_deleted() {
    let app = TestApp::new().await;
    let bob = bob(&app).await;
    let acme = an_organization(&app, "acme", &bob, None).await;
    let role = MemberRole::parse("owner").unwrap();
    for round in 0..10 {
        let person = crate::fixtures::a_person(&format!("p{round}")).create(&app).await;
        let add = async {
            let mut work = app.work().await;
            let added = member::add(&mut work, &acme.id, &person.id, &role, Joining::Now).await;
            if added.is_ok() {
                work.commit().await.unwrap();
            }
        };
        let remove = async {
            let mut work = app.work().await;
            delete_user(&mut work, &person.id).await.unwrap();
            work.commit().await.unwrap();
        };
        tokio::join!(add, remove);
    }
    let left = "select count(*) from auth.members m join auth.users u on u.id = m.user_id
        where u.deleted_at is not null";
    assert_eq!(count(&app, left).await, 0);
}
