//! The book: how signet is built and run, as pages of documentation that `cargo doc` renders and checks.

#[doc = include_str!("tour.md")]
pub mod tour {}

#[doc = include_str!("operations.md")]
pub mod operations {}

#[doc = include_str!("threat_model.md")]
pub mod threat_model {}

#[doc = include_str!("decisions.md")]
pub mod decisions {}
