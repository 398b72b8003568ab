//! `signet doctor`: what would keep the server from running well, each with what to do about it. Each file looks at one
//! thing; what it finds has an id that stays.

mod algorithms;
mod configuration;
mod database;
mod finding;
mod hooks;
mod keks;
mod keys;
mod mail;
mod queue;
mod replicas;
mod report;
mod restore;
mod run;
mod way;

pub(super) use run::run;
