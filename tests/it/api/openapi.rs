//! The API's `OpenAPI` document: it knows every route, no other, and leads nowhere that is not.

use std::collections::BTreeSet;

use serde_json::Value;
use signet::api::routes::{cutoffs, table};

use super::schema::Document;
use crate::app::{Reply, TestApp};

pub async fn document(app: &TestApp) -> Document {
    let http = crate::support::http::client();
    let url = format!("{}/api/v1/openapi.json", app.issuer);
    let reply = Reply::read(http.get(url).send().await.expect("an answer")).await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, "application/json")
    );
    Document(reply.json())
}

/// Every operation of the document: method, path, and what it says.
pub fn operations(document: &Document) -> Vec<(String, &str, &Value)> {
    let paths = document.0["paths"].as_object().expect("paths");
    let mut found = Vec::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().expect("methods") {
            found.push((method.to_uppercase(), path.as_str(), operation));
        }
    }
    found
}

#[tokio::test]
async fn every_route_is_documented_and_every_documented_route_is_there() {
    let app = TestApp::new().await;
    let document = document(&app).await;
    assert_eq!(document.0["openapi"], "3.1.0");
    assert_eq!(document.0["servers"][0]["url"], "../v1", "true below any issuer");
    // The long poll stands in the router beside the table.
    let mut routes = table();
    routes.push(cutoffs());
    let built: BTreeSet<(&str, &str)> = routes
        .iter()
        .map(|route| {
            let path = route.path.strip_prefix("/api/v1").expect("below /api/v1");
            (route.method.as_str(), path)
        })
        .collect();
    let operations = operations(&document);
    let documented: BTreeSet<(&str, &str)> = operations
        .iter()
        .map(|(method, path, _)| (method.as_str(), *path))
        .collect();
    assert_eq!(built, documented);
    let ids: BTreeSet<&str> = operations
        .iter()
        .filter_map(|(_, _, operation)| operation["operationId"].as_str())
        .collect();
    assert_eq!(ids.len(), operations.len(), "an id for each operation, once");
}

/// Each variable of a path is declared, each operation says who may ask, and every reference leads somewhere.
#[tokio::test]
async fn the_document_is_whole() {
    let app = TestApp::new().await;
    let document = document(&app).await;
    for (method, path, operation) in operations(&document) {
        let declared: BTreeSet<&str> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| document.resolve(parameter))
            .filter(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        let variables: BTreeSet<&str> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        assert_eq!(declared, variables, "{method} {path}");
        let schemes = operation["security"].as_array().expect("who may ask");
        for name in schemes
            .iter()
            .filter_map(Value::as_object)
            .flat_map(|scheme| scheme.keys())
        {
            assert!(
                document.0["components"]["securitySchemes"][name].is_object(),
                "{name}"
            );
        }
    }
    let mut waiting = vec![&document.0];
    while let Some(value) = waiting.pop() {
        if value["$ref"].is_string() {
            assert!(document.resolve(value).is_object(), "{value}");
        }
        waiting.extend(value.as_array().into_iter().flatten());
        waiting.extend(value.as_object().into_iter().flat_map(serde_json::Map::values));
    }
}
