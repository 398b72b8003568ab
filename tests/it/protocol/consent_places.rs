//! A consent is for one place: an organization or none, a resource or none (contracts section 3). None covers another,
//! at the authorization endpoint and at a refresh; a withdrawal ends what was got there.

use serde_json::{Value, json};
use signet::authorization::consent::{self, ConsentKey};
use signet::base::id::ClientId;

use crate::app::relying_party::claims;
use crate::app::{Browser, RelyingParty, TestApp};
use crate::attack::evidence::{count, events};
use crate::attack::holdings::{assert_dead, assert_live, refreshed, sql, text, wait};
use crate::fixtures::client::a_resource;
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person, an_organization};

const MANAGE: (&str, &str) = ("scope", "openid organizations:manage");
const API: &str = "https://api.example.com/v1";

struct House {
    app: TestApp,
    shop: RelyingParty,
    ada: TestPerson,
    acme: TestOrganization,
    globex: TestOrganization,
}

/// Ada owns two organizations; the shop is somebody else's application.
async fn house() -> House {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let globex = an_organization(&app, "globex", &ada, None).await;
    let shop = a_client("shop").third_party().scopes(&[
        "openid",
        "email",
        "offline_access",
        "organizations:manage",
        "organization:*",
    ]);
    let shop = app.relying_party(&shop.create(&app).await);
    House {
        app,
        shop,
        ada,
        acme,
        globex,
    }
}

impl House {
    /// Allows what is asked for, in a browser.
    async fn allow(&self, browser: &Browser, extra: &[(&str, &str)]) -> Value {
        let reply = self.shop.authorize(browser, &self.ada, extra).await;
        let code = reply.parameter("code").expect("a code");
        self.shop.exchange(&code).await.json()
    }

    /// What is answered without a page: `code`, or the error.
    async fn silent(&self, browser: &Browser, extra: &[(&str, &str)]) -> String {
        let mut asked = extra.to_vec();
        asked.push(("prompt", "none"));
        let reply = browser.get(&self.shop.authorization_url(&asked)).await;
        reply.parameter("error").unwrap_or_else(|| "code".to_owned())
    }

    async fn withdraw(&self, only: Option<(Option<&TestOrganization>, Option<&str>)>) -> bool {
        let client_id = ClientId::from_text("shop");
        let mut work = self.app.work().await;
        let withdrawn = match only {
            None => consent::withdraw(&mut work, &self.ada.id, &client_id).await,
            Some((organization, resource)) => {
                let key = ConsentKey {
                    client_id,
                    organization_id: organization.map(|organization| organization.id.clone()),
                    resource: resource.map(str::to_owned),
                };
                consent::withdraw_one(&mut work, &self.ada.id, &key).await
            }
        };
        work.commit().await.unwrap();
        withdrawn.unwrap()
    }

    async fn refresh(&self, tokens: &Value, extra: &[(&str, &str)]) -> crate::app::Reply {
        self.shop.refresh(text(tokens, "refresh_token"), extra).await
    }
}

/// What was confirmed for one organization is no word about another, nor about whichever is active; id and slug of an
/// organization are the same one.
#[tokio::test]
async fn what_is_confirmed_for_one_organization_is_asked_for_in_another() {
    let house = house().await;
    let browser = house.app.browser();
    let (acme, globex) = (("organization", "acme"), ("organization", "globex"));
    house.allow(&browser, &[MANAGE, acme]).await;
    house.allow(&browser, &[globex]).await;
    let missing = "consent_required";
    assert_eq!(house.silent(&browser, &[MANAGE, acme]).await, "code");
    assert_eq!(house.silent(&browser, &[globex]).await, "code");
    assert_eq!(house.silent(&browser, &[MANAGE, globex]).await, missing);
    assert_eq!(house.silent(&browser, &[MANAGE]).await, missing);
    assert_eq!(house.silent(&browser, &[]).await, missing);
    let by_id = ("organization", house.acme.id.as_str());
    assert_eq!(house.silent(&browser, &[MANAGE, by_id]).await, "code");
    let by_scope = ("scope", "openid organizations:manage organization:acme");
    assert_eq!(house.silent(&browser, &[by_scope]).await, "code");
    let page = browser
        .get(&house.shop.authorization_url(&[MANAGE, globex]))
        .await;
    let shown = browser.get(page.location().as_str()).await.body;
    assert!(
        shown.contains("<bdi>Globex</bdi>") || shown.contains("<bdi>globex</bdi>"),
        "{shown}"
    );
}

/// A grant that is bound to no organization speaks of whichever is active: a place of its own, which the page names.
#[tokio::test]
async fn whichever_organization_is_active_is_a_place_of_its_own() {
    let house = house().await;
    let browser = house.app.browser();
    house.allow(&browser, &[("organization", "acme")]).await;
    let page = browser.get(&house.shop.authorization_url(&[])).await;
    let shown = browser.get(page.location().as_str()).await.body;
    assert!(shown.contains("whichever organization is active"), "{shown}");
    house.allow(&browser, &[MANAGE]).await;
    assert_eq!(house.silent(&browser, &[MANAGE]).await, "code");
    assert_eq!(
        house.silent(&browser, &[MANAGE, ("organization", "acme")]).await,
        "consent_required"
    );
}

