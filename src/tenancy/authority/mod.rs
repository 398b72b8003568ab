//! What somebody may do in an organization: the rules (`rules`), and the reading of what they are judged by (`check`).

mod check;
mod rules;

pub(super) use check::{
    OrganizationAccess, lock, lock_for, may_give, read, read_for, still_may_give, within_modules,
};
pub use rules::{Actor, Authority, Forbidden, Permission, Rank};
