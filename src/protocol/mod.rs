//! The vocabulary of OAuth and OpenID Connect: pure values, parsed once at the edge. It knows no database, no HTTP
//! and no other room.

pub mod algorithm;
pub mod claim_name;
pub mod claims;
pub mod claims_request;
pub mod client_authentication;
pub mod endpoints;
pub mod error;
pub mod grant_type;
pub mod issuer;
pub mod pkce;
pub mod prompt;
pub mod redirect_uri;
pub mod response_mode;
pub mod scope;
pub mod tenancy_claims;
