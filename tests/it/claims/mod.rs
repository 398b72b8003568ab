//! What tokens say of a person: every grant, every output, every way to belong.

mod audience;
mod groups;
mod hook;
mod matrix;
mod member_facts;
mod organization;
pub mod outputs;
mod tier;
