//! Where the epoch, the plan and a person's organizations are said, and where not.

use serde_json::{Value, json};

use super::changes::epoch;
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::holdings::{refreshed, sql, text};
use crate::fixtures::{a_client, a_person, an_organization};

/// Contracts sections 4 and 5: `mv` stands in the access token and its introspection, nowhere else; a client's own
/// token has none.
#[tokio::test]
async fn the_epoch_is_said_in_access_tokens_only() {
    let app = TestApp::new().await;
    let client = a_client("web").full_id_token().create(&app).await;
    let relying_party = app.relying_party(&client);
    let service = app.relying_party(&a_client("jobs").service().create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let code = relying_party.tokens(&app, &ada, &[]).await;
    let refresh = refreshed(&relying_party, &code).await;
    for tokens in [&code, &refresh] {
        let token = text(tokens, "access_token");
        assert_eq!(epoch(tokens), [0, 0, 1]);
        assert_eq!(relying_party.introspect(token).await["mv"], "0.0.1");
        assert!(claims(text(tokens, "id_token")).get("mv").is_none());
        assert!(relying_party.userinfo(token).await.json().get("mv").is_none());
    }
    sql(&app, "delete from auth.members").await;
    let alone = refreshed(&relying_party, &refresh).await;
    assert_eq!(epoch(&alone), [0, 0, 0]);
    assert!(claims(text(&alone, "access_token")).get("org_id").is_none());
    let own = service
        .token(&[("grant_type", "client_credentials")])
        .await
        .json();
    assert!(claims(text(&own, "access_token")).get("mv").is_none());
}

/// Contracts section 5: malformed, absent or without its organization, an epoch is not current; it is never an error.
#[tokio::test]
async fn a_malformed_epoch_is_not_current() {
    let app = TestApp::new().await;
    let mut admin = app.database.admin().await;
    for (mv, user, organization, expected) in [
        (Some("0.0.1"), Some("u"), Some("o"), Some(true)),
        (Some("0.0.0"), Some("u"), None, Some(true)),
        (Some("0.0.0"), Some("u"), Some(""), Some(true)),
        (Some("0.0.1"), Some("u"), None, Some(false)),
        (Some("0.0.1"), Some("u"), Some(""), Some(false)),
        (Some("0.0.0"), None, None, Some(false)),
        (None, Some("u"), Some("o"), Some(false)),
        (Some(""), Some("u"), Some("o"), Some(false)),
        (Some("1.2"), Some("u"), Some("o"), Some(false)),
        (Some("1.2.3.4"), Some("u"), Some("o"), Some(false)),
        (Some("-1.0.0"), Some("u"), Some("o"), Some(false)),
        (Some("1.a.0"), Some("u"), Some("o"), Some(false)),
        (Some(" 1.0.0"), Some("u"), Some("o"), Some(false)),
        (Some("1.0.0\n"), Some("u"), Some("o"), Some(false)),
        (Some("99999999999.0.0"), Some("u"), Some("o"), Some(false)),
    ] {
        let said: Option<bool> = sqlx::query_scalar("select auth.epoch_is_current($1, $2, $3)")
            .bind(mv)
            .bind(user)
            .bind(organization)
            .fetch_one(&mut admin)
            .await
            .unwrap();
        assert_eq!(said, expected, "{mv:?} of {user:?} in {organization:?}");
    }
}

/// Contracts section 5: the plan is said where the organization has one.
#[tokio::test]
async fn a_plan_is_said_where_there_is_one() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "acme", &ada, None).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    assert!(claims(text(&tokens, "access_token")).get("plan").is_none());
    sql(
        &app,
        "update auth.organizations set plan = 'starter' where slug = 'acme'",
    )
    .await;
    let next = refreshed(&relying_party, &tokens).await;
    let token = text(&next, "access_token");
    assert_eq!(claims(token)["plan"], "starter");
    assert_eq!(relying_party.userinfo(token).await.json()["plan"], "starter");
    assert_eq!(epoch(&next)[1], epoch(&tokens)[1] + 1);
}

