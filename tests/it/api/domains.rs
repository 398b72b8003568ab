//! Domains through the API: claimed, proven, released.

use serde_json::json;

use super::caller::{Caller, assert_problem, console};
use crate::app::TestApp;
use crate::fixtures::{a_person, an_organization};

#[tokio::test]
async fn dj_02_a_domain_is_owned_by_whoever_proves_it_first() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &ada, None).await;
    let other = an_organization(&app, "other", &bob, None).await;
    let (ada, bob) = (
        Caller::new(&app, &console, &ada).await,
        Caller::new(&app, &console, &bob).await,
    );
    let (acme, other) = (
        format!("/organizations/{}/domains", acme.id),
        format!("/organizations/{}/domains", other.id),
    );
    let claim = json!({ "domain": "Acme.COM", "auto_join_role": "viewer" });
    let claimed = ada.post(&acme, claim.clone()).await;
    assert_eq!(claimed.status, 201, "{}", claimed.body);
    let theirs = bob.post(&other, claim).await.json();
    let verify = |base: &str| format!("{base}/acme.com/verify");
    let missing = ada.post(&verify(&acme), json!({})).await;
    assert_problem(&missing, 409, "domain_proof_missing");
    let proof = &claimed.json()["proof"];
    app.dns
        .publish(proof["name"].as_str().unwrap(), proof["value"].as_str().unwrap());
    let verified = ada.post(&verify(&acme), json!({})).await;
    assert_eq!(verified.status, 200, "{}", verified.body);
    assert!(verified.json()["verified_at"].is_string());
    let proof = &theirs["proof"];
    app.dns
        .publish(proof["name"].as_str().unwrap(), proof["value"].as_str().unwrap());
    assert_problem(&bob.post(&verify(&other), json!({})).await, 409, "domain_taken");
    assert_eq!(ada.delete(&format!("{acme}/acme.com")).await.status, 204);
    assert_eq!(bob.post(&verify(&other), json!({})).await.status, 200);
}

#[tokio::test]
async fn dj_01_what_is_no_organizations_domain_is_refused() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let ada = a_person("ada").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let ada = Caller::new(&app, &console, &ada).await;
    let domains = format!("/organizations/{}/domains", acme.id);
    for domain in [
        "gmail.com",
        "*.acme.com",
        "localhost",
        "127.0.0.1",
        "acme com",
        "",
    ] {
        let refused = ada.post(&domains, json!({ "domain": domain })).await;
        assert_problem(&refused, 422, "invalid");
    }
    let unknown = ada.post(&format!("{domains}/acme.com/verify"), json!({})).await;
    assert_problem(&unknown, 404, "domain_not_found");
    app.dns.fall_silent();
    ada.post(&domains, json!({ "domain": "acme.com" })).await;
    let silent = ada.post(&format!("{domains}/acme.com/verify"), json!({})).await;
    assert_problem(&silent, 503, "dns_unavailable");
}
