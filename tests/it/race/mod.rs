//! Many at once: what the database decides, on every replica alike.

mod boot;
mod codes;
mod deletions;
mod domains;
mod endings;
mod interactions;
mod invitations;
mod locks;
mod members;
mod refresh_groups;
mod refreshes;
pub mod together;
