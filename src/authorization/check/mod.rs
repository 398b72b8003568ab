//! The checks of an authorization request, in their order. One file per parameter that needs more than a line.

mod hint;
pub mod order;
mod proof_of_key;
mod redirect_uri;
mod request_object;
mod resource;
mod response_type;
mod scope;
