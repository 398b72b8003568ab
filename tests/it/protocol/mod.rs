//! The protocol as specified, through HTTP.

mod authorize;
mod authorize_consent;
mod authorize_organization;
mod authorize_pages;
mod backchannel_logout;
mod code_flow;
mod consent_places;
mod refusal_page;
mod refusals;
