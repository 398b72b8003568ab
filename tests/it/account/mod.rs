//! Pages for people.

pub mod invitation;
pub mod recovery;
pub mod sign_up;
