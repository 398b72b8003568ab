//! Real answers say what the document says, no more and no less; so do the bodies that were sent for them.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::caller::Caller;
use super::openapi::operations;
use super::openapi_asker::{Asker, asker};
use crate::account::invitation::confirm;
use crate::fixtures::{a_client, a_person};

const O: &str = "/organizations/{organization}";

/// Every operation succeeds once, and its answer is as documented.
#[tokio::test]
async fn answers_are_what_the_document_says() {
    let (mut asker, ada, cleo) = asker().await;
    asker.organizations(&ada).await;
    asker.invitations(&ada, &cleo).await;
    asker.domains(&ada).await;
    asker.workspaces(&ada).await;
    asker.modules(&ada).await;
    asker.consents().await;
    asker.services().await;
    asker.endings(&ada).await;
    let documented: BTreeSet<(String, String)> = operations(&asker.ledger.document)
        .into_iter()
        .map(|(method, path, _)| (method, path.to_owned()))
        .filter(|(_, path)| path != "/openapi.json")
        .collect();
    assert_eq!(asker.ledger.held, documented, "each was asked");
}

/// Refusals are as documented, of whichever kind.
#[tokio::test]
async fn refusals_are_what_the_document_says() {
    let (mut asker, _, cleo) = asker().await;
    let nobody = Caller::with_token(&asker.app, "none");
    let path = format!("{O}/members");
    for (caller, status) in [(&nobody, 401), (&cleo, 404)] {
        let reply = caller.get(&asker.filled(&path)).await;
        assert_eq!(reply.status, status);
        asker.ledger.hold(&Method::GET, &path, &Value::Null, &reply);
    }
    asker.key = "sk_0_invented".to_owned();
    let question = json!({ "user": "ada", "client": "console" });
    asker
        .service((Method::POST, "/internal/hooks/preview"), "", question)
        .await;
    assert!(asker.ledger.held.is_empty());
}

impl Asker {
    async fn organizations(&mut self, ada: &Caller) {
        let branding = json!({ "primary_color": "#1a2b3c" });
        let change = json!({ "name": "Acme", "branding": branding });
        self.ask(ada, (Method::PATCH, O), change).await;
        let nothing = json!({ "name": null, "slug": null, "type": null, "branding": null });
        self.ask(ada, (Method::PATCH, O), nothing).await;
        self.ask(ada, (Method::GET, O), Value::Null).await;
        self.ask(ada, (Method::GET, "/organizations"), Value::Null).await;
        let new = json!({ "name": "Rovers", "slug": "rovers", "type": "club" });
        self.ask(ada, (Method::POST, "/organizations"), new).await;
        let new = json!({ "name": "Strollers", "slug": null, "type": null });
        self.ask(ada, (Method::POST, "/organizations"), new).await;
        let switch = json!({ "organization": self.filled("{organization}") });
        self.ask(ada, (Method::PUT, "/organizations/active"), switch)
            .await;
        self.ask(ada, (Method::GET, &format!("{O}/members")), Value::Null)
            .await;
        let one = format!("{O}/members/{{user}}");
        self.ask(ada, (Method::GET, &one), Value::Null).await;
        self.ask(ada, (Method::PATCH, &one), json!({ "role": "viewer" }))
            .await;
    }

    async fn invitations(&mut self, ada: &Caller, cleo: &Caller) {
        let all = format!("{O}/invitations");
        let one = format!("{all}/{{invitation}}");
        let asked = json!({ "email": "cleo@example.test", "role": "member" });
        let mut sent = self.ask(ada, (Method::POST, &all), asked.clone()).await;
        self.ids
            .push(("invitation", sent["id"].as_str().expect("an id").to_owned()));
        self.ask(ada, (Method::GET, &all), Value::Null).await;
        sent = self
            .ask(ada, (Method::POST, &format!("{one}/resend")), Value::Null)
            .await;
        let token = json!({ "token": sent["token"] });
        self.ask(cleo, (Method::POST, "/invitations/look"), token.clone())
            .await;
        self.ask(cleo, (Method::POST, "/invitations/reject"), token).await;
        sent = self.ask(ada, (Method::POST, &all), asked).await;
        let token = json!({ "token": sent["token"] });
        let page = self
            .ask(cleo, (Method::POST, "/invitations/accept"), token.clone())
            .await;
        assert!(page["confirm_at"].is_string(), "{page}");
        let cleos = self.app.browser();
        confirm(&cleos, &page, "cleo").await;
        self.ask(cleo, (Method::POST, "/invitations/accept"), token).await;
        let other = json!({ "email": "dora@example.test" });
        sent = self.ask(ada, (Method::POST, &all), other).await;
        self.ids.retain(|(name, _)| *name != "invitation");
        self.ids
            .push(("invitation", sent["id"].as_str().expect("an id").to_owned()));
        self.ask(ada, (Method::DELETE, &one), Value::Null).await;
        self.ask(ada, (Method::GET, &all), Value::Null).await;
    }

