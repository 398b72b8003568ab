//! Many proofs of one domain (attacks.md, DJ-02 and RC-04).

use std::sync::Arc;

use signet::tenancy::DomainError;
use signet::tenancy::domain::{self, Proof};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::fixtures::team::{kept, prove_address};
use crate::fixtures::{a_person, an_organization};

/// RC-04, DJ-02: six organizations prove one domain at once, each with a record that stands; the unique index lets one
/// own it, and the others are told so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_04_two_proofs_of_one_domain_are_one_owner() {
    let app = Arc::new(TestApp::new().await);
    let olga = a_person("olga").create(&app).await;
    let start = Arc::new(Barrier::new(6));
    let mut racers = JoinSet::new();
    for number in 0..6 {
        let team = an_organization(&app, &format!("team-{number}"), &olga, None).await;
        let claim = team.claim_as(&app, &olga.actor(), "acme.com").await.unwrap();
        app.dns.publish(&claim.record_name(), &claim.record_value());
        let challenge = team.challenge(&app, &olga.actor(), "acme.com").await.unwrap();
        let (app, actor, start) = (Arc::clone(&app), olga.actor(), Arc::clone(&start));
        racers.spawn(async move {
            let proof = domain::look_up(&*app.dns, &challenge).await.expect("an answer");
            assert_eq!(proof, Proof::Found);
            start.wait().await;
            let mut work = app.work_as(&actor).await;
            let settled = domain::settle(&mut work, &challenge, proof).await;
            kept(work, settled).await.map(drop)
        });
    }
    let outcomes = racers.join_all().await;
    let owners = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let late = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(DomainError::Taken(_))))
        .count();
    assert_eq!((owners, late), (1, 5), "{outcomes:?}");
    let owned = "select count(*) from auth.organization_domains where verified_at is not null";
    assert_eq!(count(&app, owned).await, 1);
}

/// DJ-01: one address that is proven many times at once joins once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dj_01_an_address_proven_many_times_joins_once() {
    let app = Arc::new(TestApp::new().await);
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    team.own(&app, "example.test").await;
    let nora = a_person("nora")
        .with(|new| new.email_verified = false)
        .create(&app)
        .await;
    let mut racers = JoinSet::new();
    for _ in 0..8 {
        let (app, nora) = (Arc::clone(&app), nora.clone());
        racers.spawn(async move { prove_address(&app, &nora).await });
    }
    let joined = racers.join_all().await.into_iter().flatten().count();
    assert_eq!(joined, 1);
    assert_eq!(team.joined(&app).await.len(), 2);
}
