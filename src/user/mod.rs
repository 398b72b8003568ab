//! Who: people and service accounts, their canonical names, their standing and their standard claims. It does not
//! know how they prove who they are, nor where they belong.

pub mod access;
pub mod canonical;
pub mod email;
pub mod error;
pub mod new_user;
pub mod person;
pub mod profile;
pub mod profile_rules;
pub mod service;
pub mod status;
mod store;
pub mod user_name;

pub use access::{AccessTier, PlatformRole};
pub use canonical::Identifier;
pub use email::{EmailAddress, EmailError};
pub use error::UserError;
pub use new_user::NewUser;
pub use person::{User, UserSummary};
pub use profile::{Profile, ProfileDetails};
pub use profile_rules::ProfileError;
pub use status::{StatusChange, UserKind, UserStatus};
pub use user_name::{UserName, UserNameError};
