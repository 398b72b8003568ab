//! What tokens say of a person: every grant, every output, every way to belong.

mod audience;
mod hook;
mod matrix;
mod organization;
mod outputs;
mod tier;
