//! Organizations and roles under attack (attacks.md, TN-07 and TN-09).

use signet::base::actor::Actor;
use signet::base::id::{ClientId, OrganizationId};
use signet::config::QuotaSettings;
use signet::db::UnitOfWork;
use signet::lifecycle::delete_organization::delete_organization;
use signet::lifecycle::delete_user::delete_user;
use signet::tenancy::module::{self, ModuleAccess, ModuleId, ModulePermission};
use signet::tenancy::workspace::{self, NewWorkspace};
use signet::tenancy::{
    Forbidden, InvitationError, MemberError, NewInvitation, NewOrganization, OrganizationError,
    OrganizationType, Slug, TenancyError, domain, invitation, member, organization,
};
use signet::user::EmailAddress;

use crate::app::TestApp;
use crate::fixtures::actor::operator;
use crate::fixtures::person::TestPerson;
use crate::fixtures::team::{accept, assert_matches, domain_name, role};
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

/// TN-09: who has proven nothing may do nothing; nor may an application by itself, nor a request that proves two owners.
/// All are told that there is no such organization.
#[tokio::test]
async fn tn_09_nobody_acts_who_is_not_known() {
    let app = TestApp::new().await;
    let (olga, mona) = (
        a_person("olga").create(&app).await,
        a_person("mona").create(&app).await,
    );
    let team = an_organization(&app, "team", &olga, None).await;
    team.add(&app, &mona, "owner").await;
    let unknown = TenancyError::Unknown(team.id.clone()).to_string();
    let client = Actor::Client(ClientId::from_text("web"));
    for (actor, second) in [
        (Actor::Anonymous, None),
        (client, None),
        (olga.actor(), Some(mona.actor())),
    ] {
        let mut work = app.work_as(&actor).await;
        if let Some(second) = second {
            work.origin().proves(second);
        }
        for told in read_everything(&mut work, &team.id, &olga).await {
            assert_eq!(told.as_ref(), Some(&unknown), "{actor:?}");
        }
        for told in change_everything(&mut work, &team.id, &olga).await {
            assert_eq!(told.as_ref(), Some(&unknown), "{actor:?}");
        }
        work.rollback().await.unwrap();
    }
}

fn told<T, E: ToString>(outcome: Result<T, E>) -> Option<String> {
    outcome.err().map(|error| error.to_string())
}

async fn read_everything(
    work: &mut UnitOfWork,
    id: &OrganizationId,
    person: &TestPerson,
) -> [Option<String>; 8] {
    [
        told(organization::show(work, id).await),
        told(member::find(work, id, &person.id).await),
        told(member::list(work, id, None, 10).await),
        told(invitation::list(work, id, None, 10).await),
        told(domain::list(work, id).await),
        told(workspace::list(work, id, None, 10).await),
        told(module::list(work, id, None, 10).await),
        told(module::effective(work, id, &role("owner")).await),
    ]
}

async fn change_everything(
    work: &mut UnitOfWork,
    id: &OrganizationId,
    person: &TestPerson,
) -> [Option<String>; 9] {
    let quotas = QuotaSettings::default();
    let email = EmailAddress::parse("sven@example.test").unwrap();
    let invited = NewInvitation::new(email, role("owner"), None).unwrap();
    let place = NewWorkspace::new("Other", None, None).unwrap();
    let permission = ModulePermission {
        role: role("member"),
        module: ModuleId::parse("cards").unwrap(),
        access: ModuleAccess::Admin,
    };
    [
        told(organization::rename(work, id, "Mine").await),
        told(organization::suspend(work, id).await),
        told(delete_organization(work, id).await),
        told(member::set_role(work, id, &person.id, &role("viewer")).await),
        told(member::remove(work, id, &person.id).await),
        told(invitation::create(work, id, &invited, &quotas).await),
        told(domain::claim(work, id, &domain_name("acme.example"), None, &quotas).await),
        told(workspace::create(work, id, &place, &quotas).await),
        told(module::set(work, id, &permission).await),
    ]
}
