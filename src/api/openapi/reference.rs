//! Owns `/api/v1/docs`: the document as a page for developers, without a script and without anything from elsewhere. The
//! router has it in development only.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value};

use super::document;
use crate::http::app_state::AppState;
use crate::http::respond::page::{self, FormAction};
use crate::web::api_reference::{Answer, ApiReferencePage, Field, Fields, Kind, Operation, Section};

/// Where it stands.
pub const PATH: &str = "/api/v1/docs";

/// The page.
pub async fn get(State(state): State<AppState>) -> Response {
    let reader = Reader(document::value());
    let page = ApiReferencePage {
        layout: &state.layout,
        description: text(&reader.0["info"], "description"),
        document: "openapi.json",
        sections: &reader.sections(),
        schemas: &reader.schemas(),
    };
    page::html(&page, FormAction::None)
}

/// The document, read for people.
struct Reader(&'static Value);

impl Reader {
    fn sections(&self) -> Vec<Section> {
        let tags = self.0["tags"].as_array().into_iter().flatten();
        let section = |tag: &Value| Section {
            name: text(tag, "name").to_owned(),
            description: text(tag, "description").to_owned(),
            operations: self.operations(text(tag, "name")),
        };
        tags.map(section).collect()
    }

    fn operations(&self, tag: &str) -> Vec<Operation> {
        let mut found = Vec::new();
        for (path, methods) in members(&self.0["paths"]) {
            for (method, operation) in members(methods) {
                if at(operation, "/tags/0") == tag {
                    found.push(self.operation(method, path, operation));
                }
            }
        }
        found
    }

    fn operation(&self, method: &str, path: &str, operation: &Value) -> Operation {
        let body = at(operation, "/requestBody/content/application~1json/schema");
        Operation {
            id: text(operation, "operationId").to_owned(),
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary: text(operation, "summary").to_owned(),
            description: text(operation, "description").to_owned(),
            security: schemes(operation),
            parameters: list(&operation["parameters"]).map(parameter).collect(),
            body: name_of(body).map(|name| self.schema(name)),
            answers: members(&operation["responses"])
                .map(|(status, answer)| self.answer(status, answer))
                .collect(),
        }
    }

    fn answer(&self, status: &str, answer: &Value) -> Answer {
        let answer = match name_of(answer) {
            Some(name) => at(self.0, &format!("/components/responses/{name}")),
            None => answer,
        };
        let mut contents = members(&answer["content"]);
        Answer {
            status: status.to_owned(),
            description: text(answer, "description").to_owned(),
            kind: contents.next().map(|(_, content)| kind(&content["schema"])),
        }
    }

    fn schemas(&self) -> Vec<Fields> {
        members(at(self.0, "/components/schemas"))
            .map(|(name, _)| self.schema(name))
            .collect()
    }

    fn schema(&self, name: &str) -> Fields {
        let schema = at(self.0, &format!("/components/schemas/{name}"));
        let required = |name: &str| list(&schema["required"]).any(|required| required == name);
        let fields = members(&schema["properties"]).map(|(name, property)| Field {
            name: name.to_owned(),
            place: if required(name) { "" } else { "optional" },
            kind: kind(property),
            description: text(property, "description").to_owned(),
        });
        Fields {
            name: name.to_owned(),
            description: text(schema, "description").to_owned(),
            fields: fields.collect(),
        }
    }
}

fn parameter(parameter: &Value) -> Field {
    Field {
        name: text(parameter, "name").to_owned(),
        place: if parameter["in"] == "path" {
            "in the path"
        } else {
            "in the query, optional"
        },
        kind: kind(&parameter["schema"]),
        description: text(parameter, "description").to_owned(),
    }
}

/// What a caller needs: each way with its scopes.
fn schemes(operation: &Value) -> Vec<String> {
    let ways = list(&operation["security"]).flat_map(members);
    let mut told: Vec<String> = ways
        .map(|(name, scopes)| {
            let scopes: Vec<&str> = list(scopes).filter_map(Value::as_str).collect();
            format!("{name}: {}", scopes.join(" "))
        })
        .collect();
    if told.is_empty() {
        told.push("anybody".to_owned());
    }
    told
}

/// What a value may be, in words.
fn kind(schema: &Value) -> Kind {
    if let Some(name) = name_of(schema) {
        return Kind {
            words: String::new(),
            schema: Some(name.to_owned()),
        };
    }
    if let Some(choice) = list(&schema["oneOf"]).find(|choice| choice["type"] != "null") {
        let choice = kind(choice);
        return Kind {
            words: format!("null or {}", choice.words),
            ..choice
        };
    }
    if schema["type"] == "array" {
        let items = kind(&schema["items"]);
        return Kind {
            words: format!("list of {}", items.words),
            ..items
        };
    }
    let mut words = match &schema["type"] {
        Value::String(name) => name.clone(),
        Value::Array(names) => {
            let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
            names.join(" or ")
        }
        _ => "any value".to_owned(),
    };
    if let Some(format) = schema["format"].as_str() {
        words = format!("{words} ({format})");
    }
    let values: Vec<String> = list(&schema["enum"]).map(ToString::to_string).collect();
    if !values.is_empty() {
        words = format!("{words}: {}", values.join(", "));
    }
    let names: Vec<&str> = members(&schema["properties"]).map(|(name, _)| name).collect();
    if !names.is_empty() {
        words = format!("{words} of {}", names.join(", "));
    }
    Kind { words, schema: None }
}

/// What a reference names.
fn name_of(value: &Value) -> Option<&str> {
    value["$ref"].as_str()?.rsplit('/').next()
}

/// What stands at a JSON pointer (RFC 6901); null if nothing does.
fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value
        .as_object()
        .into_iter()
        .flat_map(Map::iter)
        .map(|(name, value)| (name.as_str(), value))
}
