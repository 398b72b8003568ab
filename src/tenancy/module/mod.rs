//! Modules: the products of a platform, as far as a space may use them. What a role may do with which one is decided by
//! one rule, in SQL (`spaces.module_rights`), which tokens, our own APIs and the kit share.

pub mod access;
pub mod error;
pub mod service;

pub use access::{ModuleAccess, ModuleId, ModulePermission};
pub use error::ModuleError;
