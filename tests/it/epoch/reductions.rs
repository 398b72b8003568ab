//! What takes rights away kills the tokens that say them; what gives rights kills none (TN-06).

use serde_json::{Value, json};
use signet::user::{AccessTier, PlatformRole, StatusChange};

use super::changes::{Change, epoch, is_current};
use crate::app::{RelyingParty, TestApp};
use crate::attack::holdings::{assert_access_dead, assert_live, refreshed, sql};
use crate::fixtures::client::a_resource;
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person, an_organization};

const API: &str = "https://api.example.com/";

/// Ada, an admin of Acme, with everything in the middle, and Bob, who owns Acme.
struct House {
    app: TestApp,
    relying_party: RelyingParty,
    opaque: RelyingParty,
    acme: TestOrganization,
    ada: TestPerson,
    bob: TestPerson,
}

async fn house() -> House {
    let app = TestApp::new().await;
    let bob = a_person("bob").create(&app).await;
    let acme = an_organization(&app, "acme", &bob, Some(AccessTier::Beta)).await;
    let ada = a_person("ada")
        .tier(AccessTier::Beta)
        .role(PlatformRole::Admin)
        .create(&app)
        .await;
    acme.add(&app, &ada, "admin").await;
    a_resource(&app, API, None).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let opaque = app.relying_party(&a_client("opaque").reference_tokens().create(&app).await);
    House {
        app,
        relying_party,
        opaque,
        acme,
        ada,
        bob,
    }
}

impl House {
    async fn tokens(&self, person: &TestPerson) -> Value {
        let asked = [("organization", "acme")];
        self.relying_party.tokens(&self.app, person, &asked).await
    }
}

/// Contracts section 5: TN-06. Each reduction is effective at once at introspection, at userinfo and for the function
/// that policies ask, for JWTs and references alike; nobody else's token is touched unless the organization changed.
#[tokio::test]
async fn tn_06_each_reduction_kills_the_tokens_from_before() {
    let reductions = [
        (Change::Remove, true),
        (Change::Role("member"), true),
        (Change::Role("curator"), true),
        (Change::OrganizationTier(Some(AccessTier::Public)), false),
        (Change::OrganizationTier(None), false),
        (Change::Suspend, false),
        (Change::RevokeTokens, false),
        (Change::PersonTier(AccessTier::Public), true),
        (Change::PlatformRole(PlatformRole::User), true),
        (Change::PlatformRole(PlatformRole::Service), true),
        (Change::Status(StatusChange::Ban), true),
        (Change::RevokePerson, true),
    ];
    for (change, spares_others) in reductions {
        let house = house().await;
        let (app, ada) = (&house.app, &house.ada);
        let asked = [("organization", "acme")];
        let tokens = house.tokens(ada).await;
        let others = house.tokens(&house.bob).await;
        let opaque = house.opaque.tokens(app, ada, &asked).await;
        assert_live(&house.relying_party, &tokens).await;
        assert_live(&house.opaque, &opaque).await;
        change.commit(app, &house.acme, ada).await;
        assert_access_dead(&house.relying_party, &tokens).await;
        assert_access_dead(&house.opaque, &opaque).await;
        assert!(!is_current(app, &tokens).await, "{change:?}");
        assert_eq!(is_current(app, &others).await, spares_others, "{change:?}");
        if spares_others {
            assert_live(&house.relying_party, &others).await;
        }
    }
}

/// Contracts section 5: a deleted organization or person, as the database sees it.
#[tokio::test]
async fn tn_06_a_deletion_kills_the_tokens_from_before() {
    for deletion in [
        "update auth.organizations set deleted_at = created_at where slug = 'acme'",
        "update auth.users set deleted_at = created_at where email like 'ada@%'",
        "update auth.members set joined_at = null where role = 'admin'",
        "delete from auth.organizations where slug = 'acme'",
        "delete from auth.users where email like 'ada@%'",
    ] {
        let house = house().await;
        let tokens = house.tokens(&house.ada).await;
        sql(&house.app, deletion).await;
        assert!(!is_current(&house.app, &tokens).await, "{deletion}");
        assert_access_dead(&house.relying_party, &tokens).await;
    }
}

/// Contracts section 5: only reductions write a cut-off; the next token counts on and says more.
#[tokio::test]
async fn a_raise_kills_nothing_and_counts_on() {
    let raises = [
        (Change::Role("owner"), 2),
        (Change::OrganizationTier(Some(AccessTier::Alpha)), 1),
        (Change::PersonTier(AccessTier::Founder), 0),
    ];
    for (change, counter) in raises {
        let house = house().await;
        let tokens = house.tokens(&house.ada).await;
        change.commit(&house.app, &house.acme, &house.ada).await;
        assert_live(&house.relying_party, &tokens).await;
        assert!(is_current(&house.app, &tokens).await, "{change:?}");
        let mut expected = epoch(&tokens);
        expected[counter] += 1;
        let next = refreshed(&house.relying_party, &tokens).await;
        assert_eq!(epoch(&next), expected, "{change:?}");
        let cutoffs: i64 = sqlx::query_scalar("select count(*) from auth.epoch_cutoffs")
            .fetch_one(&mut house.app.database.admin().await)
            .await
            .unwrap();
        assert_eq!(cutoffs, 0, "{change:?}");
    }
}

/// What a token does not say moves no counter: a login, a profile, another membership.
#[tokio::test]
async fn what_no_token_says_counts_nothing() {
    let house = house().await;
    let tokens = house.tokens(&house.ada).await;
    let globex = an_organization(&house.app, "globex", &house.bob, None).await;
    globex.add(&house.app, &house.ada, "viewer").await;
    globex.remove(&house.app, &house.ada).await;
    sql(
        &house.app,
        "update auth.users set name = 'Other', last_sign_in_at = updated_at, image = 'https://example.com/';
         update auth.organizations set name = 'Other', metadata = '{\"a\": 1}';
         update auth.members set updated_at = created_at",
    )
    .await;
    assert_live(&house.relying_party, &tokens).await;
    assert_eq!(epoch(&house.tokens(&house.ada).await), epoch(&tokens));
}

/// Contracts section 3: a resource may call `org_id` otherwise; its tokens die all the same, and no other claim under
/// that name passes for the organization.
#[tokio::test]
async fn tn_06_a_renamed_claim_hides_no_cut_off() {
    for names in [
        r#"{"org_id": "tenant"}"#,
        r#"{"org_id": "tenant", "tier": "org_id"}"#,
    ] {
        let house = house().await;
        sqlx::query("update auth.resources set claim_names = $1::jsonb")
            .bind(names)
            .execute(&mut house.app.database.admin().await)
            .await
            .unwrap();
        house.app.refresh_caches().await;
        let asked = [("organization", "acme"), ("resource", API)];
        for relying_party in [&house.relying_party, &house.opaque] {
            let tokens = relying_party.tokens(&house.app, &house.ada, &asked).await;
            let token = tokens["access_token"].as_str().unwrap();
            let told = relying_party.introspect(token).await;
            assert_eq!(
                (&told["active"], &told["tenant"]),
                (&json!(true), &json!(house.acme.id))
            );
            Change::Role("viewer")
                .commit(&house.app, &house.acme, &house.ada)
                .await;
            let told = relying_party.introspect(token).await;
            assert_eq!(told, json!({"active": false}), "{names}");
            Change::Role("admin")
                .commit(&house.app, &house.acme, &house.ada)
                .await;
        }
    }
}
