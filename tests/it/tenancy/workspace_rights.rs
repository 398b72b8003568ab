//! Who may do what with workspaces (systems.md section 1: workspace roles; section 2: a non-member sees 404).

use signet::base::actor::Actor;
use signet::base::id::{OrganizationId, WorkspaceId};
use signet::config::QuotaSettings;
use signet::tenancy::TenancyError;
use signet::tenancy::workspace::{self, NewWorkspace, WorkspaceError, WorkspaceRole, members};

use crate::app::TestApp;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_person, an_organization};

struct Scene {
    app: TestApp,
    organization: OrganizationId,
    workspace: WorkspaceId,
    people: Vec<TestPerson>,
}

/// In this order: owner and admin of the organization, two members, a viewer of it, and somebody from elsewhere. The
/// workspace is the first member's.
async fn scene() -> Scene {
    let app = TestApp::new().await;
    let mut people = Vec::new();
    for name in ["owner", "admin", "first", "second", "viewer", "stranger"] {
        people.push(a_person(name).create(&app).await);
    }
    let organization = an_organization(&app, "acme", &people[0], None).await;
    for (person, role) in [(1, "admin"), (2, "member"), (3, "member"), (4, "viewer")] {
        organization.add(&app, &people[person], role).await;
    }
    let new = NewWorkspace::new("Launch", None, Some(people[2].id.clone())).expect("valid");
    let mut work = app.work().await;
    let workspace = workspace::create(&mut work, &organization.id, &new, &QuotaSettings::default())
        .await
        .expect("made");
    work.commit().await.expect("committed");
    Scene {
        app,
        organization: organization.id,
        workspace,
        people,
    }
}

impl Scene {
    fn actor(&self, person: usize) -> Actor {
        Actor::Person(self.people[person].id.clone())
    }

    async fn add(&self, by: usize, whom: usize, role: WorkspaceRole) -> Result<(), WorkspaceError> {
        let mut work = self.app.work_as(&self.actor(by)).await;
        members::add(
            &mut work,
            &self.organization,
            &self.workspace,
            &self.people[whom].id,
            role,
        )
        .await?;
        work.commit().await.expect("committed");
        Ok(())
    }

    async fn set_role(&self, by: usize, whom: usize, role: WorkspaceRole) -> Result<(), WorkspaceError> {
        let mut work = self.app.work_as(&self.actor(by)).await;
        members::set_role(
            &mut work,
            &self.organization,
            &self.workspace,
            &self.people[whom].id,
            role,
        )
        .await?;
        work.commit().await.expect("committed");
        Ok(())
    }

    async fn remove(&self, by: usize, whom: usize) -> Result<(), WorkspaceError> {
        let mut work = self.app.work_as(&self.actor(by)).await;
        members::remove(
            &mut work,
            &self.organization,
            &self.workspace,
            &self.people[whom].id,
        )
        .await?;
        work.commit().await.expect("committed");
        Ok(())
    }

    async fn sees(&self, by: usize) -> bool {
        let actor = self.actor(by);
        let mut work = self.app.work_as(&actor).await;
        let found = workspace::find(&mut work, &self.organization, "launch").await;
        let listed = workspace::list(&mut work, &self.organization, None, 10).await;
        let in_list = listed.is_ok_and(|listed| listed.iter().any(|one| one.id == self.workspace));
        let found = found.is_ok_and(|found| found.is_some());
        assert_eq!(found, in_list, "one answer to both questions");
        found
    }
}

/// Owners and admins of the organization see every workspace, others those that they are in, strangers nothing.
#[tokio::test]
async fn who_is_not_in_a_workspace_does_not_know_of_it() {
    let scene = scene().await;
    for (person, sees) in [
        (0, true),
        (1, true),
        (2, true),
        (3, false),
        (4, false),
        (5, false),
    ] {
        assert_eq!(scene.sees(person).await, sees, "{person}");
    }
    let unknown = scene.add(3, 4, WorkspaceRole::Viewer).await;
    assert!(matches!(unknown, Err(WorkspaceError::Unknown(_))), "{unknown:?}");
    let unknown = scene.add(5, 4, WorkspaceRole::Viewer).await;
    let organization = WorkspaceError::Tenancy(TenancyError::Unknown(scene.organization.clone()));
    assert_eq!(unknown.unwrap_err().to_string(), organization.to_string());
    // Another organization's workspace is unknown under one's own organization.
    let globex = an_organization(&scene.app, "globex", &scene.people[5], None).await;
    let mut work = scene.app.work_as(&scene.actor(5)).await;
    let renamed = workspace::rename(&mut work, &globex.id, &scene.workspace, "Mine").await;
    assert!(matches!(renamed, Err(WorkspaceError::Unknown(_))), "{renamed:?}");
}

/// A workspace is managed by its owners and managers and by the organization's owners and admins; nobody gives or
/// takes a role above their own.
#[tokio::test]
async fn a_manager_manages_up_to_their_own_role() {
    let scene = scene().await;
    scene
        .add(2, 3, WorkspaceRole::Manager)
        .await
        .expect("an owner may");
    scene
        .add(3, 4, WorkspaceRole::Viewer)
        .await
        .expect("a manager may");
    let refused = scene.set_role(3, 4, WorkspaceRole::Owner).await;
    assert!(
        matches!(refused, Err(WorkspaceError::AboveOwn(WorkspaceRole::Manager))),
        "{refused:?}"
    );
    for refused in [
        scene.remove(3, 2).await,
        scene.set_role(3, 2, WorkspaceRole::Viewer).await,
        scene.set_role(3, 3, WorkspaceRole::Owner).await,
    ] {
        assert!(matches!(refused, Err(WorkspaceError::AboveOwn(_))), "{refused:?}");
    }
    let refused = scene.add(4, 1, WorkspaceRole::Viewer).await;
    assert!(matches!(refused, Err(WorkspaceError::NotManager)), "{refused:?}");
    scene
        .set_role(1, 4, WorkspaceRole::Owner)
        .await
        .expect("the organization's admin may");
    scene.remove(2, 2).await.expect("everybody may leave");
    let last = scene.remove(4, 4).await;
    assert!(matches!(last, Err(WorkspaceError::LastOwner { .. })), "{last:?}");
}

/// Making workspaces is for owners and admins of the organization; who makes one owns it.
#[tokio::test]
async fn members_make_no_workspace() {
    let scene = scene().await;
    let new = NewWorkspace::new("Other", None, None).expect("valid");
    for (person, may) in [(0, true), (1, true), (2, false), (4, false), (5, false)] {
        let mut work = scene.app.work_as(&scene.actor(person)).await;
        let made = workspace::create(&mut work, &scene.organization, &new, &QuotaSettings::default()).await;
        assert_eq!(made.is_ok(), may, "{person}: {made:?}");
        if let Ok(id) = made {
            let inside = members::list(&mut work, &scene.organization, &id, None, 10).await;
            let inside = inside.expect("who is in it");
            assert_eq!(inside.len(), 1);
            assert_eq!(inside[0].user_id, scene.people[person].id);
            assert_eq!(inside[0].role, WorkspaceRole::Owner);
        }
    }
}

/// Two owners who leave a workspace at once: one of them stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tn_09_the_last_owner_of_a_workspace_stays() {
    let scene = scene().await;
    scene.add(2, 3, WorkspaceRole::Owner).await.expect("added");
    let (one, other) = tokio::join!(scene.remove(2, 2), scene.remove(3, 3));
    assert!(one.is_ok() ^ other.is_ok(), "{one:?} {other:?}");
}
