//! The book: how signet is built and run, as pages of documentation that `cargo doc` renders and checks.

#[doc = include_str!("manual/tour.md")]
pub mod tour {}

#[doc = include_str!("manual/operations.md")]
pub mod operations {}

#[doc = include_str!("manual/downstream.md")]
pub mod downstream {}

#[doc = include_str!("manual/threat_model.md")]
pub mod threat_model {}

#[doc = include_str!("manual/decisions.md")]
pub mod decisions {}

#[doc = include_str!("manual/api.md")]
pub mod api {}

#[doc = include_str!("manual/connect.md")]
pub mod connect {}

#[doc = include_str!("manual/performance.md")]
pub mod performance {}
