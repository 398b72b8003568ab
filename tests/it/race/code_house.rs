//! Codes of every kind, each of a person of its own, and what their clients present of them.

use std::sync::Arc;

use serde_json::Value;
use signet::protocol::grant_type::GrantType;
use signet::session::{self, EndReason};

use super::code_scene::{a_code, locking};
use super::queue::{ONE_AT_A_TIME, Request, Turn};
use crate::app::{RelyingParty, Reply, TestApp};
use crate::fixtures::client::{ClientBuilder, a_resource};
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person, an_organization};

pub const API: &str = "https://api.example.com/";
const OTHER_API: &str = "https://other-api.example.com/";

/// What a client presents of a person's code.
pub struct Presented {
    pub person: TestPerson,
    pub scope: String,
    pub nonce: String,
    pub door: Arc<RelyingParty>,
    pub code: String,
    /// What is sent: the right exchange, unless the test changes it.
    request: Request,
}

/// Everything that the codes are about.
pub struct House {
    pub app: TestApp,
    pub web: Arc<RelyingParty>,
    pub acme: TestOrganization,
    people: usize,
}

impl House {
    pub async fn new() -> Self {
        let app = TestApp::with_groups(ONE_AT_A_TIME).await;
        let owner = a_person("owner").create(&app).await;
        let acme = an_organization(&app, "acme", &owner, None).await;
        a_resource(&app, API, None).await;
        a_resource(&app, OTHER_API, None).await;
        let web = Arc::new(app.relying_party(&a_client("web").create(&app).await));
        Self {
            app,
            web,
            acme,
            people: 0,
        }
    }

    async fn door(&self, client: ClientBuilder) -> Arc<RelyingParty> {
        Arc::new(self.app.relying_party(&client.create(&self.app).await))
    }

    /// A code of a person, scope and nonce of its own. `scope` is what it has beside, `extra` what its authorization
    /// request says beside.
    async fn code(&mut self, door: &Arc<RelyingParty>, scope: &str, extra: &[(&str, &str)]) -> Presented {
        let number = self.people;
        self.people += 1;
        let person = a_person(&format!("person-{number}")).create(&self.app).await;
        self.acme.add(&self.app, &person, "member").await;
        let own = ["profile", "email", "address", "phone"].into_iter().enumerate();
        let own = own
            .filter(|(bit, _)| number >> bit & 1 == 1)
            .map(|(_, name)| name);
        let scope: Vec<&str> = scope.split(' ').chain(own).collect();
        let (scope, nonce) = (scope.join(" "), format!("nonce-{number}"));
        let mut asked = vec![("scope", scope.as_str()), ("nonce", &nonce)];
        asked.extend_from_slice(extra);
        let code = door.code(&self.app, &person, &asked).await;
        Presented {
            request: Request::exchange(door, &code),
            door: Arc::clone(door),
            person,
            scope,
            nonce,
            code,
        }
    }

    /// Presents all of them while one turn is taken, and lets them go once they wait for it.
    pub async fn in_one_group(&self, presented: &[Presented]) -> Vec<Reply> {
        let first = a_person("first").create(&self.app).await;
        let first = a_code(&self.app, &self.web.client, &first).await;
        let locks = locking(&self.app, &first);
        let mut turn = Turn::of(&self.app, Request::exchange(&self.web, &first), &locks).await;
        let requests: Vec<Request> = presented.iter().map(|one| one.request.clone()).collect();
        let queued = turn.queue(&self.app, &requests).await;
        turn.release().await;
        queued.replies().await
    }

    /// Those that are good: two clients', and one of each kind of code, client and request.
    pub async fn good(&mut self) -> Vec<Presented> {
        let web = Arc::clone(&self.web);
        let other = self.door(a_client("other").post()).await;
        let full = self.door(a_client("full").full_id_token()).await;
        let old = self.door(a_client("old").without_pkce()).await;
        let once = a_client("once")
            .grants(&[GrantType::AuthorizationCode])
            .scopes(&["openid", "profile", "email", "address", "phone"]);
        let once = self.door(once).await;
        let challenge = [("code_challenge", ""), ("code_challenge_method", "")];
        let asked = [("claims", r#"{"id_token": {"email": {"essential": true}}}"#)];
        let mut good = vec![
            self.code(&web, "openid", &[]).await,
            self.code(&other, "openid", &[]).await,
            self.code(&full, "openid email", &[]).await,
            self.code(&old, "openid", &challenge).await,
            self.code(&web, "api:read", &[("redirect_uri", "")]).await,
            self.code(&once, "openid", &[]).await,
            self.code(&web, "openid offline_access", &[]).await,
            self.code(&web, "openid organizations", &[("organization", "acme")])
                .await,
            self.code(&web, "openid api:read", &asked).await,
            self.code(&web, "openid modules", &[("resource", API)]).await,
        ];
        for (place, left_out) in [(3, "code_verifier"), (4, "redirect_uri")] {
            good[place].request = good[place].request.clone().without(left_out);
        }
        good
    }

    /// Those that must be refused, and what was issued for the one that was redeemed before.
    pub async fn bad(&mut self) -> (Vec<Presented>, Value) {
        let web = Arc::clone(&self.web);
        let stranger = self.door(a_client("stranger")).await;
        let mut bad = Vec::new();
        for _ in 0..6 {
            bad.push(self.code(&web, "openid", &[("resource", API)]).await);
        }
        for (place, name, value) in [
            (
                0,
                "code_verifier",
                "another-verifier-another-verifier-another-verifier",
            ),
            (1, "redirect_uri", "https://web.example.com/elsewhere"),
            (2, "resource", OTHER_API),
        ] {
            bad[place].request = bad[place].request.clone().with(name, value);
        }
        bad[3].request =
            Request::exchange(&stranger, &bad[3].code).with("redirect_uri", &web.client.redirect_uri);
        let redeemed = bad[4].request.reply().await.json();
        let mut work = self.app.work().await;
        session::end_all_of_user(&mut work, &bad[5].person.id, EndReason::Logout)
            .await
            .unwrap();
        work.commit().await.unwrap();
        (bad, redeemed)
    }
}
