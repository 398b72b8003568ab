//! Owns how the rights to modules are shown, by the API and on the command line.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::access::{ModuleAccess, ModuleId};
use crate::base::schema::closed_lists;
use crate::tenancy::member::MemberRole;

/// What a role may do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Modules)]
pub struct ModulesView {
    /// The role.
    pub role: String,
    /// Module to right, as the claim `modules` says it; `*` stands for every other module.
    #[serde(serialize_with = "as_map")]
    #[schema(value_type = Map<String, Letters>)]
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

enum Letters {}

closed_lists! {
    /// What may be done with a module, in the claim's letters: reading, writing, administering.
    Letters as "ModuleLetters" = ModuleAccess::ALL.map(ModuleAccess::letters);
    /// What may be done with a module. Each holds what stands before it.
    ModuleAccess as "ModuleAccess" = ModuleAccess::ALL.map(ModuleAccess::name);
}
