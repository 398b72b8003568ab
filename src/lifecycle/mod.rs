//! Acts that touch several rooms, one file each. Each runs in its caller's transaction: a failure leaves nothing.

pub mod change_password;
pub mod disable_client;
pub mod sign_up;
pub mod suspend_user;

pub use sign_up::{NewAccount, SignUpError};
