//! What an application may ask of the end of a session (OpenID Connect RP-Initiated Logout 1.0): what of a request is
//! believed, and the keeping of a request while its person is asked. It does not know pages, and it ends no session.

pub mod request;
mod store;
pub mod waiting;
