//! What reads a request: parameters, client credentials, access tokens, cookies, where a form came from, and what it
//! was shown for. It parses, and verifies nothing but our own tags.

pub mod authenticated_client;
pub mod bearer;
pub mod browser;
pub mod client_auth;
pub mod condition;
pub mod cookies;
pub mod csrf;
pub mod flow;
pub mod form;
pub mod form_token;
pub mod own_form;
pub mod params;
pub mod service_caller;
pub mod service_key;
