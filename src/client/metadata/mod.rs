//! A client's metadata (RFC 7591 §2, and names of our own): one document, which registration, command line, API and
//! store share. A field stands in `document`, what it must be beside others in `rules`.

pub mod change;
pub mod document;
pub mod error;
pub mod rules;
pub mod values;

pub use change::Change;
pub use document::ClientMetadata;
pub use error::MetadataError;
pub use rules::NewClient;
pub use values::{AccessTokenFormat, ClientType};
