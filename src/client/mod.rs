//! Registered clients (RFC 7591 names) and protected resources (RFC 8707): what may be registered, how it is cached,
//! how a secret is checked. It does not know who asks for a token, nor what goes into one.

pub mod algorithm_use;
pub mod auth;
mod cache;
pub mod error;
pub mod icon;
pub mod longest_life;
pub mod metadata;
pub mod preset;
pub mod registered;
pub mod registry;
pub mod resource;
pub mod resource_service;
pub mod secret;
pub mod service;
mod store;
mod token_type;

pub use error::ClientError;
pub use metadata::{AccessTokenFormat, Change, ClientMetadata, ClientType, MetadataError, NewClient};
pub use registered::{Client, ClientSummary, StoredSecret};
pub use registry::{Registry, Resources};
pub use resource::{NewResource, Resource};
pub use token_type::TokenType;
