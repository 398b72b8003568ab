//! Owns how the rights to modules are shown, by the API and on the command line.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};

use super::access::{ModuleAccess, ModuleId};
use crate::base::schema;
use crate::tenancy::member::MemberRole;

/// What a role may do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Modules)]
pub struct ModulesView {
    /// The role.
    pub role: String,
    /// Module to right, as the claim `modules` says it; `*` stands for every other module.
    #[serde(serialize_with = "as_map")]
    #[schema(schema_with = rights)]
    pub modules: Vec<(ModuleId, ModuleAccess)>,
}

impl ModulesView {
    /// What a role may do with each module.
    #[must_use]
    pub fn new(role: &MemberRole, modules: Vec<(ModuleId, ModuleAccess)>) -> Self {
        Self {
            role: role.to_string(),
            modules,
        }
    }
}

fn as_map<S: Serializer>(modules: &[(ModuleId, ModuleAccess)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(
        modules
            .iter()
            .map(|(module, access)| (module.as_str(), access.letters())),
    )
}

fn rights() -> Object {
    let letters = schema::one_of(ModuleAccess::ALL.map(ModuleAccess::letters));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(Schema::Object(letters)))
        .build()
}

/// The words for what may be done with a module.
#[must_use]
pub fn access_names() -> Object {
    schema::one_of(ModuleAccess::ALL.map(ModuleAccess::name))
}
