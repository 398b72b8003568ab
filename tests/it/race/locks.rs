//! Organizations are locked before people, by everybody (attacks.md, RC): nobody waits in a circle.

use signet::config::SignetConfig;
use signet::lifecycle::delete_user::delete_user;
use signet::tenancy::{Authority, Joining, MemberError, MemberRole, invitation, member, organization};

use super::together::until_somebody_waits;
use crate::app::TestApp;
use crate::fixtures::actor::operator;
use crate::fixtures::team::{assert_matches, prove_address};
use crate::fixtures::{a_person, an_organization};

/// DJ-01: an address that is proven while its organization is being changed waits for the organization before it holds
/// the person, whom the other one needs too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proven_address_and_a_new_member_do_not_wait_for_each_other() {
    let app = std::sync::Arc::new(TestApp::new().await);
    let olga = a_person("olga").create(&app).await;
    let nora = a_person("nora")
        .with(|new| new.email_verified = false)
        .create(&app)
        .await;
    let team = an_organization(&app, "team", &olga, None).await;
    team.own(&app, "example.test").await;
    let mut first = app.work().await;
    organization::rename(&mut first, &team.id, "Held").await.unwrap();
    let proving = {
        let (app, nora) = (std::sync::Arc::clone(&app), nora.clone());
        tokio::spawn(async move { prove_address(&app, &nora).await })
    };
    until_somebody_waits(&app).await;
    let role = MemberRole::parse("viewer").unwrap();
    member::add(&mut first, &team.id, &nora.id, &role, Joining::Now)
        .await
        .expect("the person is free");
    first.commit().await.unwrap();
    assert_eq!(proving.await.unwrap(), None, "a member already");
    assert_eq!(team.role_of(&app, &nora).await.as_deref(), Some("viewer"));
}

/// IV-01: invitations are locked before memberships, by whoever removes a member and by whoever deletes the person.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removal_and_a_deletion_do_not_wait_for_each_other() {
    let app = std::sync::Arc::new(TestApp::new().await);
    let (olga, nora) = (
        a_person("olga").create(&app).await,
        a_person("nora").create(&app).await,
    );
    let team = an_organization(&app, "team", &olga, None).await;
    team.invite_as(&app, &olga.actor(), &nora.email, "viewer")
        .await
        .unwrap();
    team.add(&app, &nora, "member").await;
    let mut first = app.work().await;
    invitation::revoke_of(&mut first, Authority::Unlimited, &nora.id, None)
        .await
        .unwrap();
    let removing = {
        let (app, team, nora) = (std::sync::Arc::clone(&app), team.clone(), nora.clone());
        tokio::spawn(async move { team.remove_as(&app, &operator(), &nora).await })
    };
    until_somebody_waits(&app).await;
    delete_user(&mut first, &nora.id)
        .await
        .expect("the membership is free");
    first.commit().await.unwrap();
    let removed = removing.await.unwrap();
    assert_matches!(removed, Err(MemberError::NotMember { .. }));
    assert_eq!(team.role_of(&app, &nora).await, None);
}

/// TN-09: a shorter list of modules locks personal spaces with all others, in the order of their ids; so does whoever
/// deletes a person, whose space is older than what they own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shorter_list_and_a_deletion_do_not_wait_for_each_other() {
    let list = |modules: &[&str], config: &mut SignetConfig| {
        let modules: Vec<_> = modules.iter().map(|module| (*module).to_owned()).collect();
        let allowlist = &mut config.modules.allowlist;
        (allowlist.personal, allowlist.team) = (modules.clone(), modules);
    };
    let app = std::sync::Arc::new(TestApp::with(|config| list(&["notes"], config)).await);
    let (olga, otto) = (
        a_person("olga").create(&app).await,
        a_person("otto").create(&app).await,
    );
    app.clock.advance(std::time::Duration::from_secs(1));
    let team = an_organization(&app, "team", &olga, None).await;
    team.add(&app, &otto, "owner").await;
    let mut first = app.work().await;
    organization::lock_owned(&mut first, &olga.id).await.unwrap();
    let publishing = {
        let app = std::sync::Arc::clone(&app);
        tokio::spawn(async move {
            TestApp::on(app.database.again(), app.clock.clone(), |config| {
                list(&[], config);
            })
            .await
        })
    };
    until_somebody_waits(&app).await;
    delete_user(&mut first, &olga.id)
        .await
        .expect("the personal space is free");
    first.commit().await.unwrap();
    drop(publishing.await.expect("the list was published"));
}