/// The same of resources, and of `offline_access`.
#[tokio::test]
async fn a_resource_and_offline_access_are_confirmed_for_one_place() {
    let house = house().await;
    a_resource(&house.app, API, None).await;
    let browser = house.app.browser();
    let (acme, api) = (("organization", "acme"), ("resource", API));
    let offline = ("scope", "openid offline_access");
    house.allow(&browser, &[acme, api, offline]).await;
    assert_eq!(house.silent(&browser, &[acme, api, offline]).await, "code");
    let missing = "consent_required";
    assert_eq!(house.silent(&browser, &[acme, offline]).await, missing);
    assert_eq!(house.silent(&browser, &[api, offline]).await, missing);
    house.allow(&browser, &[acme]).await;
    assert_eq!(house.silent(&browser, &[acme]).await, "code");
    assert_eq!(house.silent(&browser, &[acme, offline]).await, missing);
}

/// An organization that the person has not joined is refused before anybody is asked to confirm it.
#[tokio::test]
async fn nobody_is_asked_to_confirm_an_organization_they_have_not_joined() {
    let house = house().await;
    let bob = a_person("bob").create(&house.app).await;
    let browser = house.app.browser();
    for organization in ["acme", "nowhere"] {
        let page = browser
            .get(&house.shop.authorization_url(&[("organization", organization)]))
            .await;
        let resumed = if page.location().path() == "/login" {
            let resumed = browser.sign_in(&page, &bob).await;
            browser.get(resumed.location().as_str()).await
        } else {
            page
        };
        assert_eq!(
            resumed.parameter("error").as_deref(),
            Some("access_denied"),
            "{organization}"
        );
    }
    assert_eq!(count(&house.app, "select count(*) from auth.consents").await, 0);
}

