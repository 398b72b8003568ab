//! Organizations and roles under attack (attacks.md, TN-07 and TN-09).

use signet::config::QuotaSettings;
use signet::lifecycle::delete_organization::delete_organization;
use signet::lifecycle::delete_user::delete_user;
use signet::tenancy::{
    Forbidden, InvitationError, MemberError, NewOrganization, OrganizationError, OrganizationType, Slug,
    TenancyError, organization,
};

use crate::app::TestApp;
use crate::fixtures::actor::operator;
use crate::fixtures::team::{accept, assert_matches};
use crate::fixtures::{a_person, an_organization};

/// TN-07: the slug of a deleted or renamed organization is never given again, so that nothing which names it by its
/// slug ever means somebody else; its name may be, and inherits nothing.
#[tokio::test]
async fn tn_07_a_slug_never_means_somebody_else() {
    let app = TestApp::new().await;
    let (olga, mallory) = (
        a_person("olga").create(&app).await,
        a_person("mallory").create(&app).await,
    );
    let gone = an_organization(&app, "gone", &olga, None).await;
    let moved = an_organization(&app, "moved", &olga, None).await;
    let (_, token) = gone
        .invite_as(&app, &olga.actor(), &mallory.email, "admin")
        .await
        .unwrap();
    let mut work = app.work_as(&olga.actor()).await;
    let crew = Slug::parse("crew").unwrap();
    organization::set_slug(&mut work, &moved.id, &crew).await.unwrap();
    delete_organization(&mut work, &gone.id).await.unwrap();
    work.commit().await.unwrap();
    for taken in ["gone", "moved"] {
        let chosen = Some(Slug::parse(taken).unwrap());
        let new = NewOrganization::new("Gone", chosen, OrganizationType::Team, None, mallory.id.clone());
        let refused =
            organization::create(&mut app.work().await, &new.unwrap(), &QuotaSettings::default()).await;
        assert_matches!(refused, Err(OrganizationError::SlugTaken(_)));
        let mut work = app.work().await;
        assert!(
            organization::find(&mut work, taken).await.unwrap().is_none(),
            "{taken} names nobody"
        );
        let new = NewOrganization::new(taken, None, OrganizationType::Team, None, mallory.id.clone());
        let id = organization::create(&mut work, &new.unwrap(), &QuotaSettings::default())
            .await
            .unwrap();
        let made = organization::find(&mut work, id.as_str()).await.unwrap().unwrap();
        assert_eq!(made.slug.as_str(), format!("{taken}-2"));
    }
    // Nothing that was pending in the deleted one is alive.
    assert_matches!(
        accept(&app, &token, &mallory).await,
        Err(InvitationError::UnknownToken)
    );
    assert_matches!(
        gone.set_role_as(&app, &olga.actor(), &olga, "owner").await,
        Err(MemberError::Tenancy(TenancyError::Unknown(_)))
    );
}

/// TN-07: a person who was deleted and signs up anew with the same address has no membership of the old account.
#[tokio::test]
async fn tn_07_a_recreated_person_inherits_no_membership() {
    let app = TestApp::new().await;
    let (olga, adam) = (
        a_person("olga").create(&app).await,
        a_person("adam").create(&app).await,
    );
    let team = an_organization(&app, "team", &olga, None).await;
    team.add(&app, &adam, "admin").await;
    let (_, token) = team
        .invite_as(&app, &adam.actor(), "sven@example.test", "member")
        .await
        .unwrap();
    let mut work = app.work().await;
    delete_user(&mut work, &adam.id).await.unwrap();
    work.commit().await.unwrap();
    let anew = a_person("adam").create(&app).await;
    assert_ne!(anew.id, adam.id);
    assert_eq!(team.role_of(&app, &anew).await, None);
    for ghost in [&adam, &anew] {
        let refused = team.set_role_as(&app, &ghost.actor(), &olga, "viewer").await;
        assert_matches!(refused, Err(MemberError::Tenancy(TenancyError::Unknown(_))));
    }
    // What the old account sent does not stand for the new one.
    let sven = a_person("sven").create(&app).await;
    assert_matches!(
        accept(&app, &token, &sven).await,
        Err(InvitationError::InviterGone)
    );
}

/// TN-09: an admin makes no owner of anybody, of themselves least, by no way there is.
#[tokio::test]
async fn tn_09_an_admin_does_not_promote_themselves() {
    let app = TestApp::new().await;
    let (olga, adam) = (
        a_person("olga").create(&app).await,
        a_person("adam").create(&app).await,
    );
    let team = an_organization(&app, "team", &olga, None).await;
    team.add(&app, &adam, "admin").await;
    let promoted = team.set_role_as(&app, &adam.actor(), &adam, "owner").await;
    assert_matches!(
        promoted,
        Err(MemberError::Tenancy(TenancyError::Forbidden(
            Forbidden::AboveOwn(_)
        )))
    );
    let unseated = team.set_role_as(&app, &adam.actor(), &olga, "member").await;
    assert_matches!(
        unseated,
        Err(MemberError::Tenancy(TenancyError::Forbidden(
            Forbidden::AboveOwn(_)
        )))
    );
    let evicted = team.remove_as(&app, &adam.actor(), &olga).await;
    assert_matches!(
        evicted,
        Err(MemberError::Tenancy(TenancyError::Forbidden(
            Forbidden::AboveOwn(_)
        )))
    );
    let invited = team
        .invite_as(&app, &adam.actor(), "second@example.test", "owner")
        .await;
    assert_matches!(
        invited,
        Err(InvitationError::Tenancy(TenancyError::Forbidden(
            Forbidden::AboveOwn(_)
        )))
    );
    // Leaving does not give what coming back would not.
    team.remove_as(&app, &adam.actor(), &adam).await.unwrap();
    assert_matches!(
        team.join_as(&app, &adam.actor(), &adam).await,
        Err(MemberError::Tenancy(TenancyError::Unknown(_)))
    );
    assert_eq!(
        team.joined(&app).await,
        [(olga.id.to_string(), "owner".to_owned())]
    );
    let last = team.set_role_as(&app, &operator(), &olga, "admin").await;
    assert_matches!(last, Err(MemberError::LastOwner { .. }));
}
