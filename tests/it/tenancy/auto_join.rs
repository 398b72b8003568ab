//! Joining by a domain lasts as long as somebody stands for it (attacks.md, IV-02 and TN-09): whoever set as what
//! people join could still give them that.

use serde_json::json;

use crate::api::caller::{Caller, console};
use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::fixtures::client::TestClient;
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::team::prove_address;
use crate::fixtures::{a_person, an_organization};

struct Scene {
    app: TestApp,
    console: TestClient,
    acme: TestOrganization,
    adam: TestPerson,
    owner: Caller,
}

const DOMAIN: &str = "domains/example.test";

/// An admin, Adam, has proven `example.test`, so that people join as members who make workspaces.
async fn scene() -> Scene {
    let app = TestApp::with(|config| config.modules.allowlist.team = vec!["notes".to_owned()]).await;
    let console = console(&app).await;
    let (olga, adam) = (
        a_person("olga").create(&app).await,
        a_person("adam").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &olga, None).await;
    acme.add(&app, &adam, "admin").await;
    let (owner, admin) = (
        Caller::new(&app, &console, &olga).await,
        Caller::new(&app, &console, &adam).await,
    );
    let claim = json!({"domain": "example.test", "auto_join_role": "member", "can_create_workspaces": true});
    let claimed = admin
        .post(&format!("/organizations/{}/domains", acme.id), claim)
        .await;
    assert_eq!(claimed.status, 201, "{}", claimed.body);
    let claimed = claimed.json();
    assert_eq!(claimed["auto_join_paused"], false);
    let proof = |name: &str| claimed["proof"][name].as_str().unwrap();
    app.dns.publish(proof("name"), proof("value"));
    let scene = Scene {
        app,
        console,
        acme,
        adam,
        owner,
    };
    let verified = admin
        .post(&scene.at(&format!("{DOMAIN}/verify")), json!({}))
        .await;
    assert_eq!(verified.status, 200, "{}", verified.body);
    scene
}

impl Scene {
    fn at(&self, rest: &str) -> String {
        format!("/organizations/{}/{rest}", self.acme.id)
    }

    /// Whether somebody new joins by their address, and whether the owner is told that nobody does.
    async fn joins(&self, name: &str) -> bool {
        let person = a_person(name).create(&self.app).await;
        let joined = prove_address(&self.app, &person).await.is_some();
        assert_eq!(
            self.acme.role_of(&self.app, &person).await.is_some(),
            joined,
            "{name}"
        );
        let listed = self.owner.get(&self.at("domains")).await.json();
        assert_eq!(
            listed["items"][0]["auto_join_paused"], !joined,
            "{name}: {listed}"
        );
        joined
    }

    async fn set(&self, caller: &Caller, role: Option<&str>) {
        let set = caller
            .patch(&self.at(DOMAIN), json!({ "auto_join_role": role }))
            .await;
        assert_eq!(set.status, 204, "{}", set.body);
    }
}

/// IV-02: whoever was removed leaves no door open; the sign-up itself goes on, and an owner opens the door again.
#[tokio::test]
async fn iv_02_no_auto_join_outlives_whoever_set_it() {
    let scene = scene().await;
    assert!(scene.joins("early").await);
    let removed = scene
        .owner
        .delete(&scene.at(&format!("members/{}", scene.adam.id)))
        .await;
    assert_eq!(removed.status, 204, "{}", removed.body);
    assert!(!scene.joins("late").await);
    let proven = "select count(*) from auth.users
        where user_name_canonical = 'late' and email_verified_at is not null";
    assert_eq!(count(&scene.app, proven).await, 1);
    let verified = scene
        .owner
        .post(&scene.at(&format!("{DOMAIN}/verify")), json!({}))
        .await
        .json();
    assert_eq!(
        verified["auto_join_paused"], true,
        "proving it again is not setting it"
    );
    scene.set(&scene.owner, Some("member")).await;
    assert!(scene.joins("again").await);
    // Nobody joins, and nothing is paused.
    scene.set(&scene.owner, None).await;
    let listed = scene.owner.get(&scene.at("domains")).await.json();
    assert_eq!(listed["items"][0]["auto_join_paused"], false);
}

/// IV-02: nor does it outlive their rank, nor their account.
#[tokio::test]
async fn iv_02_who_no_longer_manages_lets_nobody_in() {
    let scene = scene().await;
    let adam = scene.at(&format!("members/{}", scene.adam.id));
    let role = async |name: &str| {
        let changed = scene.owner.patch(&adam, json!({ "role": name })).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
    };
    role("viewer").await;
    assert!(!scene.joins("first").await);
    role("admin").await;
    assert!(scene.joins("second").await);
    let signet = crate::command_line::program::Signet::on(&scene.app.database);
    signet.json(&["user", "ban", "adam"]).await;
    assert!(!scene.joins("third").await);
    let listed = signet.json(&["org", "domains", "acme"]).await;
    assert_eq!(listed["domains"][0]["auto_join_paused"], true, "{listed}");
    // What an operator sets asks for nobody.
    let word = "org set-domain-role --org acme --domain example.test --role viewer";
    signet.json(&word.split(' ').collect::<Vec<_>>()).await;
    assert!(scene.joins("fourth").await);
}

/// TN-09, IV-02: whoever is denied a module afterwards lets nobody in who has it.
#[tokio::test]
async fn tn_09_a_later_denial_ends_an_auto_join_beyond_it() {
    let scene = scene().await;
    let entry = scene.at("modules/admin/notes");
    let denied = scene.owner.put(&entry, json!({"access": "none"})).await;
    assert_eq!(denied.status, 204, "{}", denied.body);
    assert!(!scene.joins("nora").await);
    assert_eq!(scene.owner.delete(&entry).await.status, 204);
    assert!(scene.joins("otto").await);
    assert_eq!(
        scene.owner.put(&entry, json!({"access": "none"})).await.status,
        204
    );
    let member = scene.at("modules/member/notes");
    assert_eq!(
        scene.owner.put(&member, json!({"access": "none"})).await.status,
        204
    );
    assert!(scene.joins("paul").await, "they have no more than the admin");
    let admin = Caller::new(&scene.app, &scene.console, &scene.adam).await;
    scene.set(&admin, Some("member")).await;
    assert!(scene.joins("rita").await);
}
