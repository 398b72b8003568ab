//! Acts that touch several rooms, one file each. Each runs in its caller's transaction: a failure leaves nothing.
//! Only what is proven by a password begins its own, since a hash is computed between two of them.

pub mod activate_user;
pub mod archive_user;
pub mod backup_epoch;
pub mod change_email;
pub mod change_own_password;
pub mod change_password;
pub mod confirm_password;
pub mod deactivate_user;
pub mod delete_organization;
pub mod delete_user;
pub mod disable_client;
pub mod invite;
pub mod prove_email;
pub mod prove_mailbox;
pub mod recover;
pub mod send_mail;
pub mod sign_in;
pub mod sign_out_user;
pub mod sign_up;
pub mod sign_up_by_mail;
pub mod suspend_user;
pub mod unlock_user;
pub mod waitlist_user;

pub use delete_user::DeleteUserError;
pub use prove_email::ProveEmailError;
pub use sign_up::{NewAccount, SignUpError};
