//! The rows: what is asked of the server, one file per kind of request.

mod catalogue;
mod client_credentials;
mod code;
mod code_flow;
mod families;
mod ground;
mod login;
mod measuring;
mod private_key_jwt;
mod read;
mod refresh;
mod result;
mod run;
mod sign_in;
mod stock;

pub(crate) use catalogue::RowName;
pub(crate) use families::Families;
pub(crate) use ground::{ClientKey, Ground, PASSWORD, REDIRECT_URI, SCOPE, SigningClient};
pub(crate) use measuring::{Contender, Meters};
pub(crate) use refresh::{Rotator, rotators};
pub(crate) use result::RowResult;
pub(crate) use run::{Pair, Settings, run};
pub(crate) use sign_in::SignIn;
