//! RT-09: what an organization's own cut-off means for grants that are bound to no organization.

use serde_json::{Value, json};

use super::changes::Change;
use crate::app::relying_party::claims;
use crate::app::{RelyingParty, TestApp};
use crate::attack::holdings::{assert_access_dead, assert_live, refreshed, text, wait};
use crate::claims::outputs::personal_space;
use crate::fixtures::hook::functions;
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_hook, a_person, an_organization};

struct Scene {
    app: TestApp,
    relying_party: RelyingParty,
    ada: TestPerson,
    acme: TestOrganization,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let client = a_client("web").create(&app).await;
        let relying_party = app.relying_party(&client);
        let ada = a_person("ada").create(&app).await;
        let acme = an_organization(&app, "acme", &ada, None).await;
        wait(&app, 1);
        Self {
            app,
            relying_party,
            ada,
            acme,
        }
    }

    async fn tokens(&self) -> Value {
        self.relying_party.tokens(&self.app, &self.ada, &[]).await
    }

    async fn revoke(&self) {
        wait(&self.app, 1);
        Change::RevokeTokens
            .commit(&self.app, &self.acme, &self.ada)
            .await;
    }

    /// What every output says of the organization, for a token response.
    async fn speaks_of(&self, tokens: &Value) -> Value {
        assert_live(&self.relying_party, tokens).await;
        let token = text(tokens, "access_token");
        let said = claims(token)["org_id"].clone();
        let userinfo = self.relying_party.userinfo(token).await.json();
        let told = self.relying_party.introspect(token).await;
        assert_eq!((&userinfo["org_id"], &told["org_id"]), (&said, &said));
        said
    }
}

/// Attacks RT-09, contracts section 5: a grant from before never chooses the organization again; one from afterwards
/// does.
#[tokio::test]
async fn rt_09_an_unbound_grant_from_before_leaves_the_organization() {
    let scene = Scene::new().await;
    let own = json!(personal_space(&scene.app, &scene.ada).await);
    let acme = json!(scene.acme.id);
    let tokens = scene.tokens().await;
    assert_eq!(scene.speaks_of(&tokens).await, acme);
    scene.revoke().await;
    assert_access_dead(&scene.relying_party, &tokens).await;
    let mut next = tokens;
    for _ in 0..2 {
        wait(&scene.app, 60);
        next = refreshed(&scene.relying_party, &next).await;
        assert_eq!(scene.speaks_of(&next).await, own);
    }
    let anew = scene.tokens().await;
    assert_eq!(scene.speaks_of(&anew).await, acme);
    let anew = refreshed(&scene.relying_party, &anew).await;
    assert_eq!(scene.speaks_of(&anew).await, acme);
}

/// Attacks RT-09: so does a code from before, and the lost reply's successor.
#[tokio::test]
async fn rt_09_a_code_under_way_and_a_lost_reply_leave_the_organization() {
    let scene = Scene::new().await;
    let own = json!(personal_space(&scene.app, &scene.ada).await);
    let code = scene.relying_party.code(&scene.app, &scene.ada, &[]).await;
    let tokens = scene.tokens().await;
    refreshed(&scene.relying_party, &tokens).await;
    scene.revoke().await;
    let granted = scene.relying_party.exchange(&code).await.json();
    assert_eq!(scene.speaks_of(&granted).await, own);
    let again = refreshed(&scene.relying_party, &tokens).await;
    assert_eq!(scene.speaks_of(&again).await, own);
}

/// Attacks RT-09: asking for it by name does not bring it back, whatever the client may ask for.
#[tokio::test]
async fn rt_09_a_grant_from_before_cannot_ask_for_the_organization() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    scene.revoke().await;
    for name in [scene.acme.slug.as_str(), scene.acme.id.as_str()] {
        let asked = [("organization", name)];
        let refresh = text(&tokens, "refresh_token");
        let reply = scene.relying_party.refresh(refresh, &asked).await;
        reply.assert_error(400, "invalid_target");
    }
    let own = personal_space(&scene.app, &scene.ada).await;
    let next = refreshed(&scene.relying_party, &tokens).await;
    assert_eq!(scene.speaks_of(&next).await, json!(own));
}

/// Attacks RT-09: an operator's hook between reading and completing changes nothing of it.
#[tokio::test]
async fn rt_09_a_hook_is_told_of_the_organization_that_is_left() {
    let scene = Scene::new().await;
    functions(
        &scene.app,
        "create function hooks.tells(event jsonb) returns jsonb language sql stable as $$
            select jsonb_build_object('claims', jsonb_build_object('told', event #>> '{org,id}')) $$",
    )
    .await;
    a_hook("tells").create(&scene.app).await;
    let own = json!(personal_space(&scene.app, &scene.ada).await);
    let code = scene.relying_party.code(&scene.app, &scene.ada, &[]).await;
    let tokens = scene.tokens().await;
    scene.revoke().await;
    let granted = scene.relying_party.exchange(&code).await.json();
    for tokens in [granted, refreshed(&scene.relying_party, &tokens).await] {
        assert_eq!(claims(text(&tokens, "access_token"))["told"], own);
        assert_eq!(scene.speaks_of(&tokens).await, own);
    }
}
