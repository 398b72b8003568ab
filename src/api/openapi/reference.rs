//! Owns `/api/v1/docs`: the document as a page for developers, without a script and without anything from elsewhere. The
//! router has it in development only.

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::document;
use super::words::{at, description, kind, list, members, name_of, text};
use crate::http::app_state::AppState;
use crate::http::respond::page::{self, FormAction};
use crate::i18n::Locale;
use crate::web::api_reference::{Answer, ApiReferencePage, Content, Field, Fields, Kind, Operation, Section};

/// Where it stands.
pub const PATH: &str = "/api/v1/docs";

/// What a body is sent as where nothing else is said.
const JSON: &str = "application/json";

/// The page.
pub async fn get(State(state): State<AppState>) -> Response {
    let reader = Reader(document::value());
    let page = ApiReferencePage {
        layout: &state.frames.layout.in_language(Locale::En),
        description: text(&reader.0["info"], "description"),
        document: "openapi.json",
        sections: &reader.sections(),
        schemas: &reader.schemas(),
        schemes: &reader.schemes(),
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
            security: ways(operation),
            parameters: list(&operation["parameters"])
                .map(|parameter| self.parameter(parameter))
                .collect(),
            body: name_of(body).map(|name| self.schema(name)),
            answers: members(&operation["responses"])
                .map(|(status, answer)| self.answer(status, answer))
                .collect(),
        }
    }

    fn parameter(&self, parameter: &Value) -> Field {
        Field {
            name: text(parameter, "name").to_owned(),
            place: if parameter["in"] == "path" {
                "in the path"
            } else {
                "in the query, optional"
            },
            kind: kind(self.0, &parameter["schema"]),
            description: text(parameter, "description").to_owned(),
        }
    }

    fn answer(&self, status: &str, answer: &Value) -> Answer {
        let answer = match name_of(answer) {
            Some(name) => at(self.0, &format!("/components/responses/{name}")),
            None => answer,
        };
        let headers = members(&answer["headers"]).map(|(name, header)| {
            let often = if header["required"] == true {
                "always"
            } else {
                "sometimes"
            };
            format!("{name} ({often})")
        });
        let content = members(&answer["content"])
            .next()
            .map(|(media, content)| Content {
                media: (media != JSON).then(|| media.to_owned()),
                kind: kind(self.0, &content["schema"]),
            });
        Answer {
            status: status.to_owned(),
            description: text(answer, "description").to_owned(),
            headers: headers.collect(),
            content,
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
            kind: kind(self.0, property),
            description: description(property).to_owned(),
        });
        Fields {
            name: name.to_owned(),
            description: text(schema, "description").to_owned(),
            closed: schema["additionalProperties"] == false,
            kind: schema["properties"].is_null().then(|| kind(self.0, schema)),
            fields: fields.collect(),
        }
    }

    /// What a caller shows who they are with.
    fn schemes(&self) -> Vec<Field> {
        let schemes = members(at(self.0, "/components/securitySchemes"));
        let field = |(name, scheme): (&str, &Value)| Field {
            name: name.to_owned(),
            place: "",
            kind: Kind {
                before: match text(scheme, "type") {
                    "apiKey" => format!("{} {}", text(scheme, "in"), text(scheme, "name")),
                    other => format!("{other} {}", text(scheme, "scheme")),
                },
                schema: None,
                after: String::new(),
            },
            description: text(scheme, "description").to_owned(),
        };
        schemes.map(field).collect()
    }
}

/// What a caller needs: each way with its scopes.
fn ways(operation: &Value) -> Vec<(String, String)> {
    let ways = list(&operation["security"]).flat_map(members);
    ways.map(|(name, scopes)| {
        let scopes: Vec<&str> = list(scopes).filter_map(Value::as_str).collect();
        (name.to_owned(), scopes.join(" "))
    })
    .collect()
}
