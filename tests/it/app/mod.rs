//! The whole server in one process, and the persons who use it.

pub mod browser;
pub mod relying_party;
pub mod reply;
pub mod test_app;

pub use browser::Browser;
pub use relying_party::RelyingParty;
pub use reply::Reply;
pub use test_app::TestApp;
