//! What somebody may do in an organization: the rules (`rules`), and the reading of what they are judged by (`check`).

mod check;
mod rules;

pub(super) use check::{OrganizationAccess, lock, may_give, read, still_may_give, within_modules};
pub use rules::{Authority, Forbidden, Permission, Rank};
