//! Pages for people: signing in, confirming what an application gets, answering an invitation, choosing a
//! language, the account itself.

pub mod consent;
pub mod home;
pub mod invitation;
pub mod language;
pub mod login;
