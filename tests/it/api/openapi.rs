//! The API's `OpenAPI` document: it knows every route, no other, and leads nowhere that is not.

use std::collections::BTreeSet;

use serde_json::{Value, json};
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

/// Operations that reach beyond the organization that a token is for, and the words that say so.
const EVERY_ORGANIZATION: [&str; 7] = [
    "acceptInvitation",
    "createOrganization",
    "listConsents",
    "lookAtInvitation",
    "rejectInvitation",
    "switchOrganization",
    "withdrawConsent",
];

#[tokio::test]
async fn whatever_has_a_name_is_described() {
    let app = TestApp::new().await;
    let document = document(&app).await;
    let said = |thing: &Value| thing["description"].as_str().is_some_and(|text| !text.is_empty());
    let mut beyond = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        assert!(operation["summary"].is_string(), "{method} {path}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(said(parameter), "{method} {path}: {}", parameter["name"]);
        }
        let told = operation["description"].as_str().unwrap_or_default();
        if told.contains("the right to all of the person's organizations") {
            beyond.insert(operation["operationId"].as_str().expect("an id"));
        }
    }
    assert_eq!(beyond, BTreeSet::from(EVERY_ORGANIZATION));
    let components = &document.0["components"];
    for part in ["schemas", "responses", "securitySchemes"] {
        for (name, component) in components[part].as_object().expect("components") {
            assert!(said(component), "{name}");
            for (member, schema) in component["properties"].as_object().into_iter().flatten() {
                // What may be null is described where it is not.
                let choices = schema["oneOf"].as_array().into_iter().flatten();
                assert!(said(schema) || choices.clone().any(said), "{name}.{member}");
                let nested = choices.chain([schema, &schema["items"], &schema["additionalProperties"]]);
                assert!(
                    nested.into_iter().all(|schema| schema["properties"].is_null()),
                    "{name}.{member}: an object has a name"
                );
            }
        }
    }
}

/// RFC 9110 §11.6.1: no 401 without a challenge.
#[tokio::test]
async fn a_401_is_documented_with_its_challenge() {
    let app = TestApp::new().await;
    let document = document(&app).await;
    let header = |name: &str| &document.0["components"]["responses"][name]["headers"]["WWW-Authenticate"];
    assert_eq!(header("Unauthorized")["required"], true);
    assert_eq!(header("ServiceUnauthorized")["required"], true);
    assert_eq!(header("Forbidden")["schema"]["type"], "string");
    for (method, path, operation) in operations(&document) {
        let expected = if operation["tags"][0] == "people" {
            "#/components/responses/Unauthorized"
        } else {
            "#/components/responses/ServiceUnauthorized"
        };
        let answer = &operation["responses"]["401"]["$ref"];
        assert!(
            answer.is_null() || answer == expected,
            "{method} {path}: {answer}"
        );
        assert!(
            !answer.is_null() || operation["tags"][0] != "people",
            "{method} {path}"
        );
    }
}

/// A list of names is a component, so that a program made of the document has a type for it.
#[tokio::test]
async fn closed_lists_have_names() {
    let app = TestApp::new().await;
    let document = document(&app).await;
    let schemas = document.0["components"]["schemas"].as_object().expect("schemas");
    let made = ["brand", "club", "family", "team", "practice"];
    assert_eq!(schemas["OrganizationType"]["enum"], json!(made));
    let new = &schemas["NewOrganization"]["properties"]["type"]["oneOf"];
    let named = json!("#/components/schemas/OrganizationType");
    assert!(
        new.as_array()
            .expect("null or a name")
            .iter()
            .any(|choice| choice["$ref"] == named)
    );
    for (name, schema) in schemas {
        for (member, schema) in schema["properties"].as_object().into_iter().flatten() {
            assert!(schema["enum"].is_null(), "{name}.{member}");
        }
    }
}
