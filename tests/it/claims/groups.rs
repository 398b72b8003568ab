//! The claims `groups` and `roles`: what they say of whom, where, and that what was taken away is not said any more.

use serde_json::{Value, json};

use crate::app::relying_party::claims;
use crate::app::{RelyingParty, TestApp};
use crate::attack::holdings::{refreshed, sql, text};
use crate::command_line::program::Signet;
use crate::fixtures::hook::{a_hook, functions};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person, an_organization};

const SCOPE: &str = "openid groups roles";

struct Scene {
    app: TestApp,
    signet: Signet,
    party: RelyingParty,
    bob: TestPerson,
}

/// Bob, a member of Acme and manager of its workspace `launch`, with an application that asks for groups and roles.
async fn scene() -> Scene {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let ada = a_person("ada").create(&app).await;
    let bob = a_person("bob").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    acme.add(&app, &bob, "member").await;
    let client = a_client("desk")
        .full_id_token()
        .scopes(&["openid", "groups", "roles"]);
    let party = app.relying_party(&client.create(&app).await);
    let scene = Scene {
        app,
        signet,
        party,
        bob,
    };
    scene
        .say("workspace create --org acme --name Launch --owner ada")
        .await;
    scene
        .say("workspace add-member --org acme --workspace launch --user bob --role manager")
        .await;
    scene
}

impl Scene {
    async fn say(&self, words: &str) {
        let words: Vec<&str> = words.split(' ').collect();
        self.signet.json(&words).await;
    }

    async fn tokens(&self, scope: &str) -> Value {
        let asked = [("scope", scope), ("organization", "acme")];
        self.party.tokens(&self.app, &self.bob, &asked).await
    }

    async fn is_active(&self, tokens: &Value) -> bool {
        self.party.introspect(text(tokens, "access_token")).await["active"] == json!(true)
    }
}

/// Both stand in every output, by their scope only, of the token's organization only.
#[tokio::test]
async fn groups_and_roles_are_said_by_their_scopes() {
    let scene = scene().await;
    let tokens = scene.tokens(SCOPE).await;
    let access = text(&tokens, "access_token");
    let userinfo = scene.party.userinfo(access).await.json();
    for said in [claims(access), claims(text(&tokens, "id_token")), userinfo] {
        assert_eq!(
            said["groups"],
            json!(["acme", "acme/launch:manager", "acme:member"])
        );
        assert_eq!(said["roles"], json!(["user", "org:member"]));
    }
    let less = scene
        .party
        .refresh(text(&tokens, "refresh_token"), &[("scope", "openid roles")])
        .await;
    for token in ["access_token", "id_token"] {
        let said = claims(text(&less.json(), token));
        assert!(
            said.get("groups").is_none() && said.get("roles").is_some(),
            "{token}"
        );
    }
    let without = scene.tokens("openid").await;
    let said = claims(text(&without, "access_token"));
    assert!(said.get("groups").is_none() && said.get("roles").is_none());
}

