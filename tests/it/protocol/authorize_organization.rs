//! Asking for an organization at the authorization endpoint (contracts 5): it binds the grant, or `access_denied`.

use serde_json::{Value, json};
use signet::tenancy::organization;
use signet::user::UserStatus;

use crate::app::relying_party::claims;
use crate::app::{Browser, RelyingParty, TestApp};
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person, an_organization};

struct House {
    app: TestApp,
    relying_party: RelyingParty,
    ada: TestPerson,
    bob: TestPerson,
    acme: TestOrganization,
    globex: TestOrganization,
}

/// Ada owns two organizations, Bob neither.
async fn house() -> House {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let bob = a_person("bob").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let globex = an_organization(&app, "globex", &ada, None).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    House {
        app,
        relying_party,
        ada,
        bob,
        acme,
        globex,
    }
}

async fn access(house: &House, person: &TestPerson, extra: &[(&str, &str)]) -> Value {
    let tokens = house.relying_party.tokens(&house.app, person, extra).await;
    claims(tokens["access_token"].as_str().expect("an access token"))
}

async fn refusal(house: &House, person: &TestPerson, extra: &[(&str, &str)]) -> Option<String> {
    let browser: Browser = house.app.browser();
    let reply = house.relying_party.authorize(&browser, person, extra).await;
    assert!(
        reply
            .header("location")
            .starts_with(&house.relying_party.client.redirect_uri)
    );
    assert_eq!(reply.parameter("code"), None);
    assert_eq!(reply.parameter("state").as_deref(), Some("state-1"));
    reply.parameter("error")
}

/// By id or slug, by parameter or scope, the organization asked for is the token's.
#[tokio::test]
async fn the_organization_that_is_asked_for_binds_the_grant() {
    let house = house().await;
    let (acme, globex) = (house.acme.id.to_string(), house.globex.id.to_string());
    let by_scope = format!("openid organization:{globex}");
    for (asked, expected) in [
        (("organization", "globex"), &globex),
        (("organization", globex.as_str()), &globex),
        (("scope", "openid organization:globex"), &globex),
        (("scope", by_scope.as_str()), &globex),
        (("organization", house.acme.slug.as_str()), &acme),
    ] {
        assert_eq!(
            access(&house, &house.ada, &[asked]).await["org_id"],
            json!(expected),
            "{asked:?}"
        );
    }
    let agreeing = [
        ("scope", "openid organization:globex"),
        ("organization", "globex"),
    ];
    assert_eq!(
        access(&house, &house.ada, &agreeing).await["org_id"],
        json!(globex)
    );
}

/// Two different wishes are none.
#[tokio::test]
async fn contradicting_wishes_are_refused() {
    let house = house().await;
    let url = |extra: &[(&str, &str)]| house.relying_party.authorization_url(extra);
    let long = "x".repeat(129);
    for (extra, code) in [
        (
            vec![("scope", "openid organization:acme"), ("organization", "globex")],
            "invalid_request",
        ),
        (
            vec![("scope", "openid organization:acme organization:globex")],
            "invalid_scope",
        ),
        (vec![("organization", long.as_str())], "invalid_request"),
    ] {
        let reply = house.app.browser().get(&url(&extra)).await;
        assert_eq!(reply.parameter("error").as_deref(), Some(code), "{extra:?}");
    }
}

/// An organization that the person has not joined, was removed from, or that is unknown or suspended is refused: no
/// other organization stands in for it.
#[tokio::test]
async fn an_organization_that_is_not_joined_is_refused() {
    let house = house().await;
    let denied = Some("access_denied".to_owned());
    let carol = a_person("carol").create(&house.app).await;
    house.acme.invite(&house.app, &carol, "member").await;
    house.globex.add(&house.app, &carol, "member").await;
    house.globex.remove(&house.app, &carol).await;
    for (person, organization) in [
        (&house.bob, "acme"),
        (&house.bob, house.acme.id.as_str()),
        (&carol, "acme"),
        (&carol, "globex"),
        (&house.ada, "unknown"),
        (&house.ada, "ACME"),
        (&house.ada, "acme' or true --"),
    ] {
        assert_eq!(
            refusal(&house, person, &[("organization", organization)]).await,
            denied,
            "{organization}"
        );
    }
    let asked = ("scope", "openid organization:acme");
    assert_eq!(refusal(&house, &house.bob, &[asked]).await, denied);
    let mut work = house.app.work().await;
    organization::suspend(&mut work, &house.globex.id).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(
        refusal(&house, &house.ada, &[("organization", "globex")]).await,
        denied
    );
}

/// prompt=none tells the client the same, and a refused request is over.
#[tokio::test]
async fn a_refusal_is_told_silently_too_and_ends_the_request() {
    let house = house().await;
    let browser = house.app.browser();
    let page = browser
        .get(&house.relying_party.authorization_url(&[("organization", "acme")]))
        .await;
    let resumed = browser.sign_in(&page, &house.bob).await;
    let refused = browser.get(resumed.location().as_str()).await;
    assert_eq!(refused.parameter("error").as_deref(), Some("access_denied"));
    let again = browser.get(resumed.location().as_str()).await;
    assert_eq!(again.header("location"), refused.header("location"));
    let silent = [("organization", "acme"), ("prompt", "none")];
    let reply = browser.get(&house.relying_party.authorization_url(&silent)).await;
    assert_eq!(reply.parameter("error").as_deref(), Some("access_denied"));
}

/// Somebody on the waiting list can sign in to their account page, and to no application.
#[tokio::test]
async fn the_waiting_list_gets_into_no_application() {
    let house = house().await;
    let wanda = a_person("wanda")
        .status(UserStatus::Waitlist)
        .create(&house.app)
        .await;
    assert_eq!(
        refusal(&house, &wanda, &[]).await.as_deref(),
        Some("access_denied")
    );
    let browser = house.app.browser();
    let credentials = [
        ("username", wanda.email.as_str()),
        ("password", wanda.password.as_str()),
    ];
    browser.post("/login", &credentials).await;
    assert_eq!(browser.get("/account").await.status, 200);
    for extra in [&[("prompt", "none")][..], &[], &[("prompt", "consent")]] {
        let reply = browser.get(&house.relying_party.authorization_url(extra)).await;
        assert_eq!(reply.parameter("error").as_deref(), Some("access_denied"));
    }
}

/// A third-party client is confirmed for each organization, however it asks.
#[tokio::test]
async fn an_organization_is_confirmed_like_a_scope() {
    let house = house().await;
    let shop = house
        .app
        .relying_party(&a_client("shop").third_party().create(&house.app).await);
    let browser = house.app.browser();
    let reply = shop
        .authorize(&browser, &house.ada, &[("organization", "acme")])
        .await;
    assert!(reply.parameter("code").is_some());
    let silent = async |extra: (&str, &str)| {
        let url = shop.authorization_url(&[extra, ("prompt", "none")]);
        browser.get(&url).await.parameter("error")
    };
    assert_eq!(silent(("organization", "acme")).await, None);
    assert_eq!(silent(("scope", "openid organization:acme")).await, None);
    let missing = Some("consent_required".to_owned());
    assert_eq!(silent(("organization", "globex")).await, missing);
    assert_eq!(silent(("scope", "openid organization:globex")).await, missing);
    let page = browser
        .get(&shop.authorization_url(&[("organization", "globex")]))
        .await;
    let shown = browser.get(page.location().as_str()).await;
    assert!(shown.body.contains("globex"), "{}", shown.body);
}
