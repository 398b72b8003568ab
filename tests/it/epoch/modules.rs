//! A right to a module that becomes less ends the tokens of those who had it, in the transaction of the change
//! (contracts.md section 5).

use serde_json::{Value, json};
use sqlx::Row as _;

use crate::api::caller::{Caller, console};
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::evidence::count;
use crate::attack::holdings::text;
use crate::fixtures::client::TestClient;
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_person, an_organization};

struct Scene {
    app: TestApp,
    client: TestClient,
    acme: TestOrganization,
    owner: Caller,
    people: [TestPerson; 2],
}

async fn scene() -> Scene {
    let app = TestApp::with(|config| {
        config.modules.allowlist.team = vec!["cards".to_owned(), "notes".to_owned()];
    })
    .await;
    let client = console(&app).await;
    let ada = a_person("ada").create(&app).await;
    let people = [
        a_person("bob").create(&app).await,
        a_person("eve").create(&app).await,
    ];
    let acme = an_organization(&app, "acme", &ada, None).await;
    acme.add(&app, &people[0], "member").await;
    acme.add(&app, &people[1], "viewer").await;
    let owner = Caller::new(&app, &client, &ada).await;
    Scene {
        app,
        client,
        acme,
        owner,
        people,
    }
}

impl Scene {
    /// An access token of a person for acme.
    async fn token(&self, person: &TestPerson) -> String {
        let asked = [("organization", "acme"), ("scope", "openid organizations")];
        let tokens = self
            .app
            .relying_party(&self.client)
            .tokens(&self.app, person, &asked)
            .await;
        text(&tokens, "access_token").to_owned()
    }

    /// Whether a token is current: where we are asked ourselves, and by the rule that downstream shares.
    async fn lives(&self, token: &str) -> bool {
        let seen = Caller::with_token(&self.app, token)
            .get("/organizations")
            .await
            .status
            == 200;
        let said: Value = claims(token);
        let current: bool = sqlx::query("select auth.epoch_is_current($1, $2, $3)")
            .bind(said["mv"].as_str())
            .bind(said["sub"].as_str())
            .bind(said["org_id"].as_str())
            .fetch_one(&mut self.app.database.admin().await)
            .await
            .expect("an answer")
            .get(0);
        assert_eq!(seen, current, "the same answer everywhere");
        current
    }

    async fn set(&self, role: &str, module: &str, access: &str) {
        let path = format!("/organizations/{}/modules/{role}/{module}", self.acme.id);
        let done = self.owner.put(&path, json!({ "access": access })).await;
        assert_eq!(done.status, 204, "{}", done.body);
    }

    async fn clear(&self, role: &str, module: &str) {
        let path = format!("/organizations/{}/modules/{role}/{module}", self.acme.id);
        assert_eq!(self.owner.delete(&path).await.status, 204);
    }
}

/// A denial, a lower entry, and clearing to a lower fallback reduce; a raise does not; other roles' tokens live on.
#[tokio::test]
async fn a_reduced_module_ends_the_tokens_of_its_role_at_once() {
    let scene = scene().await;
    let [bob, eve] = &scene.people;
    let other = scene.token(eve).await;
    let before = scene.token(bob).await;
    scene.set("member", "cards", "write").await;
    assert!(scene.lives(&before).await, "a raise takes nothing away");
    scene.set("member", "cards", "read").await;
    assert!(!scene.lives(&before).await, "a lower entry");
    let before = scene.token(bob).await;
    scene.set("member", "cards", "read").await;
    assert!(scene.lives(&before).await, "the same again");
    scene.set("member", "notes", "none").await;
    assert!(!scene.lives(&before).await, "a denial");
    let before = scene.token(bob).await;
    scene.clear("member", "notes").await;
    assert!(scene.lives(&before).await, "a denial that ends");
    scene.set("member", "notes", "admin").await;
    let before = scene.token(bob).await;
    scene.clear("member", "notes").await;
    assert!(!scene.lives(&before).await, "cleared to less");
    assert!(scene.lives(&other).await, "another role's");
}

/// A role that is higher and has less of a module is a reduction too, and so is a type with other modules.
#[tokio::test]
async fn a_promotion_into_a_denial_and_another_type_end_tokens() {
    let scene = scene().await;
    let [bob, eve] = &scene.people;
    scene.set("admin", "notes", "none").await;
    let before = scene.token(bob).await;
    let promoted = format!("/organizations/{}/members/{}", scene.acme.id, bob.id);
    let promoted = scene.owner.patch(&promoted, json!({"role": "admin"})).await;
    assert_eq!(promoted.status, 200, "{}", promoted.body);
    assert!(!scene.lives(&before).await, "an admin has no notes");
    let before = scene.token(eve).await;
    let path = format!("/organizations/{}", scene.acme.id);
    let changed = scene.owner.patch(&path, json!({"type": "club"})).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert!(!scene.lives(&before).await, "a club has no modules here");
}

/// Where a thousand have the role, one cut-off speaks of the organization.
#[tokio::test]
async fn many_members_share_one_cut_off() {
    let scene = scene().await;
    let before = scene.token(&scene.people[0]).await;
    let many = "insert into auth.users (id, email, email_canonical, created_at, updated_at)
        select 'many-' || n, n || '@many.example', n || '@many.example', to_timestamp(0), to_timestamp(0)
        from generate_series(1, 1100) n";
    let joined =
        "insert into auth.members (organization_id, user_id, role, joined_at, created_at, updated_at)
        select o.id, u.id, 'member', to_timestamp(0), to_timestamp(0), to_timestamp(0)
        from auth.organizations o
        cross join auth.users u
        where o.slug = 'acme'
          and u.id like 'many-%'";
    for statement in [many, joined] {
        sqlx::query(statement)
            .execute(&mut scene.app.database.admin().await)
            .await
            .expect("written");
    }
    scene.set("member", "notes", "none").await;
    assert!(!scene.lives(&before).await);
    let cut = "select count(*) from auth.epoch_cutoffs";
    assert_eq!(count(&scene.app, cut).await, 1);
    let after = scene.token(&scene.people[0]).await;
    assert!(scene.lives(&after).await);
}
