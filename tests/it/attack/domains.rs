//! Joining by a domain under attack (attacks.md, DJ-01 and DJ-02).

use signet::config::QuotaSettings;
use signet::lifecycle::delete_organization::delete_organization;
use signet::tenancy::domain::{self, Settled};
use signet::tenancy::{DomainError, DomainName, DomainNameError, TenancyError};
use signet::user::EmailAddress;

use super::evidence::count;
use crate::app::TestApp;
use crate::fixtures::person::TestPerson;
use crate::fixtures::team::{accept, assert_matches, domain_name, kept, prove_address};
use crate::fixtures::{a_person, an_organization};

async fn a_person_at(app: &TestApp, name: &str, email: &str) -> TestPerson {
    let address = EmailAddress::parse(email).expect("an address");
    let canonical = address.canonical().to_owned();
    let person = a_person(name).with(|new| new.email = address).create(app).await;
    TestPerson {
        email: canonical,
        ..person
    }
}

/// DJ-01: exactly the domain, in every spelling of it and in no other; neighbours, children and look-alikes do not
/// join.
#[tokio::test]
async fn dj_01_only_the_exact_domain_joins() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    team.own(&app, "acme.com").await;
    team.own(&app, "m\u{fc}nchen.example").await;
    for (name, email) in [
        ("sub", "a@sub.acme.com"),
        ("evil", "a@evilacme.com"),
        ("suffix", "a@acme.com.evil.example"),
        ("hyphen", "a@acme-com.example"),
        ("cyrillic", "a@\u{430}cme.com"),
        ("parent", "a@example"),
        ("local", "acme.com@evil.example"),
    ] {
        let person = a_person_at(&app, name, email).await;
        assert_eq!(prove_address(&app, &person).await, None, "{email}");
    }
    for (name, email) in [
        ("exact", "a@acme.com"),
        ("case", "B@ACME.Com"),
        ("wide", "c@\u{ff41}cme.com"),
        ("idn", "d@mu\u{308}nchen.example"),
        ("punycode", "e@xn--mnchen-3ya.example"),
    ] {
        let person = a_person_at(&app, name, email).await;
        assert!(prove_address(&app, &person).await.is_some(), "{email}");
    }
    assert_eq!(team.joined(&app).await.len(), 6);
}

/// DJ-01: an unproven address joins nothing, whoever asks in its name; nor does somebody else's, nor one that was
/// changed since.
#[tokio::test]
async fn dj_01_only_a_proven_address_of_ones_own_joins() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    team.own(&app, "example.test").await;
    let nora = a_person("nora")
        .with(|new| new.email_verified = false)
        .create(&app)
        .await;
    let outsider = a_person_at(&app, "otto", "otto@elsewhere.example").await;
    let claimed = async |person: &TestPerson, email: &str| {
        let mut work = app.work().await;
        let owner = domain::lock_owner(&mut work, email).await.unwrap()?;
        let joined = domain::auto_join(&mut work, &owner, &person.id, email).await;
        kept(work, joined).await.unwrap()
    };
    assert_eq!(claimed(&nora, &nora.email).await, None, "unproven");
    assert_eq!(claimed(&outsider, "otto@example.test").await, None, "not theirs");
    assert_eq!(claimed(&outsider, &nora.email).await, None, "another's");
    assert_eq!(claimed(&olga, "example.test").await, None, "no address");
    // The address moves to the domain, unproven again: as a later change of it does.
    let moved = "update auth.users set email = 'otto@example.test', email_canonical = 'otto@example.test',
        email_verified_at = null where email_canonical = 'otto@elsewhere.example'";
    sqlx::query(moved)
        .execute(&mut app.database.admin().await)
        .await
        .unwrap();
    assert_eq!(
        claimed(&outsider, "otto@example.test").await,
        None,
        "moved, unproven"
    );
    assert_eq!(team.joined(&app).await.len(), 1);
    // And away again: who joined stays, and the old address joins nobody any more.
    prove_address(&app, &nora).await.expect("joined");
    assert_eq!(team.role_of(&app, &nora).await.as_deref(), Some("member"));
    let away =
        "update auth.users set email_canonical = 'nora@elsewhere.example' where user_name_canonical = 'nora'";
    sqlx::query(away)
        .execute(&mut app.database.admin().await)
        .await
        .unwrap();
    team.remove(&app, &nora).await;
    assert_eq!(claimed(&nora, "nora@example.test").await, None);
}

/// DJ-01: who was removed, or took their invitation back, does not come back by proving the address once more.
#[tokio::test]
async fn dj_01_a_removed_member_does_not_come_back_by_their_address() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    team.own(&app, "example.test").await;
    let nora = a_person("nora").create(&app).await;
    prove_address(&app, &nora).await.expect("joined");
    team.remove_as(&app, &olga.actor(), &nora).await.unwrap();
    assert_eq!(prove_address(&app, &nora).await, None);
    assert_eq!(team.role_of(&app, &nora).await, None);
    let (_, token) = team
        .invite_as(&app, &olga.actor(), &nora.email, "viewer")
        .await
        .unwrap();
    assert_eq!(accept(&app, &token, &nora).await.unwrap().role.as_str(), "viewer");
}

