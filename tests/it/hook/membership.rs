//! HK-02: what a hook says of a membership is compared with what is true.

use serde_json::{Value, json};
use signet::user::AccessTier;

use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::holdings::text;
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_hook, a_person, an_organization};

/// A function that says what stands in a table.
const SPOKEN: &str = "
    create table hooks.words (words jsonb);
    grant select on hooks.words to signet_hook;
    create function hooks.spoken(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_build_object('claims', words) from hooks.words limit 1 $$;
    create function hooks.whole(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_set(event, '{claims}', (event -> 'claims') || words) from hooks.words limit 1 $$";

async fn say(app: &TestApp, words: &Value) {
    let mut connection = app.database.admin().await;
    sqlx::query("with gone as (delete from hooks.words) insert into hooks.words values ($1)")
        .bind(words)
        .execute(&mut connection)
        .await
        .unwrap();
}

/// Contracts section 4, HK-02: refused, whatever the mode, unless the policy frees exactly that claim.
#[tokio::test]
async fn hk_02_a_hook_raises_nobody_above_their_membership() {
    let app = TestApp::new().await;
    functions(&app, SPOKEN).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").tier(AccessTier::Beta).create(&app).await;
    let eve = a_person("eve").create(&app).await;
    let foreign = an_organization(&app, "foreign", &eve, None).await;
    let home = an_organization(&app, "home", &eve, None).await;
    home.add(&app, &ada, "member").await;
    let code = relying_party.code(&app, &ada, &[]).await;
    let raises = [
        json!({"role": "admin"}),
        json!({"tier": "founder"}),
        json!({"org_id": foreign.id, "org_role": "owner"}),
        json!({"org_id": foreign.id}),
        json!({"org_role": "owner"}),
        json!({"Org_Id": foreign.id}),
    ];
    for replacing in [false, true] {
        let hook = if replacing {
            a_hook("whole").replacing()
        } else {
            a_hook("spoken")
        };
        hook.with(|settings| {
            let names = ["role", "tier", "org_id", "org_role", "user_role"];
            settings.overwrite = names.iter().map(|name| (*name).to_owned()).collect();
        })
        .create(&app)
        .await;
        for words in &raises {
            if replacing && words.get("role").is_some() {
                // Of the view: ours stands, whatever the function made of it.
                continue;
            }
            say(&app, words).await;
            let reply = relying_party.exchange(&code).await;
            assert_eq!(reply.status, 503, "{words}: {}", reply.body);
        }
        crate::attack::holdings::sql(&app, "delete from auth.token_hooks").await;
    }
    a_hook("spoken")
        .with(|settings| {
            settings.may_raise.insert("tier".to_owned());
        })
        .create(&app)
        .await;
    say(&app, &json!({"tier": "founder", "role": "admin"})).await;
    assert_eq!(relying_party.exchange(&code).await.status, 503);
    say(&app, &json!({"tier": "founder"})).await;
    let said = relying_party.exchange(&code).await.json();
    let said = claims(text(&said, "access_token"));
    assert_eq!(
        (&said["tier"], &said["role"]),
        (&json!("founder"), &json!("user"))
    );
    assert_eq!(said["org_id"], json!(home.id));
}

/// HK-02 through the other contract: `role` is that product's word for the database role, ours is restored.
#[tokio::test]
async fn hk_02_a_replacing_hook_makes_no_administrator() {
    let app = TestApp::new().await;
    functions(&app, SPOKEN).await;
    a_hook("whole").replacing().create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    say(
        &app,
        &json!({"role": "admin", "aal": "aal2", "session_id": "other"}),
    )
    .await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let said = claims(text(&tokens, "access_token"));
    assert_eq!(said["role"], "user");
    assert!(said.get("aal").is_none() && said.get("session_id").is_none());
}
