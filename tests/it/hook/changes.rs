//! What changes while a hook thinks: asked once more, then nobody gets a token; and a function replaced while the
//! server runs.

use std::time::Duration;

use serde_json::json;
use sqlx::{Connection as _, PgConnection};

use crate::app::relying_party::claims;
use crate::app::{RelyingParty, Reply, TestApp};
use crate::attack::evidence::count;
use crate::attack::holdings::{refreshed, sql, text};
use crate::fixtures::hook::functions;
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_hook, a_person, an_organization};

/// A hook that thinks as long as somebody holds the lock that belongs to the role which it was told.
const THINKER: &str = "
    create function hooks.thinks(event jsonb) returns jsonb language plpgsql stable as
        $$ begin
            perform pg_advisory_xact_lock_shared(case event #>> '{org,role}'
                when 'viewer' then 1 when 'member' then 2 when 'admin' then 3 else 4 end);
            return jsonb_build_object('claims', jsonb_build_object('told', event #>> '{org,role}'));
        end $$";

struct Scene {
    app: TestApp,
    relying_party: RelyingParty,
    acme: TestOrganization,
    ada: TestPerson,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::new().await;
        functions(&app, THINKER).await;
        let relying_party = app.relying_party(&a_client("web").create(&app).await);
        let (owner, ada) = (
            a_person("owner").create(&app).await,
            a_person("ada").create(&app).await,
        );
        let acme = an_organization(&app, "acme", &owner, None).await;
        acme.add(&app, &ada, "member").await;
        a_hook("thinks").within(Duration::from_secs(5)).create(&app).await;
        Self {
            app,
            relying_party,
            acme,
            ada,
        }
    }

    async fn hold(&self, lock: i64) -> PgConnection {
        let mut connection = self.app.database.admin().await;
        sqlx::query("select pg_advisory_lock($1)")
            .bind(lock)
            .execute(&mut connection)
            .await
            .unwrap();
        connection
    }

    /// Waits until the hook waits for a lock.
    async fn until_it_thinks(&self) {
        let waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted
            and database = (select oid from pg_database where datname = current_database())";
        while count(&self.app, waiting).await == 0 {}
    }

    /// Changes the role while the hook thinks about the last one, once for each role.
    async fn exchange_while_the_role_becomes(&self, roles: &[(i64, &'static str)]) -> Reply {
        let code = self.relying_party.code(&self.app, &self.ada, &[]).await;
        let mut held = Vec::new();
        for (lock, _) in roles {
            held.push(self.hold(*lock).await);
        }
        let changes = async {
            for ((_, role), holder) in roles.iter().zip(held) {
                self.until_it_thinks().await;
                let change = "update auth.members m set role = $1 from auth.users u
                    where u.id = m.user_id and u.email = 'ada@example.test' and m.organization_id = $2";
                sqlx::query(change)
                    .bind(role)
                    .bind(self.acme.id.as_str())
                    .execute(&mut self.app.database.admin().await)
                    .await
                    .unwrap();
                holder.close().await.unwrap();
            }
        };
        tokio::join!(self.relying_party.exchange(&code), changes).0
    }
}

/// Contracts section 4: complete repeats what prepare read; a mismatch restarts once.
#[tokio::test]
async fn a_role_that_changes_while_a_hook_thinks_is_asked_about_anew() {
    let scene = Scene::new().await;
    let reply = scene.exchange_while_the_role_becomes(&[(2, "admin")]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let said = claims(text(&reply.json(), "access_token"));
    assert_eq!(
        (&said["told"], &said["org_role"]),
        (&json!("admin"), &json!("admin"))
    );
}

/// Contracts section 4: twice is a failure that trying again mends; the code is not spent.
#[tokio::test]
async fn a_role_that_changes_twice_is_no_token_and_spends_nothing() {
    let scene = Scene::new().await;
    let reply = scene
        .exchange_while_the_role_becomes(&[(2, "admin"), (3, "viewer")])
        .await;
    reply.assert_error(503, "temporarily_unavailable");
    let spent = "select count(*) from auth.oauth_authorization_codes where redeemed_at is not null";
    assert_eq!(count(&scene.app, spent).await, 0);
}

/// Issue 4: a member who is removed while a hook thinks gets no claim of the organization that is gone.
#[tokio::test]
async fn a_member_who_is_removed_while_a_hook_thinks_is_out() {
    let scene = Scene::new().await;
    let tokens = scene
        .relying_party
        .tokens(&scene.app, &scene.ada, &[("organization", "acme")])
        .await;
    let holder = scene.hold(2).await;
    let removal = async {
        scene.until_it_thinks().await;
        scene.acme.remove(&scene.app, &scene.ada).await;
        holder.close().await.unwrap();
    };
    let refresh = scene.relying_party.refresh(text(&tokens, "refresh_token"), &[]);
    let (reply, ()) = tokio::join!(refresh, removal);
    reply.assert_error(400, "invalid_grant");
}

/// Contracts section 3: two refreshes at once, with a hook between reading and writing, give the same successor.
#[tokio::test]
async fn refreshes_together_get_the_same_successor() {
    let scene = Scene::new().await;
    let tokens = scene.relying_party.tokens(&scene.app, &scene.ada, &[]).await;
    let holder = scene.hold(2).await;
    let token = text(&tokens, "refresh_token");
    let both = async {
        tokio::join!(
            scene.relying_party.refresh(token, &[]),
            scene.relying_party.refresh(token, &[]),
        )
    };
    let release = async {
        scene.until_it_thinks().await;
        holder.close().await.unwrap();
    };
    let ((one, other), ()) = tokio::join!(both, release);
    assert_eq!(
        (one.status, other.status),
        (200, 200),
        "{} {}",
        one.body,
        other.body
    );
    let (one, other) = (one.json(), other.json());
    assert_eq!(one["refresh_token"], other["refresh_token"]);
    for tokens in [&one, &other] {
        assert_eq!(claims(text(tokens, "access_token"))["told"], "member");
    }
    let ended = "select count(*) from auth.oauth_grants where ended_at is not null";
    assert_eq!(count(&scene.app, ended).await, 0);
    refreshed(&scene.relying_party, &one).await;
}

/// Contracts section 4: a replaced shipped function is an operator's hook, asked as `signet_hook`.
#[tokio::test]
async fn the_shipped_function_is_a_hook_once_it_is_replaced() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    sql(
        &app,
        "create or replace function auth.custom_access_token_hook(event jsonb) returns jsonb
            language sql stable as $$ select jsonb_build_object(
                'claims', (event -> 'claims') || jsonb_build_object('ran_as', current_user)) $$",
    )
    .await;
    app.app.refresh("hooks").await;
    let next = refreshed(&relying_party, &tokens).await;
    let said = claims(text(&next, "access_token"));
    assert_eq!(
        (&said["ran_as"], &said["role"]),
        (&json!("signet_hook"), &json!("user"))
    );
    assert!(claims(text(&next, "id_token")).get("ran_as").is_none());
}
