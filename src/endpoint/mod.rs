//! The protocol's endpoints, one file each, named as the specifications name them. Each reads as prose: extract,
//! prepare, complete, respond.

pub mod authorize;
pub mod client_icon;
pub mod end_session;
pub mod health;
pub mod introspect;
pub mod jwks;
pub mod metadata;
pub mod revoke;
pub mod token;
pub mod userinfo;
