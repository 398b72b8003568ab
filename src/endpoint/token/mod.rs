//! The token endpoint (RFC 6749 §3.2): the request and its answer, and the grants of people, which may have to ask
//! operators' hooks between reading and writing.

mod answer;
mod person;

pub use answer::post;
