//! Who may change who belongs to an organization (systems.md section 4, the roles of 004).

use crate::fixtures::actor::{console, operator};
use crate::fixtures::team::assert_matches;

use signet::lifecycle::suspend_user;
use signet::tenancy::{Forbidden, Joining, MemberError, Permission, Rank, TenancyError, member};

use crate::app::TestApp;
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_person, an_organization};

async fn a_team(app: &TestApp) -> (TestOrganization, [TestPerson; 5]) {
    let mut people = Vec::new();
    for name in ["olga", "adam", "mona", "vera", "sven"] {
        people.push(a_person(name).create(app).await);
    }
    let people: [TestPerson; 5] = people.try_into().expect("five people");
    let team = an_organization(app, "team", &people[0], None).await;
    team.add(app, &people[1], "admin").await;
    team.add(app, &people[2], "member").await;
    team.add(app, &people[3], "viewer").await;
    (team, people)
}

/// Members, viewers and roles of the organization's own manage nobody; who does not belong to it is told that there is
/// no such organization.
#[tokio::test]
async fn only_admins_and_owners_manage_the_team() {
    let app = TestApp::new().await;
    let (team, [olga, adam, mona, vera, sven]) = a_team(&app).await;
    let custom = a_person("cora").create(&app).await;
    team.add(&app, &custom, "project_creator").await;
    let pending = a_person("paul").create(&app).await;
    team.invite(&app, &pending, "owner").await;
    for lowly in [&mona, &vera, &custom] {
        let refused = team.set_role_as(&app, &lowly.actor(), &vera, "member").await;
        assert_matches!(
            refused,
            Err(MemberError::Tenancy(TenancyError::Forbidden(
                Forbidden::Permission(Permission::ManageTeam)
            )))
        );
        let refused = team.remove_as(&app, &lowly.actor(), &adam).await;
        assert_matches!(refused, Err(MemberError::Tenancy(TenancyError::Forbidden(_))));
    }
    for stranger in [&sven, &pending] {
        let refused = team.set_role_as(&app, &stranger.actor(), &vera, "member").await;
        assert_matches!(refused, Err(MemberError::Tenancy(TenancyError::Unknown(_))));
        let refused = team.remove_as(&app, &stranger.actor(), &vera).await;
        assert_matches!(refused, Err(MemberError::Tenancy(TenancyError::Unknown(_))));
    }
    for manager in [&olga, &adam] {
        team.set_role_as(&app, &manager.actor(), &vera, "member")
            .await
            .unwrap();
        team.set_role_as(&app, &manager.actor(), &vera, "viewer")
            .await
            .unwrap();
    }
    team.remove_as(&app, &adam.actor(), &vera).await.unwrap();
    assert_eq!(team.role_of(&app, &vera).await, None);
}

/// An admin gives, changes and takes away what is not above them; only owners make and unmake owners.
#[tokio::test]
async fn nobody_reaches_above_their_own_rank() {
    let app = TestApp::new().await;
    let (team, [olga, adam, mona, ..]) = a_team(&app).await;
    let above = |refused: Result<(), MemberError>| {
        assert_matches!(
            refused,
            Err(MemberError::Tenancy(TenancyError::Forbidden(
                Forbidden::AboveOwn(Rank::Admin)
            )))
        );
    };
    above(team.set_role_as(&app, &adam.actor(), &olga, "member").await);
    above(team.set_role_as(&app, &adam.actor(), &mona, "owner").await);
    above(team.remove_as(&app, &adam.actor(), &olga).await);
    team.set_role_as(&app, &adam.actor(), &mona, "admin")
        .await
        .unwrap();
    team.set_role_as(&app, &olga.actor(), &mona, "owner")
        .await
        .unwrap();
    team.remove_as(&app, &mona.actor(), &olga).await.unwrap();
    assert_eq!(team.role_of(&app, &mona).await.as_deref(), Some("owner"));
}

