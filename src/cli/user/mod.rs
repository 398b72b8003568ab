//! `signet user …`: makes accounts, sets passwords and tiers, shuts people out. It prints nothing: a report is
//! returned.

mod arguments;
mod edit;
mod lookup;
mod password;
mod profile;
mod report;
mod run;
mod standing;

pub use arguments::{CreateUser, EditUser, UserCommand};
pub(super) use lookup::user;
pub use password::{ChosenPassword, HashedPassword};
pub use profile::ProfileArguments;
pub use report::{
    CreatedUser, MembershipView, PasswordSet, UserChanged, UserLine, UserList, UserReport, UserView,
};
pub use run::{carry_out, run};
