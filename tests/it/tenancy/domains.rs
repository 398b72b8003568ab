//! Domains: claimed by many, owned by whose proof stands in the DNS (systems.md section 5, 3 and 4).

use signet::base::dns::DnsError;
use signet::config::QuotaSettings;
use signet::tenancy::domain::{self, Proof, Settled};
use signet::tenancy::{DomainError, Forbidden, Permission, TenancyError};

use crate::app::TestApp;
use crate::attack::evidence::{count, events};
use crate::fixtures::team::{assert_matches, domain_name, kept, prove_address, role};
use crate::fixtures::{a_person, an_organization};

/// The whole way: claim, publish, prove, join by a proven address, release.
#[tokio::test]
async fn a_proven_domain_lets_people_join() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    let claim = team.claim_as(&app, &olga.actor(), "Example.TEST").await.unwrap();
    assert_eq!(claim.record_name(), "_signet-challenge.example.test");
    assert!(claim.record_value().starts_with("signet-domain-verification="));
    let unproven = team.verify_as(&app, &olga.actor(), "example.test").await;
    assert_matches!(unproven, Err(DomainError::ProofMissing(_)));
    let nora = a_person("nora")
        .with(|new| new.email_verified = false)
        .create(&app)
        .await;
    assert_eq!(prove_address(&app, &nora).await, None, "claimed is not proven");
    app.dns.publish(&claim.record_name(), "v=spf1 -all");
    app.dns.publish(&claim.record_name(), &claim.record_value());
    let proven = team.verify_as(&app, &olga.actor(), "example.test").await;
    assert_matches!(proven, Ok(Settled::Verified(_)));
    let expected = format!("{} member", team.id);
    assert_eq!(prove_address(&app, &nora).await, Some(expected));
    assert_eq!(prove_address(&app, &nora).await, None, "a member already");
    let mut work = app.work_as(&olga.actor()).await;
    let released = domain::release(&mut work, &team.id, &domain_name("example.test")).await;
    kept(work, released).await.unwrap();
    let sven = a_person("sven").create(&app).await;
    assert_eq!(prove_address(&app, &sven).await, None);
    assert_eq!(team.role_of(&app, &nora).await.as_deref(), Some("member"));
    for event in ["DOMAIN_CLAIMED", "DOMAIN_VERIFIED", "DOMAIN_RELEASED"] {
        assert_eq!(events(&app, event).await, 1, "{event}");
    }
}

/// Whoever manages nobody claims nothing; a personal space claims nothing at all.
#[tokio::test]
async fn domains_are_managed_by_admins() {
    let app = TestApp::new().await;
    let (olga, mona, sven) = (
        a_person("olga").create(&app).await,
        a_person("mona").create(&app).await,
        a_person("sven").create(&app).await,
    );
    let team = an_organization(&app, "team", &olga, None).await;
    team.add(&app, &mona, "member").await;
    let refused = team.claim_as(&app, &mona.actor(), "acme.example").await;
    assert_matches!(
        refused,
        Err(DomainError::Tenancy(TenancyError::Forbidden(
            Forbidden::Permission(Permission::ManageDomains)
        )))
    );
    let refused = team.claim_as(&app, &sven.actor(), "acme.example").await;
    assert_matches!(refused, Err(DomainError::Tenancy(TenancyError::Unknown(_))));
    team.claim_as(&app, &olga.actor(), "acme.example").await.unwrap();
    let twice = team.claim_as(&app, &olga.actor(), "ACME.example").await;
    assert_matches!(twice, Err(DomainError::Claimed(_)));
    let hidden = domain::list(&mut app.work_as(&mona.actor()).await, &team.id).await;
    assert_matches!(hidden, Err(TenancyError::Forbidden(_)));
    let mut work = app.work_as(&olga.actor()).await;
    let own = signet::tenancy::organization::joined_by(&mut work, &olga.id, None, None, 10)
        .await
        .unwrap();
    let (own, _) = own.into_iter().find(|(space, _)| space.id != team.id).unwrap();
    let refused = domain::claim(
        &mut work,
        &own.id,
        &domain_name("acme.example"),
        None,
        &QuotaSettings::default(),
    )
    .await;
    assert_matches!(refused, Err(DomainError::Tenancy(TenancyError::PersonalSpace(_))));
}

