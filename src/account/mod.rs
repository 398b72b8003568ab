//! Pages for people: signing in, confirming what an application gets, answering an invitation, the account itself.

pub mod consent;
pub mod home;
pub mod invitation;
pub mod login;
