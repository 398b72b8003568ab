//! One file per `grant_type`. Each turns what the client presents into tokens, or says why not. They share the mint
//! path of `token` and `claims`; none can forget the hook, the locks or liveness.

pub mod authorization_code;
pub mod client_credentials;
pub mod consult;
pub mod issue;
pub mod outcome;
pub mod preview;
pub mod refresh_token;
mod store;
