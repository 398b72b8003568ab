//! Who asks the API and holds what they are answered against its `OpenAPI` document.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use signet::authentication::service_key::ServiceScope;

use super::caller::{Caller, console};
use super::openapi::document;
use super::schema::Document;
use crate::app::{Reply, TestApp};
use crate::fixtures::{a_person, a_service_key, an_organization};

/// Answers that were held against the document.
pub struct Ledger {
    pub document: Document,
    pub held: BTreeSet<(String, String)>,
}

impl Ledger {
    pub fn hold(&mut self, method: &Method, path: &str, body: &Value, reply: &Reply) {
        let operation = &self.document.0["paths"][path][method.as_str().to_lowercase()];
        assert!(operation.is_object(), "{method} {path}");
        let sent = &operation["requestBody"]["content"]["application/json"]["schema"];
        if !body.is_null() {
            let faults = self.document.faults(sent, body, "body");
            assert!(faults.is_empty(), "{method} {path}: {faults:?}");
        }
        let by_status = &operation["responses"][reply.status.to_string()];
        let answer = match by_status {
            Value::Null => &operation["responses"]["default"],
            found => found,
        };
        let content = &self.document.resolve(answer)["content"];
        if content.is_null() {
            assert_eq!((reply.status, reply.body.as_str()), (204, ""), "{method} {path}");
        } else {
            let schema = &content[reply.header("content-type")]["schema"];
            assert!(
                !schema.is_null(),
                "{method} {path}: {} {}",
                reply.status,
                reply.body
            );
            let faults = self.document.faults(schema, &reply.json(), "answer");
            assert!(faults.is_empty(), "{method} {path}: {faults:?}");
        }
        if reply.status < 300 {
            self.held.insert((method.to_string(), path.to_owned()));
        }
    }
}

/// A person and a service, who ask and hold what they are answered against the document.
pub struct Asker {
    pub ledger: Ledger,
    pub ids: Vec<(&'static str, String)>,
    pub app: TestApp,
    pub key: String,
}

impl Asker {
    pub fn filled(&self, path: &str) -> String {
        let mut filled = path.to_owned();
        for (name, id) in &self.ids {
            filled = filled.replace(&format!("{{{name}}}"), id);
        }
        filled
    }

    pub async fn ask(&mut self, caller: &Caller, (method, path): (Method, &str), body: Value) -> Value {
        let sent = (!body.is_null()).then(|| body.clone());
        let reply = caller.call(method.clone(), &self.filled(path), sent).await;
        self.ledger.hold(&method, path, &body, &reply);
        assert!(reply.status < 300, "{method} {path}: {}", reply.body);
        serde_json::from_str(&reply.body).unwrap_or_default()
    }

    pub async fn service(&mut self, (method, path): (Method, &str), query: &str, body: Value) {
        let url = format!("{}/api/v1{}{query}", self.app.issuer, self.filled(path));
        let http = crate::support::http::client();
        let mut request = http
            .request(method.clone(), url)
            .header("x-service-key", &self.key);
        if !body.is_null() {
            request = request.json(&body);
        }
        let reply = Reply::read(request.send().await.expect("an answer")).await;
        self.ledger.hold(&method, path, &body, &reply);
    }
}

/// Ada's organization with Bob in it, and Cleo, who is asked to come.
pub async fn asker() -> (Asker, Caller, Caller) {
    let app = TestApp::with(|config| config.modules.allowlist.team = vec!["cards".to_owned()]).await;
    let console = console(&app).await;
    let (ada, bob, cleo) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
        a_person("cleo").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &ada, None).await;
    acme.add(&app, &bob, "member").await;
    let (adas, cleos) = (
        Caller::new(&app, &console, &ada).await,
        Caller::new(&app, &console, &cleo).await,
    );
    let key = a_service_key(&app, "all", &ServiceScope::ALL).await;
    let ids = vec![
        ("organization", acme.id.to_string()),
        ("user", bob.id.to_string()),
        ("role", "member".to_owned()),
        ("module", "cards".to_owned()),
        ("domain", "acme.example.com".to_owned()),
    ];
    let ledger = Ledger {
        document: document(&app).await,
        held: BTreeSet::new(),
    };
    (
        Asker {
            ledger,
            ids,
            app,
            key,
        },
        adas,
        cleos,
    )
}
