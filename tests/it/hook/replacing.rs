//! HK-02 between hooks: a function in Supabase's contract neither gives back what an earlier hook took away, nor
//! speaks under the name that an audience reads a membership's role by.

use serde_json::{Value, json};
use signet::user::AccessTier;

use crate::app::relying_party::claims;
use crate::app::{RelyingParty, TestApp};
use crate::attack::holdings::{sql, text};
use crate::fixtures::hook::functions;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_hook, a_person, an_organization};

/// `lowers` takes away; `whole` answers with its event and what stands in a table, `bare` with as little as may be.
const FUNCTIONS: &str = "
    create function hooks.lowers(event jsonb) returns jsonb language sql stable as
        $$ select '{\"claims\": {\"tier\": \"guest\", \"org_role\": \"viewer\", \"user_role\": \"viewer\"}}'::jsonb $$;
    create table hooks.words (words jsonb);
    grant select on hooks.words to signet_hook;
    create function hooks.whole(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_set(event, '{claims}', (event -> 'claims') || words) from hooks.words limit 1 $$;
    create function hooks.bare(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_set(event, '{claims}', (event -> 'claims') - array['tier', 'org_role', 'user_role', 'org_id']) $$";

const RESOURCE: &str = "https://api.example.com/";

struct Scene {
    app: TestApp,
    relying_party: RelyingParty,
    ada: TestPerson,
}

impl Scene {
    /// Ada is an admin of an organization, and of tier beta.
    async fn new() -> Self {
        let app = TestApp::new().await;
        functions(&app, FUNCTIONS).await;
        let relying_party = app.relying_party(&a_client("web").create(&app).await);
        let ada = a_person("ada").tier(AccessTier::Beta).create(&app).await;
        let eve = a_person("eve").create(&app).await;
        let acme = an_organization(&app, "acme", &eve, None).await;
        acme.add(&app, &ada, "admin").await;
        Self {
            app,
            relying_party,
            ada,
        }
    }

    async fn lowers_first(&self) {
        let names = ["tier", "org_role", "user_role"].map(str::to_owned);
        a_hook("lowers")
            .with(|settings| {
                settings.position = -1;
                settings.overwrite = names.into();
            })
            .create(&self.app)
            .await;
    }

    async fn says(&self, words: Value) {
        sqlx::query("with gone as (delete from hooks.words) insert into hooks.words values ($1)")
            .bind(words)
            .execute(&mut self.app.database.admin().await)
            .await
            .expect("said");
    }

    async fn said(&self, parameters: &[(&str, &str)]) -> Value {
        let tokens = self.relying_party.tokens(&self.app, &self.ada, parameters).await;
        claims(text(&tokens, "access_token"))
    }

    async fn is_refused(&self, words: Value, parameters: &[(&str, &str)]) {
        let code = self.relying_party.code(&self.app, &self.ada, parameters).await;
        self.says(words.clone()).await;
        let reply = self.relying_party.exchange(&code).await;
        assert_eq!(reply.status, 503, "{words}: {}", reply.body);
        self.says(json!({})).await;
        assert_eq!(self.relying_party.exchange(&code).await.status, 200, "unspent");
    }
}

/// HK-02: saying nothing of it, saying it as it was shown, and saying what was true before the earlier hook.
#[tokio::test]
async fn hk_02_a_replacing_hook_does_not_undo_what_an_earlier_one_lowered() {
    let scene = Scene::new().await;
    scene.lowers_first().await;
    let lowered = |said: &Value| {
        assert_eq!(
            (&said["tier"], &said["org_role"], &said["user_role"]),
            (&json!("guest"), &json!("viewer"), &json!("viewer"))
        );
    };
    lowered(&scene.said(&[]).await);
    a_hook("bare").replacing().create(&scene.app).await;
    lowered(&scene.said(&[]).await);
    sql(&scene.app, "delete from auth.token_hooks where name = 'bare'").await;
    a_hook("whole").replacing().create(&scene.app).await;
    for unchanged in [json!({}), json!({"tier": "guest"}), json!({"own": 1})] {
        scene.says(unchanged).await;
        lowered(&scene.said(&[]).await);
    }
    for undoing in [
        json!({"tier": "beta"}),
        json!({"tier": "public"}),
        json!({"org_role": "admin"}),
        json!({"org_role": "member"}),
        json!({"user_role": "admin"}),
        json!({"user_role": "moderator"}),
        json!({"tier": null}),
        json!({"Tier": "beta"}),
    ] {
        scene.is_refused(undoing, &[]).await;
    }
}

/// The operator's list is what lets it: for exactly the claims on it, and no higher than the truth.
#[tokio::test]
async fn a_replacing_hook_may_give_back_what_its_operator_lists() {
    let scene = Scene::new().await;
    scene.lowers_first().await;
    a_hook("whole")
        .replacing()
        .with(|settings| settings.overwrite = ["tier".to_owned()].into())
        .create(&scene.app)
        .await;
    scene.says(json!({"tier": "public"})).await;
    let said = scene.said(&[]).await;
    assert_eq!(
        (&said["tier"], &said["org_role"]),
        (&json!("public"), &json!("viewer"))
    );
    scene.is_refused(json!({"tier": "alpha"}), &[]).await;
    scene.is_refused(json!({"org_role": "member"}), &[]).await;
}

/// HK-02 through a resource's names: where the audience reads the role in the organization under a name of its own,
/// such a function's `user_role` is that role, and its name is nobody else's.
#[tokio::test]
async fn hk_02_a_replacing_hook_does_not_become_a_renamed_user_role() {
    let scene = Scene::new().await;
    crate::fixtures::client::a_resource(&scene.app, RESOURCE, None).await;
    sql(
        &scene.app,
        r#"update auth.resources set claim_names = '{"user_role": "app_role"}'"#,
    )
    .await;
    a_hook("whole").replacing().create(&scene.app).await;
    let elsewhere = [("resource", RESOURCE)];
    for raising in [
        json!({"user_role": "owner"}),
        json!({"user_role": "moderator"}),
        json!({"user_role": null}),
        json!({"app_role": "owner"}),
        json!({"App_Role": "owner"}),
    ] {
        scene.is_refused(raising, &elsewhere).await;
    }
    for (words, role) in [
        (json!({}), "admin"),
        (json!({"user_role": "admin"}), "admin"),
        (json!({"user_role": "viewer"}), "viewer"),
    ] {
        scene.says(words).await;
        let said = scene.said(&elsewhere).await;
        assert_eq!(
            (&said["app_role"], &said["org_role"]),
            (&json!(role), &json!("admin"))
        );
        assert!(said.get("user_role").is_none());
    }
    // For an audience that renames nothing it is the function's own claim, as that product documents it.
    scene.says(json!({"user_role": "moderator"})).await;
    let said = scene.said(&[]).await;
    assert_eq!(
        (&said["user_role"], &said["org_role"]),
        (&json!("moderator"), &json!("admin"))
    );
}
