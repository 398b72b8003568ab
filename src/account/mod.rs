//! Pages for people: signing up and in, a forgotten password, confirming what an application gets, answering an
//! invitation, choosing a language, the account itself.

pub mod change;
pub mod consent;
pub mod home;
pub mod invitation;
pub mod language;
pub mod login;
pub mod mailbox;
pub mod recovery;
pub mod sign_up;
