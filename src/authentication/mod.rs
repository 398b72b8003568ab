//! Proofs of who somebody is: passwords today. How attempts are limited before a proof is computed, what a proof is
//! worth, and the one way to log in by password. It knows no page, no session and no client.

pub mod assurance;

pub use assurance::Assurance;
