//! Owns the parameters that several paths share: the variables of a path, and what part of a list is asked for.

use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use crate::api::page::{DEFAULT_LIMIT, LARGEST_LIMIT};

/// A type for each variable of a path, with what it stands for.
macro_rules! variables {
    ($($parameter:ident: $name:literal, $description:literal;)+) => {$(
        #[doc = concat!("The variable `", $name, "` of a path.")]
        pub struct $parameter;

        impl IntoParams for $parameter {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                vec![
                    ParameterBuilder::new()
                        .name($name)
                        .parameter_in(ParameterIn::Path)
                        .required(Required::True)
                        .schema(Some(Object::with_type(Type::String)))
                        .description(Some($description))
                        .build(),
                ]
            }
        }
    )+};
}

variables! {
    OrganizationParameter: "organization", "The organization's id.";
    UserParameter: "user", "The person's id.";
    InvitationParameter: "invitation", "The invitation's id.";
    DomainParameter: "domain", "The domain.";
    WorkspaceParameter: "workspace", "The workspace's id.";
    RoleParameter: "role", "A role.";
    ModuleParameter: "module", "A module's id, or * for every other one.";
}

/// What part of a list is asked for.
pub struct PageParameters;

impl IntoParams for PageParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(LARGEST_LIMIT))
            .default(Some(DEFAULT_LIMIT.into()));
        let cursor = Object::with_type(Type::String);
        vec![
            optional_query("limit", limit.build(), "How many entries at most."),
            optional_query(
                "cursor",
                cursor,
                "next_cursor of the same list, read by the same person.",
            ),
        ]
    }
}

/// A parameter of the query that may be left out.
#[must_use]
pub fn optional_query(name: &str, schema: Object, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .schema(Some(schema))
        .description(Some(description))
        .build()
}
