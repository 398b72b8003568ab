//! The `signet` program as an operator runs it: another process, configured by its environment.

mod accounts;
mod algorithms;
mod client_edit;
mod client_icon;
mod client_keys;
mod client_life;
mod client_migration;
mod clients;
mod configuration;
mod consents;
mod database;
mod development;
mod doctor;
mod hook_preview;
mod hook_test;
mod hooks;
mod invitations;
mod keks;
mod organizations;
mod pipes;
pub mod program;
mod proxies;
mod resources;
pub mod running;
mod script;
mod serve;
mod service_keys;
