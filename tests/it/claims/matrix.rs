//! The matrix: grant × output × way to belong (HK-06).

use serde_json::{Value, json};

use super::outputs::{personal_space, said, tenancy, without_alias};
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::holdings::{refreshed, sql, text, wait};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person, an_organization};
use signet::user::{AccessTier, PlatformRole};

/// A way to belong, and what it makes of the claims.
struct Case {
    name: &'static str,
    scope: &'static str,
    /// Slug and role; none means the personal space.
    expected: Option<(&'static str, &'static str)>,
}

/// Memberships of the people whom the cases are named after. Nobody has another tier or role than the default.
const CASES: [Case; 8] = [
    Case {
        name: "alone",
        scope: "openid",
        expected: None,
    },
    Case {
        name: "one",
        scope: "openid",
        expected: Some(("first", "member")),
    },
    Case {
        name: "several",
        scope: "openid",
        expected: Some(("first", "viewer")),
    },
    Case {
        name: "requested",
        scope: "openid organization:second",
        expected: Some(("second", "admin")),
    },
    Case {
        name: "pending",
        scope: "openid",
        expected: None,
    },
    Case {
        name: "removed",
        scope: "openid",
        expected: None,
    },
    Case {
        name: "suspended",
        scope: "openid",
        expected: None,
    },
    Case {
        name: "deleted",
        scope: "openid",
        expected: None,
    },
];

async fn belong(app: &TestApp) -> Vec<TestPerson> {
    let mut people = Vec::new();
    for case in &CASES {
        people.push(a_person(case.name).create(app).await);
    }
    let owner = a_person("owner").create(app).await;
    let mut places = Vec::new();
    for slug in ["first", "second", "asleep", "gone"] {
        places.push(an_organization(app, slug, &owner, None).await);
        wait(app, 1);
    }
    places[0].add(app, &people[1], "member").await;
    for number in [2, 3] {
        places[0].add(app, &people[number], "viewer").await;
        wait(app, 1);
        places[1].add(app, &people[number], "admin").await;
    }
    places[0].invite(app, &people[4], "admin").await;
    places[0].add(app, &people[5], "admin").await;
    places[0].remove(app, &people[5]).await;
    places[2].add(app, &people[6], "admin").await;
    places[3].add(app, &people[7], "admin").await;
    sql(
        app,
        "update auth.organizations set suspended_at = created_at where slug = 'asleep';
         update auth.organizations set deleted_at = created_at where slug = 'gone'",
    )
    .await;
    people
}

async fn expected(app: &TestApp, case: &Case, person: &TestPerson) -> Value {
    let (id, role) = match case.expected {
        None => (personal_space(app, person).await, "owner"),
        Some((slug, role)) => {
            let id = sqlx::query_scalar("select id from auth.organizations where slug = $1")
                .bind(slug)
                .fetch_one(&mut app.database.admin().await)
                .await
                .unwrap();
            (id, role)
        }
    };
    json!({"org_id": id, "org_role": role, "user_role": role, "role": "user", "tier": "public"})
}

/// Contracts section 5, HK-06: one table for every grant and output. The ID token speaks of tenancy only to clients
/// that want claims there.
#[tokio::test]
async fn hk_06_every_grant_says_the_same_in_every_output() {
    let app = TestApp::new().await;
    let people = belong(&app).await;
    let clients = [
        (a_client("plain").create(&app).await, false),
        (a_client("wanting").full_id_token().create(&app).await, true),
        (
            a_client("opaque")
                .reference_tokens()
                .full_id_token()
                .create(&app)
                .await,
            true,
        ),
    ];
    for (client, in_id_token) in &clients {
        let relying_party = app.relying_party(client);
        for (case, person) in CASES.iter().zip(&people) {
            let expected = expected(&app, case, person).await;
            let tokens = relying_party.tokens(&app, person, &[("scope", case.scope)]).await;
            let next = refreshed(&relying_party, &tokens).await;
            for (grant, tokens) in [("code", &tokens), ("refresh", &next)] {
                let said = said(&relying_party, tokens).await;
                let context = format!("{} by {grant} for {}", case.name, client.id);
                assert_eq!(said.access_token, expected, "access token: {context}");
                assert_eq!(said.introspection, expected, "introspection: {context}");
                assert_eq!(said.userinfo, without_alias(&expected), "userinfo: {context}");
                let in_id = if *in_id_token {
                    without_alias(&expected)
                } else {
                    json!({})
                };
                assert_eq!(said.id_token, in_id, "ID token: {context}");
            }
        }
    }
}

/// Contracts section 5: without any membership, not even a space of one's own, there are no claims of organization.
#[tokio::test]
async fn a_person_without_any_space_has_role_and_tier_alone() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada")
        .role(PlatformRole::Admin)
        .tier(AccessTier::Alpha)
        .create(&app)
        .await;
    sql(&app, "delete from auth.members").await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let said = said(&relying_party, &tokens).await;
    for claims in [said.access_token, said.introspection, said.userinfo] {
        assert_eq!(claims, json!({"role": "admin", "tier": "alpha"}));
    }
}

/// Contracts section 3: a client's own token speaks of no person, so of no organization and no tier.
#[tokio::test]
async fn client_credentials_say_service_and_nothing_of_people() {
    let app = TestApp::new().await;
    let clients = [
        a_client("jobs").service().create(&app).await,
        a_client("opaque").service().reference_tokens().create(&app).await,
    ];
    for client in &clients {
        let relying_party = app.relying_party(client);
        let reply = relying_party.token(&[("grant_type", "client_credentials")]).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let tokens = reply.json();
        assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
        assert_eq!(tokens["scope"], "api:read api:write");
        let token = text(&tokens, "access_token");
        let introspection = relying_party.introspect(token).await;
        let seen = if token.starts_with("at_") {
            introspection.clone()
        } else {
            claims(token)
        };
        for claims in [&seen, &introspection] {
            assert_eq!(tenancy(claims), json!({"role": "service"}));
            assert_eq!(claims["sub"], json!(client.id));
            assert_eq!(claims["client_id"], json!(client.id));
            for absent in ["sid", "grant_id", "auth_time", "amr", "acr"] {
                assert!(claims.get(absent).is_none(), "{absent}");
            }
        }
        assert_eq!(relying_party.userinfo(token).await.status, 401);
    }
}
