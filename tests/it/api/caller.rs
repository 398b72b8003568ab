//! A person who calls the API with an access token of theirs.

use reqwest::Method;
use serde_json::Value;

use crate::app::{Reply, TestApp};
use crate::attack::holdings::text;
use crate::fixtures::a_client;
use crate::fixtures::client::TestClient;
use crate::fixtures::person::TestPerson;

/// An application with the API's scopes, made once for each server.
pub async fn console(app: &TestApp) -> TestClient {
    let scopes = [
        "openid",
        "offline_access",
        "organizations",
        "organizations:manage",
    ];
    a_client("console").scopes(&scopes).create(app).await
}

/// A person with a token.
pub struct Caller {
    base: String,
    http: reqwest::Client,
    pub token: String,
}

impl Caller {
    /// Signs a person in with both scopes.
    pub async fn new(app: &TestApp, client: &TestClient, person: &TestPerson) -> Self {
        Self::with_scope(app, client, person, "openid organizations:manage").await
    }

    pub async fn with_scope(app: &TestApp, client: &TestClient, person: &TestPerson, scope: &str) -> Self {
        let tokens = app
            .relying_party(client)
            .tokens(app, person, &[("scope", scope)])
            .await;
        Self::with_token(app, text(&tokens, "access_token"))
    }

    pub fn with_token(app: &TestApp, token: &str) -> Self {
        Self {
            base: app.issuer.clone(),
            http: crate::support::http::client(),
            token: token.to_owned(),
        }
    }

    /// Any request below `/api/v1`.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let mut request = self
            .http
            .request(method, format!("{}/api/v1{path}", self.base))
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        Reply::read(request.send().await.expect("the server answers")).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.call(Method::DELETE, path, None).await
    }
}

/// Asserts a problem (RFC 9457) with its status and code.
pub fn assert_problem(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status, status, "{}", reply.body);
    assert_eq!(reply.header("content-type"), "application/problem+json");
    assert_eq!(reply.json()["code"], code, "{}", reply.body);
    assert_eq!(reply.json()["request_id"], reply.header("x-request-id"));
}
