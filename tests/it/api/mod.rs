//! The API for signed-in people's applications: organizations, members, invitations, domains.

mod actors;
pub mod caller;
mod consents;
mod domains;
mod hook_preview;
mod hook_preview_limits;
mod invitations;
mod members;
mod openapi;
mod openapi_answers;
mod openapi_asker;
mod openapi_reference;
mod organizations;
mod pages;
mod problems;
mod schema;
mod services;
mod sweep;
mod tokens;
