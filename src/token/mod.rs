//! What we issue: access tokens (RFC 9068, or opaque), ID tokens, refresh tokens; and what becomes of them
//! afterwards: liveness, introspection (RFC 7662), revocation (RFC 7009).

pub mod access_token;
pub mod cutoff;
pub mod expiry;
pub mod id_token;
pub mod liveness;
pub mod logout_token;
pub mod refresh_token;
pub mod revocation;
mod store;
