//! What stands around every endpoint: who asks, how much, how long, and what is written down about it.

pub mod client_ip;
pub mod cors;
pub mod form;
pub mod limits;
pub mod no_store;
pub mod origin;
pub mod panic;
pub mod rate_limit;
pub mod request_id;
pub mod request_log;
pub mod security_headers;
pub mod stack;

#[cfg(test)]
mod tests;
