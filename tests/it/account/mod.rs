//! Pages for people.

pub mod invitation;
mod language;
