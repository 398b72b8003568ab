//! One file per `grant_type`. Each turns what the client presents into tokens, or says why not; [`execute()`] owns what
//! they share. They use the mint path of `token` and `claims`; none can forget the hook, the locks or liveness.

mod authorization_code;
mod client_credentials;
mod consult;
mod execute;
pub mod groups;
mod issue;
pub mod outcome;
mod parameters;
pub mod preview;
mod refresh_token;
mod row;
mod store;

pub use execute::{GrantServices, TokenRequest, execute};
pub use parameters::GrantParameters;
