//! JSON by audience: what applications do for signed-in people (`organization`), and what services ask (`internal`).
//! It reads a request, calls a service in one transaction, and shapes the answer; it owns no rule.

pub mod body;
pub mod caller;
pub mod internal;
pub mod list_page;
pub mod openapi;
pub mod organization;
pub mod page;
pub mod refusal;
pub mod routes;
