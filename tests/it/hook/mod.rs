//! Operators' hooks: what they are told, what they may say, and what becomes of everybody when they fail.

mod changes;
mod deletion;
mod event;
mod failure;
mod groups;
mod locks;
mod matrix;
mod membership;
mod metrics;
mod outputs;
mod preview;
mod recorded;
mod replacing;
mod rights;
mod session;
mod slow;
mod supabase;
