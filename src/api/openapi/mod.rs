//! This API as an `OpenAPI` 3.1 document. Each handler describes itself (`#[utoipa::path]`), and so does each type that is
//! taken or answered (`ToSchema`); here is what they share. A test holds the document and the table of routes together, and
//! real answers against it.

mod document;
mod parameters;
mod problems;
pub mod reference;
mod words;

pub use document::show;
pub use parameters::{
    DomainParameter, InvitationParameter, ModuleParameter, OrganizationParameter, PageParameters,
    RoleParameter, UserParameter, WorkspaceParameter, optional_query,
};
pub use problems::{PersonProblems, ServiceProblems};
