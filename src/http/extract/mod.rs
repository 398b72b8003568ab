//! What reads a request: parameters, client credentials, access tokens, cookies, and where a form came from. It
//! parses and never verifies.

pub mod bearer;
pub mod client_auth;
pub mod condition;
pub mod cookies;
pub mod csrf;
pub mod flow;
pub mod form;
pub mod params;
pub mod service_key;
