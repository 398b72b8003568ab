//! Owns the pieces of JSON Schema that several descriptions share: closed lists of names, each a component of the
//! document, whose names come from the list that parses them, and types that may be null.

use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

/// Lists of names, each a component: its description, the type that stands for it, its name, and the names. A member
/// says with `#[schema(value_type = …)]` that it is one of them, and keeps a description of its own.
macro_rules! closed_lists {
    ($($(#[doc = $description:literal])+ $list:ty as $name:literal = $names:expr;)+) => {$(
        impl utoipa::PartialSchema for $list {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let description = concat!($($description),+).trim();
                $crate::base::schema::one_of(description, $names).into()
            }
        }

        impl utoipa::ToSchema for $list {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    )+};
}

pub(crate) use closed_lists;

/// One of some names.
pub fn one_of(description: &str, names: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names))
        .description(Some(description))
        .build()
}

/// What has a type, or is null.
#[must_use]
pub fn or_null(of: Type) -> SchemaType {
    SchemaType::Array(vec![of, Type::Null])
}
