//! What we say: the one mint path. Facts come in, operators' hooks are asked, their claims are merged behind the locks,
//! and one table says which claim goes to which output.

mod draft;
pub mod introspection;
pub mod mint;
pub mod outputs;
pub mod preview;
pub mod recipient;
pub mod replay;
pub mod subject;
pub mod token_issuer;

pub use mint::MintContext;
pub use recipient::Recipient;
pub use token_issuer::{MintError, TokenIssuer};
