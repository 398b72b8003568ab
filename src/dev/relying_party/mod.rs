//! The demo application: a relying party of its own on a second port (OpenID Connect Core §3.1, RFC 7636, RFC 9207,
//! RP-Initiated Logout 1.0). It knows signet only as any client does, through its discovery document, and shows
//! everything it was told. For development only.

mod actions;
mod browsers;
mod claim_rows;
mod cookie;
mod error;
mod exchange;
mod mailbox;
mod pages;
mod party;
mod provider;
mod respond;
mod routes;
mod settings;
mod sign_in;
#[cfg(test)]
mod tests;
mod token_view;
mod transport;

pub use routes::router;
pub use settings::RelyingPartySettings;
