//! Owns one page of a list as it is answered: `{"items": [...], "next_cursor": "..." | null}`.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::page::{List, Page};
use super::refusal::Refusal;
use crate::base::schema;
use crate::claims::MintError;
use crate::http::respond::failure::Failure;
use crate::signing::error::SigningError;
use crate::signing::key_set::KeySet;

/// One page of a list.
#[derive(Debug, Serialize)]
pub struct ListPage<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

impl<T> ListPage<T> {
    /// A page of what was found, each with the key that a cursor would carry, and as it is shown.
    pub fn of<F>(
        list: &List<'_>,
        page: &Page,
        keys: &KeySet,
        found: Vec<F>,
        (key, show): (impl Fn(&F) -> String, impl Fn(F) -> T),
    ) -> Result<Self, Refusal> {
        let full = found.len() >= usize::from(page.limit);
        let next_cursor = found
            .last()
            .filter(|_| full)
            .map(|last| list.cursor(&key(last), keys))
            .transpose()
            .map_err(broken)?;
        Ok(Self {
            items: found.into_iter().map(show).collect(),
            next_cursor,
        })
    }

    /// The whole of a list that is never parted.
    #[must_use]
    pub const fn whole(items: Vec<T>) -> Self {
        Self {
            items,
            next_cursor: None,
        }
    }
}

fn broken(error: SigningError) -> Refusal {
    Refusal::Failure(Failure::from(MintError::Signing(error)))
}

impl<T: ToSchema> PartialSchema for ListPage<T> {
    fn schema() -> RefOr<Schema> {
        let items = ArrayBuilder::new()
            .items(Ref::from_schema_name(T::name()))
            .description(Some("The entries of this page."));
        let cursor = ObjectBuilder::new()
            .schema_type(schema::or_null(Type::String))
            .description(Some("What asks for the next page; null: this is the last."));
        ObjectBuilder::new()
            .description(Some("One page of a list."))
            .property("items", items)
            .required("items")
            .property("next_cursor", cursor)
            .required("next_cursor")
            .into()
    }
}

/// `MemberPage` for a page of `Member`s.
impl<T: ToSchema> ToSchema for ListPage<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}
