//! Who owns a domain is whose proof stands in the DNS (attacks.md, DJ-02): it passes on when the owner's is gone.

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::caller::{Caller, assert_problem, console};
use crate::app::TestApp;
use crate::attack::evidence::{count, events};
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::team::prove_address;
use crate::fixtures::{a_person, an_organization};

/// An organization that claims `example.test`, and the record that would prove it.
struct Claimant {
    owner: Caller,
    organization: TestOrganization,
    record: Value,
}

impl Claimant {
    async fn new(app: &TestApp, console: &crate::fixtures::client::TestClient, name: &str) -> Self {
        let person = a_person(name).create(app).await;
        let organization = an_organization(app, &format!("{name}-team"), &person, None).await;
        let owner = Caller::new(app, console, &person).await;
        let domains = format!("/organizations/{}/domains", organization.id);
        let new = json!({"domain": "example.test", "auto_join_role": "member"});
        let claimed = owner.post(&domains, new).await;
        assert_eq!(claimed.status, 201, "{}", claimed.body);
        let record = claimed.json()["proof"].clone();
        Self {
            owner,
            organization,
            record,
        }
    }

    fn publish(&self, app: &TestApp) {
        let text = |name: &str| self.record[name].as_str().expect("a text");
        app.dns.publish(text("name"), text("value"));
    }

    async fn verify(&self) -> crate::app::Reply {
        let path = format!(
            "/organizations/{}/domains/example.test/verify",
            self.organization.id
        );
        self.owner.call(Method::POST, &path, Some(json!({}))).await
    }

    async fn owns(&self) -> bool {
        let path = format!("/organizations/{}/domains", self.organization.id);
        self.owner.get(&path).await.json()["items"][0]["verified_at"].is_string()
    }
}

/// DJ-02: as long as the owner's record stands, another proof is refused; once it is gone, whoever proves the domain
/// has it, the former owner has lost it, and people join the new one.
#[tokio::test]
async fn dj_02_a_domain_passes_to_whoever_proves_it_when_the_owners_record_is_gone() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let (first, second) = (
        Claimant::new(&app, &console, "first").await,
        Claimant::new(&app, &console, "second").await,
    );
    first.publish(&app);
    assert_eq!(first.verify().await.status, 200);
    second.publish(&app);
    let refused = second.verify().await;
    assert_problem(&refused, 409, "domain_taken");
    assert!(refused.body.contains("TXT record"), "{}", refused.body);
    assert!(first.owns().await && !second.owns().await);
    app.dns.withdraw(first.record["name"].as_str().unwrap());
    assert_problem(&second.verify().await, 409, "domain_proof_missing");
    assert!(first.owns().await, "nobody proved anything else");
    second.publish(&app);
    let verified = second.verify().await;
    assert_eq!(verified.status, 200, "{}", verified.body);
    assert!(!first.owns().await && second.owns().await);
    assert_eq!(events(&app, "DOMAIN_LOST").await, 1);
    let lost = "select count(*) from auth.security_events
        where event_type = 'DOMAIN_LOST' and metadata ->> 'org_id' = (
            select id from auth.organizations where slug = 'first-team')";
    assert_eq!(count(&app, lost).await, 1);
    let nora = a_person("nora").create(&app).await;
    let joined = prove_address(&app, &nora).await;
    assert_eq!(joined, Some(format!("{} member", second.organization.id)));
    // The former owner comes back by the same way only.
    first.publish(&app);
    assert_problem(&first.verify().await, 409, "domain_taken");
    app.dns.withdraw(first.record["name"].as_str().unwrap());
    first.publish(&app);
    assert_eq!(first.verify().await.status, 200);
    assert!(first.owns().await && !second.owns().await);
}

/// DJ-02: a DNS that gives no answer takes nothing away.
#[tokio::test]
async fn dj_02_silence_takes_no_domain_away() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let (first, second) = (
        Claimant::new(&app, &console, "first").await,
        Claimant::new(&app, &console, "second").await,
    );
    first.publish(&app);
    assert_eq!(first.verify().await.status, 200);
    app.dns.fall_silent();
    assert_problem(&second.verify().await, 503, "dns_unavailable");
    assert!(first.owns().await);
}