/// A person is asked and joins by their own act: a token never speaks of an organization that its person has not
/// agreed to. Operators and services add whom they were told to add.
#[tokio::test]
async fn people_are_asked_before_they_are_members() {
    let app = TestApp::new().await;
    let (team, [olga, adam, mona, _, sven]) = a_team(&app).await;
    let refused = team
        .add_as(&app, &olga.actor(), &sven, ("member", Joining::Now))
        .await;
    assert_matches!(
        refused,
        Err(MemberError::Tenancy(TenancyError::Forbidden(Forbidden::NotAsked)))
    );
    team.add_as(&app, &adam.actor(), &sven, ("member", Joining::Invited))
        .await
        .unwrap();
    assert_eq!(team.role_of(&app, &sven).await, None);
    let for_another = team.join_as(&app, &olga.actor(), &sven).await;
    assert_matches!(
        for_another,
        Err(MemberError::Tenancy(TenancyError::Forbidden(Forbidden::NotAsked)))
    );
    let unasked = a_person("uwe").create(&app).await;
    assert_matches!(
        team.join_as(&app, &unasked.actor(), &unasked).await,
        Err(MemberError::Tenancy(TenancyError::Unknown(_)))
    );
    team.join_as(&app, &sven.actor(), &sven).await.unwrap();
    team.join_as(&app, &sven.actor(), &sven)
        .await
        .expect("joined already");
    assert_eq!(team.role_of(&app, &sven).await.as_deref(), Some("member"));
    let twice = team
        .add_as(&app, &console(), &mona, ("admin", Joining::Now))
        .await;
    assert_matches!(twice, Err(MemberError::AlreadyMember { .. }));
    team.add_as(&app, &console(), &unasked, ("viewer", Joining::Now))
        .await
        .unwrap();
}

/// Whoever asked must still be able to when the person joins.
#[tokio::test]
async fn a_pending_membership_needs_somebody_who_still_vouches_for_it() {
    let app = TestApp::new().await;
    let (team, [olga, adam, _, _, sven]) = a_team(&app).await;
    team.add_as(&app, &adam.actor(), &sven, ("admin", Joining::Invited))
        .await
        .unwrap();
    team.set_role_as(&app, &olga.actor(), &adam, "member")
        .await
        .unwrap();
    assert_matches!(
        team.join_as(&app, &sven.actor(), &sven).await,
        Err(MemberError::InviterGone)
    );
    team.set_role_as(&app, &olga.actor(), &adam, "admin")
        .await
        .unwrap();
    team.join_as(&app, &sven.actor(), &sven).await.unwrap();
}

/// Everyone may leave, whoever is only asked too; a personal space is neither left nor joined.
#[tokio::test]
async fn leaving_is_open_to_all_but_in_a_personal_space() {
    let app = TestApp::new().await;
    let (team, [olga, _, _, vera, sven]) = a_team(&app).await;
    team.invite(&app, &sven, "admin").await;
    for leaver in [&vera, &sven] {
        team.remove_as(&app, &leaver.actor(), leaver).await.unwrap();
        assert_matches!(
            team.remove_as(&app, &leaver.actor(), leaver).await,
            Err(MemberError::Tenancy(TenancyError::Unknown(_)))
        );
    }
    let mut work = app.work().await;
    let spaces = member::of_user(&mut work, &olga.id).await.unwrap();
    let own = spaces
        .iter()
        .find(|space| space.organization_id != team.id)
        .expect("a personal space");
    let own = TestOrganization {
        id: own.organization_id.clone(),
        slug: String::new(),
    };
    for actor in [olga.actor(), operator()] {
        let left = own.remove_as(&app, &actor, &olga).await;
        assert_matches!(left, Err(MemberError::Tenancy(TenancyError::PersonalSpace(_))));
        let joined = own
            .add_as(&app, &actor, &sven, ("member", Joining::Invited))
            .await;
        assert_matches!(joined, Err(MemberError::Tenancy(TenancyError::PersonalSpace(_))));
        assert_matches!(
            own.set_role_as(&app, &actor, &olga, "viewer").await,
            Err(MemberError::Tenancy(TenancyError::PersonalSpace(_)))
        );
    }
}