/// Contracts section 5, issue "tenancy": `organizations` lists the person's own, and only by its scope.
#[tokio::test]
async fn a_persons_organizations_are_listed_by_scope() {
    let app = TestApp::new().await;
    let client = a_client("web")
        .scopes(&["openid", "organizations"])
        .create(&app)
        .await;
    let relying_party = app.relying_party(&client);
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let mut places = Vec::new();
    for slug in ["acme", "asked", "asleep", "gone", "foreign"] {
        crate::attack::holdings::wait(&app, 1);
        places.push(an_organization(&app, slug, &bob, None).await);
    }
    places[0].add(&app, &ada, "viewer").await;
    places[1].invite(&app, &ada, "admin").await;
    places[2].add(&app, &ada, "admin").await;
    places[3].add(&app, &ada, "admin").await;
    sql(
        &app,
        "update auth.organizations set suspended_at = created_at where slug = 'asleep';
         update auth.organizations set deleted_at = created_at where slug = 'gone'",
    )
    .await;
    let listed = async |scope: &str| {
        let tokens = relying_party.tokens(&app, &ada, &[("scope", scope)]).await;
        assert!(
            claims(text(&tokens, "access_token"))
                .get("organizations")
                .is_none()
        );
        relying_party.userinfo(text(&tokens, "access_token")).await.json()
    };
    assert!(listed("openid").await.get("organizations").is_none());
    let told = listed("openid organizations").await;
    let own = &told["organizations"][0];
    assert_eq!(
        (&own["type"], &own["role"]),
        (&json!("personal"), &json!("owner"))
    );
    let acme = json!({
        "id": places[0].id, "slug": "acme", "name": "acme", "role": "viewer", "type": "team"
    });
    assert_eq!(told["organizations"].as_array().map(Vec::len), Some(2), "{told}");
    assert_eq!(told["organizations"][1], acme);
    let metadata: Value = reqwest::get(format!("{}/.well-known/openid-configuration", app.issuer))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    for scope in ["organizations", "modules"] {
        assert!(
            metadata["scopes_supported"]
                .as_array()
                .unwrap()
                .contains(&json!(scope))
        );
    }
}

/// Contracts section 5: `modules` is said by its scope, of the organization that the token speaks of; a client's own
/// token never says it.
#[tokio::test]
async fn modules_are_said_by_scope() {
    let app = TestApp::with(|config| {
        config.modules.allowlist.team = vec!["cards".to_owned(), "notes".to_owned()];
    })
    .await;
    let client = a_client("web").full_id_token().create(&app).await;
    let relying_party = app.relying_party(&client);
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "acme", &ada, None).await;
    let asked = [("scope", "openid modules organization:acme")];
    let expected = json!({"cards": "rwa", "notes": "rwa"});
    let code = relying_party.tokens(&app, &ada, &asked).await;
    let refresh = refreshed(&relying_party, &code).await;
    for tokens in [&code, &refresh] {
        let token = text(tokens, "access_token");
        assert_eq!(claims(token)["modules"], expected);
        assert_eq!(relying_party.introspect(token).await["modules"], expected);
        assert_eq!(relying_party.userinfo(token).await.json()["modules"], expected);
        assert!(claims(text(tokens, "id_token")).get("modules").is_none());
    }
    let narrowed = relying_party
        .refresh(text(&refresh, "refresh_token"), &[("scope", "openid")])
        .await;
    let narrowed = narrowed.json();
    assert!(claims(text(&narrowed, "access_token")).get("modules").is_none());
    let service = app.relying_party(
        &a_client("jobs")
            .service()
            .scopes(&["modules", "api:read"])
            .create(&app)
            .await,
    );
    let grant = ("grant_type", "client_credentials");
    let own = service.token(&[grant]).await.json();
    assert_eq!(own["scope"], "api:read");
    service
        .token(&[grant, ("scope", "modules")])
        .await
        .assert_error(400, "invalid_scope");
}
