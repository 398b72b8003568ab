//! Hooks over HTTP: signed, bounded in time, size and attempts, and left alone when they keep failing.

mod answers;
mod attempts;
mod breaker;
mod faults;
pub mod flow;
pub mod receiver;
mod shadow;
mod signing;
mod slowness;
