//! Owns the pieces of JSON Schema that several descriptions share: closed lists of names, which come from the lists that
//! parse them, and objects whose members nobody closes.

use serde_json::Value;
use utoipa::openapi::schema::{AdditionalProperties, Object, ObjectBuilder, SchemaType, Type};

/// One of some names.
pub fn one_of(names: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names))
        .build()
}

/// One of some names, or null.
pub fn one_of_or_null(names: impl IntoIterator<Item = &'static str>) -> Object {
    let names = names.into_iter().map(Value::from).chain([Value::Null]);
    ObjectBuilder::new()
        .schema_type(or_null(Type::String))
        .enum_values(Some(names))
        .build()
}

/// An object with any members.
#[must_use]
pub fn any_object() -> Object {
    open(SchemaType::new(Type::Object))
}

/// An object with any members, or null.
#[must_use]
pub fn any_object_or_null() -> Object {
    open(or_null(Type::Object))
}

/// What has a type, or is null.
#[must_use]
pub fn or_null(of: Type) -> SchemaType {
    SchemaType::Array(vec![of, Type::Null])
}

fn open(schema_type: SchemaType) -> Object {
    ObjectBuilder::new()
        .schema_type(schema_type)
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        .build()
}
