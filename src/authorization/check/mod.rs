//! The checks of an authorization request. `order` is the table of them in the specification's order; each has a file
//! named by its parameter.

mod claims;
mod client_id;
mod code_challenge;
mod draft;
mod grant_type;
mod id_token_hint;
mod max_age;
mod nonce;
pub mod order;
mod organization;
mod prompt;
mod proof_of_key;
mod redirect_uri;
mod repeated;
mod request_object;
mod resource;
mod response_mode;
mod response_type;
mod scope;
mod state;
mod unserved;
