//! An authorization request's life: read and checked, waiting for its person, answered with a code. It does not know
//! HTTP, pages, or what a token looks like.

pub mod check;
pub mod code;
pub mod consent;
pub mod consent_view;
pub mod expiry;
pub mod interaction;
pub mod parameters;
pub mod request;
pub mod sent_response;
mod store;
pub mod waiting;
