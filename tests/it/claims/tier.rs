//! The tier: the organization's replaces the person's, up or down; a space without one leaves it alone.

use signet::user::AccessTier;

use super::outputs::said;
use crate::app::TestApp;
use crate::attack::holdings::{assert_access_dead, refreshed, sql};
use crate::fixtures::{a_client, a_person, an_organization};

/// Contracts section 5.
#[tokio::test]
async fn an_organizations_tier_replaces_the_persons_up_and_down() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    for person_tier in [AccessTier::Guest, AccessTier::Beta, AccessTier::Founder] {
        let person = a_person(person_tier.name()).tier(person_tier).create(&app).await;
        let tiers = [
            None,
            Some(AccessTier::Guest),
            Some(AccessTier::Alpha),
            Some(AccessTier::Founder),
        ];
        for tier in tiers {
            let name = tier.map_or("none", AccessTier::name);
            let slug = format!("{}-{name}", person_tier.name());
            an_organization(&app, &slug, &person, tier).await;
            let scope = format!("openid organization:{slug}");
            let tokens = relying_party.tokens(&app, &person, &[("scope", &scope)]).await;
            let said = said(&relying_party, &tokens).await;
            let expected = tier.unwrap_or(person_tier).name();
            for claims in [said.access_token, said.introspection, said.userinfo] {
                assert_eq!(claims["tier"], expected, "{slug}");
            }
        }
    }
}

/// Contracts section 5: a personal space never has a tier, not even by mistake.
#[tokio::test]
async fn a_personal_space_has_the_persons_tier() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").tier(AccessTier::Beta).create(&app).await;
    let refused = sqlx::query("update auth.organizations set tier = 'founder' where type = 'personal'")
        .execute(&mut app.database.admin().await)
        .await;
    assert!(refused.is_err());
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    assert_eq!(said(&relying_party, &tokens).await.access_token["tier"], "beta");
}

/// RT-04: a changed tier of the organization is in the next token, and the one that says the old tier is dead.
#[tokio::test]
async fn a_changed_tier_is_in_the_next_token() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "acme", &ada, Some(AccessTier::Alpha)).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    sql(
        &app,
        "update auth.organizations set tier = null where slug = 'acme'",
    )
    .await;
    assert_access_dead(&relying_party, &tokens).await;
    let next = refreshed(&relying_party, &tokens).await;
    assert_eq!(said(&relying_party, &next).await.access_token["tier"], "public");
}