/// DJ-01: nobody owns a domain where everybody has a mailbox, nor one that is no domain.
#[tokio::test]
async fn dj_01_public_mail_is_nobodys() {
    let listed = ["students.example".to_owned()];
    for text in [
        "gmail.com",
        "OUTLOOK.com",
        "\u{ff47}mail\u{3002}com",
        "Students.example",
    ] {
        assert_eq!(
            DomainName::parse(text, &listed),
            Err(DomainNameError::PublicMail),
            "{text}"
        );
    }
    for text in ["*.acme.com", "com", "10.0.0.1", "acme.com.", "localhost"] {
        assert!(DomainName::parse(text, &listed).is_err(), "{text}");
    }
}

/// DJ-02: a proof is of one organization, one domain and one token; another's record proves nothing for us.
#[tokio::test]
async fn dj_02_a_proof_is_bound_to_organization_domain_and_token() {
    let app = TestApp::new().await;
    let (olga, mallory) = (
        a_person("olga").create(&app).await,
        a_person("mallory").create(&app).await,
    );
    let team = an_organization(&app, "team", &olga, None).await;
    let rogue = an_organization(&app, "rogue", &mallory, None).await;
    let claim = team.claim_as(&app, &olga.actor(), "acme.com").await.unwrap();
    let copied = rogue.claim_as(&app, &mallory.actor(), "acme.com").await.unwrap();
    assert_ne!(claim.record_value(), copied.record_value());
    app.dns.publish(&claim.record_name(), &claim.record_value());
    let refused = rogue.verify_as(&app, &mallory.actor(), "acme.com").await;
    assert_matches!(refused, Err(DomainError::ProofMissing(_)));
    let neighbour = rogue
        .claim_as(&app, &mallory.actor(), "evilacme.com")
        .await
        .unwrap();
    app.dns.publish(&neighbour.record_name(), &claim.record_value());
    let refused = rogue.verify_as(&app, &mallory.actor(), "evilacme.com").await;
    assert_matches!(refused, Err(DomainError::ProofMissing(_)));
    assert_matches!(
        team.verify_as(&app, &olga.actor(), "acme.com").await,
        Ok(Settled::Verified(_))
    );
    // Even a rogue who gets a record published comes second, and learns it only then.
    app.dns.publish(&copied.record_name(), &copied.record_value());
    let late = rogue.verify_as(&app, &mallory.actor(), "acme.com").await;
    assert_matches!(late, Err(DomainError::Taken(_)));
    let owned = "select count(*) from auth.organization_domains where verified_at is not null";
    assert_eq!(count(&app, owned).await, 1);
}

/// DJ-02: whatever happens to a claim while its record is looked up, the answer proves nothing for what it is then.
#[tokio::test]
async fn dj_02_a_claim_that_changed_during_the_check_is_not_proven() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    let name = domain_name("acme.com");
    for change in ["renewed", "released", "replaced", "unmanaged", "deleted"] {
        let adam = a_person(change).create(&app).await;
        team.add(&app, &adam, "admin").await;
        let claim = team.claim_as(&app, &adam.actor(), "acme.com").await.unwrap();
        app.dns.publish(&claim.record_name(), &claim.record_value());
        let challenge = team.challenge(&app, &adam.actor(), "acme.com").await.unwrap();
        let proof = domain::look_up(&*app.dns, &challenge).await.unwrap();
        let mut work = app.work_as(&olga.actor()).await;
        match change {
            "renewed" => drop(domain::renew(&mut work, &team.id, &name).await.unwrap()),
            "unmanaged" | "deleted" => {}
            _ => domain::release(&mut work, &team.id, &name).await.unwrap(),
        }
        if change == "replaced" {
            domain::claim(&mut work, &team.id, &name, None, &QuotaSettings::default())
                .await
                .unwrap();
        }
        work.commit().await.unwrap();
        match change {
            "unmanaged" => team
                .set_role_as(&app, &olga.actor(), &adam, "member")
                .await
                .unwrap(),
            "deleted" => {
                let mut work = app.work_as(&olga.actor()).await;
                delete_organization(&mut work, &team.id).await.unwrap();
                work.commit().await.unwrap();
            }
            _ => {}
        }
        let mut work = app.work_as(&adam.actor()).await;
        let settled = domain::settle(&mut work, &challenge, proof).await;
        match (change, &settled) {
            ("unmanaged", Err(DomainError::Tenancy(TenancyError::Forbidden(_))))
            | ("deleted", Err(DomainError::Tenancy(TenancyError::Unknown(_))))
            | ("renewed" | "released" | "replaced", Err(DomainError::ProofVoid(_))) => {}
            _ => panic!("{change}: {settled:?}"),
        }
        let mut work = app.work().await;
        domain::release_all(&mut work, &team.id).await.unwrap();
        work.commit().await.unwrap();
    }
}
