//! Proofs of who somebody is: passwords today. How attempts are limited before a proof is computed, what a proof is
//! worth, and the one way to log in by password. It knows no page, no session and no client.

pub mod assurance;
pub mod device;
pub mod login;
pub mod password;
pub mod service_key;
mod store;
pub mod throttle;
pub mod verification;

pub use assurance::Assurance;
pub use device::KnownDevice;
pub use login::{Attempt, Authenticated, CheckedAttempt, LoginOutcome, Reservation, Whom};
pub use password::{Hasher, Password, PasswordHash};
pub use store::{forget, store_hash};
pub use throttle::Limits;
