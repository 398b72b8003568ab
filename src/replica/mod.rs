//! What each running replica of this server holds: its key-encryption keys by fingerprint, and the stored keys and
//! hooks that it can and cannot open. A process reports it every few seconds, so that an operator sees all of them side
//! by side before a key is taken away. It does not know what any of it is used for.

mod holdings;
mod lead;
mod reporting;
mod store;

pub use holdings::{Holdings, Kek, Replica, Unopened};
pub use lead::{give_up, lead};
pub use reporting::{HEARD_WITHIN, REPORT_EVERY, expire, forget, list, report};
