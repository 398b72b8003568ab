//! Domains: many organizations may claim one, one owns it, whose proof stands in the domain's DNS. People whose proven
//! address is at a domain that is owned join its organization.

mod auto_join;
mod claim;
mod error;
mod name;
mod pause;
mod proof;
mod store;
mod types;
mod view;

pub use auto_join::{auto_join, lock_owner, takes_in};
pub use claim::{claim, list, release, release_all, renew, set_auto_join};
pub use error::DomainError;
pub use name::{DomainName, DomainNameError};
pub use proof::{Challenge, Proof, Settled, challenge, look_up, settle};
pub use types::DomainClaim;
pub use view::DomainView;