/// A platform's administrator and an organization's are told apart, and a personal space is its person's group.
#[tokio::test]
async fn a_role_in_an_organization_is_none_on_the_platform() {
    let app = TestApp::new().await;
    let client = a_client("desk")
        .scopes(&["openid", "groups", "roles"])
        .create(&app)
        .await;
    let eve = a_person("eve").create(&app).await;
    let asked = [("scope", SCOPE)];
    let party = app.relying_party(&client);
    let tokens = party.tokens(&app, &eve, &asked).await;
    let said = claims(text(&tokens, "access_token"));
    assert_eq!(said["roles"], json!(["user", "org:owner"]));
    let groups: Vec<&str> = said["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group.as_str().unwrap())
        .collect();
    let slug = groups[0];
    assert_eq!(
        groups,
        [
            slug,
            &format!("{slug}/my-workspace:owner"),
            &format!("{slug}:owner")
        ]
    );
    sql(&app, "delete from auth.members").await;
    let alone = refreshed(&party, &tokens).await;
    let said = claims(text(&alone, "access_token"));
    assert_eq!((&said["groups"], &said["roles"]), (&json!([]), &json!(["user"])));
}

/// After a demotion or a removal tokens that say the group are dead, and the next one does not say it. A promotion ends
/// nothing; nor does an archived workspace, whose groups go with the next token.
#[tokio::test]
async fn what_takes_a_group_away_cuts_tokens_off() {
    for (change, left) in [
        (
            "workspace set-role --org acme --workspace launch --user bob --role viewer",
            Some("acme/launch:viewer"),
        ),
        (
            "workspace remove-member --org acme --workspace launch --user bob",
            None,
        ),
    ] {
        let scene = scene().await;
        let tokens = scene.tokens(SCOPE).await;
        assert!(scene.is_active(&tokens).await);
        scene.say(change).await;
        assert!(!scene.is_active(&tokens).await, "{change}");
        let next = refreshed(&scene.party, &tokens).await;
        assert!(scene.is_active(&next).await, "{change}");
        let groups = claims(text(&next, "access_token"))["groups"].clone();
        let expected = match left {
            Some(group) => json!(["acme", group, "acme:member"]),
            None => json!(["acme", "acme:member"]),
        };
        assert_eq!(groups, expected, "{change}");
    }
    let scene = scene().await;
    let tokens = scene.tokens(SCOPE).await;
    scene
        .say("workspace set-role --org acme --workspace launch --user bob --role owner")
        .await;
    assert!(scene.is_active(&tokens).await, "a promotion ends nothing");
    scene.say("workspace archive --org acme --workspace launch").await;
    assert!(
        scene.is_active(&tokens).await,
        "an archived workspace ends nothing"
    );
    let next = refreshed(&scene.party, &tokens).await;
    assert_eq!(
        claims(text(&next, "access_token"))["groups"],
        json!(["acme", "acme:member"])
    );
}

/// A hook says other groups only where its policy lists them, also one that replaces.
#[tokio::test]
async fn a_hook_says_other_groups_only_by_its_policy() {
    for (replacing, name) in [
        (false, "groups"),
        (true, "groups"),
        (true, "Groups"),
        (false, "ROLES"),
    ] {
        let scene = scene().await;
        let function = format!(
            "create function hooks.invents(event jsonb) returns jsonb language sql as
             $$ select jsonb_build_object('claims', (event -> 'claims') || '{{\"{name}\": [\"acme:owner\"]}}') $$",
        );
        functions(&scene.app, function.leak()).await;
        let hook = a_hook("invents");
        let hook = if replacing { hook.replacing() } else { hook };
        hook.create(&scene.app).await;
        let asked = [("scope", SCOPE), ("organization", "acme")];
        let code = scene.party.code(&scene.app, &scene.bob, &asked).await;
        let refused = scene.party.exchange(&code).await;
        assert_ne!(
            refused.status, 200,
            "{name}, replacing {replacing}: {}",
            refused.body
        );
    }
}

/// Groups go into tokens, cookies and headers: the workspaces' have four kilobytes at most, whole names only.
#[tokio::test]
async fn groups_have_four_kilobytes() {
    let scene = scene().await;
    let mut admin = scene.app.database.admin().await;
    sqlx::raw_sql(
        "insert into auth.workspaces (id, organization_id, name, slug, created_at, updated_at)
         select 'long-' || n, id, 'Long', rpad('a' || n, 40, 'x'), created_at, created_at
         from auth.organizations, generate_series(100, 199) n
         where slug = 'acme';
         insert into auth.workspace_members (workspace_id, organization_id, user_id, role, created_at, updated_at)
         select w.id, w.organization_id, u.id, 'contributor', w.created_at, w.created_at
         from auth.workspaces w, auth.users u
         where w.id like 'long-%' and u.user_name = 'bob'",
    )
    .execute(&mut admin)
    .await
    .expect("a hundred workspaces");
    let tokens = scene.tokens(SCOPE).await;
    let groups = claims(text(&tokens, "access_token"))["groups"].clone();
    let names: Vec<&str> = groups
        .as_array()
        .expect("a list")
        .iter()
        .map(|name| name.as_str().expect("a text"))
        .collect();
    let one = "acme/a100xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx:contributor";
    assert_eq!(names.len(), 2 + 4096 / one.len());
    assert!(names.contains(&one) && names.contains(&"acme:member"));
    assert!(
        names
            .iter()
            .all(|name| name.len() == one.len() || name.len() < 12)
    );
}
