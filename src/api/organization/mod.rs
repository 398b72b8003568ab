//! Organizations for signed-in people and their applications: `/api/v1/organizations…` and `/api/v1/invitations…`; and
//! what people allowed applications there: `/api/v1/consents…`. One statement finds the caller, one transaction does the rest; nothing is signed.

pub mod active;
pub mod consents;
pub mod domains;
pub mod invitations;
pub mod members;
pub mod modules;
pub mod organizations;
mod problems;
pub mod workspaces;
