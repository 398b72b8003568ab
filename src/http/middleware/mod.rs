//! What stands around every endpoint: who asks, how much, how long, and what is written down about it.

pub mod body;
pub mod budget;
pub mod client_ip;
pub mod cors;
mod counters;
pub mod form;
mod forwarded;
pub mod no_store;
pub mod origin;
mod panic;
pub mod rate_limit;
pub mod refusal_log;
pub mod request_id;
pub mod request_log;
pub mod security_headers;
pub mod stack;
mod time;

#[cfg(test)]
mod tests;
