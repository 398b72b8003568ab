//! signet: an OpenID Connect provider and token issuer.
//!
//! The map, in the order a request meets the rooms. Each floor may use only those below it.

// 8: the ways in
pub mod cli;
pub mod dev;
pub mod jobs;
pub mod router;
pub mod server;
// 7: what answers
pub mod account;
pub mod api;
pub mod endpoint;
// 6: the edge's tools and the composition root
pub mod app;
pub mod http;
pub mod web;
// 5: acts that touch several rooms
pub mod lifecycle;
// 4: the protocol
pub mod authorization;
pub mod claims;
pub mod grant;
pub mod logout;
pub mod token;
// 3: who asks, who is asked, where
pub mod authentication;
pub mod client;
pub mod kek;
pub mod replica;
pub mod session;
pub mod tenancy;
pub mod user;
// 2: keys, records, the hook, work that waits
pub mod audit;
pub mod hook;
pub mod mail;
pub mod queue;
pub mod rls;
pub mod sealing;
pub mod signing;
// 1: vocabulary and tools
pub mod config;
pub mod db;
pub mod i18n;
pub mod jose;
pub mod protocol;
// 0: the ground
pub mod base;
// the book
pub mod manual;
