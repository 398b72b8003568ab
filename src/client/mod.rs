//! Registered clients (RFC 7591 names) and protected resources (RFC 8707): what may be registered, how it is cached,
//! how a secret is checked. It does not know who asks for a token, nor what goes into one.

mod cache;
pub mod error;
pub mod metadata;
pub mod registered;
pub mod registration;
pub mod registry;
pub mod resource;
pub mod secret;
pub mod service;
mod store;

pub use error::ClientError;
pub use metadata::{MetadataError, NewClient};
pub use registered::{AccessTokenFormat, Client, ClientSummary, ClientType, StoredSecret};
pub use registration::Registration;
pub use registry::{Registry, Resources};
pub use resource::{NewResource, Resource};
