//! Pages for people.

pub mod invitation;
