//! Owns the words of `signet user …`. A person is named by id, address of mail or user name.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::profile::ProfileArguments;
use crate::cli::values;
use crate::user::{AccessTier, PlatformRole, UserStatus};

/// What to do with accounts.
#[derive(Debug, Clone, Subcommand)]
pub enum UserCommand {
    /// Make an account with its personal space; a made password is shown only now
    Create(Box<CreateUser>),
    /// Set a password and end every session; a made one is shown only now
    SetPassword {
        /// Id, e-mail or user name
        user: String,
        /// A file with the password (- for standard input); one is made if left out
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Set the access tier
    SetTier {
        /// Id, e-mail or user name
        user: String,
        /// The tier
        #[arg(value_parser = values::tier())]
        tier: AccessTier,
    },
    /// Set the platform role
    SetRole {
        /// Id, e-mail or user name
        user: String,
        /// The role
        #[arg(value_parser = values::one_of(PlatformRole::ALL.map(PlatformRole::name), PlatformRole::parse))]
        role: PlatformRole,
    },
    /// Change names, the e-mail address or other standard claims; what is left out stays
    #[command(alias = "set-profile")]
    Edit {
        /// Id, e-mail or user name
        user: String,
        /// What is changed
        #[command(flatten)]
        edit: Box<EditUser>,
    },
    /// Note that the e-mail address is proven; organizations that own its domain may take the person in
    VerifyEmail {
        /// Id, e-mail or user name
        user: String,
    },
    /// Let somebody in who was invited, who waits or who was put to rest
    Activate {
        /// Id, e-mail or user name
        user: String,
    },
    /// Put somebody on the waiting list: they see their account page only
    Waitlist {
        /// Id, e-mail or user name
        user: String,
    },
    /// Put an account to rest: every session and token ends, until it is activated
    Deactivate {
        /// Id, e-mail or user name
        user: String,
    },
    /// Shut somebody out: every session and token ends, and stays ended
    #[command(alias = "disable")]
    Ban {
        /// Id, e-mail or user name
        user: String,
    },
    /// End a ban; they log in anew
    #[command(alias = "enable")]
    Unban {
        /// Id, e-mail or user name
        user: String,
    },
    /// Keep an account for the record only: nobody logs in to it, and nothing leads back
    Archive {
        /// Id, e-mail or user name
        user: String,
    },
    /// Delete an account: memberships end, the personal space is archived, e-mail and user name are free
    Delete {
        /// Id, e-mail or user name
        user: String,
    },
    /// End a lock: everything that was counted against somebody's sign-ins is forgotten
    Unlock {
        /// Id, e-mail or user name
        user: String,
    },
    /// Sign somebody out everywhere: every session ends, and applications that want to know are told. What they were given
    /// to use without a session (`offline_access`) goes on: `user revoke-tokens` ends that too
    SignOut {
        /// Id, e-mail or user name
        user: String,
    },
    /// End every session and grant of somebody
    RevokeTokens {
        /// Id, e-mail or user name
        user: String,
    },
    /// Show an account and where it belongs
    Show {
        /// Id, e-mail or user name
        user: String,
    },
    /// List accounts in the order of their ids
    List {
        /// Begin after this id
        #[arg(long)]
        after: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u16,
    },
}

/// What changes about an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct EditUser {
    /// The address of mail, to sign in with; another one is unproven. Sessions go on: `user revoke-tokens` ends them
    #[arg(long)]
    pub email: Option<String>,
    /// The new e-mail address is proven already
    #[arg(long, requires = "email")]
    pub verified: bool,
    /// The name to sign in with beside the address of mail; an empty text takes it away
    #[arg(long)]
    pub user_name: Option<String>,
    /// The standard claims
    #[command(flatten)]
    pub profile: ProfileArguments,
}

/// An account to make.
#[derive(Debug, Clone, Args)]
pub struct CreateUser {
    /// The `sub` claim; made if left out
    #[arg(long)]
    pub id: Option<String>,
    /// The address of mail
    #[arg(long)]
    pub email: String,
    /// The e-mail address is proven already
    #[arg(long)]
    pub verified: bool,
    /// The telephone number is proven already
    #[arg(long)]
    pub phone_verified: bool,
    /// A name to sign in with beside the address of mail
    #[arg(long)]
    pub user_name: Option<String>,
    /// The access tier
    #[arg(long, default_value = "public", value_parser = values::tier())]
    pub tier: AccessTier,
    /// The platform role
    #[arg(long, default_value = "user",
        value_parser = values::one_of(PlatformRole::ALL.map(PlatformRole::name), PlatformRole::parse))]
    pub role: PlatformRole,
    /// Whether the account may be used
    #[arg(long, default_value = "active",
        value_parser = values::one_of(UserStatus::ALL.map(UserStatus::name), UserStatus::parse))]
    pub status: UserStatus,
    /// A file with the password (- for standard input); one is made if left out
    #[arg(long, value_name = "FILE", conflicts_with = "no_password")]
    pub password_file: Option<PathBuf>,
    /// Make no password: the account is for imports or other proofs
    #[arg(long)]
    pub no_password: bool,
    /// The standard claims
    #[command(flatten)]
    pub profile: ProfileArguments,
}
