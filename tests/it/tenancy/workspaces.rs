//! Workspaces and who is in them (systems.md sections 4 and 6; section 5, rows 24 and 25).

use insta::assert_json_snapshot;
use serde_json::Value;

use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::command_line::program::{Signet, tidy};
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_person, an_organization};

struct Scene {
    app: TestApp,
    signet: Signet,
    acme: TestOrganization,
    ada: TestPerson,
    bob: TestPerson,
}

/// Acme, owned by Ada, with Bob as member and a workspace `launch` that Ada owns.
async fn scene() -> Scene {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &ada, None).await;
    acme.add(&app, &bob, "member").await;
    signet
        .json(&[
            "workspace",
            "create",
            "--org",
            "acme",
            "--name",
            "Launch",
            "--owner",
            "ada",
        ])
        .await;
    Scene {
        app,
        signet,
        acme,
        ada,
        bob,
    }
}

impl Scene {
    async fn say(&self, words: &str) -> Value {
        let words: Vec<&str> = words.split(' ').collect();
        tidy(self.signet.json(&words).await)
    }

    async fn refused(&self, words: &str, because: &str) {
        let words: Vec<&str> = words.split(' ').collect();
        self.signet.run(&words).await.assert_refused(because);
    }
}

/// A workspace's life: made, filled, renamed, archived, taken back.
#[tokio::test]
async fn a_workspace_is_made_and_kept_by_command() {
    let scene = scene().await;
    scene
        .say("workspace add-member --org acme --workspace launch --user bob --role viewer")
        .await;
    assert_json_snapshot!(scene.say("workspace set-role --org acme --workspace launch --user bob --role manager").await, @r#"
    {
      "done": "role manager",
      "user_id": "[id]",
      "workspace_id": "[id]"
    }
    "#);
    scene
        .say("workspace rename --org acme --workspace launch --name Landing")
        .await;
    scene.say("workspace archive --org acme --workspace launch").await;
    scene
        .refused(
            "workspace rename --org acme --workspace launch --name Again",
            "is archived",
        )
        .await;
    let mut shown = scene.say("workspace show --org acme --workspace launch").await;
    // In the order of their ids, which are made by chance.
    let members = shown["members"].as_array_mut().expect("members");
    members.sort_by_key(|member| member["role"] != "owner");
    assert_json_snapshot!(shown, @r#"
    {
      "archived_at": "[time]",
      "archived_reason": "archived",
      "created_at": "[time]",
      "id": "[id]",
      "kind": "project",
      "members": [
        {
          "role": "owner",
          "user_id": "[id]"
        },
        {
          "role": "manager",
          "user_id": "[id]"
        }
      ],
      "name": "Landing",
      "organization_id": "[id]",
      "owner_user_id": "[id]",
      "slug": "launch"
    }
    "#);
    scene
        .say("workspace unarchive --org acme --workspace launch")
        .await;
    let listed = scene.say("workspace list --org acme").await;
    let slugs: Vec<&str> = listed["workspaces"]
        .as_array()
        .expect("workspaces")
        .iter()
        .filter_map(|workspace| workspace["slug"].as_str())
        .collect();
    assert!(slugs.contains(&"launch"), "{slugs:?}");
}

/// Slugs are unique in an organization, not in the world; one that nobody chose gets a number.
#[tokio::test]
async fn a_slug_is_taken_in_its_organization_only() {
    let scene = scene().await;
    an_organization(&scene.app, "globex", &scene.bob, None).await;
    scene.say("workspace create --org globex --name Launch").await;
    let second = scene.say("workspace create --org acme --name Launch").await;
    assert_eq!(second["slug"], "launch-2");
    scene
        .refused(
            "workspace create --org acme --name Launch --slug launch",
            "launch is taken",
        )
        .await;
    scene
        .refused("workspace create --org acme --name Launch --slug New", "slug:")
        .await;
    scene
        .refused("workspace show --org acme --workspace nowhere", "no workspace")
        .await;
}

/// Systems.md section 5, row 24: only who has joined the organization is in its workspaces, and who leaves it leaves
/// them in the same statement.
#[tokio::test]
async fn only_joined_members_have_a_place() {
    let scene = scene().await;
    let eve = a_person("eve").create(&scene.app).await;
    let add = "workspace add-member --org acme --workspace launch --user";
    scene.refused(&format!("{add} eve"), "has not joined").await;
    scene.acme.invite(&scene.app, &eve, "admin").await;
    scene.refused(&format!("{add} eve"), "has not joined").await;
    scene
        .refused(
            "workspace create --org acme --name Other --owner eve",
            "has not joined",
        )
        .await;
    scene.say(&format!("{add} bob")).await;
    scene.refused(&format!("{add} bob"), "is in").await;
    let places = "select count(*) from auth.workspace_members m join auth.users u on u.id = m.user_id
        join auth.workspaces w on w.id = m.workspace_id
        where u.email = 'bob@example.test' and w.slug = 'launch'";
    assert_eq!(count(&scene.app, places).await, 1);
    scene.acme.remove(&scene.app, &scene.bob).await;
    assert_eq!(count(&scene.app, places).await, 0);
    let left = "select count(*) from auth.workspaces where name = 'Other'";
    assert_eq!(count(&scene.app, left).await, 0, "the refusal left nothing");
}

/// The last owner of a workspace stays one, by whichever way.
#[tokio::test]
async fn a_workspace_keeps_an_owner() {
    let scene = scene().await;
    let place = "--org acme --workspace launch --user ada";
    scene
        .refused(&format!("workspace remove-member {place}"), "last owner")
        .await;
    scene
        .refused(
            &format!("workspace set-role {place} --role manager"),
            "last owner",
        )
        .await;
    scene
        .say("workspace add-member --org acme --workspace launch --user bob --role owner")
        .await;
    scene.say(&format!("workspace remove-member {place}")).await;
    scene
        .refused(&format!("workspace remove-member {place}"), "is not in")
        .await;
    assert_ne!(scene.ada.id, scene.bob.id);
}

/// Who is in an archived workspace, and as what, stays as it is; giving up one's own place is always possible.
#[tokio::test]
async fn an_archived_workspace_keeps_its_members() {
    let scene = scene().await;
    let place = "--org acme --workspace launch --user bob";
    scene
        .say(&format!("workspace add-member {place} --role owner"))
        .await;
    scene.say("workspace archive --org acme --workspace launch").await;
    for change in [
        format!("workspace set-role {place} --role viewer"),
        format!("workspace remove-member {place}"),
    ] {
        scene.refused(&change, "is archived").await;
    }
    let eve = a_person("eve").create(&scene.app).await;
    scene.acme.add(&scene.app, &eve, "member").await;
    let add = "workspace add-member --org acme --workspace launch --user eve";
    scene.refused(add, "is archived").await;
    scene
        .say("workspace unarchive --org acme --workspace launch")
        .await;
    scene
        .say(&format!("workspace set-role {place} --role viewer"))
        .await;
    scene.say(&format!("workspace remove-member {place}")).await;
}

/// A personal workspace goes with its person only.
#[tokio::test]
async fn a_personal_workspace_is_not_archived() {
    let scene = scene().await;
    let space = crate::claims::outputs::personal_space(&scene.app, &scene.ada).await;
    scene
        .refused(
            &format!("workspace archive --org {space} --workspace my-workspace"),
            "goes with its person only",
        )
        .await;
}
