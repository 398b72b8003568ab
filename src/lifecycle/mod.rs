//! Acts that touch several rooms, one file each. Each runs in its caller's transaction: a failure leaves nothing.
//! Only the sign-in begins its own, since it computes a hash between two of them.

pub mod activate_user;
pub mod archive_user;
pub mod backup_epoch;
pub mod change_password;
pub mod deactivate_user;
pub mod delete_organization;
pub mod delete_user;
pub mod disable_client;
pub mod invite;
pub mod prove_email;
pub mod send_mail;
pub mod sign_in;
pub mod sign_out_user;
pub mod sign_up;
pub mod suspend_user;
pub mod unlock_user;
pub mod waitlist_user;

pub use delete_user::DeleteUserError;
pub use prove_email::ProveEmailError;
pub use sign_up::{NewAccount, SignUpError};
