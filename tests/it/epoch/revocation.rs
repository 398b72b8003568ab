//! RT-09 and TN-06: what an organization's own cut-off and a removal do to grants.

use serde_json::json;
use signet::base::clock::Clock as _;

use super::changes::Change;
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::holdings::{assert_access_dead, assert_dead, assert_live, refreshed, sql, text, wait};
use crate::command_line::program::Signet;
use crate::fixtures::{a_client, a_person, an_organization};

/// Attacks RT-09: everything that was granted for the organization ends, codes under way too; other organizations,
/// other grants and what comes afterwards live.
#[tokio::test]
async fn rt_09_an_organizations_cut_off_ends_what_was_granted_for_it() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    wait(&app, 1);
    an_organization(&app, "globex", &ada, None).await;
    let bound = [("organization", "acme")];
    let offline = [("organization", "acme"), ("scope", "openid offline_access")];
    let held = [
        relying_party.tokens(&app, &ada, &bound).await,
        relying_party.tokens(&app, &ada, &offline).await,
    ];
    let unbound = relying_party.tokens(&app, &ada, &[]).await;
    let elsewhere = relying_party
        .tokens(&app, &ada, &[("organization", "globex")])
        .await;
    let code = relying_party.code(&app, &ada, &bound).await;
    wait(&app, 1);
    let signet = Signet::on(&app.database);
    let told = signet.json(&["org", "revoke-tokens", "acme"]).await;
    assert_eq!(
        told,
        json!({"organization_id": acme.id, "done": "tokens revoked"})
    );
    // The program's time is the database's; the server's here is the test's own, which is later.
    sql(
        &app,
        "update auth.organizations set revoked_before = to_timestamp(1800000002), updated_at = to_timestamp(1800000002)
         where slug = 'acme'",
    )
    .await;
    for tokens in &held {
        assert_dead(&relying_party, tokens).await;
    }
    relying_party
        .exchange(&code)
        .await
        .assert_error(400, "invalid_grant");
    assert_access_dead(&relying_party, &unbound).await;
    assert_live(&relying_party, &refreshed(&relying_party, &unbound).await).await;
    assert_live(&relying_party, &elsewhere).await;
    let again = relying_party.tokens(&app, &ada, &bound).await;
    assert_live(&relying_party, &again).await;
    assert_dead(&relying_party, &held[0]).await;
}

/// The four levels that have a mark, and the statement that sets it to $1. It is written later than the moment that it
/// names.
const LEVELS: [(&str, &str); 4] = [
    ("platform", "update auth.platform set revoked_before = $1"),
    (
        "organization",
        "update auth.organizations set revoked_before = $1, updated_at = $1 + interval '90 s' where slug = 'acme'",
    ),
    ("client", "update auth.oauth_applications set revoked_before = $1"),
    (
        "person",
        "update auth.users set revoked_before = $1, updated_at = $1 + interval '90 s'",
    ),
];

/// Attacks RT-09: the marks of platform, organization, client and person in every order: each of them the latest one,
/// written first, second, third and last. The latest wins, for tokens and for codes under way.
#[tokio::test]
async fn rt_09_the_latest_of_all_marks_wins() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "acme", &ada, None).await;
    let asked = [("organization", "acme"), ("scope", "openid offline_access")];
    let mut admin = app.database.admin().await;
    for (latest, (name, _)) in LEVELS.into_iter().enumerate() {
        for place in 0..LEVELS.len() {
            let oldest = relying_party.tokens(&app, &ada, &asked).await;
            wait(&app, 40);
            let old = relying_party.tokens(&app, &ada, &asked).await;
            let under_way = relying_party.code(&app, &ada, &asked).await;
            wait(&app, 20);
            let new = relying_party.tokens(&app, &ada, &asked).await;
            let code = relying_party.code(&app, &ada, &asked).await;
            // The others name moments between the first tokens and the second, each another one.
            let mut order: Vec<usize> = (1..LEVELS.len())
                .map(|step| (latest + step) % LEVELS.len())
                .collect();
            order.insert(place, latest);
            let now = app.clock.now();
            for (number, level) in order.into_iter().enumerate() {
                let back = if level == latest {
                    10
                } else {
                    30 + 2 * u32::try_from(number).unwrap()
                };
                sqlx::query(LEVELS[level].1)
                    .bind(now - std::time::Duration::from_secs(back.into()))
                    .execute(&mut admin)
                    .await
                    .unwrap();
            }
            app.refresh_caches().await;
            let what = format!("{name} as number {place}");
            for dead in [&oldest, &old] {
                assert_dead(&relying_party, dead).await;
            }
            let refused = relying_party.exchange(&under_way).await;
            assert_eq!(refused.status, 400, "{what}: {}", refused.body);
            let exchanged = relying_party.exchange(&code).await;
            assert_eq!(exchanged.status, 200, "{what}: {}", exchanged.body);
            assert_live(&relying_party, &new).await;
            assert_live(&relying_party, &refreshed(&relying_party, &new).await).await;
            wait(&app, 40);
        }
    }
}

/// Attacks TN-06, contracts section 5: after a removal a bound grant is over, an unbound one falls to another
/// organization by the rule; neither says the old one again.
#[tokio::test]
async fn tn_06_a_removed_members_grants_never_speak_of_it_again() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &bob, None).await;
    acme.add(&app, &ada, "admin").await;
    wait(&app, 1);
    let globex = an_organization(&app, "globex", &bob, None).await;
    globex.add(&app, &ada, "viewer").await;
    let bound = relying_party
        .tokens(&app, &ada, &[("organization", "acme")])
        .await;
    let unbound = relying_party.tokens(&app, &ada, &[]).await;
    assert_eq!(claims(text(&unbound, "access_token"))["org_id"], json!(acme.id));
    Change::Remove.commit(&app, &acme, &ada).await;
    assert_access_dead(&relying_party, &bound).await;
    assert_access_dead(&relying_party, &unbound).await;
    let refused = relying_party.refresh(text(&bound, "refresh_token"), &[]).await;
    refused.assert_error(400, "invalid_grant");
    let next = refreshed(&relying_party, &unbound).await;
    let said = claims(text(&next, "access_token"));
    assert_eq!(
        (&said["org_id"], &said["org_role"]),
        (&json!(globex.id), &json!("viewer"))
    );
    assert_live(&relying_party, &next).await;
}
