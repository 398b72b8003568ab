//! Many at once: what the database decides, on every replica alike.

mod boot;
mod codes;
mod deletions;
mod endings;
mod interactions;
mod members;
mod refreshes;
mod together;
