//! signet: an OpenID Connect provider and token issuer.
//!
//! The map, in the order a request meets the rooms. Each floor may use only those below it.

pub mod audit;
pub mod authentication;
pub mod base;
pub mod client;
pub mod config;
pub mod db;
pub mod http;
pub mod jose;
pub mod lifecycle;
pub mod protocol;
pub mod sealing;
pub mod server;
pub mod session;
pub mod signing;
pub mod web;
pub mod tenancy;
pub mod user;
