//! Signing keys that change while tokens are issued: plan, rotation, revocation, and the proof of it.

mod algorithms;
mod damaged;
mod desk;
mod driver;
mod import;
mod plan;
mod policies;
mod proof;
mod publishers;
mod restored;
mod revocation;
mod served;
mod together;
mod uses;
mod verifier;
mod verifiers;
