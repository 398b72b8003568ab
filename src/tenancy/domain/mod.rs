//! Domains: many organizations may claim one, one owns it, whose proof stands in the domain's DNS. People whose proven
//! address is at a domain that is owned join its organization.

mod claim;
mod joining;
mod name;
mod pause;
mod proof;
mod record;

pub use claim::{claim, list, release, release_all, renew, set_auto_join};
pub use joining::{auto_join, hold_owner};
pub use name::{DomainError, DomainName};
pub use proof::{Challenge, Proof, Settled, challenge, look_up, settle};
pub use record::{DomainClaim, default_role};
