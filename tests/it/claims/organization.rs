//! TN-05: the organization that is asked for, and the one a session has switched to.

use serde_json::json;
use signet::session;

use super::outputs::{personal_space, said};
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::evidence::{assert_refused, codes};
use crate::attack::holdings::{refreshed, sql, text, wait};
use crate::fixtures::{a_client, a_person, an_organization};

/// Contracts section 5: TN-05. Whoever has not joined gets `access_denied`, whatever the organization is called.
#[tokio::test]
async fn tn_05_an_organization_that_the_person_has_not_joined_is_denied() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    for slug in ["stranger", "pending", "removed", "asleep", "gone"] {
        an_organization(&app, slug, &bob, None).await;
    }
    let find = async |slug: &str| -> String {
        sqlx::query_scalar("select id from auth.organizations where slug = $1")
            .bind(slug)
            .fetch_one(&mut app.database.admin().await)
            .await
            .unwrap()
    };
    let add = "insert into auth.members (organization_id, user_id, joined_at, created_at, updated_at)
        select o.id, u.id, case when o.slug <> 'pending' then o.created_at end, o.created_at, o.created_at
        from auth.organizations o, auth.users u
        where o.slug in ('pending', 'asleep', 'gone') and u.email = 'ada@example.test';
        update auth.organizations set suspended_at = created_at where slug = 'asleep';
        update auth.organizations set deleted_at = created_at where slug = 'gone'";
    sql(&app, add).await;
    let bobs = personal_space(&app, &bob).await;
    let mut asked = vec![
        "nowhere".to_owned(),
        "*".to_owned(),
        "' or true --".to_owned(),
        bobs,
    ];
    for slug in ["stranger", "pending", "removed", "asleep", "gone"] {
        asked.extend([slug.to_owned(), find(slug).await]);
    }
    for organization in asked {
        let parameters = [("organization", organization.as_str())];
        let reply = relying_party.authorize(&app.browser(), &ada, &parameters).await;
        assert_refused(&reply, &relying_party, "access_denied");
    }
    assert_eq!(codes(&app).await, 0);
}

/// Contracts section 5: TN-05. Both names of an organization bind alike, by parameter and by scope.
#[tokio::test]
async fn tn_05_an_organization_is_asked_for_by_id_or_slug() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "first", &ada, None).await;
    let second = an_organization(&app, "second", &ada, None).await;
    let id = second.id.to_string();
    let by_scope = format!("openid organization:{id}");
    for parameter in [
        ("organization", "second"),
        ("organization", id.as_str()),
        ("scope", "openid organization:second"),
        ("scope", by_scope.as_str()),
    ] {
        let tokens = relying_party.tokens(&app, &ada, &[parameter]).await;
        let next = refreshed(&relying_party, &tokens).await;
        for tokens in [tokens, next] {
            assert_eq!(
                said(&relying_party, &tokens).await.access_token["org_id"],
                json!(second.id)
            );
        }
    }
}

/// Contracts section 5: an unbound grant follows the session's switch, a bound one does not.
#[tokio::test]
async fn tn_05_an_unbound_grant_follows_the_switch() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let first = an_organization(&app, "first", &ada, None).await;
    wait(&app, 1);
    let second = an_organization(&app, "second", &ada, None).await;
    let foreign = an_organization(&app, "foreign", &bob, None).await;
    let bound = relying_party
        .tokens(&app, &ada, &[("organization", "first")])
        .await;
    let unbound = relying_party.tokens(&app, &ada, &[]).await;
    assert_eq!(claims(text(&unbound, "access_token"))["org_id"], json!(first.id));
    let switch = async |tokens: &serde_json::Value, to: &signet::base::id::OrganizationId| {
        let sid = claims(text(tokens, "access_token"))["sid"]
            .as_str()
            .unwrap()
            .to_owned();
        let mut work = app.work().await;
        let sid = signet::base::id::SessionId::from_text(sid);
        let switched = session::switch_organization(&mut work, &sid, Some(to)).await;
        work.commit().await.unwrap();
        switched.is_ok_and(|switched| switched)
    };
    for tokens in [&bound, &unbound] {
        assert!(!switch(tokens, &foreign.id).await, "a stranger's is refused");
        assert!(switch(tokens, &second.id).await);
    }
    let before = said(&relying_party, &unbound).await;
    assert_eq!(
        before.introspection["org_id"],
        json!(first.id),
        "the token is unchanged"
    );
    let unbound = refreshed(&relying_party, &unbound).await;
    assert_eq!(claims(text(&unbound, "access_token"))["org_id"], json!(second.id));
    let bound = refreshed(&relying_party, &bound).await;
    assert_eq!(claims(text(&bound, "access_token"))["org_id"], json!(first.id));
}

/// Contracts section 5: TN-05. A refresh that asks for an organization which the person is not in is `invalid_target`,
/// however it asks; nothing is spent, and the grant still says what it said.
#[tokio::test]
async fn tn_05_a_refused_switch_at_refresh_changes_nothing() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let home = an_organization(&app, "home", &ada, None).await;
    let mut places = Vec::new();
    for slug in ["stranger", "pending", "removed", "asleep", "gone"] {
        places.push(an_organization(&app, slug, &bob, None).await);
    }
    places[1].invite(&app, &ada, "admin").await;
    for place in &places[2..] {
        place.add(&app, &ada, "admin").await;
    }
    places[2].remove(&app, &ada).await;
    sql(
        &app,
        "update auth.organizations set suspended_at = created_at where slug = 'asleep';
         update auth.organizations set deleted_at = created_at where slug = 'gone'",
    )
    .await;
    let mut tokens = relying_party
        .tokens(&app, &ada, &[("organization", "home")])
        .await;
    let ids: Vec<String> = places.iter().map(|place| place.id.to_string()).collect();
    let slugs = places.iter().map(|place| place.slug.as_str());
    for asked in slugs
        .chain(ids.iter().map(String::as_str))
        .chain(["nowhere", "*"])
    {
        let reply = relying_party
            .refresh(text(&tokens, "refresh_token"), &[("organization", asked)])
            .await;
        reply.assert_error(400, "invalid_target");
        let live = said(&relying_party, &tokens).await;
        assert_eq!(live.introspection["org_id"], json!(home.id), "{asked}");
        tokens = refreshed(&relying_party, &tokens).await;
        assert_eq!(
            said(&relying_party, &tokens).await.access_token["org_id"],
            json!(home.id)
        );
    }
    let two = [("organization", "home"), ("scope", "openid organization:asleep")];
    let reply = relying_party.refresh(text(&tokens, "refresh_token"), &two).await;
    reply.assert_error(400, "invalid_request");
    refreshed(&relying_party, &tokens).await;
}