    async fn domains(&mut self, ada: &Caller) {
        let all = format!("{O}/domains");
        let one = format!("{all}/{{domain}}");
        let new = json!({ "domain": "acme.example.com", "auto_join_role": null });
        let claim = self.ask(ada, (Method::POST, &all), new).await;
        let proof = |member: &str| claim["proof"][member].as_str().expect("a record").to_owned();
        self.app.dns.publish(&proof("name"), &proof("value"));
        self.ask(ada, (Method::POST, &format!("{one}/verify")), Value::Null)
            .await;
        self.ask(ada, (Method::PATCH, &one), json!({ "auto_join_role": "viewer" }))
            .await;
        self.ask(ada, (Method::GET, &all), Value::Null).await;
        self.ask(ada, (Method::POST, &format!("{one}/renew")), Value::Null)
            .await;
        self.ask(ada, (Method::DELETE, &one), Value::Null).await;
    }

    async fn workspaces(&mut self, ada: &Caller) {
        let all = format!("{O}/workspaces");
        let one = format!("{all}/{{workspace}}");
        let made = self
            .ask(ada, (Method::POST, &all), json!({ "name": "Launch" }))
            .await;
        self.ids
            .push(("workspace", made["id"].as_str().expect("an id").to_owned()));
        self.ask(ada, (Method::GET, &all), Value::Null).await;
        self.ask(ada, (Method::GET, &one), Value::Null).await;
        let place = format!("{one}/members/{{user}}");
        self.ask(ada, (Method::PUT, &place), json!({ "role": "viewer" }))
            .await;
        self.ask(ada, (Method::GET, &format!("{one}/members")), Value::Null)
            .await;
        self.ask(ada, (Method::DELETE, &place), Value::Null).await;
        self.ask(
            ada,
            (Method::PATCH, &one),
            json!({ "name": "Landing", "archived": true }),
        )
        .await;
    }

    async fn modules(&mut self, ada: &Caller) {
        let of_role = format!("{O}/modules/{{role}}");
        let entry = format!("{of_role}/{{module}}");
        self.ask(ada, (Method::PUT, &entry), json!({ "access": "write" }))
            .await;
        self.ask(ada, (Method::GET, &of_role), Value::Null).await;
        self.ask(ada, (Method::DELETE, &entry), Value::Null).await;
    }

    async fn consents(&mut self) {
        let dora = a_person("dora").create(&self.app).await;
        let shop = a_client("shop").third_party().create(&self.app).await;
        self.app.relying_party(&shop).code(&self.app, &dora, &[]).await;
        let console = a_client("account")
            .scopes(&["openid", "consents"])
            .create(&self.app)
            .await;
        let doras = Caller::with_scope(&self.app, &console, &dora, "openid consents").await;
        self.ask(&doras, (Method::GET, "/consents"), Value::Null).await;
        let only = json!({ "organization_id": null, "resource": null });
        let withdrawal = json!({ "client_id": "shop", "only": only });
        self.ask(&doras, (Method::POST, "/consents/withdraw"), withdrawal)
            .await;
    }

    async fn services(&mut self) {
        let member = "/internal/org/{organization}/member/{user}";
        self.service((Method::GET, member), "", Value::Null).await;
        let of_user = "/internal/users/{user}/memberships";
        self.service((Method::GET, of_user), "", Value::Null).await;
        let question = json!({ "user": "ada", "client": "console", "organization": "acme" });
        self.service((Method::POST, "/internal/hooks/preview"), "", question)
            .await;
        let question = json!({
            "user": "ada", "client": "console", "organization": null, "grant_type": null, "hook": null,
        });
        self.service((Method::POST, "/internal/hooks/preview"), "", question)
            .await;
        let epoch = "/internal/membership-epoch";
        self.service((Method::GET, epoch), "?wait=0", Value::Null).await;
    }

    async fn endings(&mut self, ada: &Caller) {
        self.ask(
            ada,
            (Method::DELETE, &format!("{O}/members/{{user}}")),
            Value::Null,
        )
        .await;
        self.ask(ada, (Method::DELETE, O), Value::Null).await;
    }
}