/// An owner who is shut out or deleted is none that an organization could be left to.
#[tokio::test]
async fn the_last_owner_is_the_last_who_can_act() {
    let app = TestApp::new().await;
    let (team, [olga, adam, mona, ..]) = a_team(&app).await;
    team.set_role_as(&app, &olga.actor(), &adam, "owner")
        .await
        .unwrap();
    let mut work = app.work().await;
    suspend_user::ban(&mut work, &adam.id).await.unwrap();
    work.commit().await.unwrap();
    assert_matches!(
        team.remove_as(&app, &olga.actor(), &olga).await,
        Err(MemberError::LastOwner { .. })
    );
    assert_matches!(
        team.set_role_as(&app, &operator(), &olga, "admin").await,
        Err(MemberError::LastOwner { .. })
    );
    let refused = team.set_role_as(&app, &adam.actor(), &olga, "viewer").await;
    assert_matches!(
        refused,
        Err(MemberError::Tenancy(TenancyError::Unknown(_))),
        "who is shut out does not act"
    );
    team.set_role_as(&app, &olga.actor(), &mona, "owner")
        .await
        .unwrap();
    team.remove_as(&app, &olga.actor(), &olga).await.unwrap();
}

/// A suspended organization rests: its members change nothing, but they may go.
#[tokio::test]
async fn members_of_a_suspended_organization_may_only_leave() {
    let app = TestApp::new().await;
    let (team, [olga, adam, ..]) = a_team(&app).await;
    let mut work = app.work().await;
    signet::tenancy::organization::suspend(&mut work, &team.id)
        .await
        .unwrap();
    work.commit().await.unwrap();
    let refused = team.set_role_as(&app, &olga.actor(), &adam, "member").await;
    assert_matches!(refused, Err(MemberError::Tenancy(TenancyError::Suspended(_))));
    team.set_role_as(&app, &operator(), &adam, "member")
        .await
        .unwrap();
    team.remove_as(&app, &adam.actor(), &adam).await.unwrap();
}

/// Pages follow the ids; whoever is only asked is shown, but not counted.
#[tokio::test]
async fn members_are_listed_in_pages_to_those_who_belong() {
    let app = TestApp::new().await;
    let (team, [_, _, _, vera, sven]) = a_team(&app).await;
    let pending = a_person("paul").create(&app).await;
    team.invite(&app, &pending, "member").await;
    let mut work = app.work_as(&vera.actor()).await;
    let all = member::list(&mut work, &team.id, None, 100).await.unwrap();
    let mut paged = Vec::new();
    loop {
        let after = paged.last().cloned();
        let page = member::list(&mut work, &team.id, after.as_ref(), 2)
            .await
            .unwrap();
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 2);
        paged.extend(page.into_iter().map(|member| member.user_id));
    }
    assert_eq!(
        paged,
        all.into_iter().map(|member| member.user_id).collect::<Vec<_>>()
    );
    assert_eq!(paged.len(), 5);
    assert_eq!(member::count(&mut work, &team.id).await.unwrap(), 4);
    for stranger in [&sven, &pending] {
        let mut work = app.work_as(&stranger.actor()).await;
        let refused = member::list(&mut work, &team.id, None, 100).await;
        assert_matches!(refused, Err(TenancyError::Unknown(_)));
        let refused = member::count(&mut work, &team.id).await;
        assert_matches!(refused, Err(TenancyError::Unknown(_)));
    }
    let mut work = app.work_as(&pending.actor()).await;
    let own = member::find(&mut work, &team.id, &pending.id).await.unwrap();
    assert_eq!(own.expect("asked").joined_at, None);
}
