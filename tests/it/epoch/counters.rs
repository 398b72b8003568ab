//! Counters outlive what they count, so that nothing from before lives again (TN-06).

use super::changes::{Change, epoch, is_current};
use crate::app::TestApp;
use crate::attack::holdings::{assert_access_dead, assert_live, refreshed, sql};
use crate::fixtures::{a_client, a_person, an_organization};
use signet::user::StatusChange;

/// Contracts section 5: TN-06. Whoever is removed and comes back counts on; the old token stays dead.
#[tokio::test]
async fn tn_06_a_membership_that_is_given_back_revives_no_token() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &bob, None).await;
    let mut dead = Vec::new();
    for _ in 0..3 {
        acme.add(&app, &ada, "admin").await;
        let tokens = relying_party
            .tokens(&app, &ada, &[("organization", "acme")])
            .await;
        assert_live(&relying_party, &tokens).await;
        for old in &dead {
            assert_access_dead(&relying_party, old).await;
            assert!(!is_current(&app, old).await);
            assert!(epoch(old)[2] < epoch(&tokens)[2]);
        }
        acme.remove(&app, &ada).await;
        assert_access_dead(&relying_party, &tokens).await;
        dead.push(tokens);
    }
}

/// Contracts section 5: the same for a suspension that ends, a status and a role that are given back.
#[tokio::test]
async fn tn_06_rights_that_are_given_back_revive_no_token() {
    for (away, back) in [
        (Change::Suspend, Change::Resume),
        (Change::Role("viewer"), Change::Role("admin")),
        (
            Change::Status(StatusChange::Deactivate),
            Change::Status(StatusChange::Activate),
        ),
    ] {
        let app = TestApp::new().await;
        let relying_party = app.relying_party(&a_client("web").create(&app).await);
        let (ada, bob) = (
            a_person("ada").create(&app).await,
            a_person("bob").create(&app).await,
        );
        let acme = an_organization(&app, "acme", &bob, None).await;
        acme.add(&app, &ada, "admin").await;
        let asked = [("organization", "acme")];
        let old = relying_party.tokens(&app, &ada, &asked).await;
        away.commit(&app, &acme, &ada).await;
        back.commit(&app, &acme, &ada).await;
        assert_access_dead(&relying_party, &old).await;
        let new = relying_party.tokens(&app, &ada, &asked).await;
        assert_live(&relying_party, &new).await;
        assert!(is_current(&app, &new).await && !is_current(&app, &old).await);
    }
}

/// An account or organization that is made again under an old id does not begin below its own cut-off.
#[tokio::test]
async fn an_id_that_is_used_again_counts_on() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let old = relying_party.tokens(&app, &ada, &[]).await;
    sql(
        &app,
        "create temporary table kept as select * from auth.users;
         create temporary table places as select * from auth.organizations;
         create temporary table members as select * from auth.members;
         delete from auth.users;
         delete from auth.organizations;
         update kept set epoch = 0;
         update places set epoch = 0;
         insert into auth.users select * from kept;
         insert into auth.organizations select * from places;
         insert into auth.members select * from members;
         insert into auth.passwords (user_id, hashed_password, changed_at) select id, 'x', created_at from kept",
    )
    .await;
    let facts: serde_json::Value = sqlx::query_scalar("select auth.member_claims($1, null, null)")
        .bind(ada.id.as_str())
        .fetch_one(&mut app.database.admin().await)
        .await
        .unwrap();
    let current: bool = sqlx::query_scalar("select auth.epoch_is_current($1 ->> 'mv', $2, $1 ->> 'org_id')")
        .bind(&facts)
        .bind(ada.id.as_str())
        .fetch_one(&mut app.database.admin().await)
        .await
        .unwrap();
    assert!(current, "{facts}");
    assert!(!is_current(&app, &old).await);
}

/// A refresh after a reduction gives a token of the new epoch, which lives.
#[tokio::test]
async fn the_next_token_is_current() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &bob, None).await;
    acme.add(&app, &ada, "admin").await;
    let mut tokens = relying_party
        .tokens(&app, &ada, &[("organization", "acme")])
        .await;
    for change in [
        Change::Role("member"),
        Change::Role("owner"),
        Change::Role("curator"),
        Change::OrganizationTier(Some(signet::user::AccessTier::Guest)),
        Change::PersonTier(signet::user::AccessTier::Guest),
    ] {
        change.commit(&app, &acme, &ada).await;
        tokens = refreshed(&relying_party, &tokens).await;
        assert_live(&relying_party, &tokens).await;
        assert!(is_current(&app, &tokens).await, "{change:?}");
    }
}
