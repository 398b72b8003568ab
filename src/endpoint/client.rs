//! The authentication of a client (`http::extract::authenticated_client`), for the endpoints that do not take a
//! `ClientRequest` yet.

pub use crate::http::extract::authenticated_client::authenticate;
