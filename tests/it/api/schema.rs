//! The part of JSON Schema that our own document uses, and strict: a member that is not documented is wrong too.

use serde_json::Value;

/// The document, read.
pub struct Document(pub Value);

impl Document {
    /// What a reference or the thing itself says.
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => {
                let pointer = reference.strip_prefix('#').expect("within the document");
                let found = self.0.pointer(pointer);
                self.resolve(found.unwrap_or_else(|| panic!("{reference} leads nowhere")))
            }
            None => schema,
        }
    }

    /// What is wrong with a value, each with its place.
    pub fn faults(&self, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        let schema = self.resolve(schema);
        if let Some(choices) = schema["oneOf"].as_array() {
            let fitting = choices
                .iter()
                .filter(|choice| self.faults(choice, value, place).is_empty());
            return match fitting.count() {
                1 => Vec::new(),
                count => vec![format!("{place}: {count} choices fit {value}")],
            };
        }
        let mut faults = Vec::new();
        if !schema["type"].is_null() && !types(&schema["type"]).any(|name| is(value, name)) {
            faults.push(format!("{place}: {value} is no {}", schema["type"]));
        }
        if let Some(values) = schema["enum"].as_array()
            && !values.contains(value)
        {
            faults.push(format!("{place}: {value} is not one of {values:?}"));
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            faults.extend(self.faults(&schema["items"], item, &format!("{place}[{index}]")));
        }
        if let Some(members) = value.as_object() {
            faults.extend(self.member_faults(schema, members, place));
        }
        faults
    }

    fn member_faults(
        &self,
        schema: &Value,
        members: &serde_json::Map<String, Value>,
        place: &str,
    ) -> Vec<String> {
        let mut faults = Vec::new();
        let required = schema["required"].as_array().into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            if !members.contains_key(name) {
                faults.push(format!("{place}: no {name}"));
            }
        }
        for (name, value) in members {
            let (known, others) = (&schema["properties"][name], &schema["additionalProperties"]);
            let place = format!("{place}.{name}");
            match (known, others) {
                (Value::Null, Value::Null | Value::Bool(false)) => {
                    faults.push(format!("{place} is not documented"));
                }
                (Value::Null, others) => faults.extend(self.faults(others, value, &place)),
                (known, _) => faults.extend(self.faults(known, value, &place)),
            }
        }
        faults
    }
}

fn types(names: &Value) -> impl Iterator<Item = &str> {
    let several = names.as_array().into_iter().flatten();
    names
        .as_str()
        .into_iter()
        .chain(several.filter_map(Value::as_str))
}

fn is(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the checker does not know the type {other}"),
    }
}
