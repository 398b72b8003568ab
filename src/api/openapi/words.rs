//! Owns how a schema of the document reads in words: what a value may be, within which bounds, and what it means.

use serde_json::{Map, Value};

use crate::web::api_reference::Kind;

/// What a value may be.
pub(super) fn kind(document: &Value, schema: &Value) -> Kind {
    if let Some(name) = name_of(schema) {
        let named = at(document, &format!("/components/schemas/{name}"));
        return Kind {
            before: String::new(),
            schema: Some(name.to_owned()),
            after: values(named)
                .map(|values| format!(": {values}"))
                .unwrap_or_default(),
        };
    }
    if let Some(choice) = choice(schema) {
        return preceded("null or ", kind(document, choice));
    }
    if schema["type"] == "array" {
        return preceded("list of ", kind(document, &schema["items"]));
    }
    let others = &schema["additionalProperties"];
    if *others == Value::Bool(true) || is_any(others) {
        return plain(format!("{} with any members", type_of(schema)));
    }
    if others.is_object() {
        let before = format!("{} with any members, each ", type_of(schema));
        return preceded(&before, kind(document, others));
    }
    plain(simple(schema))
}

/// What a value means: said of the schema itself, or of what it may be instead of null.
pub(super) fn description(schema: &Value) -> &str {
    let inner = || choice(schema).map_or("", |choice| text(choice, "description"));
    match text(schema, "description") {
        "" => inner(),
        own => own,
    }
}

/// What a reference names.
pub(super) fn name_of(value: &Value) -> Option<&str> {
    value["$ref"].as_str()?.rsplit('/').next()
}

/// What stands at a JSON pointer (RFC 6901); null if nothing does.
pub(super) fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub(super) fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value
        .as_object()
        .into_iter()
        .flat_map(Map::iter)
        .map(|(name, value)| (name.as_str(), value))
}

/// What a value may be that may be null.
fn choice(schema: &Value) -> Option<&Value> {
    list(&schema["oneOf"]).find(|choice| choice["type"] != "null")
}

/// Types, form, names and bounds.
fn simple(schema: &Value) -> String {
    let mut words = type_of(schema);
    if let Some(format) = schema["format"].as_str() {
        words = format!("{words} ({format})");
    }
    if let Some(values) = values(schema) {
        words = format!("{words}: {values}");
    }
    let bounds = [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("default", "if left out"),
    ];
    for (name, meaning) in bounds {
        if let Some(bound) = schema.get(name) {
            words = match name {
                "default" => format!("{words}, {bound} {meaning}"),
                _ => format!("{words}, {meaning} {bound}"),
            };
        }
    }
    words
}

fn type_of(schema: &Value) -> String {
    match &schema["type"] {
        Value::String(name) => name.clone(),
        Value::Array(names) => {
            let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
            names.join(" or ")
        }
        _ => "any value".to_owned(),
    }
}

/// The names of a closed list.
fn values(schema: &Value) -> Option<String> {
    let values: Vec<String> = list(&schema["enum"]).map(ToString::to_string).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// Whether a schema takes whatever it is given.
fn is_any(schema: &Value) -> bool {
    schema.as_object().is_some_and(Map::is_empty)
}

fn preceded(before: &str, kind: Kind) -> Kind {
    Kind {
        before: format!("{before}{}", kind.before),
        ..kind
    }
}

fn plain(words: String) -> Kind {
    Kind {
        before: words,
        schema: None,
        after: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(schema: &Value) -> String {
        let plan = json!({ "type": "string", "enum": ["free", "agency"] });
        let document =
            json!({ "components": { "schemas": { "Plan": plan, "Member": { "type": "object" } } } });
        let kind = kind(&document, schema);
        let link = kind.schema.map(|name| format!("[{name}]")).unwrap_or_default();
        format!("{}{link}{}", kind.before, kind.after)
    }

    #[test]
    fn a_schema_reads_in_words() {
        let plan = json!({ "$ref": "#/components/schemas/Plan" });
        let member = json!({ "$ref": "#/components/schemas/Member" });
        let limit = json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 });
        for (schema, words) in [
            (json!({}), "any value"),
            (
                json!({ "type": ["string", "null"], "format": "date-time" }),
                "string or null (date-time)",
            ),
            (limit, "integer, at least 1, at most 200, 50 if left out"),
            (
                json!({ "type": "string", "default": "member" }),
                "string, \"member\" if left out",
            ),
            (
                json!({ "oneOf": [{ "type": "null" }, plan] }),
                "null or [Plan]: \"free\", \"agency\"",
            ),
            (json!({ "type": "array", "items": member }), "list of [Member]"),
            (
                json!({ "type": "object", "additionalProperties": {} }),
                "object with any members",
            ),
            (
                json!({ "type": ["object", "null"], "additionalProperties": true }),
                "object or null with any members",
            ),
            (
                json!({ "type": "object", "additionalProperties": plan }),
                "object with any members, each [Plan]: \"free\", \"agency\"",
            ),
        ] {
            assert_eq!(told(&schema), words);
        }
    }

    #[test]
    fn what_may_be_null_keeps_its_meaning() {
        let within = json!({ "oneOf": [{ "type": "null" }, { "description": "inside" }] });
        assert_eq!(description(&within), "inside");
        let without = json!({ "oneOf": [{ "description": "inside" }], "description": "outside" });
        assert_eq!(description(&without), "outside");
    }
}
