//! Pages for people.

pub mod invitation;
pub mod language;
pub mod recovery;
pub mod sign_up;
