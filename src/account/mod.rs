//! Pages for people: signing in, confirming what an application gets, the account itself.

pub mod consent;
pub mod home;
pub mod login;
