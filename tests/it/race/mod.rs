//! Many at once: what the database decides, on every replica alike.

mod boot;
mod code_groups;
mod code_house;
mod code_kinds;
pub mod code_scene;
mod code_waiting;
mod codes;
mod deletions;
mod domains;
mod endings;
pub mod families;
mod interactions;
mod invitations;
mod issue_groups;
mod locks;
mod members;
mod question_groups;
pub mod queue;
mod refresh_groups;
mod refresh_waiting;
mod refreshes;
pub mod shared;
pub mod together;
