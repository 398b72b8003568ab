//! What a handler asks for in its signature: who calls (`authenticated_client`, `service_caller`, `browser`), what a page
//! is about (`flow`), the form of a page of ours (`own_form`); and what these read: parameters, credentials, access
//! tokens, cookies, where a form came from and what it was shown for.

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
