//! What an owner denied to a role stays denied to whoever has it (attacks.md, TN-09): nobody gives what they lack, to
//! others or to themselves by another role.

use serde_json::json;

use crate::api::caller::{Caller, assert_problem, console};
use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_person, an_organization};

struct Scene {
    app: TestApp,
    acme: TestOrganization,
    admin_id: TestPerson,
    member_id: TestPerson,
    owner: Caller,
    admin: Caller,
}

/// Acme has the modules `cards` and `notes`; its owner denied `notes` to admins and to members.
async fn scene() -> Scene {
    let app = TestApp::with(|config| {
        config.modules.allowlist.team = vec!["cards".to_owned(), "notes".to_owned()];
    })
    .await;
    let console = console(&app).await;
    let (ada, bob, eve) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
        a_person("eve").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &ada, None).await;
    acme.add(&app, &bob, "admin").await;
    acme.add(&app, &eve, "member").await;
    let owner = Caller::new(&app, &console, &ada).await;
    for role in ["admin", "member"] {
        let entry = format!("/organizations/{}/modules/{role}/notes", acme.id);
        let denied = owner.put(&entry, json!({"access": "none"})).await;
        assert_eq!(denied.status, 204, "{}", denied.body);
    }
    // The denial ended what the admin had before.
    let admin = Caller::new(&app, &console, &bob).await;
    Scene {
        app,
        acme,
        admin_id: bob,
        member_id: eve,
        owner,
        admin,
    }
}

impl Scene {
    fn path(&self, rest: &str) -> String {
        format!("/organizations/{}/{rest}", self.acme.id)
    }

    fn entry(&self, role: &str, module: &str) -> String {
        self.path(&format!("modules/{role}/{module}"))
    }

    fn member(&self, person: &TestPerson) -> String {
        self.path(&format!("members/{}", person.id))
    }
}

/// TN-09: an admin who is denied a module does not clear the denial of a lower role, and raises none of its entries;
/// what they have themselves they may give, and what is there already they may make less.
#[tokio::test]
async fn tn_09_a_denied_admin_opens_the_module_to_no_role() {
    let scene = scene().await;
    let cleared = scene.admin.delete(&scene.entry("member", "notes")).await;
    assert_problem(&cleared, 403, "forbidden");
    assert!(cleared.body.contains("notes"), "{}", cleared.body);
    // A treasurer reads without an entry.
    for (role, access) in [("member", "read"), ("treasurer", "write")] {
        let set = scene
            .admin
            .put(&scene.entry(role, "notes"), json!({ "access": access }))
            .await;
        assert_problem(&set, 403, "forbidden");
    }
    let denied = "select count(*) from spaces.module_permissions where module_id = 'notes' and not can_read";
    assert_eq!(count(&scene.app, denied).await, 2);
    for access in ["write", "none"] {
        let cards = scene
            .admin
            .put(&scene.entry("member", "cards"), json!({ "access": access }))
            .await;
        assert_eq!(cards.status, 204, "{}", cards.body);
    }
    let cleared = scene.admin.delete(&scene.entry("member", "cards")).await;
    assert_eq!(cleared.status, 204, "{}", cleared.body);
    let given = scene
        .owner
        .put(&scene.entry("viewer", "notes"), json!({"access": "admin"}))
        .await;
    assert_eq!(given.status, 204, "{}", given.body);
    for access in ["read", "none"] {
        let less = scene
            .admin
            .put(&scene.entry("viewer", "notes"), json!({ "access": access }))
            .await;
        assert_eq!(less.status, 204, "{}", less.body);
    }
}

/// TN-09: nobody changes their own role; an owner steps down, but not into what they are denied.
#[tokio::test]
async fn tn_09_nobody_leaves_a_denial_by_another_role() {
    let scene = scene().await;
    for role in ["viewer", "treasurer", "member"] {
        let changed = scene
            .admin
            .patch(&scene.member(&scene.admin_id), json!({ "role": role }))
            .await;
        assert_problem(&changed, 403, "forbidden");
    }
    assert_eq!(
        scene.acme.role_of(&scene.app, &scene.admin_id).await.as_deref(),
        Some("admin")
    );
    let promoted = scene
        .owner
        .patch(&scene.member(&scene.admin_id), json!({ "role": "owner" }))
        .await;
    assert_eq!(promoted.status, 200, "{}", promoted.body);
    let stepped = scene
        .admin
        .patch(&scene.member(&scene.admin_id), json!({ "role": "member" }))
        .await;
    assert_eq!(stepped.status, 200, "{}", stepped.body);
}

/// TN-09, IV-02: an admin gives no role that may do what they may not: not to a member, by an invitation or by a
/// domain; and an invitation falls when its sender is denied meanwhile.
#[tokio::test]
async fn tn_09_a_denied_admin_gives_no_role_that_has_the_module() {
    let scene = scene().await;
    let member = scene.member(&scene.member_id);
    let given = scene.admin.patch(&member, json!({"role": "treasurer"})).await;
    assert_problem(&given, 403, "forbidden");
    let invite = async |role: &str, email: &str| {
        let new = json!({ "email": email, "role": role });
        scene.admin.post(&scene.path("invitations"), new).await
    };
    let invited = invite("treasurer", "new@example.test").await;
    assert_problem(&invited, 403, "forbidden");
    for word in ["notes", "treasurer", "owner"] {
        assert!(invited.body.contains(word), "{word}: {}", invited.body);
    }
    let claim = json!({"domain": "acme.com", "auto_join_role": "treasurer"});
    let claimed = scene.admin.post(&scene.path("domains"), claim).await;
    assert_problem(&claimed, 403, "forbidden");
    let claim = json!({"domain": "acme.com", "auto_join_role": "member"});
    assert_eq!(scene.admin.post(&scene.path("domains"), claim).await.status, 201);
    let changed = json!({"auto_join_role": "viewer"});
    let changed = scene.admin.patch(&scene.path("domains/acme.com"), changed).await;
    assert_problem(&changed, 403, "forbidden");
    // What an admin may give while they may: it is asked again when somebody joins by it.
    let nora = a_person("nora").create(&scene.app).await;
    let invited = invite("member", &nora.email).await;
    assert_eq!(invited.status, 201, "{}", invited.body);
    let opened = scene
        .owner
        .put(&scene.entry("member", "notes"), json!({"access": "read"}))
        .await;
    assert_eq!(opened.status, 204);
    let nora = Caller::new(&scene.app, &console_again(&scene.app).await, &nora).await;
    let token = json!({ "token": invited.json()["token"] });
    let accepted = nora.post("/invitations/accept", token).await;
    assert_problem(&accepted, 403, "inviter_gone");
}

async fn console_again(app: &TestApp) -> crate::fixtures::client::TestClient {
    let scopes = ["openid", "organizations", "organizations:manage"];
    crate::fixtures::a_client("again")
        .scopes(&scopes)
        .create(app)
        .await
}