/// README: a refresh that asks for another organization needs consent there, as far as the tokens go. Its own is not
/// another one, however it is named.
#[tokio::test]
async fn another_organization_at_refresh_needs_consent_there() {
    let house = house().await;
    let browser = house.app.browser();
    let offline = ("scope", "openid organizations:manage offline_access");
    let (acme, globex) = (("organization", "acme"), ("organization", "globex"));
    let mut tokens = house.allow(&browser, &[offline, acme]).await;
    house
        .refresh(&tokens, &[globex])
        .await
        .assert_error(400, "invalid_target");
    for own in ["acme", house.acme.id.as_str()] {
        let reply = house.refresh(&tokens, &[("organization", own)]).await;
        assert_eq!(reply.status, 200, "{own}: {}", reply.body);
        tokens = reply.json();
    }
    house.allow(&browser, &[globex]).await;
    house
        .refresh(&tokens, &[globex])
        .await
        .assert_error(400, "invalid_target");
    let less = [globex, ("scope", "openid organizations:manage")];
    house
        .refresh(&tokens, &less)
        .await
        .assert_error(400, "invalid_target");
    // A narrower scope does not hide that the grant is for when the person is away.
    house
        .refresh(&tokens, &[globex, ("scope", "openid")])
        .await
        .assert_error(400, "invalid_target");
    house
        .allow(&browser, &[("scope", "openid offline_access"), globex])
        .await;
    let reply = house.refresh(&tokens, &[globex, ("scope", "openid")]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let said = claims(text(&reply.json(), "access_token"));
    assert_eq!(
        (&said["org_id"], &said["scope"]),
        (&json!(house.globex.id), &json!("openid"))
    );
    house.allow(&browser, &[MANAGE, globex]).await;
    let tokens = reply.json();
    let reply = house.refresh(&tokens, &less).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    // A withdrawal there counts at once, also for a lost reply.
    assert!(house.withdraw(Some((Some(&house.globex), None))).await);
    house
        .refresh(&tokens, &less)
        .await
        .assert_error(400, "invalid_grant");
    let tokens = reply.json();
    house
        .refresh(&tokens, &less)
        .await
        .assert_error(400, "invalid_target");
    assert_eq!(refreshed(&house.shop, &tokens).await["token_type"], "Bearer");
}

/// Whoever may have every organization is asked for none: a first-party client, and one whose person confirmed
/// `organization:*`.
#[tokio::test]
async fn consent_to_every_organization_is_consent_to_each_at_refresh() {
    let house = house().await;
    let first = a_client("first").create(&house.app).await;
    let first = house.app.relying_party(&first);
    let globex = [("organization", "globex")];
    let acme = ("organization", "acme");
    let own = first.tokens(&house.app, &house.ada, &[acme]).await;
    let every = ("scope", "openid organization:*");
    let theirs = house.allow(&house.app.browser(), &[every, acme]).await;
    for (party, tokens) in [(&first, own), (&house.shop, theirs)] {
        let reply = party.refresh(text(&tokens, "refresh_token"), &globex).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let said = claims(text(&reply.json(), "access_token"));
        assert_eq!(said["org_id"], json!(house.globex.id));
    }
}

/// RT-04: a withdrawal in one place ends the grants of that place and no other; one without a place ends all. Consent
/// that is given again revives nothing.
#[tokio::test]
async fn rt_04_a_withdrawal_ends_the_grants_of_its_place() {
    let house = house().await;
    a_resource(&house.app, API, None).await;
    let browser = house.app.browser();
    let (acme, globex) = (("organization", "acme"), ("organization", "globex"));
    let at_acme = house.allow(&browser, &[acme]).await;
    let at_globex = house.allow(&browser, &[globex]).await;
    let unbound = house.allow(&browser, &[]).await;
    let api = house.allow(&browser, &[("resource", API)]).await;
    wait(&house.app, 1);
    assert!(house.withdraw(Some((Some(&house.acme), None))).await);
    assert!(!house.withdraw(Some((Some(&house.acme), None))).await, "once");
    assert!(
        !house.withdraw(Some((Some(&house.acme), Some(API)))).await,
        "never given"
    );
    assert_dead(&house.shop, &at_acme).await;
    for tokens in [&at_globex, &unbound] {
        assert_live(&house.shop, tokens).await;
    }
    assert_eq!(house.silent(&browser, &[acme]).await, "consent_required");
    assert_eq!(house.silent(&browser, &[globex]).await, "code");
    let again = house.allow(&browser, &[acme]).await;
    assert_live(&house.shop, &again).await;
    assert_dead(&house.shop, &at_acme).await;
    wait(&house.app, 1);
    assert!(house.withdraw(None).await);
    for tokens in [&again, &at_globex, &unbound] {
        assert_dead(&house.shop, tokens).await;
    }
    let refused = house.refresh(&api, &[]).await;
    refused.assert_error(400, "invalid_grant");
    assert!(!house.withdraw(None).await, "nothing is left");
    assert_eq!(events(&house.app, "CONSENT_WITHDRAWN").await, 2);
}

/// A row from before says of no scope for which place it was confirmed, unless it names none: the person is asked
/// again, and what a withdrawal ended stays ended everywhere.
#[tokio::test]
async fn older_rows_give_nothing_that_they_did_not_say() {
    let house = house().await;
    let browser = house.app.browser();
    let acme = ("organization", "acme");
    let bound = house.allow(&browser, &[acme]).await;
    let unbound = house.allow(&browser, &[]).await;
    wait(&house.app, 1);
    let migrate = async |older: &str| {
        let mut admin = house.app.database.admin().await;
        let cleared = "delete from auth.consents; delete from auth.oauth_consents";
        sqlx::raw_sql(cleared).execute(&mut admin).await.unwrap();
        sqlx::query("insert into auth.oauth_consents (user_id, client_id, scopes, granted_at, withdrawn_at)
             select $1, 'shop', scopes::text[], now + granted, now + withdrawn
             from (select $2::timestamptz as now, split_part($3, '|', 1) as scopes,
                    split_part($3, '|', 2)::interval as granted, nullif(split_part($3, '|', 3), '')::interval as withdrawn) row")
            .bind(house.ada.id.as_str())
            .bind(house.app.work().await.now())
            .bind(older)
            .execute(&mut admin)
            .await
            .unwrap();
        let migration = include_str!("../../../migrations/0023_consents.sql");
        for statement in migration.split(";\n") {
            if let Some(at) = statement.find("insert into auth.consents") {
                let statement = sqlx::AssertSqlSafe(statement[at..].to_owned());
                sqlx::raw_sql(statement).execute(&mut admin).await.unwrap();
            }
        }
    };
    migrate("{openid,email}|-1 minute|").await;
    assert_eq!(house.silent(&browser, &[("scope", "openid email")]).await, "code");
    assert_eq!(house.silent(&browser, &[acme]).await, "consent_required");
    for mixed in [
        r"{openid,organizations:manage,organization:acme}|-1 minute|",
        r"{openid,organizations:manage,\\resource:https://api.example.com/v1}|-1 minute|",
    ] {
        migrate(mixed).await;
        for extra in [&[][..], &[acme], &[MANAGE], &[MANAGE, acme]] {
            assert_eq!(house.silent(&browser, extra).await, "consent_required");
        }
        assert_live(&house.shop, &bound).await;
    }
    migrate("{openid}|1 second|0 seconds").await;
    assert_eq!(house.silent(&browser, &[]).await, "code", "given again");
    for tokens in [&bound, &unbound] {
        assert_dead(&house.shop, tokens).await;
    }
    migrate("{openid}|-1 second|0 seconds").await;
    assert_eq!(house.silent(&browser, &[]).await, "consent_required");
    sql(&house.app, "delete from auth.consents").await;
    assert_live(&house.shop, &bound).await;
}
