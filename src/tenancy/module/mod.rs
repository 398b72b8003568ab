//! Modules: the products of a platform, as far as a space may use them. What a role may do with which one is decided by
//! one rule, in SQL (`spaces.module_rights`), which tokens, our own APIs and the kit share.

mod access;
mod error;
mod service;
mod store;
mod view;

pub use access::{ModuleAccess, ModuleId, ModulePermission};
pub use error::ModuleError;
pub use service::{clear, effective, list, publish, set};
pub use view::ModulesView;

pub(super) use service::beyond;
