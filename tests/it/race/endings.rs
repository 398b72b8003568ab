//! RC-03, RC-05: a grant in progress against what ends it. Once the later commit has returned, nothing lives.

use signet::authorization::consent;
use signet::base::id::ClientId;
use signet::lifecycle::{disable_client, suspend_user};
use signet::session::{self, EndReason};
use signet::user;

use super::together::{Replicas, all_at_once};
use crate::app::TestApp;
use crate::app::relying_party::VERIFIER;
use crate::attack::holdings::{ada, assert_access_dead, assert_dead, text};
use crate::fixtures::a_client;
use crate::fixtures::person::TestPerson;

#[derive(Debug, Clone, Copy)]
enum Ending {
    Ban,
    CutOff,
    Logout,
    Consent,
    Client,
}

const ENDINGS: [Ending; 5] = [
    Ending::Ban,
    Ending::CutOff,
    Ending::Logout,
    Ending::Consent,
    Ending::Client,
];

async fn end(app: &TestApp, ada: &TestPerson, ending: Ending) {
    let mut work = app.work().await;
    let client = ClientId::from_text("web");
    match ending {
        Ending::Ban => suspend_user::ban(&mut work, &ada.id).await.unwrap(),
        Ending::CutOff => user::service::revoke_before(&mut work, &ada.id, "password_changed")
            .await
            .unwrap(),
        Ending::Logout => {
            session::end_all_of_user(&mut work, &ada.id, EndReason::Logout)
                .await
                .unwrap();
        }
        Ending::Consent => assert!(consent::withdraw(&mut work, &ada.id, &client).await.unwrap()),
        Ending::Client => disable_client::disable_client(&mut work, &client).await.unwrap(),
    }
    work.commit().await.unwrap();
}

/// What was ended stays ended when the obstacle is gone.
async fn lift(app: &TestApp, ada: &TestPerson, ending: Ending) {
    crate::attack::holdings::wait(app, 1);
    let mut work = app.work().await;
    match ending {
        Ending::Ban => suspend_user::reinstate(&mut work, &ada.id).await.unwrap(),
        Ending::Client => disable_client::enable_client(&mut work, &ClientId::from_text("web"))
            .await
            .unwrap(),
        Ending::CutOff | Ending::Logout | Ending::Consent => {}
    }
    work.commit().await.unwrap();
    app.refresh_caches().await;
}

/// RC-03: refresh against ban, cut-off, logout, withdrawn consent and a disabled client.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_03_a_refresh_in_progress_survives_no_ending() {
    for ending in ENDINGS {
        let replicas = Replicas::new().await;
        let app = &replicas.first;
        let client = a_client("web").third_party().create(app).await;
        let doors = replicas.doors(&client);
        let ada = ada(app).await;
        let tokens = app.relying_party(&client).tokens(app, &ada, &[]).await;
        crate::attack::holdings::wait(app, 1);
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", text(&tokens, "refresh_token")),
        ];
        let (replies, ()) = tokio::join!(all_at_once(&doors, 12, &fields), end(app, &ada, ending));
        lift(app, &ada, ending).await;
        for reply in replies {
            match reply.status {
                200 => assert_dead(&doors[0], &reply.json()).await,
                status => assert!(status == 400 || status == 401, "{ending:?}: {}", reply.body),
            }
        }
        assert_dead(&doors[0], &tokens).await;
    }
}

/// RC-03, RC-05: the same for a code that is being redeemed, for access that would outlive its session.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_03_a_code_in_progress_survives_no_ending() {
    for ending in ENDINGS {
        let replicas = Replicas::new().await;
        let app = &replicas.first;
        let client = a_client("web").third_party().create(app).await;
        let doors = replicas.doors(&client);
        let ada = ada(app).await;
        let scope = match ending {
            // A logout spares offline access.
            Ending::Logout => "openid",
            _ => "openid offline_access",
        };
        let code = app
            .relying_party(&client)
            .code(app, &ada, &[("scope", scope)])
            .await;
        crate::attack::holdings::wait(app, 1);
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", client.redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let (replies, ()) = tokio::join!(all_at_once(&doors, 1, &fields), end(app, &ada, ending));
        lift(app, &ada, ending).await;
        match replies[0].status {
            200 => assert_dead(&doors[0], &replies[0].json()).await,
            status => assert!(status == 400 || status == 401, "{ending:?}: {}", replies[0].body),
        }
    }
}

/// RC-03: refresh against the client's own revocation.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_03_a_refresh_in_progress_survives_no_revocation() {
    let replicas = Replicas::new().await;
    let app = &replicas.first;
    let client = a_client("web").create(app).await;
    let doors = replicas.doors(&client);
    let ada = ada(app).await;
    for _ in 0..3 {
        let tokens = app.relying_party(&client).tokens(app, &ada, &[]).await;
        let token = text(&tokens, "refresh_token");
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        let revocation = [("token", token)];
        let (replies, revoked) = tokio::join!(
            all_at_once(&doors, 12, &fields),
            doors[1].post("/oauth2/revoke", &revocation)
        );
        assert_eq!(revoked.status, 200, "{}", revoked.body);
        for reply in replies {
            if reply.status == 200 {
                assert_access_dead(&doors[0], &reply.json()).await;
                assert_dead(&doors[0], &reply.json()).await;
            } else {
                reply.assert_error(400, "invalid_grant");
            }
        }
    }
}

/// Deletes rows behind the server's back; once more if the database ended it for waiting in a circle.
async fn delete(app: &TestApp, statement: &'static str) {
    loop {
        let outcome = sqlx::raw_sql(statement)
            .execute(&mut app.database.admin().await)
            .await;
        match outcome {
            Ok(_) => return,
            Err(error) => {
                let code = error
                    .as_database_error()
                    .and_then(sqlx::error::DatabaseError::code);
                assert_eq!(code.as_deref(), Some("40P01"), "{error}");
            }
        }
    }
}

/// RC-05: rows that vanish under a grant leave a clean refusal and no orphan.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_05_deleting_the_person_during_issuance_leaves_no_orphan() {
    for statement in [
        "delete from auth.users where email like 'ada@%'",
        "delete from auth.oauth_applications where client_id = 'web'",
    ] {
        let replicas = Replicas::new().await;
        let app = &replicas.first;
        let client = a_client("web").create(app).await;
        let doors = replicas.doors(&client);
        let ada = ada(app).await;
        let code = app.relying_party(&client).code(app, &ada, &[]).await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", client.redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let (replies, ()) = tokio::join!(all_at_once(&doors, 3, &fields), delete(app, statement));
        for reply in replies {
            // 503: the database chose it of two statements that waited for each other; nothing of it remains.
            assert!([200, 400, 401, 503].contains(&reply.status), "{}", reply.body);
            if reply.status == 200 {
                let access = reply.json()["access_token"].as_str().unwrap().to_owned();
                assert_eq!(doors[0].userinfo(&access).await.status, 401);
            }
        }
        let left = crate::attack::evidence::count(app, "select count(*) from auth.oauth_grants").await;
        assert_eq!(left, 0);
    }
}
