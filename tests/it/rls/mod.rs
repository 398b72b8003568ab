//! What databases downstream get from us: the kit, its policies, and that neither lets a tenant see another.

mod claims;
mod context;
pub mod database;
mod downstream;
mod epoch;
mod heartbeat;
mod install;
mod leaks;
mod parsing;
mod policy;
mod policy_children;
mod privileges;
mod refusal;
mod removal;
mod verify_attacks;
mod verify_branches;
mod verify_clean;
mod verify_database;
mod verify_definers;
mod verify_escapes;
mod verify_names;
mod verify_policies;
mod verify_report;
mod verify_roles;
mod verify_seeds;
mod verify_tables;
mod verify_words;