/// Who joins unasked manages nobody; without a role nobody joins.
#[tokio::test]
async fn people_join_by_their_address_as_nobody_who_manages() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    team.own(&app, "example.test").await;
    let set = async |name: Option<&str>| {
        let (domain, joins) = (domain_name("example.test"), name.map(|name| role(name).into()));
        let mut work = app.work_as(&olga.actor()).await;
        let done = domain::set_auto_join(&mut work, &team.id, &domain, joins.as_ref()).await;
        kept(work, done).await
    };
    for name in ["owner", "admin"] {
        assert_matches!(set(Some(name)).await, Err(DomainError::AutoJoinRole));
    }
    set(None).await.unwrap();
    let nora = a_person("nora").create(&app).await;
    assert_eq!(prove_address(&app, &nora).await, None);
    set(Some("project_creator")).await.unwrap();
    prove_address(&app, &nora).await;
    assert_eq!(
        team.role_of(&app, &nora).await.as_deref(),
        Some("project_creator")
    );
    let pending = a_person("paul").create(&app).await;
    team.invite(&app, &pending, "admin").await;
    assert_eq!(
        prove_address(&app, &pending).await,
        None,
        "they answer what they were asked"
    );
}

/// A proof that is gone when it is looked for again ends the ownership; a DNS that does not answer ends nothing.
#[tokio::test]
async fn a_domain_is_owned_as_long_as_its_proof_stands() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    let claim = team.own(&app, "example.test").await;
    let still = team.verify_as(&app, &olga.actor(), "example.test").await;
    assert_matches!(still, Ok(Settled::Verified(_)));
    app.dns.withdraw(&claim.record_name());
    let challenge = team.challenge(&app, &olga.actor(), "example.test").await.unwrap();
    assert_eq!(
        domain::look_up(&*app.dns, &challenge).await.unwrap(),
        Proof::Missing
    );
    assert_matches!(
        team.verify_as(&app, &olga.actor(), "example.test").await,
        Ok(Settled::Lost(_))
    );
    let nora = a_person("nora").create(&app).await;
    assert_eq!(prove_address(&app, &nora).await, None);
    assert_eq!(events(&app, "DOMAIN_LOST").await, 1);
    app.dns.publish(&claim.record_name(), &claim.record_value());
    assert_matches!(
        team.verify_as(&app, &olga.actor(), "example.test").await,
        Ok(Settled::Verified(_))
    );
    app.dns.fall_silent();
    let silent = domain::look_up(&*app.dns, &challenge).await;
    assert_matches!(silent, Err(DnsError::TimedOut));
    let owned = "select count(*) from auth.organization_domains where verified_at is not null";
    assert_eq!(count(&app, owned).await, 1);
}

/// A suspended organization takes nobody in, and one that ends gives its domains up.
#[tokio::test]
async fn an_organization_that_rests_or_ends_takes_nobody_in() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    team.own(&app, "example.test").await;
    let mut work = app.work().await;
    signet::tenancy::organization::suspend(&mut work, &team.id)
        .await
        .unwrap();
    work.commit().await.unwrap();
    let nora = a_person("nora").create(&app).await;
    assert_eq!(prove_address(&app, &nora).await, None);
    let mut work = app.work().await;
    domain::release_all(&mut work, &team.id).await.unwrap();
    work.commit().await.unwrap();
    let other = an_organization(&app, "other", &olga, None).await;
    other.own(&app, "example.test").await;
    assert_eq!(
        prove_address(&app, &nora).await,
        Some(format!("{} member", other.id))
    );
}
