//! This API as an `OpenAPI` 3.1 document. It is kept by hand beside the table of routes; a test holds the two together,
//! and real answers against it.

mod document;

pub use document::show;
